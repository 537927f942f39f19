/** A quarter of a year with the clock turned forward: reminded to prove the key, and to replace it; each reminder goes by what it asked for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Where the pictures of each step go; none are kept unless it is named. */
const PICTURES = process.env.GLASSKEY_E2E_PICTURES;

describe.skipIf(!canRunDesktop)('reminders in the whole app', { timeout: 180_000 }, () => {
  it('remind to prove the key, and 90 days on to replace it; the rehearsal and the replacement end them', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      const { window, standIn } = desktop;
      const picture = async (name: string) => {
        if (PICTURES === undefined) return;
        mkdirSync(PICTURES, { recursive: true });
        await window.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled' });
      };
      const toDo = window.getByRole('region', { name: 'To do' });
      const done = window.getByRole('region', { name: 'Done' });
      const KEY = /^Prove the key /;

      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);

      await desktop.sleep(5 * HOUR);
      if (standIn !== undefined) expect((await standIn.notification('Prove the key')).body).toContain('rehearse one');
      await person.go('Readiness');
      await window.getByRole('region', { name: '1 thing needs attention' }).getByText(KEY).waitFor();
      await picture('1-home');
      await person.go('Reminders');
      const prove = toDo.getByRole('listitem').filter({ hasText: 'Prove the key' });
      await prove.waitFor();
      await picture('2-to-prove');
      await person.press(prove.getByRole('button', { name: 'Rehearse the login' }));
      await person.typePin();
      const dialog = window.getByRole('alertdialog');
      await dialog.getByText('1 of 1 login would work').waitFor();
      await picture('3-rehearsed');
      await person.press(dialog.getByRole('button', { name: 'Close' }));
      await person.go('Reminders');
      await done.getByText(KEY).waitFor();
      expect(await prove.count()).toBe(0);
      await picture('4-proven');

      await desktop.sleep(90 * DAY);
      if (standIn !== undefined) {
        const { body } = await standIn.notification('things need attention');
        expect(body.split('\n').map((line) => line.replace(/ id_.*| leaf1$/, ''))).toEqual(
          expect.arrayContaining(['Replace the key', 'Rehearse the login to', 'Prepare a backup key']),
        );
      }
      const replace = toDo.getByRole('listitem').filter({ hasText: 'Replace the key' });
      await replace.waitFor();
      await picture('5-to-replace');
      await person.press(replace.getByRole('button', { name: 'Replace the key', exact: true }));
      await person.press(person.button('Begin'));
      await person.typePin();
      await window.getByText('The new key is on your profile.', { exact: false }).first().waitFor();
      await lab.fabric.reconcile();
      await person.connect('leaf1');
      await person.typePin();
      await person.untilConnected();
      await person.go('Security keys');
      await person.press(person.button('Replace your login key'));
      await person.press(person.button('Retire the old key'));
      await person.press((await desktop.prompt()).getByRole('button', { name: 'Retire it' }));
      await person.typePin();
      await window.getByText('The replacement is complete.').first().waitFor();
      await picture('6-replaced');
      await person.go('Reminders');
      await done.getByText(/^Replace the key /).waitFor();
      expect(await replace.count()).toBe(0);
      await picture('7-done');
    }));
});
