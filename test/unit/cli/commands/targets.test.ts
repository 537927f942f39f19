/** `glasskey targets` as scripts and people run it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type InProcessResult, runInProcess } from '../run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-targets-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...words: string[]): Promise<InProcessResult> =>
  runInProcess(['targets', ...words], { environment: { GLASSKEY_HOME: join(folder, 'data') }, homeFolder: folder });
const json = async (...words: string[]) => JSON.parse((await run(...words, '--json')).stdout);
const done = async (...words: string[]) => {
  const result = await run(...words);
  expect(result.exitCode, result.stderr).toBe(0);
  return result.stdout;
};
const EAST = ['add', 'east', 'ops@192.0.2.10', '--role', 'jump-host'];
const LEAF = ['add', 'leaf1', 'alice@10.0.0.7', '--way', 'jump east', '--way', 'password east to telco@10.0.0.7'];

it('marks in the list what is no login through the jump hosts, the last resort above all', async () => {
  await done('add', 'old', 'telco@10.0.0.7', '--way', 'password ops@192.0.2.10');
  await done('add', 'vm', 'id@192.0.2.9:2222', '--way', 'console', '--way', 'jump ops@192.0.2.10');
  expect(await done('list', '--search', 'old')).toBe(
    '   old  other  telco@10.0.0.7 through ops@192.0.2.10, by password (last resort)\n',
  );
  expect(await done('list', '--search', 'vm')).toBe('   vm  other  id@192.0.2.9:2222, console, 2 ways\n');
});

it('adds, shows, finds, changes, marks and removes a target', async () => {
  expect(await done('list')).toBe('No target is saved yet.\n');
  await done(...EAST);
  const added = await done(
    ...LEAF,
    '--role',
    'tor',
    '--tag',
    'row4',
    '--tag',
    'b',
    '--notes',
    'Door code\nat the desk',
  );
  expect(added).toContain('Ways in   1. jump: through east');
  expect(added).toContain(
    '2. password: with a shared account’s password: the last resort, never tried by itself; through east, to telco@10.0.0.7',
  );
  expect(await json('show', 'leaf1')).toEqual({
    name: 'leaf1',
    role: 'tor',
    device: 'alice@10.0.0.7',
    ways: [
      { kind: 'jump', jumps: ['east'] },
      { kind: 'password', jumps: ['east'], device: 'telco@10.0.0.7' },
    ],
    tags: ['row4', 'b'],
    notes: 'Door code\nat the desk',
    isFavourite: false,
    lastUsedAt: null,
  });
  await done('favourite', 'leaf1');
  expect(await done('list')).toMatch(/^★ {2}leaf1 .*2 ways.*#row4 #b\n {3}east /);
  const names = async (...words: string[]) =>
    (await json('list', ...words)).targets.map((one: { name: string }) => one.name);
  expect(await names('--tag', 'ROW4')).toEqual(['leaf1']);
  expect(await names('--role', 'jump-host')).toEqual(['east']);
  expect(await names('--favourites')).toEqual(['leaf1']);
  expect(await names('--search', 'desk 10.0.0')).toEqual(['leaf1']);
  expect(await names('--search', '192.0.2', '--role', 'tor')).toEqual([]);
  await done('edit', 'leaf1', '--name', 'leaf-1', '--device', 'bob@10.0.0.8', '--jump', 'east,ops@inner');
  expect(await json('show', 'leaf-1')).toMatchObject({
    device: 'bob@10.0.0.8',
    ways: [{ kind: 'jump', jumps: ['east', 'ops@inner'] }, { kind: 'password' }],
    tags: ['row4', 'b'],
    isFavourite: true,
  });
  await done('favourite', 'leaf-1', '--off');
  const refused = await run('remove', 'east');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('The way to leaf-1 goes through east. [TARGET_IN_USE]');
  await done('remove', 'east', '--force');
  expect((await json('remove', 'east')).error.code).toBe('TARGET_UNKNOWN');
  expect((await json('show', 'lea')).error.remedy).toBe('Did you mean leaf-1?');
  expect((await json('show', 'Leaf-11')).error.remedy).toBe('Did you mean leaf-1?');
  expect((await json('show', 'spine')).error.remedy).toBe('glasskey targets lists those there are.');
});

it.each([
  ['a verb that there is not', ['explode']],
  ['a word too few', ['add', 'leaf1']],
  ['a word too many', ['show', 'leaf1', 'leaf2']],
  ['a role that there is not', ['list', '--role', 'router']],
  ['a way that is none', ['add', 'a', 'b@c', '--way', 'walk']],
  ['two ways of saying it', ['add', 'a', 'b@c', '--way', 'jump', '--jump', 'd@e']],
  ['a format that there is not', ['export', '--format', 'xml']],
])('takes %s for a command line that cannot be understood', async (_, words) => {
  expect((await run(...words)).exitCode).toBe(2);
});

it('shows what an import would do, and does it only where somebody agreed', async () => {
  const file = join(folder, 'list.csv');
  writeFileSync(file, 'name,device,jump\nleaf1,alice@10.0.0.7,ops@j\n-x,a@b,\n');
  const asked = await run('import', file);
  expect(asked.exitCode).toBe(1);
  expect(asked.stderr).toContain('[CONSENT_NEEDED]');
  expect(asked.stderr).toContain(`Where you mean it: glasskey targets import ${file} --yes\n`);
  const { error } = await json('import', file, '--update', '--format', 'csv');
  expect(error.remedy).toContain(`glasskey targets import ${file} --format csv --update --yes (without --json`);
  expect(asked.stdout).toContain('add     leaf1  alice@10.0.0.7');
  expect((await json('list')).targets).toEqual([]);
  const taken = await run('import', file, '--yes');
  expect(taken.stdout).toContain('1 added, 0 changed, 0 the same, 1 left out.');
  // Not all of the file came over.
  expect(taken.exitCode).toBe(1);
  writeFileSync(file, 'name,device\nleaf1,bob@b\n');
  expect(await json('import', file, '--yes')).toMatchObject({ lines: [{ verdict: 'clash' }], done: false });
  expect(await json('import', file, '--yes', '--update')).toMatchObject({ lines: [{ verdict: 'change' }], done: true });
  expect(await json('show', 'leaf1')).toMatchObject({ device: 'bob@b' });
});

it('leaves the default jump host one, by an edit, an import and a removal alike', async () => {
  await done(...EAST);
  const environment = { GLASSKEY_HOME: join(folder, 'data') };
  const set = ['settings', 'set', 'connect.defaultJump', 'east'];
  expect((await runInProcess(set, { environment, homeFolder: folder })).exitCode).toBe(0);
  const file = join(folder, 'role.csv');
  writeFileSync(file, 'name,role\neast,ce\n');
  const message = 'The setting connect.defaultJump names east for every host that is not saved.';
  for (const words of [
    ['edit', 'east', '--name', 'east-2', '--role', 'ce'],
    ['import', file, '--update', '--yes'],
    ['remove', 'east'],
  ]) {
    expect((await json(...words)).error, words[0]).toMatchObject({ code: 'TARGET_IN_USE', message });
  }
  expect(await json('show', 'east')).toMatchObject({ role: 'jump-host' });
});

it('exports to standard output and to files, which are never replaced unasked', async () => {
  await done(...EAST);
  expect(await done('export')).toBe(
    '\u{FEFF}name,role,device,ways,tags,notes,favourite\r\neast,jump-host,ops@192.0.2.10,jump,,,no\r\n',
  );
  expect(await json('export')).toMatchObject({ targets: [{ name: 'east' }] });
  expect(await json('export', '--csv')).toMatchObject({ format: 'csv', text: expect.stringContaining('east') });
  expect(await done('export', '--format', 'ssh-config')).toContain('Host east\n');
  const file = join(folder, 'out.json');
  await done('export', file);
  expect(JSON.parse(readFileSync(file, 'utf8')).targets).toHaveLength(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { error } = await json('export', file);
  expect([error.code, error.remedy]).toEqual(['FILE_EXISTS', expect.stringContaining('--overwrite')]);
  expect(await json('export', file, '--overwrite')).toEqual({ file, format: 'json', count: 1 });
});

it('lists the host keys of a target with where each stands, and forgets one in its own file alone', async () => {
  await done('add', 'leaf1', 'alice@leaf1.example', '--way', 'jump', '--way', 'console to id@192.0.2.9:2222');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, 'key')]);
  const key = readFileSync(join(folder, 'key.pub'), 'utf8').trim();
  const fingerprint = execFileSync('ssh-keygen', ['-lf', join(folder, 'key.pub')], { encoding: 'utf8' }).split(' ')[1];
  const own = join(folder, 'data', 'known_hosts');
  writeFileSync(own, `other ${key}\nleaf1.example ${key}\n[192.0.2.9]:2222 ${key}\n`);
  mkdirSync(join(folder, '.ssh'));
  writeFileSync(join(folder, '.ssh', 'known_hosts'), `leaf1.example ${key}\n`);
  const team = join(folder, 'team');
  writeFileSync(team, `leaf1.example ${key}\n`);
  writeFileSync(join(folder, 'data', 'settings.json'), JSON.stringify({ 'connect.pinnedHostKeys': [team] }), {
    mode: 0o600,
  });
  const { hosts } = await json('host-keys', 'leaf1');
  expect(hosts).toMatchObject([
    {
      address: 'alice@leaf1.example',
      isPinned: true,
      keys: [
        { origin: 'pinned', file: team, line: 1, type: 'ssh-ed25519', fingerprint },
        { origin: 'own', file: own, line: 2 },
        { origin: 'user', line: 1 },
      ],
    },
    { address: 'id@192.0.2.9:2222', isPinned: false, keys: [{ origin: 'own', line: 3 }] },
  ]);
  expect(await done('host-keys', 'leaf1')).toContain('alice@leaf1.example  (pinned: only these keys count)');
  expect((await json('host-keys', 'leaf1', '--forget')).error.code).toBe('CONSENT_NEEDED');
  const forgotten = await json('host-keys', 'leaf1', '--forget', '--yes');
  expect(forgotten).toMatchObject({ forgotten: 2, backup: `${own}.old` });
  expect(readFileSync(own, 'utf8')).toBe(`other ${key}\n`);
  expect(readFileSync(`${own}.old`, 'utf8')).toContain('leaf1.example');
  expect(readFileSync(team, 'utf8')).toContain('leaf1.example');
});
