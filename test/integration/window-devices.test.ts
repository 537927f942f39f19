/** The devices screen as built, in Chromium, over a scripted bridge. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import type { TargetView } from '../../main/ipc/contract.ts';
import {
  axeViolations,
  axeViolationsInBothSchemes,
  type OpenWindow,
  type WindowBrowser,
} from '../window/open-window.ts';
import { type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { manyTargets, sampleTarget, sampleTargets, WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

const NOW = Date.UTC(2026, 10, 23, 4);
const JUMP = 'jumper@jump-east';

interface Devices extends OpenWindow {
  readonly targets: TargetView[];
}

async function openDevices(
  targets: TargetView[] = sampleTargets(NOW),
  { calls = {}, ...options }: Partial<Parameters<WindowBrowser['open']>[0]> = {},
): Promise<Devices> {
  const answers: ScriptedCalls = {
    ...WINDOW_START,
    'targets.list': () => ({ targets, defaultJump: JUMP }),
    'targets.command': ({ target }) => ({ command: `ssh -J ${JUMP} ${target}` }),
    'sessions.open': () => ({ id: 'session-1' }),
    ...calls,
  };
  const window = await browser.open({ calls: answers, ...options });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Devices' }).click();
  return Object.assign(window, { targets });
}

const made = ({ bridge }: OpenWindow, name: string) =>
  bridge.made.filter((call) => call.name === name).map(({ input }) => input);
const box = ({ page }: OpenWindow) => page.getByRole('combobox', { name: 'Search devices' });
const rowNames = ({ page }: OpenWindow) =>
  page.getByRole('row').evaluateAll((rows) => rows.map((row) => row.querySelector('[role=gridcell] div')?.textContent));
const chosen = ({ page }: OpenWindow) => page.getByRole('row', { selected: true }).locator('div div').first();

test('The search box has the focus, and up, down and Enter connect from it', async () => {
  await using window = await openDevices();
  const { page } = window;
  await box(window).waitFor();
  await soon(() => box(window).evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type('RACK4 fab');
  await soon(() => rowNames(window)).toEqual(['ce1-rack4', 'ce2-rack4']);
  await soon(() => chosen(window).textContent()).toBe('ce1-rack4');
  await page.keyboard.press('ArrowDown');
  await soon(() => chosen(window).textContent()).toBe('ce2-rack4');
  const active = await box(window).getAttribute('aria-activedescendant');
  expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'sessions.open')).toMatchObject([{ target: 'ce1-rack4' }]);
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  expect(window.faults).toEqual([]);
});

test('Ctrl+F and "/" come back to the search box, also from a row; Escape empties it', async () => {
  await using window = await openDevices();
  const { page } = window;
  const isFocused = () => box(window).evaluate((input) => input === document.activeElement);
  await box(window).fill('leaf');
  await page.keyboard.press('Tab');
  await soon(isFocused).toBe(false);
  await page.keyboard.press('/');
  await soon(isFocused).toBe(true);
  expect(await box(window).inputValue()).toBe('leaf');
  await page.getByRole('button', { name: 'Add a device' }).focus();
  await page.keyboard.press('Control+f');
  await soon(isFocused).toBe(true);
  await page.keyboard.press('Escape');
  await soon(() => box(window).inputValue()).toBe('');
  // Where somebody types, "/" is a letter.
  await page.keyboard.type('a/b');
  expect(await box(window).inputValue()).toBe('a/b');
});

test('What is typed as user@host can be connected to, behind what is saved', async () => {
  await using window = await openDevices();
  const { page } = window;
  await box(window).fill('alice@leaf1');
  await soon(() => rowNames(window)).toEqual(['leaf1', 'leaf10']);
  await box(window).fill('ada@leaf1');
  await soon(() => rowNames(window)).toEqual(['Connect to ada@leaf1']);
  await page.getByText(`Goes through ${JUMP}`).waitFor();
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'sessions.open')).toMatchObject([{ target: 'ada@leaf1' }]);
});

test('A device gets its role, further ways in their order, tags and notes, each told where it is refused', async () => {
  const targets = [
    ...sampleTargets(NOW),
    { ...sampleTarget('jump-inner', 'ops@192.0.2.10', []), role: 'jump-host' as const },
  ];
  await using window = await openDevices(targets, {
    calls: {
      'targets.save': ({ replaces: _, ...target }) => {
        if (target.ways.length > 1 && target.ways[0]?.device === undefined) {
          const place = { field: 'ways', index: 0, part: 'device' } as const;
          throw new ScriptedError('TARGET_INVALID', 'No user is named.', 'Write it as USER@HOST.', 'expected', place);
        }
        return { target: { ...target, isFavourite: false, lastUsedAt: null } };
      },
    },
  });
  const { page } = window;
  await box(window).fill('leaf10');
  await page.getByRole('button', { name: 'Change leaf10' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change leaf10' });
  await dialog.getByRole('combobox', { name: 'What it is' }).selectOption('Top-of-rack switch');
  await dialog.getByRole('button', { name: 'Add a way in' }).click();
  const second = dialog.getByRole('group', { name: 'Way 2' });
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('way-1-kind');
  await second.getByRole('combobox', { name: 'How' }).selectOption('VM console');
  await second.getByText('It ends a console session that somebody else has.').waitFor();
  await dialog.getByRole('button', { name: 'Move way 2 up' }).click();
  await dialog.getByRole('button', { name: 'Add a way in' }).click();
  const third = dialog.getByRole('group', { name: 'Way 3' });
  await third.getByRole('combobox', { name: 'How' }).selectOption('Shared password (last resort)');
  await third.getByText('Never tried by itself.').waitFor();
  await third.getByRole('textbox', { name: 'Logs in to' }).fill('telco@leaf10');
  await third.getByRole('button', { name: 'Add a jump host' }).click();
  await third.getByRole('combobox', { name: 'Jump host 1' }).fill('jump-inner');
  await dialog.getByRole('textbox', { name: 'Tags' }).fill('row4, east');
  await dialog.getByRole('textbox', { name: 'Notes' }).fill('Door code at the desk');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('No user is named. Write it as USER@HOST.').waitFor();
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('way-0-device');
  await page.keyboard.type('id@192.0.2.9:2222');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'targets.save').at(-1)).toEqual({
    name: 'leaf10',
    role: 'tor',
    device: 'alice@leaf10',
    ways: [
      { kind: 'console', jumps: [], device: 'id@192.0.2.9:2222' },
      { kind: 'jump', jumps: [JUMP] },
      { kind: 'password', jumps: ['jump-inner'], device: 'telco@leaf10' },
    ],
    tags: ['row4', 'east'],
    notes: 'Door code at the desk',
    replaces: 'leaf10',
  });
  expect(window.faults).toEqual([]);
});

test('Favourites stand on top, are marked from the row, and the list narrows to them and to tags', async () => {
  const targets = sampleTargets(NOW).map((target) =>
    target.name.startsWith('leaf') ? { ...target, tags: ['row4'], isFavourite: target.name === 'leaf2' } : target,
  );
  await using window = await openDevices(targets, {
    calls: {
      'targets.favourite': ({ name, isFavourite }) => {
        const at = targets.findIndex((one) => one.name === name);
        const one = targets[at];
        if (one !== undefined) targets[at] = { ...one, isFavourite };
        return {};
      },
    },
  });
  const { page } = window;
  const first = () => page.getByRole('row').first().textContent();
  await soon(first).toContain('leaf2');
  await page.getByRole('button', { name: '#row4' }).click();
  await soon(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('3');
  await page.getByText('3 of 12 devices').waitFor();
  await page.getByRole('button', { name: 'Favourites', exact: true }).click();
  await soon(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('1');
  await box(window).fill('spine');
  await page.getByText('No device fits “spine”').waitFor();
  await box(window).fill('');
  await page.getByRole('button', { name: 'Favourites', exact: true }).click();
  await box(window).fill('leaf10');
  await page.getByRole('button', { name: 'leaf10 is a favourite' }).click();
  await soon(() => made(window, 'targets.favourite')).toEqual([{ name: 'leaf10', isFavourite: true }]);
  await page.getByText('leaf10 is a favourite.').first().waitFor();
  expect(await axeViolations(page)).toEqual([]);
});

test('An import shows what it would do, changes only what is wanted, and is done at one press', async () => {
  const line = (name: string, more: object) => ({ place: 'line 2', name, verdict: 'add' as const, ...more });
  await using window = await openDevices(undefined, {
    calls: {
      'targets.look-at-file': ({ update }) => ({
        import: {
          id: update ? 'import-2' : 'import-1',
          file: '/home/ada/targets.csv',
          lines: [
            line('new1', { device: 'a@new1' }),
            line('leaf1', { verdict: update ? 'change' : 'clash', device: 'b@leaf1', fields: ['device', 'tags'] }),
            line('bad', { verdict: 'refused', reason: '“router” is no role.' }),
          ],
          notes: ['The column “Site” is not read.'],
        },
      }),
      'targets.import': () => ({ added: 1, changed: 1 }),
      'targets.export': () => ({ file: '/home/ada/out.csv' }),
    },
  });
  const { page } = window;
  for (const [menu, item] of [
    ['Rehearse', 'Results so far'],
    ['Import and export', 'Import from a file…'],
  ] as const) {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item }).waitFor();
    expect(await axeViolationsInBothSchemes(page)).toEqual([]);
    if (menu === 'Rehearse') await page.keyboard.press('Escape');
  }
  await page.getByRole('menuitem', { name: 'Import from a file…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import devices' });
  await dialog.getByText('1 to add, 0 to change, 0 the same, 2 left out.').waitFor();
  await dialog.getByText('Saved otherwise: address, tags.').waitFor();
  // What needs a person comes first.
  expect(await dialog.getByRole('row').nth(1).textContent()).toContain('“router” is no role.');
  await dialog.getByText('The column “Site” is not read.').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await dialog.getByRole('switch').click();
  await dialog.getByRole('button', { name: 'Import 2' }).click();
  await soon(() => made(window, 'targets.import')).toEqual([{ id: 'import-2' }]);
  expect(made(window, 'targets.look-at-file')).toEqual([
    { which: 'chosen', update: false },
    { which: 'again', update: true },
  ]);
  await page.getByText('1 added, 1 changed.').first().waitFor();
  await page.getByRole('button', { name: 'Import and export' }).click();
  await page.getByRole('menuitem', { name: 'Export as a table (CSV)…' }).click();
  await page.getByText('Written: /home/ada/out.csv').first().waitFor();
  expect(window.faults).toEqual([]);
});

test('The host keys of a device are shown with where they stand, and forgotten only after it was explained', async () => {
  const key = { type: 'ssh-ed25519', fingerprint: `SHA256:${'x'.repeat(43)}` };
  await using window = await openDevices(undefined, {
    calls: {
      'targets.host-keys': () => ({
        hosts: [
          {
            address: 'alice@leaf10',
            isPinned: true,
            keys: [
              { ...key, file: '/team/hosts', line: 4, origin: 'pinned' },
              { ...key, file: '/data/known_hosts', line: 7, origin: 'own' },
            ],
          },
          { address: 'id@192.0.2.9:2222', isPinned: false, keys: [] },
        ],
      }),
      'targets.forget-host-keys': () => ({ lines: 1 }),
    },
  });
  const { page } = window;
  await box(window).fill('leaf10');
  await page.getByRole('button', { name: 'Host keys of leaf10' }).click();
  const dialog = page.getByRole('dialog', { name: 'Host keys of leaf10' });
  await dialog.getByText('Pinned in /team/hosts, line 4.').waitFor();
  await dialog.getByText('Accepted here: /data/known_hosts, line 7. It does not count.').waitFor();
  await dialog.getByText('No key is known yet.').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Forget…' }).click();
  await dialog.getByText('Only if whoever runs the host says').waitFor();
  expect(made(window, 'targets.forget-host-keys')).toEqual([]);
  await dialog.getByRole('button', { name: 'Forget what was accepted' }).click();
  await soon(() => made(window, 'targets.forget-host-keys')).toEqual([{ name: 'leaf10' }]);
  await page.getByText('Glasskey has forgotten the host keys of leaf10.').first().waitFor();
});

test('A jump host that others go through is removed only after that was said', async () => {
  await using window = await openDevices(undefined, {
    calls: {
      'targets.remove': ({ evenIfUsed }) => {
        if (evenIfUsed === true) return { removed: true };
        throw new ScriptedError('TARGET_IN_USE', 'The way to leaf1 goes through leaf10.', 'Change their ways first.');
      },
    },
  });
  const { page } = window;
  await box(window).fill('leaf10');
  await page.getByRole('button', { name: 'Remove leaf10' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Remove leaf10?' });
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByText('The way to leaf1 goes through leaf10.').waitFor();
  await dialog.getByRole('button', { name: 'Remove it all the same' }).click();
  await soon(() => made(window, 'targets.remove').at(-1)).toEqual({ name: 'leaf10', evenIfUsed: true });
});

test('Ten thousand devices: every search finds what it ought to, and only what is seen is in the document', async () => {
  const targets = manyTargets(10_000);
  await using window = await openDevices(targets);
  const { page } = window;
  const grid = page.getByRole('grid');
  await soon(() => grid.getAttribute('aria-rowcount')).toBe('10000');
  for (const query of ['ce3', 'ce3-rack77', 'rack77 north', 'site9.example west ce1', 'rack1428']) {
    await box(window).fill(query);
    const fits = targets.filter(({ name, device, ways }) =>
      query
        .split(' ')
        .every((word) => [name, device, ...ways.flatMap(({ jumps }) => jumps)].some((field) => field.includes(word))),
    );
    await soon(() => grid.getAttribute('aria-rowcount')).toBe(String(fits.length));
    const shown = await rowNames(window);
    expect(shown.length).toBeLessThan(30);
    for (const name of shown) expect(fits.some((target) => target.name === name)).toBe(true);
  }
  await box(window).fill('');
  await page.keyboard.press('PageDown');
  for (let press = 0; press < 60; press += 1) await page.keyboard.press('ArrowDown');
  const row = page.getByRole('row', { selected: true });
  await soon(() => row.getAttribute('aria-rowindex')).toBe('69');
  await soon(() =>
    row.evaluate((element) => {
      const list = element.closest('[role=grid]')?.getBoundingClientRect();
      const { top, bottom } = element.getBoundingClientRect();
      return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
    }),
  ).toBe(true);
  expect(await page.getByRole('row').count()).toBeLessThan(30);
});

test('Tab reaches the chosen row’s buttons, and up and down change the row beneath them', async () => {
  await using window = await openDevices();
  const { page } = window;
  await box(window).fill('rack4');
  await soon(() => rowNames(window)).toEqual(['ce1-rack4', 'ce2-rack4']);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  await page.keyboard.press('Tab');
  await soon(focused).toBe('Connect to ce1-rack4');
  await page.keyboard.press('Tab');
  await soon(focused).toBe('Rehearse the login to ce1-rack4');
  await page.keyboard.press('Tab');
  await soon(focused).toBe('ce1-rack4 is a favourite');
  await page.keyboard.press('Tab');
  await soon(focused).toBe('Copy the ssh command for ce1-rack4');
  await page.keyboard.press('ArrowDown');
  await soon(focused).toBe('Copy the ssh command for ce2-rack4');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'app.copy')).toEqual([{ text: `ssh -J ${JUMP} ce2-rack4` }]);
  await page.getByText(`Copied: ssh -J ${JUMP} ce2-rack4`).first().waitFor();
});

test('Of several ways one is chosen from a menu, which says what a console and a password cost', async () => {
  const target: TargetView = {
    ...sampleTarget('vm7', 'alice@vm7', []),
    ways: [
      { kind: 'jump', jumps: [JUMP] },
      { kind: 'console', jumps: [], device: '4f9e27a8@console:2222' },
      { kind: 'password', jumps: [JUMP], device: 'telco@vm7' },
    ],
  };
  await using window = await openDevices([target, sampleTarget('leaf1', 'alice@leaf1', [JUMP])]);
  const { page } = window;
  await box(window).fill('vm7');
  const button = page.getByRole('button', { name: 'Choose the way to vm7' });
  await button.focus();
  await page.keyboard.press('Enter');
  const items = page.getByRole('menuitem');
  await soon(() => items.allTextContents()).toEqual([
    expect.stringMatching(/^1\. Through the jump hosts.*through jumper@jump-east$/),
    expect.stringMatching(/^2\. VM console.*4f9e27a8@console:2222.*ends a console session that somebody else has/),
    expect.stringMatching(/^3\. Shared password \(last resort\).*telco@vm7.*Never tried by itself/),
  ]);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  // What axeViolations leaves out: a guard passes the focus on.
  const guards = page.locator('[data-tabster-dummy]');
  expect(await guards.count()).toBeGreaterThan(0);
  for (const guard of await guards.all()) {
    await guard.focus();
    await soon(() => page.evaluate(() => document.activeElement?.closest('[aria-hidden="true"]') === null)).toBe(true);
  }
  await items.first().focus();
  await page.keyboard.press('Escape');
  await soon(() => items.count()).toBe(0);
  await soon(() => button.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(made(window, 'sessions.open')).toEqual([]);
  await page.keyboard.press('Enter');
  await soon(() => items.first().evaluate((one) => one === document.activeElement)).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'sessions.open')).toMatchObject([{ target: 'vm7', way: 3 }]);
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  expect(window.faults).toEqual([]);
});

test('The pointer: a row is chosen by a click, connected to by a double click or its button', async () => {
  await using window = await openDevices();
  const { page } = window;
  await page.getByText('leaf10', { exact: true }).click();
  await soon(() => chosen(window).textContent()).toBe('leaf10');
  expect(made(window, 'sessions.open')).toEqual([]);
  await page.getByText('spine2', { exact: true }).hover();
  await page.getByRole('button', { name: 'Connect to spine2' }).click();
  await soon(() => made(window, 'sessions.open')).toMatchObject([{ target: 'spine2' }]);
  await page.getByRole('navigation').getByRole('button', { name: 'Devices' }).click();
  await page.getByText('leaf2', { exact: true }).dblclick();
  await soon(() => made(window, 'sessions.open')).toHaveLength(2);
});

test('A device is added by keyboard alone, through the usual jump host and another, in the order wanted', async () => {
  const saved: unknown[] = [];
  await using window = await openDevices([], {
    calls: {
      'targets.save': (input) => {
        saved.push(input);
        const target = { ...input, isFavourite: false, lastUsedAt: null };
        window.targets.push(target);
        return { target };
      },
    },
  });
  const { page } = window;
  await page.getByText('No devices yet').waitFor();
  await page.getByRole('button', { name: 'Add your first device' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a device' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // By role: what was behind the dialog is there for screen readers again.
  await soon(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Add your first device');
  await page.getByRole('button', { name: 'Add your first device' }).press('Enter');
  await dialog.waitFor();
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name');
  await page.keyboard.press('Enter');
  await page.getByText('Give the device a name.').waitFor();
  expect(saved).toEqual([]);
  await page.keyboard.type('leaf9');
  await page.keyboard.press('Tab');
  await page.keyboard.type('ada@leaf9:2222');
  await page.getByRole('button', { name: 'Add a jump host' }).focus();
  await page.keyboard.press('Enter');
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('way-0-jump-1');
  await page.keyboard.type('ops@jump-inner');
  await page.getByRole('button', { name: 'Move jump host 2 up' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Jump host 1' }).focus();
  await page.keyboard.press('Enter');
  await soon(() => saved).toEqual([
    {
      name: 'leaf9',
      role: 'other',
      device: 'ada@leaf9:2222',
      ways: [{ kind: 'jump', jumps: ['ops@jump-inner', JUMP] }],
      tags: [],
      notes: '',
    },
  ]);
  await page.getByText('leaf9 is added.').first().waitFor();
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox');
  expect(window.faults).toEqual([]);
});

test('What is refused is told at its field, which has the focus, and nothing typed is lost', async () => {
  await using window = await openDevices(undefined, {
    calls: {
      'targets.save': ({ name, ways }) => {
        if (name === 'leaf1')
          throw new ScriptedError('TARGET_EXISTS', 'There is a target named leaf1 already.', 'Choose another name.');
        throw new ScriptedError(
          'TARGET_INVALID',
          `The target '${ways[0]?.jumps[0]}' has whitespace (U+0020) in its host name.`,
          'Write it as user@host.',
          'expected',
          { field: 'ways', index: 0, part: 0 },
        );
      },
    },
  });
  const { page } = window;
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('leaf1');
  await page.getByRole('textbox', { name: 'Address' }).fill('ada@leaf9');
  await page.getByRole('combobox', { name: 'Jump host 1' }).fill('jumper@jump east');
  await page.getByRole('button', { name: 'Save' }).click();
  const wrong = () =>
    page.evaluate(() => [
      document.activeElement?.getAttribute('name'),
      document.activeElement?.getAttribute('aria-invalid'),
    ]);
  await page.getByText('There is a target named leaf1 already. Choose another name.').waitFor();
  await soon(wrong).toEqual(['name', 'true']);
  await page.keyboard.type('x');
  await page.keyboard.press('Enter');
  await page.getByText('has whitespace').waitFor();
  await soon(wrong).toEqual(['way-0-jump-0', 'true']);
  expect(await page.getByRole('textbox', { name: 'Address' }).inputValue()).toBe('ada@leaf9');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('A device is changed in place, and removed only with consent', async () => {
  await using window = await openDevices(undefined, {
    calls: {
      'targets.save': ({ replaces: _, ...target }) => ({ target: { ...target, isFavourite: false, lastUsedAt: null } }),
      'targets.remove': () => ({ removed: true }),
    },
  });
  const { page } = window;
  await box(window).fill('leaf10');
  await page.getByRole('button', { name: 'Change leaf10' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('leaf-ten');
  await page.getByRole('button', { name: 'Save' }).click();
  await soon(() => made(window, 'targets.save')).toMatchObject([
    { name: 'leaf-ten', device: 'alice@leaf10', ways: [{ kind: 'jump', jumps: [JUMP] }], replaces: 'leaf10' },
  ]);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove leaf10' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Remove leaf10?' });
  await dialog.waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(made(window, 'targets.remove')).toEqual([]);
  await page.getByRole('button', { name: 'Remove leaf10' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await soon(() => made(window, 'targets.remove')).toEqual([{ name: 'leaf10' }]);
});

test('Why a connection could not even begin is told, with what to do', async () => {
  await using window = await openDevices(undefined, {
    calls: {
      'sessions.open': () => {
        throw new ScriptedError('SSH_NOT_FOUND', 'There is no ssh.', 'Install OpenSSH.');
      },
    },
  });
  await box(window).press('Enter');
  const alert = window.page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toContain('Install OpenSSH.');
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing wrong, %s: list, no match, typed, dialogs, empty',
  async (colorScheme) => {
    await using window = await openDevices(undefined, { colorScheme, reducedMotion: 'reduce' });
    const { page } = window;
    await box(window).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await box(window).fill('no such device');
    await page.getByText('No device fits').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await box(window).fill('ada@leaf9');
    await page.getByRole('button', { name: 'Connect to ada@leaf9' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await box(window).fill('');
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove console' }).click();
    await page.getByRole('alertdialog').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await using empty = await openDevices([], { colorScheme });
    await empty.page.getByText('No devices yet').waitFor();
    expect(await axeViolations(empty.page)).toEqual([]);
    expect([...window.faults, ...empty.faults]).toEqual([]);
  },
);

test('At twice the size nothing is cut off sideways', async () => {
  await using window = await openDevices(undefined, {
    width: 640,
    height: 440,
    calls: { 'targets.host-keys': () => ({ hosts: [] }) },
  });
  await box(window).waitFor();
  const wide = await window.page.evaluate(() => document.querySelector('main')?.scrollWidth);
  expect(wide).toBeLessThanOrEqual(640);
  // Its name has its room: the lesser buttons are in a menu.
  const name = window.page.getByText('console', { exact: true });
  expect(await name.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  await name.click();
  await window.page.getByRole('button', { name: 'More for console' }).click();
  await window.page.getByRole('menuitem', { name: 'Remove console' }).waitFor();
  expect(await axeViolations(window.page)).toEqual([]);
  await window.page.getByRole('menuitem', { name: 'Host keys of console' }).click();
  await window.page
    .getByRole('dialog', { name: 'Host keys of console' })
    .getByRole('button', { name: 'Close' })
    .click();
  await window.page.getByRole('button', { name: 'Connect to console' }).click();
  await soon(() => made(window, 'sessions.open')).toHaveLength(1);
});
