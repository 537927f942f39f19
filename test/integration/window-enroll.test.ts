import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { EnrollOutlook, EnrollStep } from '../../main/ipc/contract.ts';
import { axeViolationsInBothSchemes, type OpenWindow } from '../window/open-window.ts';
import { PUBLISHED_REPORT, SIGN_IN_URL, STEPS, stepsUntil, WRITTEN_REPORT } from '../window/sample-enrollment.ts';
import { NOW, OUTLOOK, READINESS } from '../window/sample-readiness.ts';
import { cancelled, type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';

const browser = windowBrowser();

type Run = NonNullable<ScriptedCalls['enroll.run']>;

/** Tells the steps, then waits until it is cancelled. */
function waitsAfter(steps: readonly EnrollStep[]): Run {
  return (_, { progress, signal }) => {
    for (const step of steps) progress(step);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled())));
  };
}

function failsAfter(steps: readonly EnrollStep[], error: ScriptedError): Run {
  return (_, { progress }) => {
    for (const step of steps) progress(step);
    throw error;
  };
}

const succeeds: Run = ({ publish }, { progress }) => {
  for (const step of publish ? STEPS : stepsUntil('files-written')) progress(step);
  return publish ? PUBLISHED_REPORT : WRITTEN_REPORT;
};

const UNPLUGGED = new ScriptedError('HID_GONE', 'The key was unplugged.', 'Plug it in and try again.');

interface Opening {
  readonly look?: EnrollOutlook;
  readonly run?: Run;
  readonly reducedMotion?: 'reduce';
}

/** The window at its Enroll screen. */
async function openEnroll({ look = OUTLOOK.plain, run, ...media }: Opening): Promise<OpenWindow> {
  const window = await browser.open({
    ...media,
    now: NOW,
    calls: {
      'readiness.get': () => READINESS['not-enrolled'],
      'enroll.look': () => look,
      ...(run === undefined ? {} : { 'enroll.run': run }),
    },
  });
  await window.page.getByRole('button', { name: 'Enroll', exact: true }).click();
  await heading(window.page).waitFor();
  return window;
}

/** The h2 in which each state of the screen is told. */
const heading = (page: Page) => page.getByRole('heading', { level: 2 }).first();
const start = (page: Page) => page.getByRole('button', { name: 'Enroll this key' });
const stages = (page: Page) => page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
const enrollInputs = ({ bridge }: OpenWindow) =>
  bridge.made.filter(({ name }) => name === 'enroll.run').map(({ input }) => input);

describe('Before it begins', () => {
  test.each([
    ['plain', 'This key will be enrolled', 'PIN set, 8 tries left'],
    ['none', 'Plug in your security key', 'It is noticed by itself.'],
    ['windows', 'Windows will ask for your security key', 'Its dialog asks for the key, its PIN and a touch.'],
    ['no-pin', 'This key will be enrolled', 'After 8 wrong tries the key is blocked for good'],
    ['few-tries', 'This key will be enrolled', 'only 2 tries are left'],
    ['several', 'Which key do you want to enroll?', 'Feitian K40'],
    ['unusable', 'This key cannot be enrolled now', 'Another program has opened the key.'],
    ['taken', 'This key will be enrolled', 'keep the old one beside it'],
    ['unfinished', 'This key will be enrolled', 'It was begun with YubiKey 5C NFC on 4 November, 13:21.'],
    ['no-app', 'This key will be enrolled', 'No app registration is set.'],
  ] as const)('%s is shown, and axe finds nothing in light or dark', async (name, title, text) => {
    await using window = await openEnroll({ look: OUTLOOK[name] });
    const { page } = window;
    await soon(() => heading(page).textContent()).toBe(title);
    await page.getByText(text).waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });
});

describe('While it runs and after', () => {
  test.each([
    ['the PIN is wanted', waitsAfter(stepsUntil('pin-wanted')), 'Give the PIN'],
    ['a new PIN is wanted', waitsAfter([{ kind: 'pin-wanted', isNew: true }]), 'Choose a PIN'],
    ['the key waits for a touch', waitsAfter(stepsUntil('touch-wanted')), 'Touch your key now'],
    ['Windows asks', waitsAfter([{ kind: 'touch-wanted', systemAsks: true }]), 'Windows asks for PIN and touch'],
    ['another program has the key', waitsAfter([{ kind: 'key-busy' }]), 'The key is busy'],
    ['the browser has the sign-in', waitsAfter(stepsUntil('sign-in-wanted')), 'Sign in with your browser'],
    ['it is published', waitsAfter(stepsUntil('publishing')), 'Publishing'],
    ['it failed', failsAfter(stepsUntil('touch-wanted'), UNPLUGGED), 'That did not work'],
    ['it is done', succeeds, 'Enrolled and published'],
  ] as const)('%s: told, with the focus on it, and axe finds nothing in light or dark', async (_, run, title) => {
    await using window = await openEnroll({ run });
    const { page } = window;
    await start(page).click();
    await soon(() => heading(page).textContent()).toBe(title);
    await soon(() => page.evaluate('document.activeElement.id')).toBe('run-title');
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });
});

test('A key that is plugged in is noticed by itself, and read out', async () => {
  await using window = await openEnroll({ look: OUTLOOK.none });
  const { page, bridge } = window;
  expect(await start(page).count()).toBe(0);
  bridge.change({ 'enroll.look': () => OUTLOOK.plain });
  await bridge.tell('readiness.changed', {});
  await start(page).waitFor();
  await soon(() => page.getByRole('log').textContent()).toContain('This key will be enrolled: YubiKey 5C NFC');
});

test('Through Windows a key is enrolled without being chosen, or seen', async () => {
  await using window = await openEnroll({
    look: OUTLOOK.windows,
    run: waitsAfter([{ kind: 'touch-wanted', systemAsks: true }]),
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Enroll a key' }).click();
  await soon(() => heading(page).textContent()).toBe('Windows asks for PIN and touch');
  expect(enrollInputs(window)).toEqual([expect.not.objectContaining({ device: expect.anything() })]);
  await soon(() => stages(page).first().textContent()).toContain('Make the credential in the dialog of Windows');
  expect(await page.getByRole('main').textContent()).not.toMatch(/Touch your key|Give the PIN/);
});

test('What keeps Windows from reaching a key is told before it is begun, with the way to what can be done', async () => {
  const obstacle = { code: 'WEBAUTHN_TOO_OLD', message: 'This Windows is too old.', remedy: 'Update Windows.' };
  const keyWay = { ...OUTLOOK.windows.keyWay, obstacle };
  await using window = await openEnroll({ look: OUTLOOK.windows });
  const { page, bridge } = window;
  bridge.change({
    'enroll.look': () => ({ ...OUTLOOK.windows, keyWay }),
    'keys.list': () => ({ keys: [], keyWay }),
  });
  await bridge.tell('settings.changed', {});
  await page.getByText('WEBAUTHN_TOO_OLD').waitFor();
  expect(await page.getByRole('button', { name: 'Enroll a key' }).count()).toBe(0);
  await page.getByRole('button', { name: 'What this way cannot do' }).click();
  await page.getByRole('heading', { level: 1, name: 'Security keys' }).waitFor();
});

test('Of several keys the chosen one is enrolled, and none before one is chosen', async () => {
  await using window = await openEnroll({ look: OUTLOOK.several, run: succeeds });
  const { page } = window;
  await start(page).click({ force: true });
  expect(enrollInputs(window)).toEqual([]);
  await page.getByRole('radio', { name: /Feitian K40/ }).check();
  await start(page).click();
  await soon(() => heading(page).textContent()).toBe('Enrolled and published');
  expect(enrollInputs(window)).toMatchObject([{ device: '/dev/hidraw4' }]);
});

test('A key file that is there is replaced only with consent', async () => {
  await using window = await openEnroll({ look: OUTLOOK.taken, run: succeeds });
  const { page } = window;
  await start(page).click({ force: true });
  expect(enrollInputs(window)).toEqual([]);
  await page.getByRole('checkbox', { name: /keep the old one beside it/ }).check();
  await start(page).click();
  await soon(() => enrollInputs(window)).toMatchObject([{ overwrite: true, fresh: false }]);
});

test('More options are folded away, and count', async () => {
  await using window = await openEnroll({ run: succeeds });
  const { page } = window;
  expect(await page.getByRole('radio').count()).toBe(0);
  await page.getByRole('button', { name: 'More options' }).click();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await page.getByRole('radio', { name: /^ecdsa-sk/ }).check();
  await page.getByRole('checkbox', { name: /^Publish it/ }).uncheck();
  await start(page).click();
  await soon(() => heading(page).textContent()).toBe('Enrolled, not published yet');
  expect(enrollInputs(window)).toEqual([
    { algorithm: 'ecdsa-sk', publish: false, fresh: false, overwrite: false, device: '/dev/hidraw3' },
  ]);
});

describe('A backup key', () => {
  const backup = (page: Page) => page.getByRole('radio', { name: /^Backup key/ });
  const prepare = (page: Page) => page.getByRole('button', { name: 'Prepare the backup' });

  test('is a choice only where a key is on a profile, and not the one that is chosen by itself', async () => {
    await using without = await openEnroll({ look: OUTLOOK.plain });
    expect(await backup(without.page).count()).toBe(0);
    await using window = await openEnroll({ look: OUTLOOK.published });
    await window.page.getByRole('radiogroup', { name: 'What is the new key for?' }).waitFor();
    expect(await window.page.getByRole('radio', { name: /^For my logins/ }).isChecked()).toBe(true);
    expect(await axeViolationsInBothSchemes(window.page)).toEqual([]);
  });

  test('says what it is and when it is used, and is made with files of its own and not published', async () => {
    await using window = await openEnroll({ look: OUTLOOK.published, run: succeeds });
    const { page } = window;
    await backup(page).check();
    await page.getByText('no device knows it yet. When you need it, put it on your profile').waitFor();
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByText('/home/ada/.ssh/id_ed25519_sk_backup').waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await prepare(page).click();
    await soon(() => heading(page).textContent()).toBe('The backup is prepared');
    expect(enrollInputs(window)).toEqual([
      {
        algorithm: 'ed25519-sk',
        publish: false,
        fresh: false,
        overwrite: false,
        backup: true,
        device: '/dev/hidraw3',
      },
    ]);
    expect(await page.getByRole('button', { name: 'Publish now' }).count()).toBe(0);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(window.faults).toEqual([]);
  });

  test('is refused by the security key that is enrolled: another one is chosen, for a backup still', async () => {
    const sameKey = new ScriptedError(
      'BACKUP_NEEDS_ANOTHER_KEY',
      'This YubiKey holds a key that is enrolled already.',
      'Plug in another security key, then try again.',
    );
    await using window = await openEnroll({
      look: OUTLOOK.published,
      run: failsAfter(stepsUntil('touch-wanted'), sameKey),
    });
    const { page } = window;
    await backup(page).check();
    await prepare(page).click();
    await soon(() => heading(page).textContent()).toBe('That key cannot be its own backup');
    await page.getByText('Plug in another security key, then try again.').waitFor();
    await page.getByText('Nothing has been made on the key.').waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Choose another key' }).click();
    await prepare(page).waitFor();
    expect(await backup(page).isChecked()).toBe(true);
  });

  test('that was begun is gone on with, and the enrollment of the main key is not', async () => {
    await using window = await openEnroll({ look: OUTLOOK['backup-begun'], run: succeeds });
    const { page } = window;
    await page.getByText('It was begun with YubiKey 5 NFC on 4 November, 13:21.').waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await soon(() => enrollInputs(window)).toMatchObject([{ backup: true, fresh: false, publish: false }]);
  });

  test('that is prepared gives way to another only with consent, which is not that for the main key’s files', async () => {
    await using window = await openEnroll({ look: OUTLOOK['backup-prepared'], run: succeeds });
    const { page } = window;
    const consent = page.getByRole('checkbox', { name: /keep the old one beside it/ });
    await consent.check();
    await backup(page).check();
    await page.getByText('A backup is prepared here already').waitFor();
    expect(await consent.isChecked()).toBe(false);
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    await prepare(page).click({ force: true });
    expect(enrollInputs(window)).toEqual([]);
    await consent.check();
    await prepare(page).click();
    await soon(() => enrollInputs(window)).toMatchObject([{ backup: true, overwrite: true }]);
  });
});

test('A key that was made and not published is published by its id: another may be on the profile', async () => {
  await using window = await openEnroll({ look: OUTLOOK['no-app'], run: succeeds });
  const { page, bridge } = window;
  bridge.change({
    'publish.run': () => {
      throw new ScriptedError('PROFILE_KEY_KEPT', 'The profile holds another key.', 'Publish again.');
    },
  });
  await start(page).click();
  await page.getByRole('button', { name: 'Publish now' }).click();
  await soon(() => bridge.made.at(-1)).toEqual({ name: 'publish.run', input: { enrollment: WRITTEN_REPORT.id } });
});

test('Where nothing can be published the key is made all the same, and nobody is asked to sign in', async () => {
  await using window = await openEnroll({ look: OUTLOOK['no-app'], run: succeeds });
  await start(window.page).click();
  await soon(() => enrollInputs(window)).toMatchObject([{ publish: false }]);
});

test('An unfinished enrollment is gone on with, or begun anew when that is asked for', async () => {
  for (const [button, fresh] of [
    ['Go on', false],
    ['Begin anew', true],
  ] as const) {
    await using window = await openEnroll({ look: OUTLOOK.unfinished, run: succeeds });
    await window.page.getByRole('button', { name: button }).click();
    await soon(() => enrollInputs(window)).toMatchObject([{ fresh }]);
  }
});

test('A published weakness that concerns the key is told with what it means and what to do', async () => {
  const notice: EnrollStep = {
    kind: 'key-notice',
    id: 'YSA-2024-03',
    title: 'EUCLEAK',
    meaning: 'It means this.',
    remedy: 'Do that.',
    url: 'https://advisory.example',
  };
  const [found, ...later] = stepsUntil('touch-wanted');
  await using window = await openEnroll({
    run: waitsAfter([...(found === undefined ? [] : [found]), notice, ...later]),
  });
  const { page } = window;
  await start(page).click();
  await soon(() => heading(page).textContent()).toBe('Touch your key now');
  const shown = await page.getByRole('main').textContent();
  expect(shown).toContain('YSA-2024-03 concerns this key. EUCLEAK.It means this. Do that.https://advisory.example');
});

test('The steps are told as they happen, in a list and to screen readers', async () => {
  await using window = await openEnroll({ run: waitsAfter(stepsUntil('touch-wanted')) });
  const { page } = window;
  await start(page).click();
  await soon(() => heading(page).textContent()).toBe('Touch your key now');
  expect(await stages(page).allTextContents()).toEqual([
    'Key found, doneYubico YubiKey OTP+FIDO+CCID (YubiKey 5/5C NFC), firmware 5.7.1',
    'PIN given, done',
    'Touch the key to make the credential, under way',
    'Check what the key made, to come',
    'Write the key files, to come',
    'Sign in, to come',
    'Publish on your profile, to come',
  ]);
  expect(await page.locator('[aria-current=step]').textContent()).toContain('Touch the key');
  await soon(() => page.getByRole('log').textContent()).toContain('Touch your key now. It blinks');
});

test.each([
  ['pin-wanted', 'nothing has been made on the key', 'Nothing has been made on the key.'],
  ['touch-wanted', 'nothing has been made on the key', 'Nothing has been made on the key.'],
  ['attestation', 'the credential stays on the key', 'The credential stays on the key. You can go on from here.'],
  ['sign-in-wanted', 'the key and its files stay', 'What is missing is to publish it.'],
] as const)('Stopping at %s says before and after what is left, and going on resumes', async (kind, before, after) => {
  await using window = await openEnroll({ run: waitsAfter(stepsUntil(kind)) });
  const { page, bridge } = window;
  await start(page).click();
  await page.getByText(`If you stop now, ${before}`).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await soon(() => heading(page).textContent()).toBe('Stopped');
  await page.getByText(after).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  bridge.change({ 'enroll.run': succeeds });
  await page.getByRole('button', { name: 'Go on' }).click();
  await soon(() => heading(page).textContent()).toBe('Enrolled and published');
  expect(enrollInputs(window)).toMatchObject([{ fresh: false }, { fresh: false }]);
});

test('A failure is told with its remedy and code; trying again goes on and never begins anew', async () => {
  await using window = await openEnroll({
    look: OUTLOOK.unfinished,
    run: failsAfter(stepsUntil('credential-made'), UNPLUGGED),
  });
  const { page, bridge } = window;
  await page.getByRole('button', { name: 'Begin anew' }).click();
  await soon(() => page.getByRole('alert').textContent()).toMatch(
    /The key was unplugged\.\s*Plug it in and try again\.\s*HID_GONE/,
  );
  // What happened is read before what can be pressed.
  const top = async (what: Locator) => (await what.boundingBox())?.y ?? Number.NaN;
  expect(await top(page.getByRole('alert'))).toBeLessThan(await top(page.getByRole('button', { name: 'Try again' })));
  bridge.change({ 'enroll.run': succeeds });
  await page.getByRole('button', { name: 'Try again' }).click();
  await soon(() => heading(page).textContent()).toBe('Enrolled and published');
  expect(enrollInputs(window)).toMatchObject([{ fresh: true }, { fresh: false }]);
});

test('Where no browser could be started the address is shown and can be copied', async () => {
  const run = waitsAfter([...stepsUntil('files-written'), { kind: 'sign-in-wanted', url: SIGN_IN_URL }]);
  await using window = await openEnroll({ run });
  const { page, bridge } = window;
  await start(page).click();
  await page.getByText(SIGN_IN_URL).waitFor();
  await page.getByRole('button', { name: 'Copy the address' }).click();
  await soon(() => bridge.made.at(-1)).toEqual({ name: 'app.copy', input: { text: SIGN_IN_URL } });
});

test('The result names the key, what vouches for it, and when every device has it', async () => {
  await using window = await openEnroll({ run: succeeds });
  const { page } = window;
  await start(page).click();
  await soon(() => heading(page).textContent()).toBe('Enrolled and published');
  const shown = await page.getByRole('main').textContent();
  expect(shown).toContain(PUBLISHED_REPORT.fingerprint);
  expect(shown).toContain('Genuine: its certificate ends at Yubico’s root');
  expect(shown).toContain('ada@contoso.com');
  expect(shown).toMatch(/18:21 at the latest \((3 h 59 min|4 h 0 min)\)/);
  const art = page.getByRole('img', { name: 'Picture of the fingerprint, as ssh-keygen draws it' });
  expect(await art.textContent()).toBe(PUBLISHED_REPORT.randomart);
  await page.getByRole('button', { name: 'See readiness' }).click();
  await page.getByRole('heading', { level: 1, name: 'No key enrolled' }).waitFor();
});

test('Going elsewhere and back changes nothing about what is under way', async () => {
  await using window = await openEnroll({ run: waitsAfter(stepsUntil('touch-wanted')) });
  const { page } = window;
  await start(page).click();
  await soon(() => heading(page).textContent()).toBe('Touch your key now');
  await page.getByRole('button', { name: 'Readiness' }).click();
  await page.getByRole('heading', { level: 1, name: 'No key enrolled' }).waitFor();
  await page.getByRole('button', { name: 'Enroll', exact: true }).click();
  await soon(() => heading(page).textContent()).toBe('Touch your key now');
  expect(enrollInputs(window)).toHaveLength(1);
});

test('Publishing from Readiness runs the same way, to its end', async () => {
  await using window = await browser.open({
    calls: {
      'readiness.get': () => READINESS['not-published'],
      'publish.run': (_, { progress }) => {
        for (const step of STEPS.slice(-3)) progress(step);
        const { fingerprint } = PUBLISHED_REPORT;
        return { account: 'ada@contoso.com', fingerprint, publishedAt: NOW, reconciledBy: NOW, alreadyThere: false };
      },
    },
    now: NOW,
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Publish the key' }).click();
  await page.getByRole('heading', { level: 1, name: 'Publish the key' }).waitFor();
  await soon(() => heading(page).textContent()).toBe('Published');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('By keyboard alone: choose a key, begin, stop, go on, and see the result', async () => {
  await using window = await browser.open({
    calls: {
      'readiness.get': () => READINESS['not-enrolled'],
      'enroll.look': () => OUTLOOK.several,
      'enroll.run': waitsAfter(stepsUntil('touch-wanted')),
    },
  });
  const { page, bridge } = window;
  await page.getByRole('heading', { level: 1 }).waitFor();
  const tabTo = async (name: RegExp) => {
    for (let count = 0; count < 20; count++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate<string>(
        'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
      );
      if (name.test(at)) return;
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo(/^Enroll a key$/);
  await page.keyboard.press('Enter');
  await soon(() => heading(page).textContent()).toBe('Which key do you want to enroll?');
  await tabTo(/YubiKey/);
  await page.keyboard.press('ArrowDown');
  await tabTo(/^Enroll this key$/);
  await page.keyboard.press('Enter');
  await soon(() => heading(page).textContent()).toBe('Touch your key now');
  await tabTo(/^Stop$/);
  await page.keyboard.press('Space');
  await soon(() => heading(page).textContent()).toBe('Stopped');
  bridge.change({ 'enroll.run': succeeds });
  await tabTo(/^Go on$/);
  await page.keyboard.press('Enter');
  await soon(() => heading(page).textContent()).toBe('Enrolled and published');
  expect(enrollInputs(window)).toMatchObject([{ device: '/dev/hidraw4' }, { device: '/dev/hidraw4' }]);
});

test('Where less motion is wished, nothing of the key moves while it waits', async () => {
  const running = (page: Page) =>
    page.evaluate<number>("document.getAnimations().filter((one) => one.effect.target.closest('svg')).length");
  const run = waitsAfter(stepsUntil('touch-wanted'));
  await using moving = await openEnroll({ run });
  await start(moving.page).click();
  await soon(() => running(moving.page)).toBeGreaterThan(0);
  await using still = await openEnroll({ run, reducedMotion: 'reduce' });
  await start(still.page).click();
  await soon(() => heading(still.page).textContent()).toBe('Touch your key now');
  expect(await running(still.page)).toBe(0);
});
