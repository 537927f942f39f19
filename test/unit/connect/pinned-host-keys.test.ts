import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownHostEntries, withoutHost } from '../../../main/connect/known-hosts.ts';
import { assertReadable, hostKeysFor } from '../../../main/connect/pinned-host-keys.ts';
import { pinnedHostKeys } from '../../../main/glasskey-host-keys.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { openSettings } from '../../../main/storage/settings.ts';

const OWN = ['/data/known_hosts', '/home/ada/.ssh/known_hosts'];
const error = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

let folder: string;
let key: string;
let other: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-pinned-'));
  [key = '', other = ''] = ['one', 'two'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, name)]);
    return readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const hashed = (text: string) => {
  const file = join(folder, 'hashed');
  writeFileSync(file, text);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
  return readFileSync(file, 'utf8');
};

describe('the keys of a host', () => {
  it('are those of the pinned files alone where one of them names it, whichever it is', () => {
    const team = { path: '/team/hosts', text: `leaf1,10.0.0.7 ${key}\n@cert-authority *.fab.example ${other}\n` };
    const site = { path: '/site/hosts', text: `[jump]:2222 ${key}\n${hashed(`spine1 ${key}\n`)}` };
    const sources = (host: string, port = 22) => hostKeysFor(host, port, [team, site], OWN);
    for (const [host, port] of [
      ['LEAF1', 22],
      ['10.0.0.7', 22],
      ['ce1.fab.example', 22],
      ['jump', 2222],
      ['spine1', 22],
    ] as const) {
      expect(sources(host, port), host).toEqual({ files: ['/team/hosts', '/site/hosts'], isPinned: true });
    }
  });

  it('are looked up as before where no pinned file names it, and what is revoked there stays revoked', () => {
    const team = { path: '/team/hosts', text: `leaf1 ${key}\n@revoked * ${other}\n` };
    const files = [...OWN, '/team/hosts'];
    for (const [host, port] of [
      ['leaf2', 22],
      // Another port is another host, as in known_hosts.
      ['leaf1', 2222],
    ] as const) {
      expect(hostKeysFor(host, port, [team], OWN)).toEqual({ files, isPinned: false });
    }
    expect(hostKeysFor('leaf1', 22, [], OWN)).toEqual({ files: OWN, isPinned: false });
  });

  it('are told with their line, type and marker', () => {
    const text = `# the team's\n\nleaf1 ${key} row 4\nleaf2 ${key}\n@revoked leaf1,leaf3 ${other}\n`;
    const blob = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');
    expect(knownHostEntries(text, 'leaf1', 22)).toEqual([
      { line: 3, marker: undefined, type: 'ssh-ed25519', key: blob(key) },
      { line: 5, marker: 'revoked', type: 'ssh-ed25519', key: blob(other) },
    ]);
  });
});

describe('a pinned file', () => {
  it.each([
    ['leaf1 ssh-ed25519', 'line 2 does not hold names, a key type and a key'],
    ['leaf1 ssh-ed25519 notakey', 'line 2 holds no key of the type that it names'],
    ['@trusted leaf1 ssh-ed25519 AAAA', 'line 2 has a marker that is neither'],
  ])('with the line "%s" is refused, because the host would not be pinned', (line, why) => {
    expect(() => assertReadable({ path: '/team/hosts', text: `# ours\n${line}\n` })).toThrow(
      error('HOST_KEYS_UNUSABLE', why),
    );
  });

  it('that holds a key of another type than it says is refused', () => {
    const text = `leaf1 ${key.replace('ssh-ed25519', 'ssh-rsa')}\n`;
    expect(() => assertReadable({ path: '/team/hosts', text })).toThrow(error('HOST_KEYS_UNUSABLE', 'line 1'));
  });

  const read = (setting: unknown) => {
    const home = mkdtempSync(join(folder, 'home-'));
    const database = openDatabase(join(home, 'glasskey.db'));
    try {
      const file = join(home, 'settings.json');
      writeFileSync(file, JSON.stringify({ 'connect.pinnedHostKeys': setting }), { mode: 0o600 });
      writeFileSync(join(home, 'team'), `leaf1 ${key}\n`);
      const settings = openSettings(database, file);
      settings.set('connect.pinnedHostKeys', []);
      return pinnedHostKeys(settings, home);
    } finally {
      database.close();
    }
  };

  it('is named by an administrator’s file before the user’s own setting, from the home folder too', () => {
    expect(read(['~/team'])).toEqual([{ path: expect.stringMatching(/home-.*\/team$/), text: `leaf1 ${key}\n` }]);
  });

  it('that is not there, or a setting that is not understood, is an error and never nothing', () => {
    expect(() => read(['/nonexistent/hosts'])).toThrow(error('HOST_KEYS_UNUSABLE', 'there is no such file'));
    expect(() => read([folder])).toThrow(error('HOST_KEYS_UNUSABLE', 'it cannot be read'));
    expect(() => read('/team/hosts')).toThrow(error('HOST_KEYS_UNUSABLE', 'connect.pinnedHostKeys'));
  });
});

describe('a host that is forgotten', () => {
  it('loses its lines, and others keep theirs as they stood', () => {
    const text = `# ours\nleaf1 ${key}\nleaf2,LEAF1,10.0.0.7 ${key} row 4\n[leaf1]:2222 ${key}\nleaf* ${other}\nleaf3 ${key}`;
    expect(withoutHost(text, 'leaf1', 22)).toEqual({
      text: `# ours\nleaf2,10.0.0.7 ${key} row 4\n[leaf1]:2222 ${key}\nleaf* ${other}\nleaf3 ${key}`,
      forgotten: [2, 3],
    });
    expect(withoutHost(text, 'leaf1', 2222)?.forgotten).toEqual([4]);
    expect(withoutHost(text, 'leaf9', 22)).toBeUndefined();
  });

  it('is found in what ssh-keygen -H hashed; authorities and revoked keys stay', () => {
    const text = `${hashed(`leaf1 ${key}\nleaf2 ${key}\n`)}@cert-authority leaf1 ${other}\n@revoked leaf1 ${other}\n`;
    const without = withoutHost(text, 'leaf1', 22);
    expect(without?.forgotten).toEqual([1]);
    expect(knownHostEntries(without?.text ?? '', 'leaf2', 22)).toHaveLength(1);
    expect(knownHostEntries(without?.text ?? '', 'leaf1', 22).map(({ marker }) => marker)).toEqual([
      'cert-authority',
      'revoked',
    ]);
  });
});
