/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Readiness } from '../../main/ipc/contract.ts';
import { axeViolations, axeViolationsInBothSchemes } from '../window/open-window.ts';
import { NOW, OUTLOOK, PUBLIC_LINE, READINESS } from '../window/sample-readiness.ts';
import { ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';

const browser = windowBrowser();

type State = keyof typeof READINESS;

const verdictOf = (page: Page) => page.getByRole('heading', { level: 1 });

/** What is used of an element: these sources have no types of the DOM. */
interface Words {
  querySelectorAll(selector: string): Iterable<{ readonly textContent: string }>;
}

const STATES: readonly (readonly [State, string, string])[] = [
  ['ready', 'Ready to log in', 'Connect to ce1-rack4'],
  ['ready-unplugged', 'Ready to log in', 'Add a device'],
  ['with-backup', 'Ready to log in', 'Put on my profile'],
  ['waiting-for-devices', 'Waiting for the devices', 'Try a login'],
  ['not-published', 'Not published yet', 'Publish the key'],
  ['files-missing', 'Key files are missing', 'Enroll again'],
  ['unfinished', 'Enrollment not finished', 'Go on with the enrollment'],
  ['not-enrolled', 'No key enrolled', 'Enroll a key'],
];

describe('Readiness', () => {
  test.each(STATES)(
    '%s: one verdict, one thing to do, five links, and axe finds nothing in light or dark',
    async (state, verdict, action) => {
      await using window = await browser.open({
        calls: { 'readiness.get': () => READINESS[state] },
        now: NOW,
      });
      const { page } = window;
      await soon(() => verdictOf(page).allTextContents()).toEqual([verdict]);
      await page.getByRole('button', { name: action }).waitFor();
      expect(await page.getByRole('region', { name: 'The way to a device' }).getByRole('listitem').count()).toBe(5);
      expect(await axeViolationsInBothSchemes(page)).toEqual([]);
      expect(window.faults).toEqual([]);
    },
  );
});

describe('The way to security keys on Windows', () => {
  const open = (keyWay: Readiness['keyWay']) =>
    browser.open({ calls: { 'readiness.get': () => ({ ...READINESS.ready, keyWay }) }, now: NOW });

  test.each([
    [
      { way: 'windows', because: 'not-elevated' },
      'Security keys are reached through Windows. An ordinary account may not open them.',
      'Its own dialogs ask for the PIN and the touch.',
    ],
    [
      { way: 'direct', because: 'elevated' },
      'Glasskey opens security keys itself. This account may.',
      'It runs with the rights of an administrator.',
    ],
  ] as const)(
    '%o is told with its reason, and axe finds nothing in light or dark',
    async (way, sentence, explained) => {
      await using window = await open(way);
      const { page } = window;
      await page.getByText(sentence).waitFor();
      await page.getByText(explained).waitFor();
      expect(await axeViolationsInBothSchemes(page)).toEqual([]);
      expect(window.faults).toEqual([]);
    },
  );

  test('is told with what stands against it, its remedy and its code', async () => {
    const obstacle = { code: 'WEBAUTHN_TOO_OLD', message: 'This Windows is too old.', remedy: 'Update Windows.' };
    await using window = await open({ way: 'windows', because: 'setting', obstacle });
    const { page } = window;
    await page
      .getByText('Security keys are reached through Windows. The settings say so. This Windows is too old.')
      .waitFor();
    await page.getByText('Update Windows.').waitFor();
    await page.getByText('WEBAUTHN_TOO_OLD').waitFor();
    expect(await page.getByText('Its own dialogs ask').count()).toBe(0);
  });

  test('leads to what Windows cannot do, where it is that way', async () => {
    await using window = await open({ way: 'windows', because: 'not-elevated' });
    const { page, bridge } = window;
    bridge.change({ 'keys.list': () => ({ keys: [], keyWay: { way: 'windows', because: 'not-elevated' } }) });
    await page.getByRole('button', { name: 'What this way cannot do' }).click();
    await page.getByRole('heading', { name: 'Your security keys are reached through Windows' }).waitFor();
  });

  test('is not told where there is but one', async () => {
    await using window = await open(undefined);
    await window.page.getByRole('region', { name: 'The way to a device' }).waitFor();
    expect(await window.page.getByText(/opens security keys itself|through Windows/).count()).toBe(0);
  });
});

test('Beside each key it stands whether the profile holds it, and the one button switches the profile to the other', async () => {
  await using window = await browser.open({
    calls: {
      'readiness.get': () => READINESS['with-backup'],
      'publish.run': () => {
        throw new ScriptedError('PROFILE_KEY_KEPT', 'The profile holds another key.', 'Publish again.');
      },
    },
    now: NOW,
  });
  const { page, bridge } = window;
  const keys = page.getByRole('region', { name: 'Enrolled keys' }).getByRole('listitem');
  await page.getByText('A profile holds one key.').waitFor();
  expect(await keys.nth(0).textContent()).toContain('YubiKey 5 NFC, backupPrepared, not on your profile');
  expect(await keys.nth(1).textContent()).toContain('YubiKey 5C NFCOn your profile');
  const button = page.getByRole('button', { name: 'Put on my profile' });
  expect(await button.count()).toBe(1);
  expect(await button.getAttribute('aria-describedby')).toBe(await keys.nth(0).getByRole('heading').getAttribute('id'));
  await button.click();
  await page.getByRole('heading', { level: 1, name: 'Publish the key' }).waitFor();
  await page.getByText('PROFILE_KEY_KEPT').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  const published = () => bridge.made.filter(({ name }) => name === 'publish.run').map(({ input }) => input);
  await soon(published).toEqual([{ enrollment: 'two' }, { enrollment: 'two' }]);
});

test('Where the one key is yet to be published there is one button for it, and not two', async () => {
  await using window = await browser.open({ calls: { 'readiness.get': () => READINESS['not-published'] }, now: NOW });
  const { page } = window;
  await page.getByRole('button', { name: 'Publish the key' }).waitFor();
  await page.getByText('Not on your profile').waitFor();
  expect(await page.getByRole('button', { name: 'Put on my profile' }).count()).toBe(0);
});

test('Each link says in words how it stands, by which name and since when', async () => {
  await using window = await browser.open({
    calls: { 'readiness.get': () => READINESS['waiting-for-devices'] },
    now: NOW,
  });
  const links = window.page.getByRole('region', { name: 'The way to a device' }).getByRole('listitem');
  await links.first().waitFor();
  const said = await links.evaluateAll((all) =>
    all.map((one) => [...(one as unknown as Words).querySelectorAll('h3, h3 ~ *')].map((word) => word.textContent)),
  );
  expect(said).toEqual([
    ['Security key', 'Enrolled', 'YubiKey 5C NFC', 'Since 3 Nov, 14:21', 'Plugged in'],
    ['Profile', 'Published', 'ada@contoso.com', 'Since 4 Nov, 14:02'],
    ['Reconciliation', 'Under way', 'By 18:02 at the latest'],
    ['Jump host', 'Not tried yet', 'ada@jump-east.contoso.net'],
    ['Device', 'Not tried yet'],
  ]);
});

test.each([
  ['at its hyphens', 'ada@jump-east.contoso.net', /[@.]$/],
  ['at the dots of an address', 'jumper-east@198.19.179.130', /@$/],
] as const)(
  'A host that does not fit goes to the next line where a part begins, and is not broken %s',
  async (_where, address, end) => {
    const chain = READINESS.ready.chain.map((link) => (link.link === 'jump-host' ? { ...link, name: address } : link));
    await using window = await browser.open({
      calls: { 'readiness.get': () => ({ ...READINESS.ready, chain }) },
      now: NOW,
    });
    const links = window.page.getByRole('region', { name: 'The way to a device' }).getByRole('listitem');
    const name = links.getByText(address);
    await name.waitFor();
    const lines = await name.evaluate((element) => {
      const range = document.createRange();
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const drawn = new Map<number, string>();
      while (texts.nextNode() !== null) {
        const text = texts.currentNode.textContent ?? '';
        for (let at = 0; at < text.length; at += 1) {
          range.setStart(texts.currentNode, at);
          range.setEnd(texts.currentNode, at + 1);
          const top = Math.round(range.getBoundingClientRect().top);
          drawn.set(top, `${drawn.get(top) ?? ''}${text[at]}`);
        }
      }
      return [...drawn.values()];
    });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe(address);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(end);
  },
);

test.each([
  ['ready', 'Your key works: you have logged in with it.'],
  ['ready-unplugged', 'only a login proves it.'],
] as const)('%s: what the verdict rests on is said below it', async (state, words) => {
  await using window = await browser.open({ calls: { 'readiness.get': () => READINESS[state] }, now: NOW });
  await window.page.getByText(words).waitFor();
});

test('The countdown goes down by the second, and readiness is asked again when it is over', async () => {
  const until = NOW + 90_000;
  const waiting = READINESS['waiting-for-devices'];
  await using window = await browser.open({
    calls: { 'readiness.get': () => ({ ...waiting, next: { action: 'wait', until } }) },
    now: NOW,
  });
  const { page, bridge } = window;
  const timer = page.getByRole('timer');
  await timer.waitFor();
  await page.clock.pauseAt(NOW + 30_000);
  const secondsLeft = async () => {
    const [, minutes, seconds] = /^(\d+) min (\d+) s$/.exec((await timer.textContent()) ?? '') ?? [];
    return Number(minutes) * 60 + Number(seconds);
  };
  const before = await secondsLeft();
  await page.clock.runFor(10_000);
  await soon(secondsLeft).toBe(before - 10);
  bridge.change({ 'readiness.get': () => ({ ...READINESS.ready, now: until }) });
  await page.clock.runFor(90_000);
  await soon(() => verdictOf(page).textContent()).toBe('Ready to log in');
});

test('It is drawn anew when something changed, and what changed is read out', async () => {
  await using window = await browser.open({ calls: { 'readiness.get': () => READINESS['not-enrolled'] } });
  const { page, bridge } = window;
  await verdictOf(page).waitFor();
  bridge.change({ 'readiness.get': () => READINESS.ready });
  await bridge.tell('readiness.changed', {});
  await soon(() => verdictOf(page).textContent()).toBe('Ready to log in');
  await soon(() => page.getByRole('log').textContent()).toContain('Ready to log in');
});

test('A key that is enrolled and not plugged in is asked for before a login fails without it', async () => {
  const { chain, ...rest } = READINESS.ready;
  const unplugged = {
    ...rest,
    chain: chain.map((link) => (link.link === 'key' ? { ...link, pluggedIn: false } : link)),
  };
  await using window = await browser.open({ calls: { 'readiness.get': () => unplugged } });
  await window.page.getByText('Plug in your YubiKey 5C NFC first.').waitFor();
});

test('Connect opens a session to the last target and goes to it', async () => {
  await using window = await browser.open({
    calls: {
      'readiness.get': () => READINESS.ready,
      'sessions.open': () => ({ id: 's1' }),
      'sessions.attach': () => ({ replay: new Uint8Array() }),
    },
  });
  const { page, bridge } = window;
  await page.getByRole('button', { name: 'Connect to ce1-rack4' }).click();
  await soon(() => page.getByRole('button', { name: 'Sessions' }).getAttribute('aria-current')).toBe('page');
  expect(bridge.made.find(({ name }) => name === 'sessions.open')?.input).toMatchObject({ target: 'ce1-rack4' });
});

test('A session that cannot begin is told with what to do, and can be tried again', async () => {
  await using window = await browser.open({
    calls: {
      'readiness.get': () => READINESS.ready,
      'sessions.open': () => {
        throw new ScriptedError('SSH_MISSING', 'ssh was not found.', 'Install OpenSSH.');
      },
    },
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Connect to ce1-rack4' }).click();
  const alert = page.getByRole('alert');
  await soon(() => alert.textContent()).toMatch(/ssh was not found\.\s*Install OpenSSH\.\s*SSH_MISSING/);
  expect(await page.getByRole('button', { name: 'Connect to ce1-rack4' }).isEnabled()).toBe(true);
});

test('The public line is copied by the main process, and that is read out', async () => {
  await using window = await browser.open({ calls: { 'readiness.get': () => READINESS.ready } });
  const { page, bridge } = window;
  await page.getByRole('button', { name: 'Copy public line' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(bridge.made.find(({ name }) => name === 'app.copy')?.input).toEqual({ text: PUBLIC_LINE });
  await soon(() => page.getByRole('log').textContent()).toContain('Copied');
});

test('When readiness cannot be told, the error is, and trying again may help', async () => {
  await using window = await browser.open({
    calls: {
      'readiness.get': () => {
        throw new ScriptedError('JOURNAL_DAMAGED', 'An entry cannot be read.', 'Update Glasskey.');
      },
    },
  });
  const { page, bridge } = window;
  await page.getByText('JOURNAL_DAMAGED').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  bridge.change({ 'readiness.get': () => READINESS.ready });
  await page.getByRole('button', { name: 'Try again' }).click();
  await soon(() => verdictOf(page).textContent()).toBe('Ready to log in');
});

test('A menu, tray or link moves the window; the heading of the new screen has the focus', async () => {
  await using window = await browser.open({
    calls: { 'readiness.get': () => READINESS.ready, 'enroll.look': () => OUTLOOK.plain },
  });
  const { page, bridge } = window;
  await verdictOf(page).waitFor();
  expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY');
  await bridge.tell('app.go', { screen: 'enroll' });
  await soon(() => page.evaluate('document.activeElement.textContent')).toBe('Enroll a key');
  expect(await page.title()).toBe('Enroll a key - Glasskey');
});

test('By keyboard alone: from the navigation to the one button, each stop visible', async () => {
  await using window = await browser.open({
    calls: { 'readiness.get': () => READINESS['not-enrolled'], 'enroll.look': () => OUTLOOK.none },
  });
  const { page } = window;
  await verdictOf(page).waitFor();
  const stops: string[] = [];
  for (let count = 0; count < 8; count++) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate('document.activeElement.textContent'));
    expect(await hasFocusRing(page)).toBe(true);
  }
  expect(stops).toEqual([
    'Readiness',
    'Enroll',
    'Security keys',
    'Devices',
    'Sessions',
    'Reminders',
    'Settings',
    'Enroll a key',
  ]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Plug in your security key' }).waitFor();
});

test.each([
  ['200 % zoom of a window of 1280', 640],
  ['a narrow window', 660],
])('Nothing is cut off or scrolls sideways at %s', async (_, width) => {
  await using window = await browser.open({
    calls: { 'readiness.get': () => READINESS['waiting-for-devices'] },
    width,
    height: 480,
  });
  const { page } = window;
  await verdictOf(page).waitFor();
  const wider = await page.evaluate(
    `[...document.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible' && one.clientWidth > 1).map((one) => one.outerHTML.slice(0, 80))`,
  );
  expect(wider).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
});

test('In forced colours the states are still told apart, and axe finds nothing', async () => {
  await using window = await browser.open({
    calls: { 'readiness.get': () => READINESS['waiting-for-devices'] },
    colorScheme: 'dark',
    forcedColors: 'active',
  });
  await verdictOf(window.page).waitFor();
  expect(await axeViolations(window.page)).toEqual([]);
  expect(window.faults).toEqual([]);
});

/** An outline, or Fluent's ring, which is one of a pseudo element. */
function hasFocusRing(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const one = document.activeElement;
    return [getComputedStyle(one), getComputedStyle(one, '::after')].some(
      (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none',
    );
  })()`);
}
