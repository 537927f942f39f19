/** The sessions screen as built, in Chromium, over a scripted bridge: what a device writes, and what a person does. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import type { SessionView } from '../../main/ipc/contract.ts';
import {
  axeViolations,
  axeViolationsInBothSchemes,
  type OpenWindow,
  type WindowBrowser,
} from '../window/open-window.ts';
import type { ScriptedCalls } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { sampleSession, sampleSettings, sampleTargets, WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

const utf8 = (text: string) => new TextEncoder().encode(text);

interface Sessions extends OpenWindow {
  sessions: SessionView[];
  /** Puts other sessions in place, as the main process tells it. */
  become(sessions: SessionView[]): Promise<void>;
  output(text: string | Uint8Array<ArrayBuffer>, id?: string): Promise<void>;
}

async function openSessions(
  sessions: SessionView[] = [sampleSession({})],
  { calls = {}, ...options }: Partial<Parameters<WindowBrowser['open']>[0]> = {},
): Promise<Sessions> {
  const state = { sessions };
  const answers: ScriptedCalls = {
    ...WINDOW_START,
    'targets.list': () => ({ targets: sampleTargets(Date.now()), defaultJump: null }),
    'settings.list': () => ({ settings: sampleSettings(), file: '/settings.json' }),
    'sessions.list': () => ({ sessions: state.sessions }),
    'sessions.attach': () => ({ replay: utf8('ce1-rack4#') }),
    'sessions.write': () => ({}),
    'sessions.drawn': () => ({}),
    'sessions.resize': () => ({}),
    'sessions.end': () => ({}),
    ...calls,
  };
  const window = await browser.open({ calls: answers, ...options });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Sessions' }).click();
  if (sessions.length > 0) await window.page.locator('.xterm-rows').waitFor();
  return Object.assign(window, state, {
    become(next: SessionView[]) {
      state.sessions = next;
      return window.bridge.tell('sessions.changed', { sessions: next });
    },
    output: (text: string | Uint8Array<ArrayBuffer>, id = 'session-1') =>
      window.bridge.tell('session.output', { id, data: typeof text === 'string' ? utf8(text) : text }),
  });
}

const made = ({ bridge }: OpenWindow, name: string) =>
  bridge.made.filter((call) => call.name === name).map(({ input }) => input);
const written = (window: OpenWindow) =>
  made(window, 'sessions.write')
    .map((input) => (input as { text: string }).text)
    .join('');
/** What the terminal shows, line by line, without blanks at the ends. */
const screen = ({ page }: OpenWindow) =>
  page
    .locator('.xterm-rows > div')
    .evaluateAll((rows) => rows.map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd()))
    .then((lines) => lines.join('\n').trimEnd());
const inTerminal = ({ page }: OpenWindow) =>
  page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea'));
const paste = ({ page }: OpenWindow, text: string) =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  }, text);

test('What was written before comes first, then what is written, also a character that comes in pieces', async () => {
  await using window = await openSessions();
  await soon(() => screen(window)).toBe('ce1-rack4#');
  const [first, second] = [utf8('grün €').slice(0, 3), utf8('grün €').slice(3)];
  await window.output(first);
  await window.output(second.slice(0, -1));
  await window.output(second.slice(-1));
  await soon(() => screen(window)).toBe('ce1-rack4#grün €');
});

test('Output that overtakes the answer to attach is shown after it', async () => {
  const gate = Promise.withResolvers<void>();
  await using window = await openSessions(undefined, {
    calls: {
      'sessions.attach': async () => {
        await gate.promise;
        return { replay: utf8('one ') };
      },
    },
  });
  await soon(() => made(window, 'sessions.attach')).toHaveLength(1);
  await window.output('two ');
  gate.resolve();
  await soon(() => screen(window)).toBe('one two');
  expect(made(window, 'sessions.attach')).toHaveLength(1);
});

test('What asks the terminal something is answered once: what is replayed was answered before', async () => {
  const questions = '\x1b[c\x1b[6n\x1bP$qm\x1b\\\x1b]11;?\x07';
  await using window = await openSessions(undefined, {
    calls: { 'sessions.attach': () => ({ replay: utf8(`before${questions}`) }) },
  });
  await soon(() => screen(window)).toContain('before');
  await window.output('now\x1b[5n');
  await soon(() => written(window)).toBe('\x1b[0n');
});

test('Every byte that was drawn is told once, and what was replayed is not', async () => {
  await using window = await openSessions();
  const chunks = Array.from({ length: 40 }, (_, line) => utf8(`${'x'.repeat(5000)} line ${line} \u{1f511}\r\n`));
  const sent = chunks.reduce((sum, { length }) => sum + length, 0);
  // None waits for the one before: on a busy computer that would be long enough for each to be told alone.
  await Promise.all(chunks.map((data) => window.output(data)));
  const told = () =>
    made(window, 'sessions.drawn').reduce<number>((sum, input) => sum + (input as { bytes: number }).bytes, 0);
  await soon(told).toBe(sent);
  expect(made(window, 'sessions.drawn').length).toBeLessThan(40);
});

test('The terminal has the focus; Tab and Escape go to the device, Ctrl+Shift+L leaves, Enter on the tab comes back', async () => {
  await using window = await openSessions();
  const { page } = window;
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.type('sh ver');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+l');
  await page.keyboard.press('Enter');
  await soon(() => written(window)).toBe('sh ver\t\x1b\x0c\r');
  await page.keyboard.press('Control+Shift+L');
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
  await page.keyboard.press('Tab');
  await soon(() => inTerminal(window)).toBe(false);
  await page.getByRole('tab').focus();
  await page.keyboard.press('Enter');
  await soon(() => inTerminal(window)).toBe(true);
  expect(written(window)).toBe('sh ver\t\x1b\x0c\r');
});

test('Ctrl+W in a terminal goes to the device, and is taken from the menu that would close the window', async () => {
  await using window = await openSessions();
  const { page } = window;
  await soon(() => inTerminal(window)).toBe(true);
  const isTaken = await page.evaluateHandle(() => {
    const seen: { value?: boolean } = {};
    const look = (event: KeyboardEvent) => setTimeout(() => Object.assign(seen, { value: event.defaultPrevented }));
    addEventListener('keydown', (event) => event.key === 'w' && look(event), { capture: true });
    return seen;
  });
  await page.keyboard.press('Control+w');
  await soon(() => written(window)).toBe('\x17');
  await soon(() => isTaken.evaluate(({ value }) => value)).toBe(true);
});

test('A device can set neither title nor clipboard, and makes no links', async () => {
  await using window = await openSessions();
  const { page } = window;
  const title = await page.title();
  await window.output('\x1b]0;owned\x07\x1b]2;owned\x1b\\');
  await window.output('\x1b]52;c;b3duZWQ=\x07\x1b]52;c;?\x07');
  await window.output('\x1b]8;;https://evil.example/\x07click me\x1b]8;;\x07 https://plain.example/ done');
  await soon(() => screen(window)).toBe('ce1-rack4#click me https://plain.example/ done');
  expect(await page.title()).toBe(title);
  expect(made(window, 'app.copy')).toEqual([]);
  // Nothing was answered to the device either.
  expect(written(window)).toBe('');
  const row = page.locator('.xterm-rows > div').first();
  for (const x of [100, 220]) {
    await row.hover({ position: { x, y: 8 }, force: true });
    await row.click({ position: { x, y: 8 }, modifiers: ['Control'], force: true });
    expect(await page.locator('.xterm-cursor-pointer, .xterm-rows a').count()).toBe(0);
  }
  expect(page.context().pages()).toHaveLength(1);
});

test('Text in 24-bit colours has them, and the content security policy has nothing to refuse', async () => {
  await using window = await openSessions(undefined, { colorScheme: 'dark' });
  await window.output('\x1b[38;2;255;120;0morange\x1b[0m \x1b[48;2;0;60;120mblue\x1b[0m');
  await soon(() => screen(window)).toContain('orange');
  const colour = window.page.locator('.xterm-rows span', { hasText: 'orange' });
  expect(await colour.evaluate((span) => getComputedStyle(span).color)).toBe('rgb(255, 120, 0)');
  const back = window.page.locator('.xterm-rows span', { hasText: 'blue' });
  expect(await back.evaluate((span) => getComputedStyle(span).backgroundColor)).toBe('rgb(0, 60, 120)');
  expect(window.faults).toEqual([]);
});

test('Selected text is copied by key and by button; without a selection nothing is', async () => {
  await using window = await openSessions();
  const { page } = window;
  await window.output('show version');
  await soon(() => screen(window)).toContain('show version');
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.press('Control+Shift+C');
  await page.getByText('Select text in the terminal first.').waitFor({ state: 'attached' });
  await page.locator('.xterm-screen').dblclick({ position: { x: 150, y: 8 } });
  await page.keyboard.press('Control+Shift+C');
  await soon(() => made(window, 'app.copy')).toEqual([{ text: 'version' }]);
  await page.getByRole('button', { name: 'Copy the selected text' }).click();
  await soon(() => made(window, 'app.copy')).toEqual([{ text: 'version' }, { text: 'version' }]);
  expect(await inTerminal(window)).toBe(true);
  expect(written(window)).toBe('');
});

test('Several lines are pasted only after they were looked at; where the shell brackets them, at once', async () => {
  await using window = await openSessions();
  const { page } = window;
  await soon(() => inTerminal(window)).toBe(true);
  await paste(window, 'show\u001b version');
  await soon(() => written(window)).toBe('show version');
  await paste(window, 'one\ntwo\n');
  const dialog = page.getByRole('alertdialog', { name: 'Paste 2 lines?' });
  await dialog.waitFor();
  expect(await dialog.getByRole('textbox').inputValue()).toBe('one\ntwo\n');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(written(window)).toBe('show version');
  await soon(() => inTerminal(window)).toBe(true);
  await paste(window, 'one\ntwo');
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
  await soon(() => written(window)).toBe('show versionone\rtwo');
  await window.output('\x1b[?2004h');
  await window.output('bracketed');
  await soon(() => screen(window)).toContain('bracketed');
  await soon(() => inTerminal(window)).toBe(true);
  await paste(window, 'a\nb\u001b[201~\n');
  await soon(() => written(window)).toBe('show versionone\rtwo\x1b[200~a\rb[201~\r\x1b[201~');
});

test('The search counts, goes up and down, and gives the terminal back', async () => {
  await using window = await openSessions();
  const { page } = window;
  await window.output('\r\nEthernet1 up\r\nEthernet2 down\r\nEthernet3 up\r\n');
  await soon(() => screen(window)).toContain('Ethernet3');
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.press('Control+Shift+F');
  const box = page.getByRole('textbox', { name: 'Search in this terminal' });
  await soon(() => box.evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type('ethernet');
  await page.getByText('3 of 3').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('2 of 3').waitFor();
  await page.keyboard.press('Shift+Enter');
  await page.getByText('3 of 3').waitFor();
  await page.getByRole('button', { name: 'Previous match' }).click();
  await page.getByText('2 of 3').waitFor();
  await box.fill('nowhere');
  await page.getByText('No match').waitFor();
  await box.press('Escape');
  await box.waitFor({ state: 'detached' });
  await soon(() => inTerminal(window)).toBe(true);
  expect(written(window)).toBe('');
  expect(window.faults).toEqual([]);
});

const THREE = [
  sampleSession({ id: 'a', target: 'leaf1' }),
  sampleSession({ id: 'b', target: 'leaf2' }),
  sampleSession({ id: 'c', target: 'leaf1', state: 'ended', endedAt: Date.now(), exitCode: 0 }),
];

test('Ctrl+Tab and Ctrl+PageUp go from terminal to terminal, arrows from tab to tab', async () => {
  await using window = await openSessions(THREE);
  const { page } = window;
  const current = () => page.getByRole('tab', { selected: true }).getAttribute('aria-label');
  await soon(current).toBe('leaf1 (2), Ended');
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.press('Control+PageUp');
  await soon(current).toBe('leaf2, Connected');
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.press('Control+Shift+Tab');
  await soon(current).toBe('leaf1 (1), Connected');
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.type('x');
  await soon(() => made(window, 'sessions.write')).toEqual([{ id: 'a', text: 'x' }]);
  await page.keyboard.press('Control+Shift+L');
  await page.keyboard.press('ArrowRight');
  await soon(current).toBe('leaf2, Connected');
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('leaf2, Connected');
  await page.keyboard.press('End');
  await soon(current).toBe('leaf1 (2), Ended');
});

test('An open session is closed only with consent and then leaves the list; one that has ended goes at once', async () => {
  await using window = await openSessions(THREE);
  const { page } = window;
  await page.getByRole('tab', { name: 'leaf1 (2)' }).press('Delete');
  await soon(() => made(window, 'sessions.end')).toEqual([{ id: 'c' }]);
  await window.become(THREE.slice(0, 2));
  await page.getByRole('tab', { name: 'leaf2' }).focus();
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('alertdialog', { name: 'Close the session on leaf2?' });
  await dialog.waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(made(window, 'sessions.end')).toHaveLength(1);
  await soon(() => inTerminal(window)).toBe(true);
  await page.getByRole('button', { name: 'Close the session on leaf2' }).click();
  await dialog.getByRole('button', { name: 'Close the session' }).click();
  await soon(() => made(window, 'sessions.end')).toEqual([{ id: 'c' }, { id: 'b' }]);
  const [a, b] = THREE as [SessionView, SessionView];
  await window.become([a, { ...b, state: 'ended', endedAt: Date.now() }]);
  await soon(() => made(window, 'sessions.end')).toHaveLength(3);
  await window.become([a]);
  await soon(() => page.getByRole('tab').count()).toBe(1);
  await window.become([]);
  await page.getByText('No session is open').waitFor();
});

test('It says who is where through which hops, and what the key is wanted for while it is', async () => {
  const starting = sampleSession({
    target: 'leaf1',
    device: 'alice@leaf1',
    user: 'alice',
    jumps: ['jumper@jump-east', 'ops@jump-inner'],
    state: 'starting',
  });
  await using window = await openSessions([starting]);
  const { page } = window;
  await page.getByRole('heading', { name: 'alice on leaf1, through jumper@jump-east, then ops@jump-inner' }).waitFor();
  await page.getByText('Connecting to leaf1').first().waitFor();
  await window.become([{ ...starting, waitsFor: { what: 'pin', sentence: 'It is for alice on leaf1.' } }]);
  await page.getByText('Type your PIN in Glasskey’s prompt', { exact: true }).waitFor();
  await window.become([{ ...starting, waitsFor: { what: 'touch', sentence: 'Touch it to log in as alice.' } }]);
  await page.getByText('Touch it to log in as alice.', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'leaf1, Waiting for your key' }).waitFor();
  const logins = page.getByRole('list', { name: 'The logins on the way' });
  expect(await logins.count()).toBe(0);
  const wait = { what: 'touch', sentence: 'Log in as alice.', systemAsks: true } as const;
  await window.become([{ ...starting, waitsFor: wait }]);
  await page.getByText('Windows asks for PIN and touch', { exact: true }).waitFor();
  expect(await page.getByText('Touch your security key', { exact: true }).count()).toBe(0);
  await page.getByText('Log in as alice.', { exact: true }).waitFor();
  const hop = { at: 2, of: 3, host: 'jump-inner' };
  await window.become([{ ...starting, waitsFor: { what: 'touch', sentence: 'Touch it to log in as alice.', hop } }]);
  await page.getByText('Login 2 of 3: jump-inner', { exact: true }).waitFor();
  const hosts = logins.getByRole('listitem');
  expect(await hosts.allTextContents()).toEqual(['jump-east', 'jump-inner', 'leaf1']);
  expect(await hosts.nth(1).getAttribute('aria-current')).toBe('step');
  await logins.getByLabel('Logged in:').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await window.become([{ ...starting, state: 'open', openedAt: Date.now() }]);
  await page.getByText('Touch it to log in as alice.', { exact: true }).waitFor({ state: 'detached' });
  await page.getByText('Connected').first().waitFor();
  await soon(() => inTerminal(window)).toBe(true);
  await window.become([{ ...starting, name: 'leaf1', device: 'alice@198.51.100.7', jumps: [], state: 'open' }]);
  await page.getByRole('heading', { name: 'leaf1 (alice@198.51.100.7)', exact: true }).waitFor();
});

test('A session that failed says why and what to do; connecting again begins it anew in its place, history and all', async () => {
  const failed = sampleSession({
    state: 'ended',
    endedAt: Date.now(),
    error: { code: 'CONNECT_UNREACHABLE', message: 'It did not answer.', remedy: 'Check the cable.', kind: 'expected' },
  });
  await using window = await openSessions([failed], { calls: { 'sessions.reconnect': () => ({}) } });
  const { page } = window;
  expect(await page.getByRole('alert').textContent()).toContain('Check the cable.');
  // Nobody is there to take what is typed: Tab leaves the terminal as everywhere.
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.type('x');
  await page.keyboard.press('Tab');
  await soon(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Connect again');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'sessions.reconnect')).toEqual([{ id: 'session-1' }]);
  expect(written(window)).toBe('');
  await window.become([sampleSession({ reconnects: 1 })]);
  await window.output('\r\nagain#');
  await soon(() => screen(window)).toBe('ce1-rack4#\nagain#');
  await soon(() => inTerminal(window)).toBe(true);
  await page.keyboard.type('y');
  await soon(() => written(window)).toBe('y');
  expect(made(window, 'sessions.end')).toEqual([]);
  await window.become([{ ...failed, error: undefined, exitCode: 3 } as SessionView]);
  await page.getByText('ended with exit code 3').first().waitFor();
});

test('It says how long it is open, by which kind of way, and that a terminal shows it too', async () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const session = sampleSession({ startedAt: now - 90_000, openedAt: now - 65_000 });
  await using window = await openSessions([session], { now });
  const { page } = window;
  const length = page.getByText(/, for 1:\d\d/);
  await length.waitFor();
  const first = await length.textContent();
  await page.clock.runFor(5_000);
  await soon(() => length.textContent()).not.toBe(first);
  await window.become([{ ...session, terminals: 1 }]);
  await page.getByText('Also in a terminal').waitFor();
  await page.getByRole('tab', { name: 'ce1-rack4, Connected, also in a terminal' }).waitFor();
  await window.become([{ ...session, way: 'password', terminals: 2, isRecorded: true }]);
  await page.getByText('Shared password (last resort)').waitFor();
  await page.getByRole('tab', { name: 'ce1-rack4, Connected, recording, also in a terminal' }).waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await window.become([{ ...session, way: 'console', state: 'ended', endedAt: now, exitCode: 0 }]);
  await page.getByText(', after 1:05').waitFor();
  await page.getByText('VM console').waitFor();
});

test('A connection that went says so, and that it was lost', async () => {
  const error = {
    code: 'CONNECT_LOST',
    message: 'ce1-rack4 does not answer any more.',
    remedy: 'Connect again.',
    kind: 'expected',
  } as const;
  await using window = await openSessions([sampleSession({ state: 'ended', endedAt: Date.now(), lost: 'cut', error })]);
  const { page } = window;
  await page.getByRole('tab', { name: 'ce1-rack4, Connection lost' }).waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('does not answer any more');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('A recording is begun and ended, is seen in banner and tab, and one that ended by itself is told', async () => {
  await using window = await openSessions(undefined, { calls: { 'sessions.record': () => ({}) } });
  const { page } = window;
  await page.getByRole('button', { name: 'Record this session' }).click();
  await soon(() => made(window, 'sessions.record')).toEqual([{ id: 'session-1', isOn: true }]);
  expect(await inTerminal(window)).toBe(true);
  const recording = { name: 'one.cast', state: 'running' } as const;
  await window.become([sampleSession({ isRecorded: true, recording })]);
  await page.getByRole('tab', { name: 'ce1-rack4, Connected, recording' }).waitFor();
  await page.getByText('Recording', { exact: true }).waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'End the recording' }).click();
  await soon(() => made(window, 'sessions.record').at(-1)).toEqual({ id: 'session-1', isOn: false });
  await window.become([sampleSession({ recording: { ...recording, state: 'full' } })]);
  await page.getByText('reached its largest size').waitFor();
  const error = {
    code: 'RECORDING_WRITE_FAILED',
    message: 'The disk is full.',
    remedy: 'Make room.',
    kind: 'expected',
  } as const;
  await window.become([sampleSession({ recording: { ...recording, state: 'failed', error } })]);
  await soon(() => page.getByRole('alert').textContent()).toContain('Make room.');
});

test('Where an administrator wants every session recorded, it says so and nobody can end it', async () => {
  const settings = sampleSettings().map((line) =>
    line.key === 'sessions.record' ? { ...line, value: 'always', fixed: true as const } : line,
  );
  await using window = await openSessions([sampleSession({ isRecorded: true })], {
    calls: { 'settings.list': () => ({ settings, file: '/settings.json' }) },
  });
  await window.page.getByText('Recording, as your administrator has set').waitFor();
  expect(await window.page.getByRole('button', { name: 'End the recording' }).count()).toBe(0);
});

test('The device hears of the size once it rests, and the font follows the settings', async () => {
  await using window = await openSessions();
  const { page } = window;
  await soon(() => made(window, 'sessions.resize').length).toBe(1);
  const [first] = made(window, 'sessions.resize') as { columns: number; rows: number }[];
  expect(first?.columns).toBeGreaterThan(80);
  for (const width of [1000, 900, 800, 700]) await page.setViewportSize({ width, height: 500 });
  await soon(() => (made(window, 'sessions.resize').at(-1) as { columns: number }).columns).toBeLessThan(80);
  const settings = sampleSettings().map((one) => (one.key === 'terminal.fontSize' ? { ...one, value: 28 } : one));
  window.bridge.change({ 'settings.list': () => ({ settings, file: '/settings.json' }) });
  await window.bridge.tell('settings.changed', {});
  await soon(() => (made(window, 'sessions.resize').at(-1) as { columns: number }).columns).toBeLessThan(40);
});

test('A terminal keeps what it shows while another screen is in front', async () => {
  await using window = await openSessions();
  const { page } = window;
  await window.output(' before');
  await soon(() => screen(window)).toBe('ce1-rack4# before');
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  await window.output(' meanwhile');
  await page.getByRole('navigation').getByRole('button', { name: 'Sessions' }).click();
  await soon(() => screen(window)).toBe('ce1-rack4# before meanwhile');
  expect(made(window, 'sessions.attach')).toHaveLength(1);
});

test('Without a session, the devices used lately can be connected to', async () => {
  await using window = await openSessions([], { calls: { 'sessions.open': () => ({ id: 'new' }) } });
  const { page } = window;
  await page.getByRole('button', { name: 'Connect to ce1-rack4' }).click();
  await soon(() => made(window, 'sessions.open')).toMatchObject([{ target: 'ce1-rack4' }]);
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing wrong, %s: open, waiting, failed, search, none',
  async (colorScheme) => {
    const settings = sampleSettings().map((one) =>
      one.key === 'terminal.screenReader' ? { ...one, value: true } : one,
    );
    const calls: ScriptedCalls = { 'settings.list': () => ({ settings, file: '/settings.json' }) };
    const failed = {
      code: 'CONNECT_UNREACHABLE',
      message: 'No answer.',
      remedy: 'Check it.',
      kind: 'expected' as const,
    };
    const all = [
      sampleSession({ id: 'a', target: 'open' }),
      sampleSession({
        id: 'b',
        target: 'waiting',
        state: 'starting',
        waitsFor: { what: 'touch', sentence: 'Touch it.' },
      }),
      sampleSession({ id: 'c', target: 'failed', state: 'ended', endedAt: Date.now(), error: failed }),
    ];
    await using window = await openSessions(all, { calls, colorScheme, reducedMotion: 'reduce' });
    const { page } = window;
    for (const name of ['waiting', 'failed', 'open']) {
      await page.getByRole('tab', { name }).click();
      await page.getByRole('tab', { name, selected: true }).waitFor();
      await soon(() => screen(window)).toContain('ce1');
      expect(await axeViolations(page)).toEqual([]);
    }
    await window.output(
      '\x1b[31mred\x1b[92m green\x1b[33m yellow\x1b[90m grey\x1b[38;2;120;120;120m middle\x1b[0m',
      'a',
    );
    await soon(() => screen(window)).toContain('middle');
    await soon(() => inTerminal(window)).toBe(true);
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('red');
    await page.getByText(/of \d/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await using none = await openSessions([], { colorScheme });
    await none.page.getByText('No session is open').waitFor();
    expect(await axeViolations(none.page)).toEqual([]);
    expect([...window.faults, ...none.faults]).toEqual([]);
  },
);
