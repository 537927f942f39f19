/** Two logins that want the PIN at once: one is asked after the other, and each gets its own answer. */
import { describe, expect, it } from 'vitest';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

describe.skipIf(!canRunDesktop)('two prompts at once', { timeout: 120_000 }, () => {
  it('wait for each other; denying the first leaves the second to be allowed', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      await person.addDevice('leaf2', lab.device, lab.jump);
      await person.connect('leaf1');
      const prompt = await desktop.prompt();
      await prompt.locator('input').waitFor();
      await prompt.keyboard.type('12');
      await person.connect('leaf2');
      await prompt.getByText('1 of 2').waitFor();
      expect(await prompt.locator('input').inputValue(), 'typing goes on undisturbed').toBe('12');

      await prompt.keyboard.press('Escape');
      await prompt.getByText('1 of 2').waitFor({ state: 'hidden' });
      await person.typePin();
      await person.window.getByRole('tab', { name: /leaf2, Connected/ }).waitFor();
      expect(await person.window.getByRole('tab', { name: /leaf1/ }).getAttribute('aria-label')).not.toMatch(
        /Connected/,
      );
    }));
});
