/** A link that a page or a mail holds: it asks, does nothing after a no, and logs in after a yes. */
import { describe, expect, it } from 'vitest';
import type { Scene } from './lab-desktop.ts';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

/** As the system hands a link over: by a second start of the app, which ends at once. */
async function openLink({ desktop }: Scene, link: string): Promise<void> {
  const { standIn } = desktop;
  if (standIn !== undefined) await standIn.secondInstance([link]);
  else
    await desktop.evaluate(({ app }, word) => void app.emit('second-instance', {}, ['glasskey', word], '', {}), link);
}

describe.skipIf(!canRunDesktop)('a link', { timeout: 120_000 }, () => {
  it('to a saved device asks first: nothing happens after a no, and a session opens after a yes', () =>
    withDesktop({}, async (scene) => {
      const { lab, desktop, person } = scene;
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      lab.authenticator.counters.reset();

      await openLink(scene, 'glasskey://connect/leaf1');
      const prompt = await desktop.prompt();
      await prompt.getByRole('heading', { name: 'Log in to leaf1' }).waitFor();
      await prompt.getByText('A link asks to log in to').waitFor();
      await person.press(prompt.getByRole('button', { name: 'No', exact: true }));
      await desktop.untilNoPrompt();
      await person.go('Sessions');
      await person.window.getByText('No session is open').waitFor();

      await openLink(scene, 'glasskey://connect/leaf1');
      await prompt.getByText('A link asks to log in to').waitFor();
      await person.press(prompt.getByRole('button', { name: 'Open session' }));
      await person.typePin();
      await person.untilConnected();
      expect(lab.authenticator.counters.read().touches).toBe(2);
    }));
});
