/** A session whose connection goes in the middle: recorded, lost, begun anew in its place, and played; and a login that is rehearsed. */
import { describe, expect, it } from 'vitest';
import { cutShells } from '../lab/fabric/cut-shells.ts';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

describe.skipIf(!canRunDesktop)('a session that is lost', { timeout: 120_000 }, () => {
  it('says so, is begun anew in its place with its history, and its recording is played; then a rehearsal has its picture', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      const { window } = desktop;
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      await person.connect('leaf1');
      await person.typePin();
      await person.untilConnected();
      await person.press(person.button('Record this session'));
      const mark = window.locator('header').getByText('Recording', { exact: true });
      await mark.waitFor();
      await window.getByRole('tab', { name: 'leaf1, Connected, recording' }).waitFor();
      await person.typeInTerminal('show version');
      await person.untilOnScreen(/Software image version/i);

      expect(await cutShells(lab.fabric.device.user)).toBeGreaterThan(0);
      await window.getByRole('tab', { name: 'leaf1, Connection lost' }).waitFor();
      expect(await mark.count(), 'nothing is recorded of a session that has ended').toBe(0);
      await person.press(person.button('Connect again'));
      await person.typePin();
      await window.getByRole('tab', { name: 'leaf1, Connected, recording' }).waitFor();
      await mark.waitFor();
      expect(await window.getByRole('tab').count()).toBe(1);
      await person.typeInTerminal('show privilege');
      const screen = await person.untilOnScreen(/Current privilege level/);
      expect(screen).toMatch(/Software image version[\s\S]*Logging in again/i);
      await person.typeInTerminal('exit');
      await window.getByRole('tab', { name: 'leaf1, Ended' }).waitFor();

      await person.press(person.button('Recordings'));
      const play = window.getByRole('button', { name: 'Play the recording of leaf1' });
      await expect.poll(() => play.count()).toBe(2);
      // The newest is first; what was lost is in the other one.
      await person.press(play.nth(1));
      await window.getByRole('slider', { name: 'Position' }).press('End');
      expect(await person.untilOnScreen(/Software image version/i)).not.toContain('Current privilege level');

      // One PIN, one touch at each host, and no session.
      await person.go('Devices');
      lab.authenticator.counters.reset();
      await person.press(person.button('Rehearse'));
      await window.getByRole('menuitem', { name: 'All devices' }).click();
      await person.typePin();
      const dialog = window.getByRole('alertdialog', { name: 'Rehearse all devices' });
      await dialog.getByText('1 of 1 login would work').waitFor();
      expect(lab.authenticator.counters.read().touches).toBe(2);
      await dialog.getByRole('img', { name: 'leaf1: 1 rehearsal, 1 passed' }).waitFor();
      await person.press(dialog.getByRole('button', { name: 'Close' }));
      await person.go('Readiness');
      await window
        .getByText(/leaf1/)
        .filter({ hasText: /rehears/i })
        .first()
        .waitFor();
      await person.go('Sessions');
      expect(await window.getByRole('tab').count(), 'no session was opened').toBe(1);
    }));
});
