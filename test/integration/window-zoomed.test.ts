/** The window at 200 % zoom (half as many CSS pixels) and with forced colours at once, in states that have much to show. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import { openWindowPicture, WINDOW_PICTURES } from '../screenshots/window-pictures.ts';
import { axeViolations } from '../window/open-window.ts';
import { windowBrowser } from '../window/window-browser.ts';

const browser = windowBrowser();

const STATES = [
  'devices-ways',
  'devices-import',
  'devices-host-keys',
  'drill-done',
  'drill-results',
  'sessions-touch',
  'sessions-lost',
  'sessions-recorded',
  'sessions-last-resort',
  'recordings-list',
  'recordings-player',
  'settings-policies',
  'settings-programs-installed',
  'settings-activity',
];

test.each(STATES)('%s can be read and used: nothing is cut off sideways, and axe finds nothing', async (name) => {
  const picture = WINDOW_PICTURES.find((one) => one.name === name);
  if (picture === undefined) throw new Error(`no picture ${name}`);
  await using window = await openWindowPicture(browser, picture, { width: 640, height: 450, forcedColors: 'active' });
  const { page } = window;
  // What is wider than its place, shows no bar to move it by, and is not said whole elsewhere. A terminal draws its own bounds.
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('main, main *, [role$="dialog"], [role$="dialog"] *')]
      .filter((one) => one.closest('.xterm') === null && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
      .filter((one) => ['hidden', 'clip'].includes(getComputedStyle(one).overflowX))
      .filter((one) => one.getAttribute('title') !== one.textContent)
      .map((one) => one.outerHTML.slice(0, 120)),
  );
  expect(cut).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
  expect(await axeViolations(page)).toEqual([]);
  expect(window.faults).toEqual([]);
});
