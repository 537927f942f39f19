/** Stopping an enrollment at each of its steps, and a login: nothing is lost, and going on leads to the end. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Person } from '../lab/desktop-person.ts';
import type { Lab } from '../lab/world.ts';
import { canRunDesktop, type Scene, withDesktop } from './lab-desktop.ts';

const NEVER_TOUCHED = { authenticator: { touch: 'never' } } as const;

/** In the window, to the end. */
async function finish(lab: Lab, person: Person, button: 'Go on' | 'Try again'): Promise<void> {
  lab.authenticator.setTouch('at-once');
  await person.press(person.button(button));
  await person.typePin();
  await person.heading('Enrolled and published');
  expect(lab.entra.graph.profileKeys()).toHaveLength(1);
}

const inState = (prompt: Page, state: string) => prompt.locator(`main[data-state="${state}"]`).waitFor();

describe.skipIf(!canRunDesktop)('stopping', { timeout: 120_000 }, () => {
  const steps: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
    'at the PIN, by Escape in the prompt': async ({ desktop }) => {
      const prompt = await desktop.prompt();
      await prompt.locator('input').waitFor();
      await prompt.keyboard.press('Escape');
    },
    'at the PIN, in the window': async ({ desktop, person }) => {
      await (await desktop.prompt()).locator('input').waitFor();
      await person.press(person.button('Stop'));
    },
    'at the touch, in the prompt': async ({ desktop, person }) => {
      await person.typePin();
      const prompt = await desktop.prompt();
      await inState(prompt, 'touch');
      await prompt.getByRole('button', { name: 'Cancel' }).click();
    },
    'at the touch, in the window': async ({ desktop, person }) => {
      await person.typePin();
      await inState(await desktop.prompt(), 'touch');
      await person.press(person.button('Stop'));
    },
  };

  it.each(Object.entries(steps))('%s leaves nothing on the key, and it can be done anew', (_step, stop) =>
    withDesktop({ lab: NEVER_TOUCHED }, async (scene) => {
      const { lab, desktop, person } = scene;
      await person.beginEnrolling();
      await stop(scene);
      await person.heading('Stopped');
      await desktop.untilNoPrompt();
      expect(lab.authenticator.credentials()).toEqual([]);
      await finish(lab, person, 'Go on');
    }),
  );

  it('at the sign-in keeps the key, which is then said to be not published yet', () =>
    // A browser that never signs in.
    withDesktop({ desktop: { environment: { BROWSER: 'true' } } }, async ({ lab, person }) => {
      await person.beginEnrolling();
      await person.typePin();
      await person.heading('Sign in with your browser');
      await person.press(person.button('Stop'));
      await person.heading('Stopped');
      expect(lab.authenticator.credentials()).toHaveLength(1);
      expect(lab.entra.graph.profileKeys().size).toBe(0);
      await person.press(person.button('Back'));
      await person.go('Readiness');
      await person.heading('Not published yet');
    }));

  it('a login at the PIN ends the session and says so; the next login works', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      await person.connect('leaf1');
      const prompt = await desktop.prompt();
      await prompt.locator('input').waitFor();
      await prompt.keyboard.press('Escape');
      await desktop.untilNoPrompt();
      await person.window.getByRole('button', { name: 'Connect again' }).click();
      await person.typePin();
      await person.untilConnected();
    }));
});
