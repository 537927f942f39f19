import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { EnrollOutlook, RecoveryStep } from '../../main/ipc/contract.ts';
import { axeViolationsInBothSchemes, type OpenWindow, type WindowOptions } from '../window/open-window.ts';
import { NOW, OUTLOOK, READINESS } from '../window/sample-readiness.ts';
import { RECOVERED, RECOVERY_STEPS, recoveryUntil } from '../window/sample-recovery.ts';
import { cancelled, type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';

const browser = windowBrowser();

type Run = NonNullable<ScriptedCalls['recovery.run']>;

const waitsAfter =
  (steps: readonly RecoveryStep[]): Run =>
  (_, { progress, signal }) => {
    for (const step of steps) progress(step);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled())));
  };

/** The window at the recovery, from its home screen. */
async function openRecovery(
  run: Run | undefined,
  { look = OUTLOOK.plain, ...options }: { look?: EnrollOutlook } & Partial<WindowOptions> = {},
): Promise<OpenWindow> {
  const window = await browser.open({
    now: NOW,
    ...options,
    calls: {
      'readiness.get': () => READINESS['not-enrolled'],
      'enroll.look': () => look,
      ...(run === undefined ? {} : { 'recovery.run': run }),
      ...options.calls,
    },
  });
  await button(window.page, 'Recover one I have').click();
  await window.page.getByRole('heading', { level: 1, name: 'Recover keys' }).waitFor();
  return window;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true });
const inputsOf = ({ bridge }: OpenWindow, call: string) =>
  bridge.made.filter(({ name }) => name === call).map(({ input }) => input);

test.each([
  ['plain', 'Sign in, and see which key your profile holds'],
  ['plain', 'Glasskey looks for them on YubiKey 5C NFC (/dev/hidraw3).'],
  ['none', 'Plug in the security key'],
  ['several', 'Which key do you want to look on?'],
  ['no-app', 'No app registration is set.'],
] as const)('Before it begins, %s is told, and axe finds nothing in light or dark', async (name, text) => {
  await using window = await openRecovery(undefined, { look: OUTLOOK[name] });
  await window.page.getByText(text).first().waitFor();
  expect(await axeViolationsInBothSchemes(window.page)).toEqual([]);
  expect(window.faults).toEqual([]);
});

test.each([
  ['pin-wanted', 'Give the PIN'],
  ['sign-in-wanted', 'Sign in with your browser'],
  ['looking-at-profile', 'Looking at your profile'],
  ['choice-wanted', 'Which keys do you want on this computer?'],
] as const)('At %s it says what there is to do, with the focus on it, and axe finds nothing', async (kind, title) => {
  await using window = await openRecovery(waitsAfter(recoveryUntil(kind)));
  const { page } = window;
  await button(page, 'Look on the key').click();
  await heading(page, title).waitFor();
  await soon(() => page.evaluate('document.activeElement.textContent')).toBe(title);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  expect(window.faults).toEqual([]);
});

test('What the profile holds is chosen beforehand, and what has come is told with its files', async () => {
  let chosen: ((ids: readonly string[]) => void) | undefined;
  await using window = await openRecovery(
    async (_, { progress }) => {
      for (const step of RECOVERY_STEPS) progress(step);
      expect(await new Promise((resolve) => (chosen = resolve))).toEqual(['found-1']);
      return RECOVERED;
    },
    {
      calls: {
        'recovery.choose': ({ ids }) => {
          chosen?.(ids);
          return { taken: true };
        },
      },
    },
  );
  const { page } = window;
  await button(page, 'Look on the key').click();
  await heading(page, 'Which keys do you want on this computer?').waitFor();
  expect(await page.getByRole('checkbox').evaluateAll((boxes) => boxes.map((box) => box.matches(':checked')))).toEqual([
    true,
    false,
  ]);
  await button(page, 'Take 1 key').click();
  await heading(page, 'One key is now on this computer').waitFor();
  await page.getByText('Recovered: /home/ada/.ssh/id_ed25519_sk').waitFor();
  await page.getByText('SSH cannot use this kind of key.').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  expect(inputsOf(window, 'recovery.run')).toEqual([{ key: '/dev/hidraw3', looksAtProfile: true }]);
  await button(page, 'See whether a login would work').click();
  await page.getByRole('heading', { level: 1, name: 'Recover keys' }).waitFor({ state: 'detached' });
});

test('It can be stopped, failed runs are told with code and remedy, and both can be tried again', async () => {
  await using window = await openRecovery(waitsAfter(recoveryUntil('pin-wanted')));
  const { page, bridge } = window;
  await button(page, 'Look on the key').click();
  await button(page, 'Cancel').click();
  await page.getByText('It was stopped.', { exact: false }).waitFor();
  bridge.change({
    'recovery.run': () => {
      throw new ScriptedError('NO_RESIDENT_KEYS', 'YubiKey 5C NFC holds no SSH key.', 'Enroll a new one.');
    },
  });
  await button(page, 'Try again').click();
  await page.getByRole('alert').getByText('NO_RESIDENT_KEYS').waitFor();
  await button(page, 'Back').click();
  await page.getByRole('heading', { level: 1, name: 'Security keys' }).waitFor();
});

test('At 200 % zoom nothing is wider than the window', async () => {
  await using window = await openRecovery(waitsAfter(RECOVERY_STEPS), { width: 640, height: 450 });
  const { page } = window;
  await button(page, 'Look on the key').click();
  await heading(page, 'Which keys do you want on this computer?').waitFor();
  expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
});

test('Through Windows, which lists no key, three ways on stand there, and none of them waits for a key that nobody sees', async () => {
  await using window = await openRecovery(undefined, { look: OUTLOOK.windows });
  const { page } = window;
  await heading(page, 'Windows does not list what is on a key').waitFor();
  await page.getByText('An ordinary account may not open them.').waitFor();
  await page.getByText('glasskey recover --file "$HOME\\.ssh\\id_ed25519_sk"').waitFor();
  await button(page, 'Copy the line').click();
  expect(inputsOf(window, 'app.copy')).toEqual([{ text: 'glasskey recover --file "$HOME\\.ssh\\id_ed25519_sk"' }]);
  const administrator = page.getByRole('region', { name: 'From the security key, as an administrator' });
  await administrator.getByText('choose Run as administrator').waitFor();
  expect(await page.getByText('Plug in the security key').count()).toBe(0);
  expect(await button(page, 'Look on the key').count()).toBe(0);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await button(page, 'Enroll a key').click();
  await page.getByRole('heading', { level: 1, name: 'Enroll a key' }).waitFor();
  expect(window.faults).toEqual([]);
});
