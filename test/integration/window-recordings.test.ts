/** The recordings as the window shows them, in Chromium over a scripted bridge: the list, the player, and what a hostile file may not do. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import { axeViolationsInBothSchemes, type OpenWindow } from '../window/open-window.ts';
import { type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { sampleSettings, sampleTargets, WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

const RECORDING = {
  name: '2026-03-10-ce1-rack4.cast',
  bytes: 48_200,
  startedAt: Date.UTC(2026, 2, 10, 9),
  seconds: 65,
  subject: { target: 'ce1-rack4', device: 'admin@ce1-rack4', jumps: ['jumper@jump-east'] },
};
const output = (at: number, data: string) => ({ at, code: 'o', data });

async function openRecordings(calls: ScriptedCalls = {}): Promise<OpenWindow> {
  const window = await browser.open({
    calls: {
      ...WINDOW_START,
      'targets.list': () => ({ targets: sampleTargets(Date.now()), defaultJump: null }),
      'settings.list': () => ({ settings: sampleSettings(), file: '/settings.json' }),
      'sessions.list': () => ({ sessions: [] }),
      'recordings.list': () => ({ recordings: [RECORDING], folder: '/data/recordings' }),
      'recordings.read': () => ({
        size: { columns: 60, rows: 10 },
        isWhole: true,
        events: [output(0, 'ce1-rack4#'), output(30, 'show version'), output(31, '\r\nArista')],
      }),
      ...calls,
    },
  });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Sessions' }).click();
  await window.page.getByRole('button', { name: 'Recordings' }).click();
  return window;
}

const screen = ({ page }: OpenWindow) =>
  page
    .locator('.xterm-rows > div')
    .evaluateAll((rows) => rows.map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd()))
    .then((lines) => lines.join('\n').trimEnd());
const made = ({ bridge }: OpenWindow, name: string) =>
  bridge.made.filter((call) => call.name === name).map(({ input }) => input);

test('A recording is listed with what it is of, and is played to its end with its pauses cut short', async () => {
  await using window = await openRecordings();
  const { page } = window;
  await page.getByText('1:05 · 48 kB · admin@ce1-rack4, through jumper@jump-east').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Play the recording of ce1-rack4' }).click();
  await soon(() => screen(window)).toBe('ce1-rack4#');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await page.getByLabel('Speed').selectOption('4');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByText('The recording is over.').waitFor({ state: 'attached' });
  expect(await screen(window)).toBe('ce1-rack4#show version\nArista');
  await page.getByText('0:03 of 0:03').waitFor();
  expect(window.faults).toEqual([]);
});

test('By keyboard: Left and Right go back and on, also where pauses are kept', async () => {
  await using window = await openRecordings();
  const { page } = window;
  await page.getByRole('button', { name: 'Play the recording of ce1-rack4' }).click();
  await soon(() => screen(window)).toBe('ce1-rack4#');
  await page.getByRole('switch', { name: 'Skip pauses' }).click();
  await page.getByText('0:00 of 0:31').waitFor();
  await page.locator('.xterm-helper-textarea').focus();
  for (let times = 0; times < 6; times += 1) await page.keyboard.press('ArrowRight');
  await soon(() => screen(window)).toBe('ce1-rack4#show version');
  await page.keyboard.press('ArrowLeft');
  await soon(() => screen(window)).toBe('ce1-rack4#');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.keyboard.press('Space');
  await page.getByRole('slider', { name: 'Position' }).press('End');
  await soon(() => screen(window)).toContain('Arista');
  await page.getByRole('button', { name: 'All recordings' }).click();
  await page.getByRole('button', { name: 'Back to the sessions' }).click();
  await page.getByText('No session is open').waitFor();
});

test('A hostile recording sets no title, makes no link, and gets no answer to what it asks', async () => {
  await using window = await openRecordings({
    'recordings.read': ({ from }) => ({
      size: { columns: 100_000, rows: 100_000 },
      isWhole: false,
      events:
        from === 0
          ? [
              output(
                0,
                '\x1b]0;owned\x07\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x1b]52;c;b3duZWQ=\x07\x1b[c\x1b[6n',
              ),
            ]
          : [{ at: 0, code: 'r', data: '99999x99999' }, { at: 0, code: 'i', data: 'typed' }, output(0, ' end')],
      ...(from === 0 ? { next: 1 } : {}),
    }),
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Play the recording of ce1-rack4' }).click();
  await soon(() => screen(window)).toBe('link end');
  await page.getByText('The end of this recording is missing.').waitFor();
  expect(await page.title()).toBe('Recording of ce1-rack4 - Glasskey');
  expect(await page.locator('.xterm a').count()).toBe(0);
  expect(made(window, 'sessions.write')).toEqual([]);
  expect(made(window, 'app.copy')).toEqual([]);
  expect(window.faults).toEqual([]);
});

test('A recording is saved elsewhere, and removed only with consent', async () => {
  let recordings = [RECORDING];
  await using window = await openRecordings({
    'recordings.list': () => ({ recordings, folder: '/data/recordings' }),
    'recordings.export': () => ({ file: '/home/ada/one.cast' }),
    'recordings.remove': () => {
      if (recordings.length === 0) throw new ScriptedError('RECORDING_UNKNOWN', 'It is gone.', 'Look again.');
      recordings = [];
      return { removed: true };
    },
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Save a copy of the recording of ce1-rack4' }).click();
  await page.getByText('Saved as /home/ada/one.cast.').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Remove the recording of ce1-rack4' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Remove the recording of ce1-rack4?' });
  await dialog.waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(made(window, 'recordings.remove')).toEqual([]);
  await page.getByRole('button', { name: 'Remove the recording of ce1-rack4' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('Nothing is recorded yet').waitFor();
  expect(made(window, 'recordings.remove')).toEqual([{ name: RECORDING.name }]);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('A file that cannot be read says why', async () => {
  await using window = await openRecordings({
    'recordings.read': () => {
      throw new ScriptedError('RECORDING_MALFORMED', 'The recording cannot be read.', 'Give another file.');
    },
  });
  await window.page.getByRole('button', { name: 'Play the recording of ce1-rack4' }).click();
  await soon(() => window.page.getByRole('alert').textContent()).toContain('Give another file.');
});
