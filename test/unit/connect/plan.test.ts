import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHostName, parseHostSpec } from '../../../main/connect/host-spec.ts';
import { type ConnectRequest, copyableCommand, planConnect } from '../../../main/connect/plan.ts';

const REQUEST: ConnectRequest = {
  device: parseHostSpec('alice@contoso.com@10.9.0.4'),
  jump: [parseHostSpec('jumper@10.8.0.1:2222')],
  agentSocket: '/run/user/1000/glasskey/agent.sock',
  publicKeyFiles: ['/home/al ice/.ssh/id_100%_sk.pub'],
  knownHostsFiles: ['/home/al ice/.config/glasskey/known_hosts', '/home/al ice/.ssh/known_hosts'],
  configFile: '/tmp/glasskey-0123/ssh_config',
  platform: 'linux',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the system's ssh makes of a configuration, as `ssh -G` prints it: lower-case keyword to values. */
function asSshReads(text: string, alias: string): Map<string, string> {
  const file = join(folder, 'ssh_config');
  writeFileSync(file, text);
  const printed = execFileSync('ssh', ['-G', '-F', file, alias], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Map(
    printed
      .trim()
      .split('\n')
      .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  );
}

describe('the plan of a login', () => {
  it('has every ssh on the way say how far it comes, to its log', () => {
    const { configText } = planConnect(REQUEST);
    const levels = ['glasskey-hop-1', 'glasskey-device'].map((alias) => asSshReads(configText, alias).get('loglevel'));
    expect(levels).toEqual(['DEBUG', 'DEBUG']);
  });

  it('has the ssh of every hop ask whether its host is still there, as often as was set', () => {
    const { configText } = planConnect({ ...REQUEST, keepAlive: { everySeconds: 7, count: 2 } });
    for (const alias of ['glasskey-hop-1', 'glasskey-device']) {
      const read = asSshReads(configText, alias);
      expect([read.get('serveraliveinterval'), read.get('serveralivecountmax')]).toEqual(['7', '2']);
    }
  });

  it('leaves a pinned host its pinned keys alone, and asks about none; other hosts are known as before', () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';
    const pinnedHostKeys = [{ path: '/team/100% hosts', text: `[10.8.0.1]:2222 ${key}\n` }];
    const { configText } = planConnect({ ...REQUEST, hostKeys: 'accept-new', pinnedHostKeys });
    const hostKeys = (alias: string) => {
      const read = asSshReads(configText, alias);
      return ['stricthostkeychecking', 'userknownhostsfile', 'globalknownhostsfile'].map((word) => read.get(word));
    };
    expect(hostKeys('glasskey-hop-1')).toEqual(['true', '/team/100% hosts', 'none']);
    expect(hostKeys('glasskey-device')).toEqual([
      'accept-new',
      [...REQUEST.knownHostsFiles, '/team/100% hosts'].join(' '),
      expect.stringContaining('/etc/ssh/ssh_known_hosts'),
    ]);
  });

  it('goes through the jump hosts in order, with one configuration file for all', () => {
    const jump = [parseHostSpec('a@h1'), parseHostSpec('b@h2:2200')];
    const plan = planConnect({ ...REQUEST, jump, command: ['show', 'version'] });
    expect([plan.program, ...plan.arguments]).toEqual([
      ...['ssh', '-F', '/tmp/glasskey-0123/ssh_config', '-E', '/tmp/glasskey-0123/ssh_config.glasskey-device.log'],
      ...['glasskey-device', '--', 'show', 'version'],
    ]);
    const read = asSshReads(plan.configText, 'glasskey-hop-2');
    expect([read.get('user'), read.get('hostname'), read.get('port')]).toEqual(['b', 'h2', '2200']);
    const through = (alias: string) => asSshReads(plan.configText, alias).get('proxycommand');
    expect(through('glasskey-hop-1')).toBeUndefined();
    for (const [alias, previous] of [
      ['glasskey-hop-2', 'glasskey-hop-1'],
      ['glasskey-device', 'glasskey-hop-2'],
    ] as const) {
      const log = `/tmp/glasskey-0123/ssh_config.${previous}.log`;
      expect(through(alias)).toBe(`ssh -F /tmp/glasskey-0123/ssh_config -E ${log} -W "[%h]:%p" ${previous}`);
    }
  });

  it('logs in directly when there is no jump host', () => {
    const plan = planConnect({ ...REQUEST, jump: [] });
    const log = '/tmp/glasskey-0123/ssh_config.glasskey-device.log';
    expect(plan.arguments).toEqual(['-F', '/tmp/glasskey-0123/ssh_config', '-E', log, 'glasskey-device']);
    expect(plan.configText).not.toContain('ProxyCommand');
  });

  it('is read by ssh as it is meant, on the device', () => {
    const read = asSshReads(planConnect(REQUEST).configText, 'glasskey-device');
    expect(Object.fromEntries(read)).toMatchObject({
      user: 'alice@contoso.com',
      hostname: '10.9.0.4',
      port: '22',
      identityagent: '/run/user/1000/glasskey/agent.sock',
      forwardagent: '/run/user/1000/glasskey/agent.sock',
      identitiesonly: 'yes',
      identityfile: '/home/al ice/.ssh/id_100%%_sk.pub',
      securitykeyprovider: 'internal',
      preferredauthentications: 'publickey',
      numberofpasswordprompts: '0',
      stricthostkeychecking: 'ask',
      userknownhostsfile: '/home/al ice/.config/glasskey/known_hosts /home/al ice/.ssh/known_hosts',
      addkeystoagent: 'false',
    });
  });

  it('gives every hop the same agent and key, and forwards the agent to the device alone', () => {
    const read = asSshReads(planConnect(REQUEST).configText, 'glasskey-hop-1');
    expect(Object.fromEntries(read)).toMatchObject({
      user: 'jumper',
      hostname: '10.8.0.1',
      port: '2222',
      forwardagent: 'no',
      identityagent: '/run/user/1000/glasskey/agent.sock',
      identityfile: '/home/al ice/.ssh/id_100%%_sk.pub',
      securitykeyprovider: 'internal',
    });
  });

  it('forwards no agent when told so', () => {
    const plan = planConnect({ ...REQUEST, forwardAgent: false });
    expect(asSshReads(plan.configText, 'glasskey-device').get('forwardagent')).toBe('no');
    expect(copyableCommand(plan)).not.toContain('-A');
  });

  it('leaves the device time for a PIN and a touch at the jump host before it', () => {
    const text = planConnect(REQUEST).configText;
    expect(Number(asSshReads(text, 'glasskey-hop-1').get('connecttimeout'))).toBe(15);
    expect(Number(asSshReads(text, 'glasskey-device').get('connecttimeout'))).toBeGreaterThanOrEqual(120);
  });

  it.each(['ask', 'accept-new', 'yes'] as const)('holds host keys to the policy %s on every hop', (hostKeys) => {
    const text = planConnect({ ...REQUEST, hostKeys }).configText;
    const expected = hostKeys === 'yes' ? 'true' : hostKeys;
    expect(asSshReads(text, 'glasskey-hop-1').get('stricthostkeychecking')).toBe(expected);
    expect(asSshReads(text, 'glasskey-device').get('stricthostkeychecking')).toBe(expected);
  });

  it('looks the device’s host key up under its alias where it has one', () => {
    const device = { ...parseHostSpec('alice@10.9.0.4'), hostKeyAlias: parseHostName('ce1-rack4') };
    expect(asSshReads(planConnect({ ...REQUEST, device }).configText, 'glasskey-device').get('hostkeyalias')).toBe(
      'ce1-rack4',
    );
  });

  it.each([
    ['always', 'force'],
    ['never', 'false'],
    ['auto', 'auto'],
  ] as const)('asks for a terminal: %s', (tty, read) => {
    expect(asSshReads(planConnect({ ...REQUEST, tty }).configText, 'glasskey-device').get('requesttty')).toBe(read);
  });

  it('says nothing to ssh that it does not know', () => {
    const file = join(folder, 'known');
    writeFileSync(file, planConnect(REQUEST).configText);
    execFileSync('ssh', ['-G', '-F', file, 'glasskey-device'], { stdio: ['ignore', 'ignore', 'pipe'] });
  });

  it('refuses a socket path that the system would cut short', () => {
    const path = (bytes: number) => `/${'a'.repeat(bytes - 1)}`;
    const plan = (agentSocket: string, platform: NodeJS.Platform) => () =>
      planConnect({ ...REQUEST, agentSocket, platform });
    expect(plan(path(107), 'linux')).not.toThrow();
    expect(plan(path(108), 'linux')).toThrow(expect.objectContaining({ code: 'CONNECT_SOCKET_TOO_LONG' }));
    expect(plan(path(103), 'darwin')).not.toThrow();
    expect(plan(path(104), 'darwin')).toThrow(expect.objectContaining({ code: 'CONNECT_SOCKET_TOO_LONG' }));
  });

  it('writes a Windows pipe with the backslashes that ssh takes away', () => {
    const plan = planConnect({
      ...REQUEST,
      agentSocket: '\\\\.\\pipe\\glasskey-1',
      configFile: 'C:\\Temp\\glasskey\\ssh_config',
      platform: 'win32',
    });
    expect(asSshReads(plan.configText, 'glasskey-device').get('identityagent')).toBe('\\\\.\\pipe\\glasskey-1');
    expect(plan.environment.SHELL).toBeUndefined();
  });

  it('has the ssh of a hop started as Windows reads words, whatever the account’s folder is called', () => {
    const folder = 'C:\\Users\\Ada Lovelace (100%) é\\AppData\\Local\\Temp\\glasskey-1';
    const plan = planConnect({ ...REQUEST, configFile: `${folder}\\ssh_config`, platform: 'win32' });
    const inCommand = `${folder.replace('%', '%%')}\\ssh_config`;
    expect(asSshReads(plan.configText, 'glasskey-device').get('proxycommand')).toBe(
      `"ssh.exe" -F "${inCommand}" -E "${inCommand}.glasskey-hop-1.log" -W "[%h]:%p" glasskey-hop-1`,
    );
    expect(plan.arguments.slice(0, 2)).toEqual(['-F', `${folder}\\ssh_config`]);
  });

  it.each(['ssh_config', '/tmp/ssh_config', 'C:\\a"b\\ssh_config', 'C:\\a\nb\\ssh_config'])(
    'refuses on Windows the path %j',
    (configFile) => {
      expect(() => planConnect({ ...REQUEST, configFile, platform: 'win32' })).toThrow(
        expect.objectContaining({ code: 'CONNECT_PATH_UNUSABLE' }),
      );
    },
  );

  it.each([
    ['publicKeyFiles', 'id_ed25519_sk.pub'],
    ['publicKeyFiles', '/home/a"b/id.pub'],
    ['publicKeyFiles', '/home/a\nProxyCommand x/id.pub'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what ssh would expand
    ['publicKeyFiles', '/home/${HOME}/id.pub'],
    ['configFile', '/tmp/with space/ssh_config'],
    ['configFile', '/tmp/$(id)/ssh_config'],
    ['configFile', '/tmp/%h/ssh_config'],
    ['configFile', '/tmp/a\\b/ssh_config'],
    ['configFile', 'C:\\Temp\\ssh_config'],
    ['configFile', 'ssh_config'],
  ])('refuses as %s the path %j, which no configuration can say', (member, path) => {
    const value = member === 'publicKeyFiles' ? [path] : path;
    expect(() => planConnect({ ...REQUEST, [member]: value })).toThrow(
      expect.objectContaining({ code: 'CONNECT_PATH_UNUSABLE' }),
    );
  });

  it('offers several keys in the order they are given', () => {
    const plan = planConnect({ ...REQUEST, publicKeyFiles: ['/k/new.pub', '/k/old.pub'] });
    const named = plan.configText.match(/IdentityFile .*/g);
    expect(named?.slice(0, 2).map((line) => /\/k\/(\w+)/.exec(line)?.[1])).toEqual(['new', 'old']);
  });

  it('passes a command that looks like an option to the device, not to ssh', () => {
    expect(planConnect({ ...REQUEST, command: ['-oProxyCommand=x'] }).arguments.slice(-2)).toEqual([
      '--',
      '-oProxyCommand=x',
    ]);
    expect(() => planConnect({ ...REQUEST, command: ['a\0b'] })).toThrow(
      expect.objectContaining({ code: 'COMMAND_INVALID' }),
    );
  });
});

describe('the command a person may paste', () => {
  it('names the agent, the hops and the device, and quotes what a shell would read', () => {
    const plan = planConnect({ ...REQUEST, agentSocket: "/tmp/o'neil/a.sock", command: ['show', 'version | json'] });
    expect(copyableCommand(plan)).toBe(
      "SSH_AUTH_SOCK='/tmp/o'\\''neil/a.sock' ssh -A -J jumper@10.8.0.1:2222 alice@contoso.com@10.9.0.4 -- show 'version | json'",
    );
  });

  it('gives a port and an IPv6 address in the form that ssh reads', () => {
    const plan = planConnect({
      ...REQUEST,
      device: parseHostSpec('alice@[2001:db8::4]:2022'),
      jump: [parseHostSpec('j@[2001:db8::1]:22')],
    });
    expect(copyableCommand(plan)).toBe(
      'SSH_AUTH_SOCK=/run/user/1000/glasskey/agent.sock ssh -A -J "j@[2001:db8::1]:22" -p 2022 alice@2001:db8::4'.replaceAll(
        '"',
        "'",
      ),
    );
  });
});

describe('a forwarded way', () => {
  const FORWARDED: ConnectRequest = { ...REQUEST, way: 'forwarded', jump: ['a@h1', 'b@h2:2200'].map(parseHostSpec) };

  it('logs in to the last jump host, through those before it, and gives it the agent', () => {
    const plan = planConnect(FORWARDED);
    expect(plan.arguments.slice(0, 5)).toEqual([
      ...['-F', '/tmp/glasskey-0123/ssh_config', '-E', '/tmp/glasskey-0123/ssh_config.glasskey-hop-2.log'],
      'glasskey-hop-2',
    ]);
    const read = asSshReads(plan.configText, 'glasskey-hop-2');
    expect(read.get('forwardagent')).toBe('/run/user/1000/glasskey/agent.sock');
    expect(read.get('requesttty')).toBe('true');
    expect(read.get('proxycommand')).toContain('glasskey-hop-1');
    expect(asSshReads(plan.configText, 'glasskey-hop-1').get('forwardagent')).toBe('no');
    expect(plan.configText).not.toContain('Host glasskey-device');
    expect(plan.hops.map(({ role, opensSession }) => [role, opensSession])).toEqual([
      ['jump host', false],
      ['jump host', true],
      ['device', false],
    ]);
  });

  it('tells the jump host’s login shell on one line what to run: csh knows no quote that goes on', () => {
    const { arguments: words } = planConnect({ ...FORWARDED, command: ['show version'] });
    expect(words.at(-1)).toMatch(/^sh -c '.*'$/);
  });

  it('gives the device’s shell the command as it was typed, whatever two shells make of it', () => {
    const said = "echo 'o\"neil' $HOME `id`; true";
    const { arguments: words } = planConnect({ ...FORWARDED, command: [said], configFile: join(folder, 'c') });
    const ssh = join(folder, 'ssh');
    writeFileSync(ssh, '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\n', { mode: 0o755 });
    const run = execFileSync('/bin/sh', ['-c', words.at(-1) ?? ''], {
      encoding: 'utf8',
      env: { PATH: `${folder}:/usr/bin:/bin`, SSH_AUTH_SOCK: '/agent' },
    });
    expect(run.trimEnd().split('\n').slice(-3)).toEqual(['alice@contoso.com@10.9.0.4', '--', said]);
  });

  it('is nothing without a jump host', () => {
    expect(() => planConnect({ ...FORWARDED, jump: [] })).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }));
  });

  it('can be pasted', () => {
    expect(copyableCommand(planConnect({ ...FORWARDED, device: parseHostSpec('alice@d:23') }))).toBe(
      "SSH_AUTH_SOCK=/run/user/1000/glasskey/agent.sock ssh -A -t -J a@h1 -p 2200 b@h2 -- 'ssh -A -t -p 23 alice@d'",
    );
  });
});

describe('a VM console', () => {
  const CONSOLE: ConnectRequest = { ...REQUEST, way: 'console', jump: [], device: parseHostSpec('4f1c@192.0.2.4') };

  it('listens on port 2222, unless another is said, and never gets the agent', () => {
    const read = asSshReads(planConnect(CONSOLE).configText, 'glasskey-device');
    expect([read.get('port'), read.get('forwardagent')]).toEqual(['2222', 'no']);
    const other = planConnect({ ...CONSOLE, device: parseHostSpec('4f1c@192.0.2.4:22') });
    expect(asSshReads(other.configText, 'glasskey-device').get('port')).toBe('22');
    expect(copyableCommand(planConnect(CONSOLE))).toBe(
      'SSH_AUTH_SOCK=/run/user/1000/glasskey/agent.sock ssh -p 2222 4f1c@192.0.2.4',
    );
  });
});

describe('a way by password', () => {
  const PASSWORD: ConnectRequest = { ...REQUEST, way: 'password', hostKeys: 'accept-new' };

  it('lets the device alone ask for one, and gives it neither key nor agent', () => {
    const { configText } = planConnect(PASSWORD);
    expect(Object.fromEntries(asSshReads(configText, 'glasskey-device'))).toMatchObject({
      preferredauthentications: 'keyboard-interactive,password',
      pubkeyauthentication: 'false',
      numberofpasswordprompts: '3',
      forwardagent: 'no',
    });
    expect(Object.fromEntries(asSshReads(configText, 'glasskey-hop-1'))).toMatchObject({
      preferredauthentications: 'publickey',
      numberofpasswordprompts: '0',
    });
  });

  it('never gives one to a host whose key nobody has looked at', () => {
    const { configText } = planConnect(PASSWORD);
    expect(asSshReads(configText, 'glasskey-device').get('stricthostkeychecking')).toBe('ask');
    expect(asSshReads(configText, 'glasskey-hop-1').get('stricthostkeychecking')).toBe('accept-new');
  });
});
