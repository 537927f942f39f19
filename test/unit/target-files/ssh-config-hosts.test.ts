import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { FoundTarget } from '../../../main/target-files/found-target.ts';
import { readSshConfigHosts } from '../../../main/target-files/ssh-config-hosts.ts';

const read = (text: string, included: Readonly<Record<string, string>> = {}) =>
  readSshConfigHosts({ path: 'config', text }, (path) => {
    const one = included[path];
    return one === undefined ? [] : [{ path, text: one }];
  });
const named = ({ targets }: ReturnType<typeof read>, name: string): FoundTarget | undefined =>
  targets.find((one) => one.name === name);

const CONFIG = `
# Ours
Host jump-east bastion   # two names
  HostName=192.0.2.10
  User "ops"
Host leaf1 leaf2
    HostName %h.fab.example
    Port 2222
    ProxyJump jump-east,root@bastion:2200
Host leaf*
    User alice
    Port 22
Host console
    HostName 2001:db8::17
    Port 2222
    ProxyJump outer
Host plain
`;

it('Each name of a Host line is a host, with the first value of each setting, patterns included', () => {
  const { targets, notes } = read(CONFIG);
  expect(targets).toEqual([
    { place: 'config:3', name: 'jump-east', device: 'ops@192.0.2.10', jumps: [], role: 'jump-host' },
    { place: 'config:3', name: 'bastion', device: 'ops@192.0.2.10', jumps: [] },
    {
      place: 'config:6',
      name: 'leaf1',
      device: 'alice@leaf1.fab.example:2222',
      jumps: ['jump-east', 'root@192.0.2.10:2200'],
    },
    {
      place: 'config:6',
      name: 'leaf2',
      device: 'alice@leaf2.fab.example:2222',
      jumps: ['jump-east', 'root@192.0.2.10:2200'],
    },
    { place: 'config:13', name: 'console', device: '[2001:db8::17]:2222', jumps: ['outer:22'] },
    { place: 'config:17', name: 'plain', device: 'plain', jumps: [] },
  ]);
  expect(notes).toEqual(['config:10: leaf* is a pattern and no target; what it sets counts for those that fit.']);
});

it('What it makes of host names, users and ports is what ssh itself makes of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gk-ssh-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config');
  const text = `${CONFIG}Host !leaf1 *\n  User everybody\nHost leaf? "quoted"\n  Port 9\nMatch all\n  HostKeyAlgorithms ssh-ed25519\n  Port 77\n`;
  writeFileSync(file, text);
  for (const { name, device = '' } of read(text).targets) {
    const printed = execFileSync('ssh', ['-G', '-F', file, name], { encoding: 'utf8' }).split('\n');
    const ssh = (word: string) => printed.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
    const [, user, host, port] =
      /^(?:(.*)@)?(?:\[(.*?)\]|([^:]*))(?::(\d+))?$/.exec(device)?.filter((_, at) => at !== 2) ?? [];
    expect([user, port], name).toEqual([ssh('user'), ssh('port')]);
    expect(device, name).toContain(ssh('hostname'));
    expect(host === undefined || host === ssh('hostname'), name).toBe(true);
  }
});

it('Includes are followed, within the block that they stand in', () => {
  const text = 'Include work.conf gone.conf\nHost leaf1\n  Include leaf.conf\nHost leaf2\n';
  const found = read(text, {
    'work.conf': 'Host work\n  User ada\n',
    'leaf.conf': 'User alice\nHost other\n User bob\n',
  });
  expect(found.targets.map(({ name, device }) => [name, device])).toEqual([
    ['work', 'ada@work'],
    ['leaf1', 'alice@leaf1'],
    ['other', 'other'],
    ['leaf2', 'leaf2'],
  ]);
  expect(found.notes).toEqual(['config:1: gone.conf is included, and is not there or cannot be read.']);
});

it('A file that includes itself is read sixteen times and no more', () => {
  expect(read('Host a\nInclude me\n', { me: 'Include me\n' }).notes).toEqual([
    'me:1: me is included, and is not there or cannot be read.',
  ]);
});

it('A ProxyCommand is refused, Match is told, and ProxyJump none is none', () => {
  const text =
    'Host a\n ProxyCommand nc %h %p\nHost b\n ProxyJump none\nMatch host b exec "true"\n User mallory\nHost c\n ProxyCommand none\nHost *\n ProxyJump jump\nHost jump\n';
  const found = read(text);
  expect(named(found, 'a')?.fault).toContain('ProxyCommand');
  expect(named(found, 'b')).toMatchObject({ device: 'b', jumps: [] });
  expect(named(found, 'c')?.jumps).toEqual([]);
  // `Host *` covers the jump host too: it does not go through itself.
  expect(named(found, 'jump')?.jumps).toEqual([]);
  expect(found.notes).toEqual(['config:5: Match is decided by ssh at each login; what it sets is left out.']);
});

it('Thousands of hosts take a moment, and a pattern of many stars no longer', () => {
  const hosts = Array.from(
    { length: 10_000 },
    (_, at) => `Host leaf${at}\n  HostName 10.0.${at >> 8}.${at & 255}\n  ProxyJump east`,
  );
  const evil = `Host ${'a'.repeat(200)}\nHost ${'*a'.repeat(60)}*b\n  User x\n`;
  const started = performance.now();
  const { targets } = read([...hosts, evil, 'Host leaf*', '  User alice'].join('\n'));
  // Without an index it was eight minutes; with a backtracking pattern, ages of the world.
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(targets).toHaveLength(10_001);
  expect(targets[9_999]).toMatchObject({ name: 'leaf9999', device: 'alice@10.0.39.15', jumps: ['east:22'] });
  expect(targets[10_000]?.device).toBe('a'.repeat(200));
});

it('Settings hold for the names that the conditions around them fit too, in the order of the files', () => {
  const { targets } = read('Host LEAF* !leaf9\nInclude inner\nHost leaf1 leaf9\n  Port 2\n  User late\n', {
    inner: 'User outer\nHost leaf1\n  Port 1\n',
  });
  expect(targets.map(({ name, device }) => [name, device])).toEqual([
    ['leaf1', 'outer@leaf1:1'],
    ['leaf9', 'late@leaf9:2'],
  ]);
});

it('Files that include each other without end are left after a thousand, which is told', () => {
  let files = 0;
  const { targets, notes } = readSshConfigHosts(
    { path: 'config', text: 'Host leaf1\nInclude again again again' },
    (path) => {
      files += 1;
      return [{ path, text: 'Include again again again again' }];
    },
  );
  expect(targets.map(({ name }) => name)).toEqual(['leaf1']);
  expect(files).toBeLessThan(1100);
  expect(notes).toContain('More than 1000 files are included; the others are left out.');
});

it('Reads a file that an editor of Windows wrote as it reads another', () => {
  expect(read(CONFIG.replaceAll('\n', '\r\n'))).toEqual(read(CONFIG));
});
