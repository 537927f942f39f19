/** What the app is for: the key is pulled out, Graph is down, Entra is gone. */
import { describe, expect, it } from 'vitest';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

describe.skipIf(!canRunDesktop)('an outage', { timeout: 120_000 }, () => {
  it('of the key in mid-enrollment is told, and it is made anew when the key is back', () =>
    withDesktop({ lab: { authenticator: { touch: 'never' } } }, async ({ lab, desktop, person }) => {
      await person.beginEnrolling();
      await person.typePin();
      await (await desktop.prompt()).locator('main[data-state="touch"]').waitFor();
      await lab.authenticator.unplug();
      await person.heading('That did not work');
      await lab.authenticator.replug();
      lab.authenticator.setTouch('at-once');
      await person.press(person.button('Try again'));
      await person.typePin();
      await person.heading('Enrolled and published');
      expect(lab.authenticator.credentials()).toHaveLength(1);
    }));

  it('of Graph keeps the key, says so, and is over with one more press', () =>
    withDesktop({}, async ({ lab, person }) => {
      lab.entra.faults.cut = 1_000;
      await person.beginEnrolling();
      await person.typePin();
      await person.heading('The key is made, but not published');
      expect(lab.authenticator.credentials()).toHaveLength(1);
      await person.go('Readiness');
      await person.heading('Not published yet');

      lab.entra.faults.cut = 0;
      const { touches } = lab.authenticator.counters.read();
      await person.press(person.button('Publish the key'));
      await person.heading('Published');
      expect(lab.entra.graph.profileKeys().size).toBe(1);
      expect(lab.authenticator.counters.read().touches, 'no further touch').toBe(touches);
    }));

  it('of Entra and Graph does not keep anybody from a device', () =>
    withDesktop({}, async ({ lab, person }) => {
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      await lab.entra.close();
      await person.connect('leaf1');
      await person.typePin();
      await person.untilConnected();
      await person.typeInTerminal('show version');
      await person.untilOnScreen(/Software image version/i);
    }));
});
