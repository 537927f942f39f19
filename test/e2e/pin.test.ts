/** PINs in the prompt window: a wrong one, and the first one of a new key. */
import { describe, expect, it } from 'vitest';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

describe.skipIf(!canRunDesktop)('the PIN', { timeout: 120_000 }, () => {
  it('that is wrong is told with the tries left, and asked for again', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      await person.beginEnrolling();
      const wrong = `${lab.pin}0`;
      await person.typePin(wrong);
      const prompt = await desktop.prompt();
      await prompt.getByRole('alert').filter({ hasText: '7 tries are left' }).waitFor();
      expect(await prompt.locator('input').inputValue()).toBe('');
      for (const page of [prompt, desktop.window]) expect(await page.content()).not.toContain(wrong);

      await person.typePin();
      await person.heading('Enrolled and published');
      // A right one gives the key all its tries again.
      expect(lab.authenticator.counters.read().pinChecks).toBe(2);
    }));

  it('of a key that has none is chosen, typed twice, and then used', () =>
    withDesktop({ lab: { withoutPin: true } }, async ({ lab, desktop, person }) => {
      await person.beginEnrolling();
      const prompt = await desktop.prompt();
      await prompt.getByLabel('New PIN', { exact: true }).waitFor();
      await person.typePin();
      await person.heading('Enrolled and published');
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      await person.connect('leaf1');
      await person.typePin();
      await person.untilConnected();
    }));
});
