/** The Reminders screen as built, and what of it the home screen shows, in Chromium, over a scripted bridge. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import {
  axeViolations,
  axeViolationsInBothSchemes,
  type OpenWindow,
  type WindowBrowser,
} from '../window/open-window.ts';
import { sampleReminders, sampleSchedule } from '../window/sample-reminders.ts';
import { type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { SETTINGS_FILE, sampleSettings, sampleTargets, WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

const NOW = Date.UTC(2026, 10, 23, 4);
const REMINDERS = sampleReminders(NOW);

const CALLS: ScriptedCalls = {
  ...WINDOW_START,
  'reminders.list': () => REMINDERS,
  'settings.list': () => ({ settings: sampleSettings(), file: SETTINGS_FILE }),
  'targets.list': () => ({ targets: sampleTargets(NOW), defaultJump: null }),
  'drill.run': () => new Promise(() => {}),
};

async function openReminders(
  calls: Partial<ScriptedCalls> = {},
  options: Partial<Parameters<WindowBrowser['open']>[0]> = {},
): Promise<OpenWindow> {
  const window = await browser.open({ now: NOW, ...options, calls: { ...CALLS, ...calls } });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Reminders' }).click();
  await window.page.getByRole('heading', { level: 1, name: 'Reminders' }).waitFor();
  await window.page.getByRole('heading', { name: 'Done' }).waitFor();
  return window;
}

const asked = ({ bridge }: OpenWindow, wanted: string) =>
  bridge.made.filter(({ name }) => name === wanted).map(({ input }) => input);

test('What is to do stands on top, the weightiest first, each with what helps', async () => {
  await using window = await openReminders();
  const { page } = window;
  const open = page.getByRole('region', { name: 'To do' }).getByRole('listitem');
  expect(await open.getByRole('heading').allTextContents()).toEqual([
    'Prove the key id_ed25519_sk',
    'Rehearse the login to leaf1',
    'Replace the key id_ed25519_sk',
  ]);
  expect(await open.nth(1).textContent()).toContain('Due');
  expect(await open.nth(1).textContent()).toContain('Since 19 November 2026');
  expect(await open.nth(2).textContent()).toContain('By 1 December 2026');
  await open.nth(2).getByRole('button', { name: 'Replace the key', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Replace your key' }).waitFor();
  expect(window.faults).toEqual([]);
});

test('A rehearsal begins from its reminder, and the focus is in it', async () => {
  await using window = await openReminders();
  await window.page
    .getByRole('region', { name: 'To do' })
    .getByRole('button', { name: 'Rehearse the login' })
    .nth(1)
    .click();
  await window.page.getByRole('alertdialog', { name: 'Rehearse leaf1' }).waitFor();
  expect(asked(window, 'drill.run')).toEqual([{ targets: ['leaf1'], everyWay: false }]);
});

test('By keyboard, one is put off for a week, and comes back', async () => {
  let list = REMINDERS;
  await using window = await openReminders({
    'reminders.list': () => list,
    'reminders.snooze': ({ id, days }) => {
      const until = NOW + days * 86_400_000;
      list = { ...list, open: list.open.map((one) => (one.id === id ? { ...one, snoozedUntil: until } : one)) };
      return {};
    },
    'reminders.restore': () => {
      list = REMINDERS;
      return {};
    },
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Later: Rehearse the login to leaf1' }).focus();
  await page.keyboard.press('Enter');
  const week = page.getByRole('menuitem', { name: 'For a week' });
  await week.waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await week.focus();
  await page.keyboard.press('Enter');
  const back = page.getByRole('button', { name: 'Remind me again: Rehearse the login to leaf1' });
  await back.waitFor();
  expect(asked(window, 'reminders.snooze')).toEqual([{ id: 'drill-age:leaf1', days: 7 }]);
  await soon(() => page.getByRole('log').textContent()).toContain('You are reminded again on 30 November 2026.');
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await back.click();
  await page
    .getByRole('region', { name: 'To do' })
    .getByRole('heading', { name: 'Rehearse the login to leaf1' })
    .waitFor();
});

test('A file that is to be kept as a calendar, and is none of Glasskey’s, is told', async () => {
  const calendarFault = {
    code: 'CALENDAR_FILE_FOREIGN',
    message: '/home/ada/thesis.txt is no calendar of Glasskey’s.',
    remedy: 'Name another file.',
    kind: 'expected' as const,
  };
  await using window = await openReminders({ 'reminders.list': () => ({ ...REMINDERS, calendarFault }) });
  await soon(() => window.page.getByRole('alert').textContent()).toMatch(
    /thesis\.txt is no calendar.*CALENDAR_FILE_FOREIGN/,
  );
});

test('One is dismissed with a reason only, which is shown', async () => {
  await using window = await openReminders({ 'reminders.dismiss': () => ({}) });
  const { page } = window;
  await page.getByText('Dismissed on 21 November 2026: It is taken down next week.').waitFor();
  await page.getByRole('button', { name: 'Dismiss: Rehearse the login to leaf1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Dismiss this reminder?' });
  await dialog.getByRole('button', { name: 'Dismiss it' }).click();
  await dialog.getByText('Say why, in a few words.').waitFor();
  await dialog.getByRole('textbox', { name: 'Why' }).fill('Out of\nservice');
  await dialog.getByRole('button', { name: 'Dismiss it' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(asked(window, 'reminders.dismiss')).toEqual([{ id: 'drill-age:leaf1', because: 'Out of service' }]);
});

test('What comes is a picture with words, and a table', async () => {
  await using window = await openReminders();
  const { page } = window;
  const coming = page.getByRole('region', { name: 'The next 120 days' }).first();
  await coming
    .getByRole('img', {
      name: 'Rehearse the login to ce1-rack4: Soon from 10 December 2026, Due from 15 December 2026',
    })
    .waitFor();
  await coming.getByRole('button', { name: 'Show as a table' }).click();
  expect(await coming.getByRole('row').count()).toBe(8);
  await coming.getByRole('cell', { name: '22 February 2027' }).waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('What was done is shown, the last of it first', async () => {
  await using window = await openReminders();
  const done = window.page.getByRole('region', { name: 'Done' });
  expect(await done.getByRole('listitem').count()).toBe(5);
  await done.getByRole('button', { name: 'Show all 7' }).click();
  expect(await done.getByRole('listitem').count()).toBe(7);
});

test('The scheduled check shows what it writes and runs before it does, and is switched off again', async () => {
  let state: 'on' | 'off' = 'off';
  await using window = await openReminders({
    'reminders.schedule': ({ step }) => {
      if (step !== 'look') state = step === 'install' ? 'on' : 'off';
      return sampleSchedule(state);
    },
  });
  const { page } = window;
  const wanted = page.getByRole('switch', { name: 'Tell me while Glasskey is closed' });
  await soon(() => wanted.isEnabled()).toBe(true);
  await wanted.click();
  const dialog = page.getByRole('dialog', { name: 'Switch the scheduled check on?' });
  await dialog.getByText('ExecStart=:"/usr/lib/glasskey/glasskey" "--check-reminders"').waitFor();
  await dialog.getByText('/usr/bin/systemctl --user enable glasskey-reminders.timer').waitFor();
  expect(asked(window, 'reminders.schedule')).toEqual([{ step: 'look' }]);
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await wanted.isChecked()).toBe(false);
  await wanted.click();
  await dialog.getByRole('button', { name: 'Write and switch on' }).click();
  await soon(() => wanted.isChecked()).toBe(true);
  await wanted.click();
  await soon(() => wanted.isChecked()).toBe(false);
  expect(asked(window, 'reminders.schedule').map((input) => (input as { step: string }).step)).toEqual([
    'look',
    'install',
    'remove',
  ]);
});

test('A file of somebody else is told, and nothing can be switched', async () => {
  await using window = await openReminders({ 'reminders.schedule': () => sampleSchedule('foreign') });
  await window.page.getByText('A file that Glasskey did not write is in the way').waitFor();
  expect(await window.page.getByRole('switch', { name: 'Tell me while' }).isDisabled()).toBe(true);
});

test('A check that the system does not take is told with what to do', async () => {
  await using window = await openReminders({
    'reminders.schedule': ({ step }) => {
      if (step === 'look') return sampleSchedule('half');
      throw new ScriptedError('SCHEDULE_NOT_SWITCHED_ON', 'It could not be switched on: no bus.', 'Log in first.');
    },
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Install it again' }).click();
  await page.getByRole('button', { name: 'Write and switch on' }).click();
  await page.getByText('SCHEDULE_NOT_SWITCHED_ON').waitFor();
});

test('The calendar goes into the file that the dialog of the system names', async () => {
  await using window = await openReminders({
    'reminders.export-calendar': () => ({ file: '/home/ada/glasskey-reminders.ics' }),
  });
  await window.page.getByRole('button', { name: 'Export as a calendar' }).click();
  await soon(() => window.page.getByRole('log').textContent()).toContain(
    'The calendar was written to /home/ada/glasskey-reminders.ics.',
  );
});

test('Where nothing is due, that is said', async () => {
  const none = { ...REMINDERS, open: [], upcoming: [], done: [] };
  await using window = await openReminders({ 'reminders.list': () => none });
  await window.page.getByText('Nothing needs attention').waitFor();
  await window.page.getByText('Nothing will need attention in the next 120 days.').waitFor();
  expect(await axeViolationsInBothSchemes(window.page)).toEqual([]);
});

test('The home screen shows what is due, and leads there', async () => {
  await using window = await browser.open({ now: NOW, calls: CALLS });
  const { page } = window;
  const due = page.getByRole('region', { name: '2 things need attention' });
  await due.waitFor();
  expect(await due.getByRole('listitem').count()).toBe(2);
  expect(await axeViolations(page)).toEqual([]);
  await due.getByRole('button', { name: 'All reminders' }).click();
  await page.getByRole('heading', { level: 1, name: 'Reminders' }).waitFor();
});

test('A notification that was clicked leads to the list where its reminder is gone, and begins the remedy where it is not', async () => {
  await using window = await browser.open({ now: NOW, calls: CALLS });
  const { page, bridge } = window;
  await page.getByRole('heading', { level: 1 }).waitFor();
  await bridge.tell('app.go', { screen: 'reminders', act: 'gone' });
  await page.getByRole('heading', { level: 1, name: 'Reminders' }).waitFor();
  await bridge.tell('app.go', { screen: 'reminders', act: 'drill-age:leaf1' });
  await page.getByRole('alertdialog', { name: 'Rehearse leaf1' }).waitFor();
  expect(asked(window, 'drill.run')).toHaveLength(1);
  expect(window.faults).toEqual([]);
});

test('axe finds nothing, in either scheme', async () => {
  await using window = await openReminders();
  expect(await axeViolationsInBothSchemes(window.page)).toEqual([]);
});

test.each([
  ['200 % zoom of a window of 1280', 640],
  ['a narrow window', 660],
])('Nothing is cut off or scrolls sideways at %s', async (_, width) => {
  await using window = await openReminders({}, { width, height: 480 });
  const wider = await window.page.evaluate(
    `[...document.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible' && one.clientWidth > 1).map((one) => one.outerHTML.slice(0, 80))`,
  );
  expect(wider).toEqual([]);
});

test('In forced colours axe finds nothing', async () => {
  await using window = await openReminders({}, { colorScheme: 'dark', forcedColors: 'active' });
  expect(await axeViolations(window.page)).toEqual([]);
});
