import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyImport,
  planImport,
  readTargetFile,
  type TargetFormat,
  targetFileText,
} from '../../main/glasskey-target-import.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { plainTarget, type TargetEntry, type TargetStore, targetStore } from '../../main/storage/target-store.ts';

let folder: string;
let database: Database;
let store: TargetStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-import-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  store = targetStore(database);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const EAST: TargetEntry = { ...plainTarget('east', 'ops@192.0.2.10', ['outer@o:2200']), role: 'jump-host' };
const LEAF: TargetEntry = {
  name: 'leaf1',
  role: 'tor',
  device: 'alice@contoso.com@[2001:db8::17]:2222',
  ways: [
    { kind: 'jump', jumps: ['east', 'ops@[2001:db8::1]:2200'] },
    { kind: 'forwarded', jumps: ['east'] },
    { kind: 'console', jumps: [], device: 'id@192.0.2.9:2222' },
    { kind: 'password', jumps: ['east'], device: 'telco@10.0.0.7' },
  ],
  tags: ['rack4', 'site:b'],
  notes: '=cmd()\n"two", lines; | and a pipe',
  isFavourite: true,
};

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const plan = (path: string, update = false, format?: TargetFormat) =>
  planImport(readTargetFile({ file: path, format }, folder), store.list(), update);
const verdicts = (path: string, update = false) => plan(path, update).lines.map(({ name, verdict }) => [name, verdict]);

it('A file that is too large, or a device without end, is not read', () => {
  const large = file('large.json', '');
  truncateSync(large, 33 * 1024 * 1024);
  const refused = (path: string, why: string) =>
    expect(() => readTargetFile({ file: path, format: 'json' }, folder)).toThrow(
      expect.objectContaining({ code: 'TARGET_FILE_INVALID', message: expect.stringContaining(why) }),
    );
  refused(large, 'it is larger than 32 MiB');
  refused('/dev/zero', 'it is no file');
  const config = file('config', 'Host a\nInclude /dev/zero\n');
  expect(readTargetFile({ file: config, format: 'ssh-config' }, folder)).toMatchObject({
    targets: [{ name: 'a' }],
    notes: [expect.stringContaining('/dev/zero is included, and is not there or cannot be read')],
  });
});

describe('what was exported', () => {
  it.each<TargetFormat>(['csv', 'json', 'ssh-config'])(
    'as %s comes back the same, on this computer and on another',
    (format) => {
      const all = [EAST, LEAF, plainTarget('bare', 'host.example', [])];
      for (const target of all) store.add(target);
      const path = file('export', targetFileText(store.list(), format));
      expect(plan(path, false, format).lines.map(({ verdict }) => verdict)).toEqual(['same', 'same', 'same']);
      const other = openDatabase(join(folder, 'other.db'));
      try {
        const elsewhere = targetStore(other);
        applyImport(elsewhere, planImport(readTargetFile({ file: path, format }, folder), [], false));
        expect(elsewhere.list().toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
          store.list().toSorted((a, b) => a.name.localeCompare(b.name)),
        );
      } finally {
        other.close();
      }
    },
  );
});

describe('an import', () => {
  it('reads the user’s own ssh_config where no file is named, and what it includes', () => {
    mkdirSync(join(folder, '.ssh', 'conf.d'), { recursive: true });
    writeFileSync(
      join(folder, '.ssh', 'config'),
      'Include conf.d/*\nHost leaf1\n HostName 10.0.0.7\n ProxyJump jump\n',
    );
    writeFileSync(join(folder, '.ssh', 'conf.d', 'a'), 'Host jump\n User ops\n HostName 192.0.2.10\n');
    const found = planImport(readTargetFile({ file: undefined, format: undefined }, folder), [], false);
    applyImport(store, found);
    expect(store.get('jump')).toMatchObject({ role: 'jump-host', device: 'ops@192.0.2.10' });
    expect(store.get('leaf1')).toMatchObject({ device: '10.0.0.7', ways: [{ kind: 'jump', jumps: ['jump'] }] });
  });

  it('takes a plain list of hosts, whatever its columns are called and in which order', () => {
    const path = file(
      'hosts.csv',
      'Port;Jump Host;Host Name;Name;User;Site\n;ops@j;10.0.0.7;leaf1;alice;B\n2222;;2001:db8::1;leaf2;;\n',
    );
    const { lines, notes, changes } = plan(path);
    expect(lines.map(({ device }) => device)).toEqual(['alice@10.0.0.7', '[2001:db8::1]:2222']);
    expect(notes).toEqual(['The column “Site” is not read.']);
    applyImport(store, { changes });
    expect(store.get('leaf1')?.ways).toEqual([{ kind: 'jump', jumps: ['ops@j'] }]);
  });

  it('never changes a saved name unasked, and then keeps what the file says nothing of', () => {
    store.add(EAST);
    store.add(LEAF);
    store.markUsed('leaf1', 5);
    const path = file('new.csv', 'name,device,jump\nleaf1,bob@b,ops@j\neast,ops@192.0.2.10,outer@o:2200\n');
    expect(verdicts(path)).toEqual([
      ['leaf1', 'clash'],
      ['east', 'same'],
    ]);
    expect(plan(path).changes).toEqual([]);
    expect(plan(path, true).lines[0]).toMatchObject({ verdict: 'change', fields: ['device', 'ways'] });
    applyImport(store, plan(path, true));
    const [, ...ways] = LEAF.ways;
    expect(store.get('leaf1')).toEqual({
      ...LEAF,
      device: 'bob@b',
      ways: [{ kind: 'jump', jumps: ['ops@j'] }, ...ways],
      lastUsedAt: 5,
    });
  });

  it('refuses what cannot be a target with the reason, and with it those that go through it', () => {
    const path = file(
      'some.csv',
      'name,device,role,jump,favourite,ways\n' +
        'east,-oProxyCommand=x,jump-host,,,\nleaf1,a@b,,east,,\nleaf2,a@b,router,,,\nleaf3,a@b,,,maybe,\nleaf4,a@b,,,,walk\nleaf5,a@b,,,,\nleaf5,a@c,,,,\n,a@b,,,,\n',
    );
    const { lines, changes } = plan(path);
    expect(lines.map(({ place, verdict }) => [place, verdict])).toEqual([
      ['line 2', 'refused'],
      ['line 3', 'refused'],
      ['line 4', 'refused'],
      ['line 5', 'refused'],
      ['line 6', 'refused'],
      ['line 7', 'add'],
      ['line 8', 'refused'],
      ['line 9', 'refused'],
    ]);
    const reasons = lines.map(({ reason }) => reason ?? '');
    for (const [at, words] of [
      [0, 'begins with'],
      [1, 'east, through which leaf1'],
      [2, '“router” is no role'],
      [3, 'neither yes nor no'],
      [4, 'Way 1'],
      [6, 'at line 7'],
      [7, 'name has letters'],
    ] as const) {
      expect(reasons[at]).toContain(words);
    }
    expect(changes).toHaveLength(1);
  });

  it('may bring jump hosts in any order, and a circle of them is refused', () => {
    const path = file(
      'order.csv',
      'name,role,device,jump\nleaf1,tor,a@b,east\neast,jump-host,ops@e,west\nwest,jump-host,ops@w,\nx,jump-host,o@x,y\ny,jump-host,o@y,x\n',
    );
    expect(verdicts(path)).toEqual([
      ['leaf1', 'add'],
      ['east', 'add'],
      ['west', 'add'],
      ['x', 'refused'],
      ['y', 'refused'],
    ]);
  });

  it('does not take the jump host away from under others', () => {
    store.add(EAST);
    store.add({ ...plainTarget('leaf9', 'a@b', ['east']) });
    const path = file('role.csv', 'name,role\neast,vm\n');
    const inUse = { code: 'TARGET_IN_USE', message: 'The way to leaf9 goes through east.' };
    expect(() => plan(path, true)).toThrow(expect.objectContaining(inUse));
    const moved = file('moved.csv', 'name,role,jump\neast,vm,\nleaf9,,ops@j\n');
    expect(plan(moved, true).lines.map(({ verdict }) => verdict)).toEqual(['change', 'change']);
  });

  it('does not take the jump host away that the settings name for the hosts that are not saved', () => {
    const settings = openSettings(database, join(folder, 'settings.json'));
    store.add(EAST);
    settings.set('connect.defaultJump', 'east');
    const path = file('role.csv', 'name,role\neast,ce\n');
    const asked = (update: boolean) =>
      planImport(readTargetFile({ file: path, format: undefined }, folder), store.list(), update, settings);
    expect(() => asked(true)).toThrow(
      expect.objectContaining({
        code: 'TARGET_IN_USE',
        message: 'The setting connect.defaultJump names east for every host that is not saved.',
        remedy: 'Leave it a jump host, or change the setting first.',
      }),
    );
    expect(asked(false).changes).toEqual([]);
    settings.set('connect.defaultJump', 'west');
    expect(asked(true).changes).toHaveLength(1);
  });

  it('is done whole or not at all where something else was saved meanwhile', () => {
    const planned = plan(file('two.csv', 'name,device\nleaf1,a@b\nleaf2,a@b\n'));
    store.add(plainTarget('leaf2', 'c@d', []));
    expect(() => applyImport(store, planned)).toThrow(expect.objectContaining({ code: 'TARGET_EXISTS' }));
    expect(store.list().map(({ name }) => name)).toEqual(['leaf2']);
  });

  it('says which file is not there, and what is none of its kind', () => {
    const invalid = expect.objectContaining({ code: 'TARGET_FILE_INVALID' });
    expect(() => plan(join(folder, 'gone.csv'))).toThrow(invalid);
    expect(() => plan(file('no-name.csv', 'device\na@b\n'))).toThrow(invalid);
    expect(() => plan(file('bad.json', '{'))).toThrow(invalid);
    expect(
      plan(file('odd.json', '{"targets":[{"name":"a","device":7},5]}')).lines.map(({ verdict }) => verdict),
    ).toEqual(['refused', 'refused']);
  });

  it('of ten thousand targets is planned in a moment', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `leaf${at},a@10.0.0.1,,east`);
    const path = file('many.csv', `name,device,role,jump\neast,ops@e,jump-host,\n${rows.join('\n')}\n`);
    expect(plan(path).changes).toHaveLength(10_001);
  });
});
