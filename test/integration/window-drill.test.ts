/** Rehearsing a login in the window as built, in Chromium, over a scripted bridge. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import type { DrillView } from '../../main/ipc/contract.ts';
import { axeViolationsInBothSchemes, type OpenWindow } from '../window/open-window.ts';
import { eventsOf, sampleDrill, sampleDrills } from '../window/sample-drills.ts';
import { type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { sampleTargets, WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

const NOW = Date.UTC(2026, 10, 23, 4);
const DRILLED = [sampleDrill('ce1-rack4', NOW), sampleDrill('ce2-rack4', NOW + 1000, 'failed')];

async function openDevices(
  calls: Partial<ScriptedCalls> = {},
  drills: DrillView[] = sampleDrills(NOW),
): Promise<OpenWindow> {
  const targets = sampleTargets(NOW).map((one) => ({ ...one, isFavourite: one.name.endsWith('rack4') }));
  const window = await browser.open({
    calls: {
      ...WINDOW_START,
      'targets.list': () => ({ targets, defaultJump: null }),
      'drill.list': () => ({ drills, now: NOW }),
      'drill.run': (_, { progress }) => {
        for (const event of eventsOf(DRILLED)) progress(event);
        return { drills: DRILLED };
      },
      ...calls,
    },
  });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Devices' }).click();
  await window.page.getByRole('row').first().waitFor();
  return window;
}

const asked = ({ bridge }: OpenWindow) =>
  bridge.made.filter(({ name }) => name === 'drill.run').map(({ input }) => input);
const choose = async ({ page }: OpenWindow, item: string) => {
  await page.getByRole('button', { name: 'Rehearse', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

const daysBetween = (later: DrillView | undefined, earlier: DrillView | undefined) =>
  ((later?.at ?? 0) - (earlier?.at ?? 0)) / 86_400_000;

test('One device is rehearsed from its row, by the keyboard too, and each step is told', async () => {
  await using window = await openDevices();
  const { page } = window;
  await page.getByRole('combobox', { name: 'Search devices' }).fill('ce1-rack4');
  await page.getByRole('button', { name: 'Rehearse the login to ce1-rack4' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog', { name: 'Rehearse ce1-rack4' });
  await dialog.getByText('1 of 2 logins would work').waitFor();
  expect(asked(window)).toEqual([{ targets: ['ce1-rack4'], everyWay: false }]);
  await dialog.getByText('jumper@jump-east accepts the login').first().waitFor();
  expect(await dialog.getByRole('list', { name: 'Security key and agents' }).getByRole('listitem').count()).toBe(6);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox');
  expect(window.faults).toEqual([]);
});

test('The favourites are rehearsed together, and a failure says what to do', async () => {
  await using window = await openDevices();
  await choose(window, 'Favourites');
  const dialog = window.page.getByRole('alertdialog', { name: 'Rehearse your favourites' });
  await dialog.getByText('CONNECT_UNREACHABLE').waitFor();
  await dialog.getByText('Check the device’s address').waitFor();
  await dialog.getByText('1.2 s · The jump host was reached,').waitFor();
  expect(asked(window)).toEqual([{ targets: [], also: 'favourites', everyWay: false }]);
  await dialog.getByRole('button', { name: 'Rehearse again' }).click();
  await soon(() => asked(window)).toHaveLength(2);
});

test('A rehearsal that waits for a touch can be stopped', async () => {
  await using window = await openDevices({
    'drill.run': (_, { progress, signal }) => {
      progress({ kind: 'target', target: 'ce1-rack4', way: 'jump', hops: ['jumper@jump-east', 'admin@ce1-rack4'] });
      progress({ kind: 'doing', target: 'ce1-rack4', step: 'login', hop: 'jumper@jump-east' });
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new ScriptedError('CANCELLED', 'Cancelled.', '', 'cancelled')));
      });
    },
  });
  const { page } = window;
  await choose(window, 'All devices');
  const dialog = page.getByRole('alertdialog', { name: 'Rehearse all devices' });
  await dialog.locator('[aria-current=step]').getByText('accepts the login').waitFor();
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await dialog.getByText('The rehearsal was stopped.').waitFor();
});

test('The results over time are a picture with words, and a table', async () => {
  await using window = await openDevices();
  const { page } = window;
  await choose(window, 'Results so far');
  const dialog = page.getByRole('dialog', { name: 'Rehearsed logins' });
  const picture = dialog.getByRole('img', { name: 'ce1-rack4: 11 rehearsals, 9 passed' });
  await picture.waitFor();
  // Of each mark, what the pointer over it tells.
  const told = await picture.locator('title').allTextContents();
  expect(told).toHaveLength(11);
  expect(told[0]).toMatch(
    /^\d+ \w+ 2026, \d\d:\d\d · Passed · jumper@jump-east \S+\sm?s · admin@ce1-rack4\.fab\.example \S+\sm?s$/,
  );
  // Each where its time is, and as much higher as it took longer.
  const drawn = await picture.locator('g').evaluateAll((marks) =>
    marks.map((mark) => {
      const [sign] = mark.querySelectorAll('circle, path');
      const { left = 0, width = 0 } = sign?.getBoundingClientRect() ?? {};
      const bars = [...mark.querySelectorAll('rect')].map((bar) => Number(bar.getAttribute('height')));
      return { x: left + width / 2, kind: sign?.tagName, bars };
    }),
  );
  const rehearsed = sampleDrills(NOW).filter(({ target }) => target === 'ce1-rack4');
  expect(drawn.map(({ kind }) => kind)).toEqual(
    rehearsed.map(({ verdict }) => (verdict === 'passed' ? 'circle' : 'path')),
  );
  const perDay = ((drawn[1]?.x ?? 0) - (drawn.at(-1)?.x ?? 0)) / daysBetween(rehearsed[1], rehearsed.at(-1));
  expect(perDay).toBeGreaterThan(0);
  for (const [at, { x, bars }] of drawn.entries()) {
    // The newest stands at the end.
    if (at > 0) expect((drawn[1]?.x ?? 0) - x).toBeCloseTo(perDay * daysBetween(rehearsed[1], rehearsed[at]), 0);
    expect(bars).toHaveLength(2);
  }
  const heights = drawn.map(({ bars }) => bars.reduce((sum, height) => sum + height, 0));
  expect(heights.indexOf(Math.max(...heights))).toBe(drawn.length - 1);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Show as a table' }).click();
  expect(await dialog.getByRole('row').count()).toBe(18);
  await dialog.getByRole('cell', { name: 'jumper@jump-east' }).first().waitFor();
  await dialog.getByRole('cell', { name: 'Failed admin@ce2-rack4.fab.example does not answer' }).first().waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('Where nothing was rehearsed, that is said', async () => {
  await using window = await openDevices({}, []);
  await choose(window, 'Results so far');
  await window.page.getByText('Nothing was rehearsed in the last 90 days.').waitFor();
});

test('axe finds nothing in a rehearsal that is done, in either scheme', async () => {
  await using window = await openDevices();
  await choose(window, 'Favourites');
  await window.page.getByRole('alertdialog').getByText('1 of 2 logins would work').waitFor();
  expect(await axeViolationsInBothSchemes(window.page)).toEqual([]);
});
