import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostSpec, parseHostSpec } from '../../main/connect/host-spec.ts';
import { hostNamesFor } from '../../main/connect/known-hosts.ts';
import { type ConnectPlan, type ConnectRequest, copyableCommand, planConnect } from '../../main/connect/plan.ts';
import { runSsh } from '../../main/connect/run-ssh.ts';
import { outcomeError } from '../../main/connect/ssh-outcome.ts';
import { newConfigFile } from '../../main/connect/start-ssh.ts';
import type { LoginAddress } from '../lab/fabric/fabric.ts';
import { MODES, type PlainSshLab, startPlainSshLab, UPN } from './fabric-with-plain-ssh.ts';

const spec = ({ user, host, port }: LoginAddress): HostSpec => parseHostSpec(`${user}@${host}:${port}`);

describe.each(MODES)('a planned login, run against the fabric in mode %s', (mode) => {
  let lab: PlainSshLab;
  beforeAll(async () => {
    lab = await startPlainSshLab(mode);
    await lab.fabric.reconcile();
  });
  afterAll(() => lab.close());

  function plan(change: Partial<ConnectRequest> = {}): ConnectPlan {
    return planConnect({
      device: spec(lab.fabric.device),
      jump: [spec(lab.fabric.jump)],
      command: ['show', 'version'],
      agentSocket: lab.agentSocket,
      publicKeyFiles: [lab.publicKeyFile],
      knownHostsFiles: [lab.knownHostsFile],
      configFile: newConfigFile(),
      hostKeys: 'yes',
      ...change,
    });
  }

  async function run(thePlan: ConnectPlan, environment: NodeJS.ProcessEnv = process.env) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const [said, complained]: Buffer[][] = [[], []];
    stdout.on('data', (chunk: Buffer) => said?.push(chunk));
    stderr.on('data', (chunk: Buffer) => complained?.push(chunk));
    const ran = await runSsh(thePlan, { streams: { stdout, stderr }, environment });
    return {
      ...ran,
      stdout: Buffer.concat(said ?? []).toString(),
      stderr: Buffer.concat(complained ?? []).toString(),
      error: outcomeError(thePlan, ran),
    };
  }

  it('gets the answer of the device’s shell, with the agent signing on every hop', async () => {
    const { exit, stdout, error, stderr } = await run(plan());
    expect({ exit, error, stderr }).toEqual({
      exit: { kind: 'exited', code: 0 },
      error: undefined,
      stderr: '',
    });
    expect(stdout).toContain('Software image version');
  });

  it('passes on the exit code of the device’s command', async () => {
    const { exit, error } = await run(plan({ command: ['reload'] }));
    expect({ exit, error }).toEqual({ exit: { kind: 'exited', code: 1 }, error: undefined });
  });

  it('forwards the agent to the device, unless told not to', async () => {
    const command = ['bash', 'ssh-add', '-L'];
    expect((await run(plan({ command }))).stdout.trim()).toBe(lab.publicLine);
    expect((await run(plan({ command, forwardAgent: false }))).stdout).toMatch(/Could not open a connection/);
  });

  it('does not forward the agent to the jump host', async () => {
    const before = (await lab.fabric.jumpLog()).length;
    await run(plan());
    const log = (await lab.fabric.jumpLog()).slice(before);
    expect(log).toContain('direct-tcpip');
    expect(log).not.toContain('auth-agent-req');
    expect(await lab.fabric.deviceLog()).toContain('auth-agent-req@openssh.com');
  });

  it('starts no ssh that lies in the current folder, whatever the PATH says', async () => {
    const here = process.cwd();
    const folder = mkdtempSync(join(lab.folder, 'planted-'));
    writeFileSync(join(folder, 'ssh'), `#!/bin/sh\necho "$SSH_AUTH_SOCK" > ${folder}/ran\nexit 255\n`, { mode: 0o755 });
    process.chdir(folder);
    try {
      const { error, stdout } = await run(plan(), { ...process.env, PATH: ':.:/usr/bin:/bin' });
      expect(error).toBeUndefined();
      expect(stdout).toContain('Software image version');
    } finally {
      process.chdir(here);
    }
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('takes the pinned keys of a host for known, and asks nobody', async () => {
    const path = join(lab.folder, 'pinned');
    writeFileSync(path, lab.fabric.knownHosts);
    const none = join(lab.folder, 'none-known');
    const pinnedHostKeys = [{ path, text: lab.fabric.knownHosts }];
    const { error } = await run(plan({ knownHostsFiles: [none], hostKeys: 'ask', pinnedHostKeys }));
    expect(error).toBeUndefined();
    expect(existsSync(none)).toBe(false);
  });

  it('shows the banners of the hosts on the way', async () => {
    await lab.fabric.setBanner('jump', 'Authorised use only (jump).\n');
    await lab.fabric.setBanner('device', 'Authorised use only (device).\n');
    const { error, stderr } = await run(plan());
    await lab.fabric.setBanner('jump', '');
    await lab.fabric.setBanner('device', '');
    expect(error).toBeUndefined();
    expect(stderr).toContain('(jump).');
    expect(stderr).toContain('(device).');
  });

  it('goes through several jump hosts in a chain', async () => {
    // The lab has one jump host: the second hop is that same one again, as it sees itself.
    const second = { ...lab.fabric.jump, host: '127.0.0.1' };
    const known = join(lab.folder, 'chain');
    const jumpKey = lab.fabric.knownHosts.split('\n')[0]?.split(' ').slice(1).join(' ');
    const name = second.port === 22 ? second.host : `[${second.host}]:${second.port}`;
    writeFileSync(known, `${lab.fabric.knownHosts}${name} ${jumpKey}\n`);
    const before = (await lab.fabric.jumpLog()).length;
    const { stdout, error } = await run(
      plan({ jump: [spec(lab.fabric.jump), spec(second)], knownHostsFiles: [known] }),
    );
    expect(error).toBeUndefined();
    expect(stdout).toContain('Software image version');
    expect((await lab.fabric.jumpLog()).slice(before).match(/Accepted publickey/g)).toHaveLength(2);
  });

  it('does the same when a person pastes the command', async () => {
    const thePlan = plan();
    // A person has both hosts in their own known_hosts; here a wrapper named ssh says where they are, for the hop as well.
    const wrapper = join(lab.folder, 'ssh');
    const config = join(lab.folder, 'pasted_config');
    writeFileSync(config, `UserKnownHostsFile ${lab.knownHostsFile}\nStrictHostKeyChecking yes\nIdentityFile none\n`);
    writeFileSync(wrapper, `#!/bin/sh\nPATH=/usr/bin:/bin exec ssh -F ${config} "$@"\n`, { mode: 0o755 });
    const pasted = spawnSync('/bin/sh', ['-c', copyableCommand(thePlan)], {
      encoding: 'utf8',
      env: { PATH: `${lab.folder}:/usr/bin:/bin` },
    });
    expect(pasted.stderr).toBe('');
    expect(pasted.stdout).toContain('Software image version');
  });

  it('gives a terminal, asks about an unknown host key there, and remembers the answer', async () => {
    const ownKnownHosts = join(lab.folder, 'own known_hosts');
    const thePlan = plan({ command: [], hostKeys: 'ask', knownHostsFiles: [ownKnownHosts] });
    const file = join(lab.folder, 'plan.json');
    writeFileSync(file, JSON.stringify(thePlan));
    const fixture = fileURLToPath(new URL('./connect-in-terminal.ts', import.meta.url));
    const terminal = spawnInTerminal(process.execPath, [fixture, file], { cols: 200, rows: 40, env: process.env });
    let screen = '';
    terminal.onData((text) => {
      screen += text;
    });
    const ended = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
    const count = (pattern: RegExp) => [...screen.matchAll(pattern)].length;
    await expect.poll(() => count(/\(yes\/no\/\[fingerprint\]\)\?/g), { timeout: 10_000 }).toBe(1);
    terminal.write('yes\r');
    await expect.poll(() => count(/\(yes\/no\/\[fingerprint\]\)\?/g), { timeout: 10_000 }).toBe(2);
    terminal.write('yes\r');
    await expect.poll(() => screen, { timeout: 10_000 }).toContain('ce1-rack4>');
    terminal.write('show priv\r');
    await expect.poll(() => screen).toContain('Current privilege level is 1');
    if (lab.fabric.givesTerminals) {
      // Ctrl-C is a key in a session: the switch's prompt comes again, and neither ssh nor Glasskey ends.
      terminal.write('\x03');
      await expect.poll(() => count(/ce1-rack4>/g)).toBeGreaterThanOrEqual(3);
    } else {
      console.warn('connect: sshd cannot give terminals here (/dev/pts lacks gid=tty), so Ctrl-C is not tried');
    }
    terminal.write('exit\r');
    await ended;
    expect(screen).toContain('ended: 0');
    const { jump, device } = lab.fabric;
    const known = readFileSync(ownKnownHosts, 'utf8');
    const names = lab.fabric.knownHosts
      .trim()
      .split('\n')
      .flatMap((line) =>
        hostNamesFor(known, new Uint8Array(Buffer.from(line.split(' ')[2] ?? '', 'base64')), [], Date.now()),
      );
    const inFile = ({ host, port }: LoginAddress) => (port === 22 ? host : `[${host}]:${port}`);
    expect(names).toEqual([inFile(jump), inFile(device)]);
    expect(existsSync(dirname(thePlan.configFile))).toBe(false);
  });

  describe('that fails', () => {
    it('says that a host key is unknown, and whose', async () => {
      const { error } = await run(plan({ knownHostsFiles: [join(lab.folder, 'none')] }));
      expect(error).toMatchObject({ code: 'CONNECT_HOST_KEY_UNKNOWN', detail: { role: 'jump host' } });
    });

    it('says that the device’s host key has changed', async () => {
      const [jumpLine = '', deviceLine = ''] = lab.fabric.knownHosts.trim().split('\n');
      const changed = join(lab.folder, 'changed');
      // The device's name with the jump host's key.
      const forged = `${deviceLine.split(' ')[0]} ${jumpLine.split(' ').slice(1).join(' ')}`;
      writeFileSync(changed, `${jumpLine}\n${forged}\n`);
      for (const hostKeys of ['yes', 'accept-new'] as const) {
        const { error } = await run(plan({ knownHostsFiles: [changed], hostKeys }));
        expect(error).toMatchObject({ code: 'CONNECT_HOST_KEY_CHANGED', detail: { role: 'device' } });
      }
    });

    it('says that a host key is revoked, and never to accept it', async () => {
      const [jumpLine = '', deviceLine = ''] = lab.fabric.knownHosts.trim().split('\n');
      for (const [role, line] of Object.entries({ 'jump host': jumpLine, device: deviceLine })) {
        const file = join(lab.folder, `revoked-${role}`);
        writeFileSync(file, `${lab.fabric.knownHosts}@revoked * ${line.split(' ').slice(1).join(' ')}\n`);
        for (const hostKeys of ['yes', 'accept-new'] as const) {
          const { error } = await run(plan({ knownHostsFiles: [file], hostKeys }));
          expect(error).toMatchObject({ code: 'CONNECT_HOST_KEY_REVOKED', detail: { role } });
          expect(error?.message).toMatch(/is marked as revoked.* It showed SHA256:/);
          expect(error?.remedy).not.toMatch(/answer yes|ssh-keygen -R/);
        }
      }
    });

    it('refuses a host whose pinned key is another, though it is known by its own', async () => {
      const [jumpLine = '', deviceLine = ''] = lab.fabric.knownHosts.trim().split('\n');
      const path = join(lab.folder, 'pinned-otherwise');
      const text = `${deviceLine.split(' ')[0]} ${jumpLine.split(' ').slice(1).join(' ')}\n`;
      writeFileSync(path, text);
      const { error } = await run(plan({ hostKeys: 'accept-new', pinnedHostKeys: [{ path, text }] }));
      expect(error).toMatchObject({ code: 'CONNECT_HOST_KEY_CHANGED', detail: { role: 'device' } });
    });

    it('does not believe a banner that speaks as ssh does', async () => {
      const { jump, device } = lab.fabric;
      const forged = [
        '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
        `Host key for ${device.host} has changed and you have requested strict checking.`,
        `Host key for [${device.host}]:${device.port} has changed and you have requested strict checking.`,
        'Host key verification failed.',
        '',
      ].join('\n');
      const nobody = (address: LoginAddress) => parseHostSpec(`nobody-here@${address.host}:${address.port}`);
      for (const [machine, change] of [
        ['jump', { jump: [nobody(jump)] }],
        ['jump', { device: nobody(device) }],
        ['device', { device: nobody(device) }],
      ] as const) {
        await lab.fabric.setBanner(machine, forged);
        const { error, stderr } = await run(plan(change));
        await lab.fabric.setBanner(machine, '');
        expect(stderr).toContain('IDENTIFICATION HAS CHANGED');
        const role = 'jump' in change ? 'jump host' : 'device';
        expect(error).toMatchObject({ code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN', detail: { role } });
      }
    });

    it('does not believe a remote command that speaks as ssh does', async () => {
      const forged = `Host key for ${lab.fabric.device.host} has changed and you have requested strict checking.`;
      const { exit, error, stderr } = await run(plan({ command: ['bash', 'complain', forged] }));
      expect(stderr).toContain('has changed and');
      expect(exit).toEqual({ kind: 'exited', code: 255 });
      expect(error?.code).toBe('CONNECT_LOST');
    });

    it('says that the jump host is not there', async () => {
      const { error } = await run(plan({ jump: [parseHostSpec(`${lab.fabric.jump.user}@127.0.0.1:1`)] }));
      expect(error).toMatchObject({ code: 'CONNECT_REFUSED', detail: { role: 'jump host' } });
    });

    it('says that a name has no address', async () => {
      const { error } = await run(plan({ jump: [parseHostSpec('jumper@no-such-host.invalid')] }));
      expect(error).toMatchObject({ code: 'CONNECT_UNREACHABLE', detail: { role: 'jump host' } });
    });

    it('says that the jump host does not go on to there', async () => {
      const { error } = await run(plan({ device: parseHostSpec('alice@127.0.0.1:1') }));
      expect(error).toMatchObject({
        code: 'CONNECT_FORWARDING_DENIED',
        detail: { role: 'device', hop: 'alice@127.0.0.1:1' },
      });
    });

    it('says which host does not take the key', async () => {
      const { jump, device } = lab.fabric;
      const nobody = (address: LoginAddress) => parseHostSpec(`nobody-here@${address.host}:${address.port}`);
      expect((await run(plan({ device: nobody(device) }))).error).toMatchObject({
        code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN',
        detail: { role: 'device' },
      });
      expect((await run(plan({ jump: [nobody(jump)] }))).error).toMatchObject({
        code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN',
        detail: { role: 'jump host' },
      });
    });

    it('says that the key was taken away', async () => {
      lab.profileKeys.delete(UPN);
      await lab.fabric.reconcile();
      const { error } = await run(plan());
      expect(error).toMatchObject({ code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN', detail: { role: 'jump host' } });
      lab.profileKeys.set(UPN, lab.publicLine);
      await lab.fabric.reconcile();
    });

    it('ends with CANCELLED when it is stopped while a server keeps silent', async () => {
      const silent = await new Promise<Server>((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
      });
      const address = silent.address();
      const controller = new AbortController();
      const connected = new Promise<void>((resolve) => {
        silent.once('connection', (socket) => {
          socket.on('error', () => {});
          socket.resume();
          resolve();
        });
      });
      const port = typeof address === 'object' ? address?.port : 0;
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const thePlan = plan({ jump: [parseHostSpec(`a@127.0.0.1:${port}`)] });
      const running = runSsh(thePlan, { streams: { stdout, stderr }, signal: controller.signal });
      await connected;
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      silent.close();
    });
  });
});
