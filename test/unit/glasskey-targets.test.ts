import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatHostSpec } from '../../main/connect/host-spec.ts';
import { resolveTypedJumps, resolveWay } from '../../main/glasskey-target-ways.ts';
import { removeTarget, saveTarget, type TargetToSave } from '../../main/glasskey-targets.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { plainTarget, type TargetStore, targetStore, type Way } from '../../main/storage/target-store.ts';

let folder: string;
let database: Database;
let store: TargetStore;

const LEAF: TargetToSave = { ...plainTarget('leaf1', 'alice@10.0.0.7', ['ops@jump']), replaces: undefined };
const jump = (...jumps: string[]): Way => ({ kind: 'jump', jumps });
const east = (...jumps: string[]): TargetToSave => ({
  ...plainTarget('east', 'ops@192.0.2.10', jumps),
  role: 'jump-host',
  replaces: undefined,
});
const error = (code: string, detail = {}) => expect.objectContaining({ code, detail: expect.objectContaining(detail) });
const said = (sentence: string) => expect.objectContaining({ message: sentence });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-targets-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  store = targetStore(database);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a target that is saved by hand', () => {
  it('is kept as connect would read it', () => {
    const saved = saveTarget(store, {
      name: 'leaf1',
      role: 'tor',
      device: ' ssh://alice@10.0.0.7:2222/ ',
      ways: [
        jump('ops@jump', ' '),
        { kind: 'console', jumps: [], device: ' id@192.0.2.9:2222' },
        { kind: 'forwarded', jumps: ['ops@jump'], device: 'alice@10.0.0.7:2222' },
      ],
      tags: [' row4 ', 'Row4', '', 'east'],
      notes: ' two\r\nlines ',
      replaces: undefined,
    });
    expect(saved).toEqual({
      name: 'leaf1',
      role: 'tor',
      device: 'alice@10.0.0.7:2222',
      ways: [
        jump('ops@jump'),
        { kind: 'console', jumps: [], device: 'id@192.0.2.9:2222' },
        { kind: 'forwarded', jumps: ['ops@jump'] },
      ],
      tags: ['row4', 'east'],
      notes: 'two\nlines',
      isFavourite: false,
      lastUsedAt: null,
    });
    expect(store.get('leaf1')).toEqual(saved);
  });

  it('never takes another one’s name', () => {
    saveTarget(store, LEAF);
    expect(() => saveTarget(store, { ...LEAF, device: 'bob@b' })).toThrow(error('TARGET_EXISTS'));
    saveTarget(store, { ...LEAF, name: 'leaf2' });
    expect(() => saveTarget(store, { ...LEAF, name: 'leaf1', replaces: 'leaf2' })).toThrow(error('TARGET_EXISTS'));
    expect(store.list()).toHaveLength(2);
  });

  it('can be renamed and changed, and remembers when it was used and that it is a favourite', () => {
    saveTarget(store, LEAF);
    store.markUsed('leaf1', 5);
    store.setFavourite('leaf1', true);
    const { isFavourite: _, ...changed } = { ...LEAF, name: 'rack4', device: 'bob@b', replaces: 'leaf1' };
    saveTarget(store, changed);
    expect(store.list()).toEqual([
      { ...plainTarget('rack4', 'bob@b', ['ops@jump']), isFavourite: true, lastUsedAt: 5 },
    ]);
  });

  it('is not made anew when the one to change has gone meanwhile', () => {
    expect(() => saveTarget(store, { ...LEAF, replaces: 'gone' })).toThrow(error('TARGET_UNKNOWN'));
    expect(store.list()).toEqual([]);
  });

  it.each<[string, Partial<TargetToSave>, string, object]>([
    ['its name', { name: '-x' }, 'TARGET_NAME_INVALID', { field: 'name' }],
    ['its device', { device: 'a b@c' }, 'TARGET_INVALID', { field: 'device' }],
    [
      'a jump host',
      { ways: [jump('a@b'), jump('ok@a', '-oProxyCommand=x')] },
      'TARGET_INVALID',
      { field: 'ways', index: 1, part: 1 },
    ],
    ['the number of jump hosts', { ways: [jump(...Array(9).fill('a@b'))] }, 'TARGET_INVALID', { index: 0, part: 8 }],
    ['the number of ways', { ways: Array(9).fill(jump()) }, 'TARGET_INVALID', { field: 'ways', index: 8 }],
    ['that it has no way', { ways: [] }, 'TARGET_INVALID', { field: 'ways' }],
    ['that two ways are one', { ways: [jump('a@b'), jump('a@b')] }, 'TARGET_INVALID', { field: 'ways', index: 1 }],
    [
      'where a way logs in to',
      { ways: [{ kind: 'jump', jumps: [], device: 'x y' }] },
      'TARGET_INVALID',
      { field: 'ways', index: 0, part: 'device' },
    ],
    [
      'that nothing is there to go on from',
      { ways: [{ kind: 'forwarded', jumps: [] }] },
      'TARGET_INVALID',
      { field: 'ways', index: 0 },
    ],
    [
      'whose password it is',
      { device: 'leaf1.example', ways: [{ kind: 'password', jumps: [] }] },
      'TARGET_INVALID',
      { field: 'ways', index: 0, part: 'device' },
    ],
    [
      'whose console it is',
      { ways: [jump(), { kind: 'console', jumps: [], device: '192.0.2.9:2222' }] },
      'TARGET_INVALID',
      { field: 'ways', index: 1, part: 'device' },
    ],
    ['a tag', { tags: ['ok', 'two words'] }, 'TARGET_INVALID', { field: 'tags', index: 1 }],
    ['the number of tags', { tags: Array.from({ length: 17 }, (_, at) => `t${at}`) }, 'TARGET_INVALID', { index: 16 }],
    ['the length of its notes', { notes: 'x'.repeat(4001) }, 'TARGET_INVALID', { field: 'notes' }],
    ['what its notes would do to a terminal', { notes: 'a\u001b[31m' }, 'TARGET_INVALID', { field: 'notes' }],
    ['where its notes would be read from', { notes: 'a\u202Eb' }, 'TARGET_INVALID', { field: 'notes' }],
  ])('is refused where %s is wrong, which the error names', (_, wrong, code, detail) => {
    expect(() => saveTarget(store, { ...LEAF, ...wrong })).toThrow(error(code, detail));
    expect(store.list()).toEqual([]);
  });
});

describe('a jump host', () => {
  const hops = (name: string, way = 0) => {
    const target = store.get(name);
    const chosen = target?.ways[way];
    if (target === undefined || chosen === undefined) throw new Error(`no way ${way} to ${name}`);
    return resolveWay(target, chosen, store.get).jumps.map(formatHostSpec);
  };

  it('is named by others, and brings along those before it where it is the first', () => {
    saveTarget(store, east('outer@198.51.100.1'));
    saveTarget(store, { ...LEAF, ways: [jump('east', 'ops@inner'), jump('ops@a', 'east'), jump('ops@b')] });
    expect(store.get('leaf1')?.ways[0].jumps).toEqual(['east', 'ops@inner']);
    expect(hops('leaf1')).toEqual(['outer@198.51.100.1', 'ops@192.0.2.10', 'ops@inner']);
    expect(hops('leaf1', 1)).toEqual(['ops@a', 'ops@192.0.2.10']);
  });

  it('that is not saved, or not as one, is refused by its name', () => {
    expect(() => saveTarget(store, { ...LEAF, ways: [jump('ops@a', 'east')] })).toThrow(
      error('TARGET_JUMP_UNKNOWN', { name: 'east', field: 'ways', index: 0, part: 1 }),
    );
    saveTarget(store, { ...LEAF, name: 'spine1' });
    expect(() => saveTarget(store, { ...LEAF, ways: [jump('spine1')] })).toThrow(
      said('spine1, through which leaf1 is to be reached, is saved, but not as a jump host.'),
    );
  });

  it('that would go through itself is refused, and every name of the circle said', () => {
    saveTarget(store, east('ops@a'));
    saveTarget(store, { ...east('east'), name: 'west' });
    expect(() => saveTarget(store, { ...east('west'), replaces: 'east' })).toThrow(
      said('The way goes round in a circle: east goes through west, which goes through east.'),
    );
    expect(() => saveTarget(store, { ...east('east'), replaces: 'east' })).toThrow(error('TARGET_JUMP_LOOP'));
    expect(hops('west')).toEqual(['ops@a', 'ops@192.0.2.10']);
  });

  it('cannot become so far away that those behind it are not reached any more', () => {
    saveTarget(store, east());
    saveTarget(store, { ...LEAF, ways: [jump('east', 'a@1', 'a@2', 'a@3', 'a@4', 'a@5', 'a@6')] });
    const far = { ...east('b@1', 'b@2'), replaces: 'east' };
    expect(() => saveTarget(store, far)).toThrow(said('9 jump hosts are more than the 8 that a login may pass.'));
    saveTarget(store, { ...far, ways: [jump('b@1')] });
    expect(hops('leaf1')).toHaveLength(8);
  });

  it('keeps its place in others’ ways under a new name', () => {
    saveTarget(store, east());
    saveTarget(store, { ...LEAF, ways: [jump('ops@a'), { kind: 'forwarded', jumps: ['east'] }] });
    saveTarget(store, { ...east('ops@outer'), name: 'east-1', replaces: 'east' });
    expect(store.get('leaf1')?.ways).toEqual([jump('ops@a'), { kind: 'forwarded', jumps: ['east-1'] }]);
    expect(hops('leaf1', 1)).toEqual(['ops@outer', 'ops@192.0.2.10']);
  });

  it('stays one while others go through it', () => {
    saveTarget(store, east());
    saveTarget(store, { ...LEAF, ways: [jump('east')] });
    expect(() => saveTarget(store, { ...east(), role: 'vm', replaces: 'east' })).toThrow(
      error('TARGET_IN_USE', { name: 'east', usedBy: 'leaf1' }),
    );
  });

  it('stays what the settings name for hosts that are not saved: under its new name, and unless that is wanted', () => {
    const settings = openSettings(database, join(folder, 'settings.json'));
    saveTarget(store, east(), settings);
    settings.set('connect.defaultJump', 'east');
    saveTarget(store, { ...LEAF, ways: [jump('east')] }, settings);
    saveTarget(store, { ...east(), name: 'west', replaces: 'east' }, settings);
    expect(settings.get('connect.defaultJump').value).toBe('west');
    const names = 'The setting connect.defaultJump names west for every host that is not saved.';
    const both = `The way to leaf1 goes through west. ${names}`;
    const said = (message: string, remedy: string) =>
      expect.objectContaining({ code: 'TARGET_IN_USE', message, remedy });
    const demote = (name: string) => saveTarget(store, { ...east(), name, role: 'vm', replaces: 'west' }, settings);
    // By the name that it has, not by the one that it was to get.
    for (const name of ['west', 'north']) {
      expect(() => demote(name)).toThrow(
        said(both, 'Leave it a jump host, or change their ways and the setting first.'),
      );
    }
    expect(() => removeTarget(store, 'west', false, settings)).toThrow(
      said(both, 'Change their ways and the setting first, or remove it all the same with --force.'),
    );
    removeTarget(store, 'leaf1', false, settings);
    expect(() => demote('north')).toThrow(said(names, 'Leave it a jump host, or change the setting first.'));
    expect(() => removeTarget(store, 'west', false, settings)).toThrow(
      expect.objectContaining({
        code: 'TARGET_IN_USE',
        message: names,
        remedy: expect.stringMatching(/^Change the setting/),
      }),
    );
    expect(removeTarget(store, 'west', true, settings)).toBe(true);
  });

  it('is removed under others only where that is wanted, and what has lost its way can still be changed', () => {
    saveTarget(store, east());
    for (let at = 1; at <= 7; at += 1) saveTarget(store, { ...LEAF, name: `leaf${at}`, ways: [jump('east')] });
    expect(() => removeTarget(store, 'east', false)).toThrow(
      said('The way to leaf1, leaf2, leaf3, leaf4, leaf5 and 2 more goes through east.'),
    );
    expect(removeTarget(store, 'east', true)).toBe(true);
    expect(removeTarget(store, 'east', true)).toBe(false);
    expect(() => hops('leaf1')).toThrow(error('TARGET_JUMP_UNKNOWN', { name: 'east' }));
    // Another jump host may come and go meanwhile.
    saveTarget(store, { ...east(), name: 'west' });
    saveTarget(store, { ...LEAF, ways: [jump('west')], replaces: 'leaf1' });
    expect(hops('leaf1')).toEqual(['ops@192.0.2.10']);
    saveTarget(store, east('outer@o'));
    expect(hops('leaf2')).toEqual(['outer@o', 'ops@192.0.2.10']);
  });

  it('of one login is a saved name or a host, as it was typed', () => {
    saveTarget(store, east('outer@o'));
    const typed = (...jumps: string[]) => resolveTypedJumps(jumps, store.get).map(formatHostSpec);
    expect(typed('east', 'inner')).toEqual(['outer@o', 'ops@192.0.2.10', 'inner']);
    expect(typed('west')).toEqual(['west']);
    expect(() => typed('a b')).toThrow(error('TARGET_INVALID'));
  });
});
