import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import {
  type FragmentRequest,
  type FragmentWay,
  sshConfigFragment,
} from '../../../main/connect/ssh-config-fragment.ts';
import { includeLine, isIncluded, withInclude, withoutInclude } from '../../../main/connect/ssh-config-include.ts';

const folder = mkdtempSync(join(tmpdir(), 'gk-fragment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const way = (
  kind: Exclude<FragmentWay, { fault: string }>['kind'],
  device: string,
  ...jumps: readonly string[]
): FragmentWay => ({ kind, device: parseHostSpec(device), jumps: jumps.map(parseHostSpec) });

const target = (name: string, ...ways: readonly FragmentWay[]) => ({ name, isJumpHost: false, ways });
const jumpHost = (name: string, ...ways: readonly FragmentWay[]) => ({ name, isJumpHost: true, ways });

function fragment(targets: FragmentRequest['targets'], more: Partial<FragmentRequest> = {}) {
  return sshConfigFragment({
    targets,
    agentSocket: '/data/agent/agent.sock',
    publicKeyFiles: ['/data/connect/one.pub', '/data/connect/two.pub'],
    knownHostsFiles: ['/data/known_hosts', '/home/ada/.ssh/known_hosts'],
    pinnedHostKeys: [],
    ...more,
  });
}

/** What ssh makes of it for one host: value by keyword, the last of several. */
function asSshReadsIt(text: string, host: string, users = ''): Record<string, string> {
  const file = join(folder, 'config');
  writeFileSync(file, `${text}\n${users}`);
  const said = execFileSync('ssh', ['-F', file, '-G', host], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Object.fromEntries(
    said.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  );
}

describe('the entries of saved targets', () => {
  it('lead through the jump hosts by their own entries, each with the agent, the keys and the known hosts', () => {
    const { text, hosts, remarks } = fragment([
      jumpHost('bastion', way('jump', 'ops@192.0.2.10')),
      target('leaf1', way('jump', 'alice@10.0.0.7:2022', 'ops@192.0.2.10', 'ops@[2001:db8::5]:22')),
    ]);
    expect(hosts).toEqual([
      { alias: 'bastion', device: 'ops@192.0.2.10', kind: 'jump' },
      { alias: 'leaf1', device: 'alice@10.0.0.7:2022', kind: 'jump' },
    ]);
    expect(remarks).toEqual([]);
    const leaf = asSshReadsIt(text, 'leaf1', 'Host *\n  User root\n  ProxyCommand nc %h %p\n  IdentityFile /other\n');
    expect(leaf).toMatchObject({
      user: 'alice',
      hostname: '10.0.0.7',
      port: '2022',
      proxyjump: 'bastion,glasskey-ops-2001-db8-5-22',
      identityagent: '/data/agent/agent.sock',
      identitiesonly: 'yes',
      userknownhostsfile: '/data/known_hosts /home/ada/.ssh/known_hosts',
      stricthostkeychecking: 'ask',
      forwardagent: 'no',
      connecttimeout: '255',
    });
    expect(leaf).not.toHaveProperty('proxycommand');
    for (const alias of ['bastion', 'glasskey-ops-2001-db8-5-22']) {
      const hop = asSshReadsIt(text, alias, 'Host *\n  ProxyJump elsewhere\n');
      expect(hop.identityagent, alias).toBe('/data/agent/agent.sock');
      expect(hop, alias).not.toHaveProperty('proxyjump');
    }
    expect(asSshReadsIt(text, 'glasskey-ops-2001-db8-5-22').hostname).toBe('2001:db8::5');
  });

  it('never leave a jump host out because it is called None, which to ProxyJump is none', () => {
    const { text, hosts } = fragment([
      jumpHost('None', way('jump', 'ops@192.0.2.10')),
      target('leaf1', way('jump', 'alice@10.0.0.7', 'ops@192.0.2.10')),
    ]);
    expect(hosts.map(({ alias }) => alias)).toEqual(['None', 'leaf1']);
    expect(asSshReadsIt(text, 'leaf1').proxyjump).toBe('glasskey-ops-192.0.2.10');
    expect(asSshReadsIt(text, 'glasskey-ops-192.0.2.10')).toMatchObject({ hostname: '192.0.2.10', user: 'ops' });
  });

  it('give the name to the first way that is not by password, and say of the others which they are', () => {
    const { text, hosts, remarks } = fragment([
      target(
        'leaf1',
        way('password', 'telco@10.0.0.7', 'ops@a'),
        way('jump', 'alice@10.0.0.7', 'ops@a'),
        way('forwarded', 'alice@10.0.0.7:2022', 'ops@a', 'ops@b'),
        way('console', '4f9e27a8@192.0.2.40', 'ops@a'),
        { fault: 'Nobody knows jump9.' },
      ),
    ]);
    expect(hosts.map(({ alias }) => alias)).toEqual(['leaf1.password', 'leaf1', 'leaf1.way3', 'leaf1.way4']);
    expect(remarks).toEqual([
      expect.stringMatching(/^leaf1\.password: .*Method D v1\.5/),
      expect.stringMatching(/^leaf1\.way3: .*no scp/),
      expect.stringMatching(/^leaf1\.way4: .*ends the session/),
      'leaf1: way 5 is left out. Nobody knows jump9.',
    ]);
    expect(asSshReadsIt(text, 'leaf1.password')).toMatchObject({
      user: 'telco',
      pubkeyauthentication: 'false',
      preferredauthentications: 'keyboard-interactive,password',
    });
    expect(asSshReadsIt(text, 'leaf1.way3')).toMatchObject({
      hostname: 'b',
      proxyjump: 'glasskey-ops-a',
      forwardagent: 'yes',
      remotecommand: 'ssh -t -p 2022 -l alice -- 10.0.0.7',
    });
    expect(asSshReadsIt(text, 'leaf1.way4')).toMatchObject({ port: '2222', forwardagent: 'no' });
  });

  it('do not take a name that another target has', () => {
    const { hosts } = fragment([
      target('leaf1', way('jump', 'alice@a'), way('jump', 'alice@b')),
      target('leaf1.way2', way('jump', 'alice@c')),
    ]);
    expect(hosts.map(({ alias }) => alias)).toEqual(['leaf1', 'leaf1.way2-2', 'leaf1.way2']);
  });

  it('hold to the pinned keys of a host alone', () => {
    const key = `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b', 'hex'), Buffer.from('ssh-ed25519'), Buffer.from('00000020', 'hex'), Buffer.alloc(32)]).toString('base64')}`;
    const { text } = fragment([target('leaf1', way('jump', 'alice@10.0.0.7'))], {
      pinnedHostKeys: [{ path: '/team/hosts', text: `10.0.0.7 ${key}\n` }],
    });
    expect(asSshReadsIt(text, 'leaf1')).toMatchObject({
      stricthostkeychecking: 'true',
      userknownhostsfile: '/team/hosts',
      globalknownhostsfile: 'none',
    });
  });

  it('offer no key while none is enrolled', () => {
    const { text } = fragment([target('leaf1', way('jump', 'alice@a'))], { publicKeyFiles: [] });
    expect(asSshReadsIt(text, 'leaf1').identityfile).toBe('none');
  });
});

describe('the line in the user’s own file', () => {
  const line = includeLine('/home/ada/.local/share/glasskey/ssh_config');

  it('comes before everything, in the line ends of the file, and once', () => {
    expect(withInclude('', line)).toBe(`${line}\n`);
    const unix = 'Host *\n  User ada\n';
    expect(withInclude(unix, line)).toBe(`${line}\n${unix}`);
    const dos = 'Host *\r\n  User ada\r\n';
    expect(withInclude(dos, line)).toBe(`${line}\r\n${dos}`);
    for (const text of [unix, dos]) {
      const included = withInclude(text, line);
      expect(withInclude(included, line)).toBe(included);
      expect(withoutInclude(included, line)).toBe(text);
    }
  });

  it('counts only where it holds for every host, and is brought there', () => {
    const late = `Host leaf9\n  User ada\n${line}\n`;
    expect(isIncluded(late, line)).toBe(false);
    expect(withInclude(late, line)).toBe(`${line}\nHost leaf9\n  User ada\n`);
    expect(isIncluded(`# mine\nCompression yes\n${line}\nHost *\n`, line)).toBe(true);
  });

  it('leaves the rest as it is, a last line without an end too', () => {
    const text = '# mine\n\n\tHost *\n  User ada';
    expect(withoutInclude(withInclude(text, line), line)).toBe(text);
    expect(withoutInclude(text, line)).toBe(text);
  });

  it('is refused for a folder that Include would read as a pattern', () => {
    for (const path of [
      '/home/a*b/ssh_config',
      '/home/100%/ssh_config',
      'relative/ssh_config',
      '/home/a"b/ssh_config',
    ]) {
      expect(() => includeLine(path), path).toThrow(expect.objectContaining({ code: 'CONNECT_PATH_UNUSABLE' }));
    }
    expect(includeLine('/Users/ada/Library/Application Support/Glasskey/ssh_config')).toBe(
      'Include "/Users/ada/Library/Application Support/Glasskey/ssh_config"',
    );
  });
});
