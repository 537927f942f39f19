/**
 * The command line on Windows, for an ordinary account: what is made and signed through the system's WebAuthn is what OpenSSH takes. The
 * programs that check it are this computer's own.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { Hresult } from '../../native/webauthn/constants.ts';
import { labFidoRootPem } from '../lab/authenticator/attestation-certificates.ts';
import { type Lab, startLab } from '../lab/world.ts';
import { WebauthnService } from './webauthn-service.ts';
import { type WindowsProgram, type WindowsRun, WindowsUser, windowsPath } from './wine.ts';

const run = promisify(execFile);

let user: WindowsUser;
let lab: Lab;
let service: WebauthnService;
let browser: Readonly<Record<string, string>>;

beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback', reconcileEveryMs: 500 });
  user = await WindowsUser.create(inject('windows'));
  service = await WebauthnService.start({ bus: lab.authenticator.bus, pin: lab.pin });
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
  await service?.close();
  await lab?.close();
});

function glasskey(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<WindowsRun> {
  const all = { ...service.environment, ...environment };
  return user.run(join(import.meta.dirname, 'glasskey.ts'), args, { unix: browser, environment: all, seconds: 90 });
}

async function json(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<unknown> {
  const { stdout } = await glasskey([...args, '--json'], environment);
  return JSON.parse(stdout);
}

const publicFile = () => join(user.home, '.ssh', 'id_ed25519_sk.pub');

describe('glasskey on Windows', () => {
  it('says which way security keys are reached, and why', async () => {
    const { stdout } = await glasskey(['status']);
    expect(stdout).toContain(
      'Security keys are reached through Windows, whose dialogs ask for PIN and touch: windows.securityKeys says so',
    );
    expect(await json(['status'])).toMatchObject({ keyWay: { way: 'windows', because: 'setting' } });
  });

  it('says what stands against that way', async () => {
    expect(await json(['status'], { GLASSKEY_TEST_WEBAUTHN_VERSION: '1' })).toMatchObject({
      keyWay: { way: 'windows', obstacle: { code: 'WEBAUTHN_TOO_OLD' } },
    });
    const { stdout } = await glasskey(['enroll', '--no-publish', '--json'], { GLASSKEY_TEST_WEBAUTHN_VERSION: '1' });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'WEBAUTHN_TOO_OLD' } });
    expect(service.calls).toEqual([]);
  });

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

  it('knows the key again, and has nothing left to publish', async () => {
    expect(await json(['publish'])).toMatchObject({ alreadyThere: true, account: lab.upn });
    expect(await json(['status'])).toMatchObject({ enrollments: [{ filesPresent: true, account: lab.upn }] });
  });

  it('refuses to recover and to manage the key, and says which way can', async () => {
    const refused = [['recover'], ['pin', 'change'], ['credentials', 'list'], ['fingerprints', 'list'], ['reset']];
    const said = await Promise.all(refused.map((args) => json(args)));
    const remedy = expect.stringContaining('as an administrator');
    expect(said).toEqual(refused.map(() => ({ error: expect.objectContaining({ code: 'WEBAUTHN_CANNOT', remedy }) })));
    expect(
      new Set(said.map((one) => z.object({ error: z.object({ message: z.string() }) }).parse(one).error.message)).size,
    ).toBe(5);
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

describe('its agent on a pipe of Windows', () => {
  let agent: WindowsProgram;
  let relay: Server;
  let socket: string;
  let port: number;

  const lines = async () =>
    (await agent.output())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  /** With what is enrolled now: it reads that when it starts. */
  async function serve(): Promise<void> {
    agent = await user.start(join(import.meta.dirname, 'serve-agent.ts'), [], {
      environment: service.environment,
      seconds: 240,
    });
    port = await vi.waitUntil(async () => (await lines()).find((line) => 'port' in line)?.port, 60_000);
  }

  beforeAll(async () => {
    await serve();
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

  /** What the device's sshd said of a login with this computer's ssh through the jump host. */
  async function login(): Promise<string> {
    await lab.fabric.reconcile();
    const { jump, device } = lab.fabric;
    const config = join(lab.folder, 'ssh_config');
    const common = `IdentityAgent ${socket}\n  IdentityFile none\n  UserKnownHostsFile ${join(lab.folder, 'data', 'known_hosts')}\n  GlobalKnownHostsFile none\n  PreferredAuthentications publickey\n`;
    const jumpHost = `Host jump\n  HostName ${jump.host}\n  HostKeyAlias [${jump.host}]:${jump.port}\n  User ${jump.user}\n  Port ${jump.port}\n  ${common}`;
    const deviceHost = `Host device\n  HostName ${device.host}\n  HostKeyAlias [${device.host}]:${device.port}\n  User ${device.user}\n  Port ${device.port}\n  ProxyJump jump\n  ${common}`;
    await writeFile(config, jumpHost + deviceHost);
    const before = (await lab.fabric.deviceLog()).length;
    const { stdout } = await run('ssh', ['-F', config, 'device', 'show version']);
    expect(stdout).toContain('Software image version');
    return (await lab.fabric.deviceLog()).slice(before);
  }

  it('logs in through the jump host to the device: both sshd take signatures with touch and PIN', async () => {
    const log = await login();
    expect(log).toMatch(/sk_flags = 0x05/);
    expect(log).toMatch(/Accepted publickey for \S+ .*ED25519-SK/);
    expect((await lines()).filter(({ asked }) => asked !== undefined)).toEqual([]);
  });

  describe('with a rotation beside it', () => {
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
      agent.kill();
      await agent.ended;
      await serve();
      expect(await login()).toContain(`ED25519-SK ${fingerprint}`);
      const noted = await user.run(join(import.meta.dirname, 'note-login.ts'), [fingerprint]);
      expect(noted.status, noted.stderr).toBe(0);
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
      expect(await json(['rotate', '--status'])).toMatchObject({ rotation: null });
    });
  });
});
