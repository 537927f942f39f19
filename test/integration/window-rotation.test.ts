import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { CallOutput } from '../../main/ipc/contract.ts';
import { axeViolationsInBothSchemes, type OpenWindow, type WindowOptions } from '../window/open-window.ts';
import { STEPS, stepsUntil } from '../window/sample-enrollment.ts';
import { SECURITY_KEYS } from '../window/sample-keys.ts';
import { NOW, READINESS } from '../window/sample-readiness.ts';
import { ROTATIONS } from '../window/sample-rotation.ts';
import { cancelled, type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';

const browser = windowBrowser();

/** The window at the rotation, from the list of keys. */
async function openRotation(
  standing: CallOutput<'rotation.get'>,
  calls: ScriptedCalls = {},
  options: Partial<WindowOptions> = {},
): Promise<OpenWindow> {
  const window = await browser.open({
    now: NOW,
    ...options,
    calls: { 'readiness.get': () => READINESS.ready, 'rotation.get': () => standing, ...calls },
  });
  const { page } = window;
  await page.getByRole('navigation').getByRole('button', { name: 'Security keys' }).click();
  await button(page, 'Replace your login key').click();
  await page.getByRole('heading', { level: 1, name: 'Replace your key' }).waitFor();
  return window;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true });
const side = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const inputsOf = ({ bridge }: OpenWindow) =>
  bridge.made.filter(({ name }) => name === 'rotation.run').map(({ input }) => input);

test.each([
  ['none', 'Begin', undefined],
  ['nothing', 'Enroll a key', undefined],
  ['making', 'Finish making the new key', 'Keep the old key instead'],
  ['waiting', 'Try a login', 'Keep the old key instead'],
  ['to-prove', 'Choose a device and log in', 'Keep the old key instead'],
  ['to-retire', 'Retire the old key', 'Keep the old key instead'],
  ['given-up', 'Put the old key back', undefined],
] as const)('At %s the one thing to do is “%s”, and axe finds nothing in light or dark', async (stage, next, other) => {
  await using window = await openRotation(ROTATIONS[stage]);
  const { page } = window;
  await button(page, next).waitFor();
  expect(await button(page, 'Keep the old key instead').count()).toBe(other === undefined ? 0 : 1);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  expect(window.faults).toEqual([]);
});

test('Old and new stand side by side: where each is, by when devices have it, what has proven it', async () => {
  await using window = await openRotation(ROTATIONS.waiting);
  const { page } = window;
  await button(page, 'Try a login').waitFor();
  const old = await side(page, 'Old key').innerText();
  expect(old).toContain('Goes');
  expect(old).toContain('They drop it at their next reconciliation');
  expect(old).toContain('admin@ce1-rack4');
  const next = await side(page, 'New key').innerText();
  expect(next).toContain('Stays');
  expect(next).toContain('Held by ada@contoso.com');
  expect(next).toContain('All by 17:21 on 4 Nov at the latest');
  expect(next).toContain('None yet');
  const current = page.getByRole('list', { name: 'Steps' }).getByRole('listitem').and(page.locator('[aria-current]'));
  expect(await current.textContent()).toContain('Wait for the devices, waiting');
  await page.getByText('Until every device has the new key, at the latest.').waitFor();
  await page.getByRole('timer').waitFor();
});

test.each([
  ['none', 'It asks for the PIN, for a touch, and for your sign-in in the browser.'],
  ['to-prove', 'Every device should have the new key by now.'],
  ['to-retire', 'Every device has the new key, and admin@ce1-rack4 accepted a login with it on 4 Nov at 14:21.'],
] as const)('At %s it says why the next step is the next, and nothing turns while nothing runs', async (stage, why) => {
  await using window = await openRotation(ROTATIONS[stage]);
  const { page } = window;
  await page.getByText(why).waitFor();
  expect(await page.getByRole('main').getByRole('progressbar').count()).toBe(0);
  if (stage === 'none') return;
  const current = page.getByRole('list', { name: 'Steps' }).getByRole('listitem').and(page.locator('[aria-current]'));
  expect(await current.innerText()).toContain('your turn');
});

test('The new key is made with prompts in front, each step told, and both keys stand afterwards', async () => {
  let finish: (() => void) | undefined;
  await using window = await openRotation(ROTATIONS.none, {
    'rotation.run': async (_, { progress }) => {
      for (const step of stepsUntil('touch-wanted')) progress(step);
      await new Promise<void>((resolve) => (finish = resolve));
      for (const step of STEPS.slice(-2)) progress(step);
      return { did: 'published' };
    },
  });
  const { page, bridge } = window;
  await button(page, 'Begin').click();
  await heading(page, 'Touch your key now').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  bridge.change({ 'rotation.get': () => ROTATIONS.waiting });
  finish?.();
  await page.getByText('The new key is on your profile.', { exact: false }).first().waitFor();
  await side(page, 'New key').getByText('Held by ada@contoso.com').waitFor();
  expect(inputsOf(window)).toEqual([{ step: 'next' }]);
});

test('Giving up, a no, a failure and a stop are each told, and what is next stays', async () => {
  await using window = await openRotation(ROTATIONS['to-retire'], { 'rotation.run': () => ({ did: 'declined' }) });
  const { page, bridge } = window;
  await button(page, 'Retire the old key').click();
  await page.getByText('You said no. Nothing was changed.').first().waitFor();
  bridge.change({
    'rotation.run': () => {
      throw new ScriptedError('KEY_MISSING', 'No security key is plugged in.', 'Plug it in.');
    },
  });
  await button(page, 'Keep the old key instead').click();
  await page.getByRole('alert').getByText('KEY_MISSING').waitFor();
  bridge.change({
    'rotation.run': (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled()))),
  });
  await button(page, 'Retire the old key').click();
  await button(page, 'Cancel').click();
  await page.getByText('It was stopped.', { exact: false }).first().waitFor();
  await soon(() => inputsOf(window)).toEqual([{ step: 'next' }, { step: 'give-up' }, { step: 'next' }]);
});

test('Where several security keys could be meant one is chosen, and the step goes on with that one', async () => {
  const { yubikey, bio } = SECURITY_KEYS;
  await using window = await openRotation(ROTATIONS.none, {
    'keys.list': () => ({ keys: [yubikey, bio] }),
    'rotation.run': ({ device }) => {
      if (device !== undefined) return { did: 'published' };
      throw new ScriptedError('KEY_SEVERAL', 'More than one security key is plugged in.', 'Choose the one you mean.');
    },
  });
  const { page } = window;
  await button(page, 'Begin').click();
  await page.getByRole('alert').getByText('KEY_SEVERAL').waitFor();
  const choice = page.getByRole('radiogroup', { name: 'Which security key is meant?' });
  await choice.getByRole('radio').first().waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await choice.getByRole('radio', { name: bio.product }).check();
  await button(page, 'Begin').click();
  await page.getByText('The new key is on your profile.', { exact: false }).first().waitFor();
  expect(await choice.count()).toBe(0);
  expect(inputsOf(window)).toEqual([{ step: 'next' }, { step: 'next', device: bio.path }]);
  expect(window.faults).toEqual([]);
});

test('At 200 % zoom the two stand one below the other, and nothing is wider than the window', async () => {
  await using window = await openRotation(ROTATIONS.waiting, {}, { width: 640, height: 450 });
  const { page } = window;
  await button(page, 'Try a login').waitFor();
  expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
});

test('The home screen says that a replacement is under way, and leads to it', async () => {
  await using window = await browser.open({
    now: NOW,
    calls: {
      'readiness.get': () => ({ ...READINESS.ready, rotation: { stage: 'to-prove', leaving: 'old' } }),
      'rotation.get': () => ROTATIONS['to-prove'],
    },
  });
  const { page } = window;
  await page.getByText('A login with the key that stays is what is missing.').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await button(page, 'See how it stands').click();
  await side(page, 'New key').waitFor();
});
