/**
 * The app as an ordinary account of Windows has it: Windows's dialogs ask for PIN and touch, Glasskey's prompt says who, where and through
 * which hop, and nowhere is a PIN typed into it. GLASSKEY_E2E_PICTURES=DIR keeps a picture of each prompt.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { canRunDesktop, type Scene, withDesktop } from './lab-desktop.ts';

const PIN = '271828';
const SCENE = {
  lab: { authenticator: { touch: 'by-hand', pin: PIN }, reconcileEveryMs: 2_000 },
  desktop: { environment: { GLASSKEY_LAB_WINDOWS_PIN: PIN } },
} as const;
const ASKS = 'Windows asks for PIN and touch: follow its dialog.';

async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env.GLASSKEY_E2E_PICTURES;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The dialog of Windows is open: what stands beside it, after which the person touches the key until all is signed. */
async function beside({ lab, desktop }: Scene, title: string | RegExp, says: readonly string[]): Promise<void> {
  const prompt = await desktop.prompt();
  await prompt.locator('main[data-state="touch"]').waitFor();
  await prompt.getByRole('heading', { name: title }).waitFor();
  for (const text of [...says, ASKS]) await prompt.getByText(text, { exact: false }).first().waitFor();
  expect(await prompt.locator('input').count(), 'nothing to type a PIN into').toBe(0);
  await keep(prompt, `prompt-${String(title).replace(/\W+/g, '-')}`);
  lab.authenticator.setTouch('at-once');
  expect(lab.authenticator.touch()).toBe(true);
  await desktop.untilNoPrompt();
  lab.authenticator.setTouch('by-hand');
}

describe.skipIf(!canRunDesktop)('the app where Windows asks for PIN and touch', { timeout: 180_000 }, () => {
  it('enrolls, publishes, logs in, rehearses, signs for a program and begins a rotation without a PIN of its own', () =>
    withDesktop(SCENE, async (scene) => {
      const { lab, desktop, person } = scene;
      const { window } = person;
      await window
        .getByText('Security keys are reached through Windows. An ordinary account may not open them.')
        .waitFor();
      await person.press(person.button('Enroll a key'));
      await window.getByRole('heading', { name: 'Windows will ask for your security key' }).waitFor();
      await person.press(person.button('Enroll a key'));
      await beside(scene, 'Make your SSH key', ['Glasskey makes an SSH key on your security key, through Windows.']);
      await person.heading('Enrolled and published');
      expect(lab.entra.graph.profileKeys(), 'what Graph holds').toHaveLength(1);
      await person.untilReady();

      await person.addDevice('leaf1', lab.device, lab.jump);
      lab.authenticator.counters.reset();
      await person.connect('leaf1');
      await beside(scene, 'Log in to leaf1', [lab.fabric.jump.host]);
      await person.untilConnected();
      expect(lab.authenticator.counters.read().touches, 'one touch per hop').toBe(2);
      expect(await lab.fabric.deviceLog()).toMatch(/sk_flags = 0x05/);

      await person.go('Devices');
      await person.press(person.button('Rehearse'));
      await person.press(window.getByRole('menuitem', { name: 'All devices' }));
      await beside(scene, 'Rehearse a login', [lab.fabric.jump.host]);
      const rehearsal = window.getByRole('alertdialog', { name: 'Rehearse all devices' });
      await rehearsal.getByText('1 of 1 login would work').waitFor();
      await rehearsal.getByText('Windows does not say which keys are plugged in.').waitFor();
      await rehearsal.getByText('Windows asks for the PIN when the key signs.').waitFor();
      await keep(window, 'window-drill');
      await person.press(rehearsal.getByRole('button', { name: 'Close' }));

      const signing = lab.startInTerminal(
        'sh',
        ['-c', `echo a | ssh-keygen -Y sign -f ${lab.keyFile}.pub -n file - >/dev/null && echo SIGNED`],
        { environment: { SSH_AUTH_SOCK: join(lab.folder, 'data', 'agent', 'agent.sock') }, timeoutMs: 60_000 },
      );
      const prompt = await desktop.prompt();
      await prompt.getByRole('heading', { name: 'Sign for file' }).waitFor();
      expect(await prompt.locator('input').count(), 'nothing to type a PIN into').toBe(0);
      await person.press(prompt.getByRole('button', { name: 'Once', exact: true }));
      await beside(scene, 'Sign for file', ['ssh-keygen']);
      expect((await signing.ended).screen).toContain('SIGNED');

      await person.go('Security keys');
      await window.getByRole('heading', { name: 'Your security keys are reached through Windows' }).waitFor();
      await person.press(person.button('Replace your login key'));
      await person.press(person.button('Begin'));
      await beside(scene, /./, []);
      await window.getByText('Wait for the devices').waitFor();
      expect(lab.authenticator.credentials(), 'the old one and the new one').toHaveLength(2);
    }));
});
