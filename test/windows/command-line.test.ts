/**
 * The command line on Windows, for an ordinary account: what is made and signed through the system's WebAuthn is what OpenSSH takes. The
 * programs that check it are this computer's own, and so is the ssh behind ssh.exe (ssh-exe.c).
 */
import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { Hresult } from '../../native/webauthn/constants.ts';
import { labFidoRootPem } from '../lab/authenticator/attestation-certificates.ts';
import { type Lab, startLab } from '../lab/world.ts';
import { SshService } from './ssh-service.ts';
import { WebauthnService } from './webauthn-service.ts';
import { type WindowsProgram, type WindowsRun, WindowsUser, windowsPath } from './wine.ts';

const run = promisify(execFile);

let user: WindowsUser;
let lab: Lab;
let service: WebauthnService;
let ssh: SshService;
let browser: Readonly<Record<string, string>>;

beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback', reconcileEveryMs: 500 });
  user = await WindowsUser.create(inject('windows'));
  service = await WebauthnService.start({ bus: lab.authenticator.bus, pin: lab.pin });
  ssh = await SshService.start({ folder: join(lab.folder, 'ssh'), pathHere: (path) => user.pathHere(path) });
  const programs = join(user.home, 'programs');
  await mkdir(programs);
  await symlink(lab.entra.browserProgram, join(programs, 'xdg-open'));
  browser = { PATH: `${programs}:${process.env.PATH}`, ...(await lab.entra.browserEnvironment(lab.upn)) };
  const data = join(user.home, 'AppData', 'Local', 'Glasskey');
  await mkdir(data);
  const fidoRoot = join(data, 'lab-fido-root.pem');
  await writeFile(fidoRoot, labFidoRootPem());
  const settings = {
    entra: { ...lab.entra.settings, caFile: windowsPath(lab.entra.caFile) },
    'windows.securityKeys': 'windows',
    'reconcile.everyMinutes': 500 / 60_000,
    'attestation.roots': [windowsPath(fidoRoot)],
  };
  await writeFile(join(data, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  await writeFile(join(data, 'known_hosts'), lab.fabric.knownHosts);
});

afterAll(async () => {
  await ssh?.close();
  await service?.close();
  await lab?.close();
});

function glasskey(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<WindowsRun> {
  const all = { ...service.environment, ...ssh.environment, ...environment };
  return user.run(join(import.meta.dirname, 'glasskey.ts'), args, { unix: browser, environment: all, seconds: 90 });
}

async function json(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<unknown> {
  const { stdout } = await glasskey([args[0] ?? '', '--json', ...args.slice(1)], environment);
  return JSON.parse(stdout);
}

const publicFile = () => join(user.home, '.ssh', 'id_ed25519_sk.pub');

describe('glasskey on Windows', () => {
  it('makes a key and publishes it, with no PIN typed into Glasskey', async () => {
    const { status, stdout, stderr } = await glasskey(['enroll']);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('Windows asks for the PIN of the security key, and for its touch: follow its dialog.');
    expect(stderr).toContain('Published on the profile of alice@lab.example, and read back the same');
    const line = await readFile(publicFile(), 'utf8');
    expect(lab.entra.graph.profileKeys().get(lab.upn)?.trimEnd()).toBe(line.trimEnd());
    const { stdout: told } = await run('ssh-keygen', ['-l', '-f', publicFile()]);
    expect(told).toMatch(/^256 SHA256:\S+ NexusIdentitySSHKey \(ED25519-SK\)/);
    expect(stdout).toContain(told.split(' ')[1]);
    expect(service.unfreed).toBe(0);
  });

  it('knows the key again: nothing is left to publish', async () => {
    expect(await json(['publish'])).toMatchObject({ alreadyThere: true, account: lab.upn });
  });

  it('tells that the dialog was closed, and goes on with the same enrollment', async () => {
    service.atTheDialog = () => Hresult.NTE_USER_CANCELLED;
    const file = windowsPath(join(user.home, '.ssh', 'id_second'));
    const words = ['enroll', '--no-publish', '--algorithm', 'ecdsa-sk', '--file', file];
    expect(await json(words)).toMatchObject({ error: { code: 'CANCELLED' } });
    service.atTheDialog = () => 'go-on';
    expect((await glasskey(words)).status).toBe(0);
    const { stdout } = await run('ssh-keygen', ['-l', '-f', join(user.home, '.ssh', 'id_second.pub')]);
    expect(stdout).toContain('(ECDSA-SK)');
  });
});

/** What the device's sshd said while something went on. */
async function deviceLogOf(work: () => Promise<unknown>): Promise<string> {
  const before = (await lab.fabric.deviceLog()).length;
  await work();
  return (await lab.fabric.deviceLog()).slice(before);
}

/** A login that is proven by what the device answers. */
async function connectTo(words: readonly string[]): Promise<WindowsRun> {
  await lab.fabric.reconcile();
  const ended = await glasskey(['connect', ...words, '--', 'show version']);
  expect(ended.status, ended.stderr).toBe(0);
  expect(ended.stdout).toContain('Software image version');
  return ended;
}

describe('its logins by ssh.exe', () => {
  it('go through the jump host: both sshd take what Windows has signed with touch and PIN, and the key is proven', async () => {
    const { jump, device } = lab;
    let stderr = '';
    const log = await deviceLogOf(async () => {
      stderr = (await connectTo([device, '--jump', jump, '--save', 'leaf1'])).stderr;
    });
    expect(log).toMatch(/sk_flags = 0x05/);
    expect(log).toMatch(/Accepted publickey for \S+ .*ED25519-SK/);
    expect(stderr).toContain(`Logging in to ${device} through ${jump}: 2 times PIN and touch.`);
    const asked = /Windows asks for PIN and touch: Log in as \S+ on (\S+) \(SHA256:/g;
    const { host, port } = lab.fabric.jump;
    expect([...stderr.matchAll(asked)].map(([, at]) => at)).toEqual([
      `[${host}]:${port}`,
      `[${host}]:${lab.fabric.device.port}`,
    ]);
    const proven = { filesPresent: true, account: lab.upn, lastProven: { device, by: 'command-line' } };
    expect(await json(['status'])).toMatchObject({ enrollments: [{ algorithm: 'ecdsa-sk' }, proven] });
  });

  it('are told to ssh.exe in Windows’s own words: paths and pipe with doubled backslashes, without in the hop’s command', () => {
    const [{ arguments: args, config, path, authSock } = { arguments: [], config: '', path: '' }] = ssh.calls;
    const pipe = String.raw`\\.\pipe\glasskey-connect-`;
    expect(authSock?.startsWith(pipe)).toBe(true);
    const inQuotes = (text: string) => `"${text.replaceAll('\\', '\\\\')}"`;
    expect(config.split(`IdentityAgent ${inQuotes(authSock ?? '')}`)).toHaveLength(3);
    const [, file = '', , logFile = ''] = args;
    expect(file.startsWith(windowsPath(join(user.home, 'Temp', 'glasskey-')))).toBe(true);
    const hopLog = logFile.replace('glasskey-device', 'glasskey-hop-1');
    expect(config).toContain(`ProxyCommand "ssh.exe" -F "${file}" -E "${hopLog}" -W "[%h]:%p" glasskey-hop-1\n`);
    // As many a person's: the account's name has a space.
    expect(file).toContain('Ada Lovelace\\Temp');
    expect(args).toEqual(['-F', file, '-E', logFile, 'glasskey-device', '--', 'show version']);
    expect(path).toMatch(/^C:\\windows\\System32\\OpenSSH;/i);
  });

  it('are rehearsed, each host by a login of its own', async () => {
    service.calls.length = 0;
    const passed = (step: string, address: string) => ({ step, hop: address, state: 'passed' });
    const steps = [lab.jump, lab.device].flatMap((hop) =>
      ['reach', 'host-key', 'login'].map((step) => passed(step, hop)),
    );
    const { drills } = z
      .object({
        drills: z.tuple([z.object({ verdict: z.string(), steps: z.array(z.record(z.string(), z.unknown())) })]),
      })
      .parse(await json(['drill', 'leaf1']));
    expect(drills[0]).toMatchObject({ verdict: 'passed' });
    expect(drills[0].steps.filter(({ hop }) => hop !== undefined)).toMatchObject(steps);
    expect(service.calls).toHaveLength(3);
  });

  it('say why they were refused, and end where a host shows another key, with nothing signed', async () => {
    service.calls.length = 0;
    const { jump, device } = lab.fabric;
    const other = `[localhost]:${jump.port}`;
    await appendFile(
      join(user.home, 'AppData', 'Local', 'Glasskey', 'known_hosts'),
      `${other} ${lab.fabric.machine('device').hostKey}\n`,
    );
    const to = (user: string, host: string, port: number) => `${user}@${host}:${port}`;
    const stranger = to('stranger', device.host, device.port);
    const changed = to(jump.user, 'localhost', jump.port);
    const words = ['--', 'show version'];
    const said = await Promise.all([
      json(['connect', stranger, '--jump', lab.jump, ...words]),
      json(['connect', lab.device, '--jump', changed, ...words]),
    ]);
    expect(said).toEqual([
      {
        error: expect.objectContaining({
          code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN',
          detail: expect.objectContaining({ hop: stranger }),
        }),
      },
      {
        error: expect.objectContaining({
          code: 'CONNECT_HOST_KEY_CHANGED',
          detail: expect.objectContaining({ hop: changed }),
        }),
      },
    ]);
    // That of the jump host before the stranger's.
    expect(service.calls).toHaveLength(1);
  });
});

describe('its agent on a pipe of Windows', () => {
  let agent: WindowsProgram;
  let relay: Server;
  let socket: string;

  const lines = async () =>
    (await agent.output())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  beforeAll(async () => {
    agent = await user.start(join(import.meta.dirname, 'serve-agent.ts'), [], {
      environment: service.environment,
      seconds: 240,
    });
    const port = await vi.waitUntil(async () => (await lines()).find((line) => 'port' in line)?.port, 60_000);
    socket = join(lab.folder, 'relay.sock');
    relay = createServer((client) => {
      const windows = connect(port, '127.0.0.1');
      client.pipe(windows).pipe(client);
      for (const end of [client, windows]) end.on('error', () => client.destroy());
    });
    await new Promise<void>((resolve) => relay.listen(socket, resolve));
  });

  afterAll(async () => {
    relay?.close();
    agent?.kill();
    await agent?.ended;
  });

  it('offers the keys to ssh-add', async () => {
    const { stdout } = await run('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    expect(stdout).toMatch(/SHA256:\S+ NexusIdentitySSHKey \(ED25519-SK\)/);
  });

  it('signs what ssh-keygen asks for, and ssh-keygen verifies it', async () => {
    const file = join(lab.folder, 'text');
    await writeFile(file, 'what is signed');
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    await run('ssh-keygen', ['-Y', 'sign', '-n', 'file', '-f', publicFile(), file], { env });
    await writeFile(join(lab.folder, 'signers'), `alice ${await readFile(publicFile(), 'utf8')}`);
    const words = ['-I', 'alice', '-n', 'file', '-s', `${file}.sig`, '-f', join(lab.folder, 'signers')];
    const verified = run('ssh-keygen', ['-Y', 'verify', ...words]);
    verified.child.stdin?.end('what is signed');
    expect((await verified).stdout).toMatch(/^Good "file" signature for alice with ED25519-SK key/);
    expect(await lines()).toContainEqual(
      expect.objectContaining({ systemAsks: true, purpose: expect.stringMatching(/^Sign for file/) }),
    );
  });

  it('lets plain ssh.exe log in through the jump host, and knows that it was ssh that asked', async () => {
    const { jump, device } = lab.fabric;
    const pipe = String((await lines()).find((line) => 'socketPath' in line)?.socketPath);
    const known = windowsPath(join(user.home, 'AppData', 'Local', 'Glasskey', 'known_hosts'));
    const quoted = (path: string) => `"${path.replaceAll('\\', '\\\\')}"`;
    const common = `IdentityAgent ${quoted(pipe)}\n  IdentityFile none\n  UserKnownHostsFile ${quoted(known)}\n  PreferredAuthentications publickey\n`;
    const hostOf = (name: string, { host, port, user }: typeof jump, more = '') =>
      `Host ${name}\n  HostName ${host}\n  Port ${port}\n  User ${user}\n  ${more}${common}`;
    const config = join(user.home, 'ssh_config');
    await writeFile(config, hostOf('jump', jump) + hostOf('device', device, 'ProxyJump jump\n  '));
    const log = await deviceLogOf(async () => {
      const words = ['-F', windowsPath(config), 'device', 'show version'];
      const ended = await user.runProgram(user.systemFile('system32/OpenSSH/ssh.exe'), words, {
        environment: ssh.environment,
      });
      expect(ended, ended.stderr).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('Software image version'),
      });
    });
    expect(log).toMatch(/Accepted publickey for \S+ .*ED25519-SK/);
    const told = await lines();
    expect(told.filter(({ asked }) => asked !== undefined)).toEqual([]);
    const { requests } = z
      .object({ requests: z.array(z.unknown()) })
      .parse(await json(['agent', 'activity', '--limit', '2']));
    const client = expect.objectContaining({ program: 'ssh' });
    expect(requests).toMatchObject([
      { client, decision: 'signed' },
      { client, decision: 'signed' },
    ]);
  });
});

describe('its rotation on Windows', () => {
  let old: string;
  let fresh: string;
  const newFile = () => join(user.home, '.ssh', 'id_ed25519_sk.new.pub');
  const fingerprintOf = async (file: string) =>
    (await run('ssh-keygen', ['-l', '-f', file])).stdout.split(' ')[1] ?? '';

  it('says that the dialog was closed, and what was begun', async () => {
    service.atTheDialog = () => Hresult.NTE_USER_CANCELLED;
    expect(await json(['rotate'])).toMatchObject({ error: { code: 'CANCELLED' } });
    service.atTheDialog = () => 'go-on';
    expect(await json(['rotate', '--status'])).toMatchObject({ rotation: { stage: 'making', leaving: 'old' } });
  });

  it('takes that up: makes a new key beside the old one and publishes it; the old one stays', async () => {
    old = await readFile(publicFile(), 'utf8');
    const rotated = await glasskey(['rotate']);
    expect(rotated.status, rotated.stderr).toBe(0);
    fresh = await readFile(newFile(), 'utf8');
    expect(fresh).not.toBe(old);
    expect(lab.entra.graph.profileKeys().get(lab.upn)?.trimEnd()).toBe(fresh.trimEnd());
    expect(await readFile(publicFile(), 'utf8')).toBe(old);
  });

  it('logs in with the new key once the device has it, which proves it', async () => {
    const fingerprint = await fingerprintOf(newFile());
    expect(await deviceLogOf(() => connectTo(['leaf1']))).toContain(`ED25519-SK ${fingerprint}`);
  });

  it('lets the old key go only where its owner agrees', async () => {
    const { status, stderr } = await glasskey(['rotate']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('Nobody agreed to it: it is as it was.');
    expect(await readFile(publicFile(), 'utf8')).toBe(old);
  });

  it('ends it then: the new key lies in the old place, and the old credential stays on the security key', async () => {
    const before = lab.authenticator.credentials().length;
    const retired = await glasskey(['rotate', '--retire', '--yes']);
    expect(retired.status, retired.stderr).toBe(0);
    expect(retired.stdout).toContain('The rotation is at its end.');
    expect(await readFile(publicFile(), 'utf8')).toBe(fresh);
    expect(lab.authenticator.credentials()).toHaveLength(before);
  });
});
