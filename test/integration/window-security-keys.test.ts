import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { KeyStep, KeyWayView, SecurityKeyView } from '../../main/ipc/contract.ts';
import { axeViolationsInBothSchemes, type OpenWindow, type WindowOptions } from '../window/open-window.ts';
import {
  CREDENTIALS,
  FINGERPRINTS,
  LOSS,
  PASSKEY,
  RESET_STEPS,
  resetUntil,
  SAMPLES,
  SECURITY_KEYS,
} from '../window/sample-keys.ts';
import { NOW } from '../window/sample-readiness.ts';
import { cancelled, type ScriptedCalls, type ScriptedContext, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

type KeyContext = ScriptedContext<'keys.reset' | 'fingerprints.enroll' | 'pin.set'>;

/** Tells the steps, then waits until it is cancelled. */
function waitsAfter(steps: readonly KeyStep[]) {
  return (_: unknown, { progress, signal }: KeyContext): Promise<never> => {
    for (const step of steps) progress(step);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled())));
  };
}

/** The window at its list of keys. */
async function openList(
  keys: readonly SecurityKeyView[],
  calls: ScriptedCalls = {},
  options: Partial<WindowOptions> = {},
): Promise<OpenWindow> {
  const window = await browser.open({
    now: NOW,
    ...options,
    calls: {
      ...WINDOW_START,
      'keys.list': () => ({ keys: [...keys] }),
      'credentials.list': () => CREDENTIALS,
      'fingerprints.list': () => FINGERPRINTS,
      ...calls,
    },
  });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Security keys', exact: true }).click();
  await title(window.page, 'Security keys').waitFor();
  return window;
}

/** The window at the page of one key. */
async function openKey(
  key: SecurityKeyView,
  calls: ScriptedCalls = {},
  options: Partial<WindowOptions> = {},
): Promise<OpenWindow> {
  const window = await openList([key], calls, options);
  await window.page.getByRole('main').getByRole('button', { name: key.product }).click();
  await title(window.page, key.product).waitFor();
  return window;
}

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const inputsOf = ({ bridge }: OpenWindow, call: string) =>
  bridge.made.filter(({ name }) => name === call).map(({ input }) => input);

describe('The list of keys', () => {
  test('is empty until a key is plugged in, which is noticed by itself and read out', async () => {
    await using window = await openList([]);
    const { page, bridge } = window;
    await heading(page, 'Plug in a security key').waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    bridge.change({ 'keys.list': () => ({ keys: [SECURITY_KEYS.yubikey] }) });
    await bridge.tell('keys.changed', {});
    await button(page, 'YubiKey 5 Series with NFC').or(page.getByRole('main').getByRole('button')).first().waitFor();
    await soon(() => page.getByRole('log').textContent()).toContain('One security key is plugged in: YubiKey 5');
    expect(window.faults).toEqual([]);
  });

  test('tells several apart by model, state and place, and axe finds nothing in light or dark', async () => {
    await using window = await openList([
      SECURITY_KEYS.yubikey,
      SECURITY_KEYS.bio,
      SECURITY_KEYS.solo,
      { ...SECURITY_KEYS['two-plugs'], path: '/dev/hidraw6' },
      { ...SECURITY_KEYS.unreadable, path: '/dev/hidraw7' },
    ]);
    const { page } = window;
    const names = await page.getByRole('main').getByRole('listitem').allInnerTexts();
    expect(names.map((text) => text.split('\n').filter((line) => line.trim() !== ''))).toEqual([
      ['YubiKey 5 Series with NFC', 'Firmware 5.7.4 · /dev/hidraw3', 'PIN set'],
      ['YubiKey Bio Series - FIDO Edition', 'Firmware 5.5.6 · /dev/hidraw4', 'PIN set', '1 advisory'],
      ['Solo', 'Firmware 4.1.5 · /dev/hidraw5', 'No PIN yet'],
      ['YubiKey 5 Series with Lightning', 'Firmware 5.7.4 · /dev/hidraw6', 'PIN set'],
      ['YubiKey OTP+FIDO+CCID', '/dev/hidraw7', 'Cannot be read now'],
    ]);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });

  test('says why the keys cannot be listed, and tries again', async () => {
    await using window = await openList([], {
      'keys.list': () => {
        throw new ScriptedError('HID_LIST_FAILED', 'The security keys could not be listed.', 'Plug it in again.');
      },
    });
    const { page, bridge } = window;
    await page.getByRole('alert').getByText('HID_LIST_FAILED').waitFor();
    bridge.change({ 'keys.list': () => ({ keys: [SECURITY_KEYS.yubikey] }) });
    await button(page, 'Try again').click();
    await page.getByRole('main').getByRole('listitem').first().waitFor();
  });
});

describe('The page of a key', () => {
  test.each([
    ['yubikey', 'Logins ask for it, and so does seeing or changing what is stored on the key.'],
    ['bio', 'EUCLEAK: ECDSA private keys can be recovered in a laboratory'],
    ['solo', 'This key cannot list what it holds.'],
    ['no-pin', 'Whoever finds this key could use it.'],
    ['few-tries', '2 tries are left before the key is blocked for good.'],
    ['replug', 'Unplug the key and plug it in again'],
    ['blocked', 'Only a reset, which erases everything on it'],
    ['forced', 'The key does nothing before its PIN is changed.'],
    ['full', 'The key is full'],
    ['unreadable', 'This account may not open the security key.'],
  ] as const)(
    '%s says so, offers one thing first at most, and axe finds nothing in light or dark',
    async (name, text) => {
      await using window = await openKey(SECURITY_KEYS[name]);
      const { page } = window;
      await page.getByText(text).first().waitFor();
      // Fluent has no attribute for it: the primary button's own colour tells it.
      expect(await primaryButtons(page)).toBeLessThanOrEqual(1);
      expect(await axeViolationsInBothSchemes(page)).toEqual([]);
      expect(window.faults).toEqual([]);
    },
  );

  test('can be read and used at 200 % zoom: nothing is wider than the window', async () => {
    await using window = await openKey(SECURITY_KEYS.bio, {}, { width: 640, height: 450 });
    const { page } = window;
    await button(page, 'Show the credentials').click();
    await page.getByText('github.com').waitFor();
    expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  });

  test('can be read with forced colours', async () => {
    await using window = await openKey(SECURITY_KEYS.bio, {}, { forcedColors: 'active' });
    expect(await axeViolationsInBothSchemes(window.page)).toEqual([]);
  });

  test('says that the key has gone, and comes back with it', async () => {
    await using window = await openKey(SECURITY_KEYS.yubikey);
    const { page, bridge } = window;
    bridge.change({ 'keys.list': () => ({ keys: [] }) });
    await bridge.tell('keys.changed', {});
    await heading(page, 'This key is not plugged in').waitFor();
    await button(page, 'All security keys').waitFor();
    bridge.change({ 'keys.list': () => ({ keys: [SECURITY_KEYS.yubikey] }) });
    await bridge.tell('keys.changed', {});
    await title(page, SECURITY_KEYS.yubikey.product).waitFor();
  });

  test('shows what a blocked key insists on without anything to press in vain', async () => {
    await using window = await openKey(SECURITY_KEYS.blocked);
    const { page } = window;
    const protection = page.getByRole('region', { name: 'Protection' });
    await protection.getByText('Off', { exact: true }).waitFor();
    expect(await protection.locator('button, input').count()).toBe(0);
  });

  test('lets the key blink', async () => {
    await using window = await openKey(SECURITY_KEYS.yubikey, { 'keys.wink': () => ({}) });
    await button(window.page, 'Make it blink').click();
    await soon(() => inputsOf(window, 'keys.wink')).toEqual([{ key: '/dev/hidraw3' }]);
    await soon(() => window.page.getByRole('log').textContent()).toContain('It blinks now.');
  });
});

describe('The PIN', () => {
  test('is never typed into the window: setting one sends the key alone, and tells where to type', async () => {
    await using window = await openKey(SECURITY_KEYS['no-pin'], {
      'pin.set': waitsAfter([{ kind: 'pin-wanted', isNew: true }]),
    });
    const { page, bridge } = window;
    await button(page, 'Set a PIN').click();
    const now = heading(page, 'Choose the new PIN');
    await now.waitFor();
    expect(await now.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    expect(inputsOf(window, 'pin.set')).toEqual([{ key: '/dev/hidraw3' }]);
    expect(await page.locator('input[type="password"]').count()).toBe(0);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await button(page, 'Cancel').click();
    await page.getByText('It was stopped. Nothing was changed.').last().waitFor();

    bridge.change({ 'pin.set': () => ({}), 'keys.list': () => ({ keys: [SECURITY_KEYS.yubikey] }) });
    await button(page, 'Set a PIN').click();
    await page.getByText('The PIN is set.').last().waitFor();
    await button(page, 'Change the PIN').waitFor();
  });

  test('that was wrong too often is told with code and remedy', async () => {
    await using window = await openKey(SECURITY_KEYS.yubikey, {
      'pin.change': () => {
        throw new ScriptedError('PIN_REPLUG_NEEDED', 'Three wrong PINs in a row.', 'Unplug the key and plug it in.');
      },
    });
    await button(window.page, 'Change the PIN').click();
    await window.page.getByRole('alert').getByText('PIN_REPLUG_NEEDED').waitFor();
  });
});

describe('Credentials', () => {
  const shown = async (calls: ScriptedCalls = {}) => {
    const window = await openKey(SECURITY_KEYS.yubikey, calls);
    await button(window.page, 'Show the credentials').click();
    await window.page.getByRole('heading', { name: 'github.com' }).waitFor();
    return window;
  };
  const rows = (page: Page) => page.getByRole('region', { name: 'Credentials' }).getByRole('listitem');

  test('are shown by relying party, an SSH key with fingerprint, enrollment and profile', async () => {
    await using window = await shown();
    const { page } = window;
    const first = await rows(page).first().innerText();
    expect(first).toContain('SHA256:3vF1bS1bXo0x7vMhJ2k1dN4cT8pQe5uWzYrA6LgKfHs');
    expect(first).toContain('Enrolled here on 3 Nov 2026, /home/ada/.ssh/id_ed25519_sk');
    expect(first).toContain('On the profile of ada@contoso.com');
    expect(first).toContain('Genuine: its certificate ends at Yubico’s root');
    await page.getByText('4 stored, 96 places left').waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });

  test('one that a login depends on is deleted only when the word is typed, and it alone', async () => {
    await using window = await shown({ 'credentials.delete': () => ({}) });
    const { page } = window;
    await button(page, 'Delete ada@workstation 2026-11-03').click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('The profile of ada@contoso.com holds this key', { exact: false }).waitFor();
    await dialog.getByText('Logins from this computer depend on it.', { exact: false }).waitFor();
    await dialog.getByText('SHA256:3vF1bS1bXo0x7vMhJ2k1dN4cT8pQe5uWzYrA6LgKfHs', { exact: true }).waitFor();
    const yes = dialog.getByRole('button', { name: 'Delete', exact: true });
    expect(await yes.getAttribute('aria-disabled')).toBe('true');
    await yes.click({ force: true });
    await dialog.getByLabel('Type “delete” to go on').fill('delet');
    await page.keyboard.press('Enter');
    expect(inputsOf(window, 'credentials.delete')).toEqual([]);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await dialog.getByLabel('Type “delete” to go on').fill('delete');
    await yes.click();
    await soon(() => rows(page).count()).toBe(3);
    expect(inputsOf(window, 'credentials.delete')).toEqual([
      { key: '/dev/hidraw3', credential: 'a1b2c3d4', consent: 'delete' },
    ]);
    await page.getByText('3 stored, 97 places left').waitFor();
  });

  test('a passkey is kept unless somebody says otherwise, and renamed in place', async () => {
    await using window = await shown({
      'credentials.rename': ({ name }) => ({ credential: { ...PASSKEY, userName: name } }),
      'credentials.delete': () => ({}),
    });
    const { page } = window;
    await button(page, 'Delete ada@contoso.com').click();
    const keep = page.getByRole('alertdialog').getByRole('button', { name: 'Keep it' });
    await soon(() => keep.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await keep.click();
    await button(page, 'Rename ada@contoso.com').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Give it a name.').waitFor();
    await dialog.getByLabel('Name').fill('x'.repeat(65));
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('At most 64 bytes.', { exact: false }).waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('work');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await button(page, 'Rename work').waitFor();
    expect(inputsOf(window, 'credentials.delete')).toEqual([]);
  });
});

describe('Fingerprints', () => {
  test('are shown, removed one by one, and a new one is drawn sample by sample', async () => {
    await using window = await openKey(SECURITY_KEYS.bio, {
      'fingerprints.remove': () => ({}),
      'fingerprints.enroll': waitsAfter(SAMPLES),
    });
    const { page } = window;
    await button(page, 'Show the fingerprints').click();
    const fingers = page.getByRole('list', { name: 'Fingerprints' }).getByRole('listitem');
    await soon(() => fingers.count()).toBe(2);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await button(page, 'Remove Finger 2').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await soon(() => fingers.count()).toBe(1);
    expect(inputsOf(window, 'fingerprints.remove')).toEqual([{ key: '/dev/hidraw4', fingerprint: '0102' }]);

    await button(page, 'Add a fingerprint').click();
    await page.getByLabel('Name of the finger').fill('left index');
    await button(page, 'Begin').click();
    await heading(page, 'Put the same finger on the sensor').waitFor();
    await page.getByText('Too quick: leave it a moment longer. 3 more times.').first().waitFor();
    expect(inputsOf(window, 'fingerprints.enroll')).toEqual([{ key: '/dev/hidraw4', name: 'left index' }]);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  });
});

describe('Protection', () => {
  test('is changed one setting at a time; a longer PIN only after a question, never a shorter one', async () => {
    await using window = await openKey(SECURITY_KEYS.yubikey, { 'keys.configure': () => ({}) });
    const { page } = window;
    await page.getByRole('switch', { name: 'PIN or finger each time' }).click();
    await page.getByText('The key has the new setting.').last().waitFor();
    await page.getByLabel('Shortest PIN').fill('3');
    await button(page, 'Change').click();
    await page.getByText('A whole number from 5 to 63.').waitFor();
    await page.getByLabel('Shortest PIN').fill('8');
    await button(page, 'Change').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make it longer' }).click();
    await soon(() => inputsOf(window, 'keys.configure')).toEqual([
      { key: '/dev/hidraw3', change: { alwaysUv: true } },
      { key: '/dev/hidraw3', change: { minPinLength: 8 } },
    ]);
  });
});

describe('The guided reset', () => {
  test.each([
    ['consent-wanted', 'What will be lost'],
    ['unplug-wanted', 'Unplug the key now'],
    ['plug-in-wanted', 'Plug it in again'],
    ['reset-touch-wanted', 'Touch the key now to erase it'],
  ] as const)('at %s says what there is to do, and axe finds nothing in light or dark', async (kind, name) => {
    await using window = await openKey(SECURITY_KEYS.yubikey, { 'keys.reset': waitsAfter(resetUntil(kind)) });
    const { page } = window;
    await button(page, 'Reset this key…').click();
    await button(page, 'See what will be lost').click();
    await heading(page, name).waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });

  test.each([
    ['pin-not-given', 'because the PIN was not given'],
    ['pin-blocked', 'because the key takes no PIN now'],
  ] as const)('says why it lists no credentials: %s', async (unlisted, words) => {
    const { credentials: _unknown, ...known } = LOSS;
    await using window = await openKey(SECURITY_KEYS.yubikey, {
      'keys.reset': waitsAfter([{ kind: 'consent-wanted', loss: { ...known, unlisted }, windowSeconds: 10 }]),
    });
    const { page } = window;
    await button(page, 'Reset this key…').click();
    await button(page, 'See what will be lost').click();
    await page.getByText(words).waitFor();
  });

  test('lists what is lost, takes the word, counts the seconds down, and is done though the key came back elsewhere', async () => {
    let agreed: ((typed: string) => void) | undefined;
    let erased: (() => void) | undefined;
    await using window = await openKey(SECURITY_KEYS.yubikey, {
      'keys.reset': async (_, { progress }) => {
        for (const step of resetUntil('consent-wanted')) progress(step);
        expect(await new Promise<string>((resolve) => (agreed = resolve))).toBe('reset');
        for (const step of RESET_STEPS.slice(3, -1)) progress(step);
        await new Promise<void>((resolve) => (erased = resolve));
        return {};
      },
      'keys.agree': ({ consent }) => {
        agreed?.(consent);
        return { taken: true };
      },
    });
    const { page, bridge } = window;
    await button(page, 'Reset this key…').click();
    await button(page, 'See what will be lost').click();
    await heading(page, 'What will be lost').waitFor();
    const losses = await page.getByRole('region', { name: 'What will be lost' }).getByRole('listitem').allInnerTexts();
    expect(losses[0]).toContain('which is on the profile of ada@contoso.com');
    expect(losses).toContain('The PIN');
    expect(losses).toContain('ada@contoso.com, for login.microsoft.com');
    const begin = button(page, 'Erase everything');
    expect(await begin.getAttribute('aria-disabled')).toBe('true');
    expect(losses).toContain('The SSH key openssh, which is not enrolled on this computer');
    await page.getByLabel('Type “reset” to go on').fill('reset');
    await begin.click();
    const left = async () => Number.parseInt(await page.getByRole('timer').innerText(), 10);
    await page.getByRole('timer').waitFor();
    const before = await left();
    await page.clock.runFor(3_000);
    await soon(left).toBeLessThanOrEqual(Math.max(0, before - 3));
    bridge.change({ 'keys.list': () => ({ keys: [{ ...SECURITY_KEYS['no-pin'], path: '/dev/hidraw9' }] }) });
    erased?.();
    const done = heading(page, 'The key is empty');
    await done.waitFor();
    await page.getByText('Devices go on accepting the key that was erased').waitFor();
    await button(page, 'See readiness').waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await button(page, 'All security keys').click();
    await page.getByText('No PIN yet').waitFor();
  });

  test('that is stopped has erased nothing, and says so', async () => {
    await using window = await openKey(SECURITY_KEYS.yubikey, {
      'keys.reset': waitsAfter(resetUntil('consent-wanted')),
    });
    const { page } = window;
    await button(page, 'Reset this key…').click();
    await button(page, 'See what will be lost').click();
    await button(page, 'Keep everything').click();
    await page.getByText('The reset was stopped. Nothing was erased.').waitFor();
    await button(page, 'Back to the key').click();
    await heading(page, 'PIN').waitFor();
  });

  test('ends with the screen: going elsewhere stops what waits', async () => {
    let isStopped = false;
    await using window = await openKey(SECURITY_KEYS.yubikey, {
      'keys.reset': (_, { progress, signal }) => {
        for (const step of resetUntil('unplug-wanted')) progress(step);
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            isStopped = true;
            reject(cancelled());
          }),
        );
      },
    });
    const { page } = window;
    await button(page, 'Reset this key…').click();
    await button(page, 'See what will be lost').click();
    await heading(page, 'Unplug the key now').waitFor();
    await page.getByRole('navigation').getByRole('button', { name: 'Readiness' }).click();
    await soon(() => isStopped).toBe(true);
  });
});

test('Everything is reached by keyboard: the list, the page, a dialog and back', async () => {
  await using window = await openList([SECURITY_KEYS.yubikey]);
  const { page } = window;
  await reach(page, page.getByRole('main').getByRole('listitem').getByRole('button'));
  await page.keyboard.press('Enter');
  await title(page, SECURITY_KEYS.yubikey.product).waitFor();
  await reach(page, button(page, 'Show the credentials'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'github.com' }).waitFor();
});

/** Goes there by Tab. */
async function reach(page: Page, element: ReturnType<Page['getByRole']>): Promise<void> {
  for (let tabs = 0; !(await isFocused(element)); tabs += 1) {
    if (tabs === 20) throw new Error(`Tab does not lead to ${element}`);
    await page.keyboard.press('Tab');
  }
}

async function isFocused(element: ReturnType<Page['getByRole']>): Promise<boolean> {
  return element.evaluate((one) => one === one.ownerDocument.activeElement);
}

/** How many buttons have the colour of the primary one. */
async function primaryButtons(page: Page): Promise<number> {
  return page
    .getByRole('main')
    .getByRole('button')
    .evaluateAll((buttons) => {
      const brand = 'rgb(0, 109, 135)';
      return buttons.filter((one) => getComputedStyle(one).backgroundColor === brand).length;
    });
}

describe('Through Windows, where no key can be seen', () => {
  const ORDINARY = { way: 'windows', because: 'not-elevated' } as const;
  const openWith = (keyWay: KeyWayView, calls: ScriptedCalls = {}) =>
    openList([], { 'keys.list': () => ({ keys: [], keyWay }), ...calls });

  test('the screen says so, what that cannot do, and where it can be had; axe finds nothing in light or dark', async () => {
    await using window = await openWith(ORDINARY);
    const { page } = window;
    await page.getByRole('heading', { name: 'Your security keys are reached through Windows' }).waitFor();
    await page.getByText('An ordinary account may not open them.').waitFor();
    await page.getByRole('region', { name: 'Everything else' }).getByText('choose Run as administrator').waitFor();
    expect(await page.getByText('Plug in a security key').count()).toBe(0);
    expect(await page.getByRole('progressbar').count()).toBe(0);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });

  test('Windows Settings open at one press, and where they do not it is said', async () => {
    await using window = await openWith(ORDINARY, { 'keys.open-settings': () => ({}) });
    const { page, bridge } = window;
    const open = page.getByRole('button', { name: 'Open Windows Settings' });
    await open.click();
    await soon(() => bridge.made.filter(({ name }) => name === 'keys.open-settings').length).toBe(1);
    bridge.change({
      'keys.open-settings': () => {
        throw new ScriptedError('KEY_SETTINGS_NOT_OPENED', 'Windows Settings could not be opened.', 'Open Settings.');
      },
    });
    await open.click();
    await page.getByText('KEY_SETTINGS_NOT_OPENED').waitFor();
  });

  test.each([
    ['setting', 'Under Settings, set “Security keys on Windows”', 'Open Settings'],
    ['cannot-open', 'Install it again.', 'Look again'],
  ] as const)('where the reason is %s, that is what is to be done', async (because, text, action) => {
    await using window = await openWith({ way: 'windows', because });
    await window.page.getByText(text).waitFor();
    await window.page.getByRole('button', { name: action, exact: true }).waitFor();
  });

  test('what stands against the way is told in its place, also where Glasskey is to open keys and may not', async () => {
    const obstacle = { code: 'WEBAUTHN_TOO_OLD', message: 'This Windows is too old.', remedy: 'Update Windows.' };
    await using window = await openWith({ ...ORDINARY, obstacle });
    const { page, bridge } = window;
    await page.getByText('WEBAUTHN_TOO_OLD').waitFor();
    await page.getByRole('heading', { name: 'Everything else' }).waitFor();
    const refused = { code: 'HID_PERMISSION', message: 'This account may not.', remedy: 'Set it to auto.' };
    bridge.change({
      'keys.list': () => ({ keys: [], keyWay: { way: 'direct', because: 'setting', obstacle: refused } }),
    });
    await bridge.tell('settings.changed', {});
    await page.getByText('HID_PERMISSION').waitFor();
    await page.getByRole('heading', { name: 'Start Glasskey as an administrator' }).waitFor();
    expect(await page.getByText('Plug in a security key').count()).toBe(0);
  });
});
