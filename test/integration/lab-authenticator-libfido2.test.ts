import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IPty, spawn as spawnPty } from '@lydell/node-pty';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HidTransport, REPORT_SIZE } from '../../native/hid/transport.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../lab/authenticator/lab-authenticator.ts';

/**
 * The lab's authenticator against a client nobody here wrote: Debian's ssh-keygen with libfido2. ssh-keygen takes any
 * character device as a key (`-O device=`), so a pseudo-terminal in raw mode, bridged to the authenticator, does.
 */
const SSH_SK_HELPER = '/usr/lib/openssh/ssh-sk-helper';
const available = process.platform === 'linux' && existsSync('/usr/bin/ssh-keygen') && existsSync(SSH_SK_HELPER);
if (!available)
  console.warn('SKIPPED: no ssh-keygen with ssh-sk-helper here; libfido2 does not check the lab authenticator');

const PIN = '123456';
/** libfido2 writes a report id byte of 0 before each report. */
const WRITE_SIZE = REPORT_SIZE + 1;

/** A pseudo-terminal whose far end is a character device that talks to the authenticator. */
class PtyBridge {
  readonly devicePath: string;
  private readonly pty: IPty;
  private readonly transport: HidTransport;

  private constructor(pty: IPty, devicePath: string, transport: HidTransport) {
    this.pty = pty;
    this.devicePath = devicePath;
    this.transport = transport;
  }

  static async open(authenticator: LabAuthenticator): Promise<PtyBridge> {
    const [device] = await authenticator.bus.list();
    if (device === undefined) throw new Error('the authenticator is unplugged');
    const transport = await device.open();
    // `min 64`: a read returns a whole report or waits. The shell holds the far end open between two openings by ssh-keygen.
    const script = 'stty raw -echo min 64 time 0 && printf "%s\\n" "$(tty)" && exec sleep 120';
    const pty = spawnPty('/bin/sh', ['-c', script], { encoding: null });
    let kept: Buffer = Buffer.alloc(0);
    const devicePath = await new Promise<string>((resolve) => {
      let path: string | undefined;
      pty.onData((data) => {
        kept = Buffer.concat([kept, Buffer.from(data, 'latin1')]);
        if (path === undefined) {
          const end = kept.indexOf(0x0a);
          if (end < 0) return;
          path = kept.subarray(0, end).toString('latin1').trim();
          kept = kept.subarray(end + 1);
          resolve(path);
        }
        for (; kept.length >= WRITE_SIZE; kept = kept.subarray(WRITE_SIZE)) {
          void transport.write(new Uint8Array(kept.subarray(1, WRITE_SIZE))).catch(() => {});
        }
      });
    });
    // With `encoding: null` the pty gives and takes Buffers, whatever its types say.
    transport.receive(
      (report) => pty.write(Buffer.from(report) as unknown as string),
      () => {},
    );
    return new PtyBridge(pty, devicePath, transport);
  }

  async close(): Promise<void> {
    await this.transport.close();
    const ended = new Promise<void>((resolve) => this.pty.onExit(() => resolve()));
    this.pty.kill('SIGKILL');
    await ended;
  }
}

describe.skipIf(!available)('the lab authenticator against ssh-keygen and libfido2', { timeout: 15_000 }, () => {
  let folder: string;
  let bridge: PtyBridge | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'glasskey-libfido2-'));
    const askpass = join(folder, 'askpass');
    writeFileSync(askpass, `#!/bin/sh\necho "$GLASSKEY_TEST_PIN"\n`);
    chmodSync(askpass, 0o700);
  });

  afterEach(async () => {
    await bridge?.close();
    bridge = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function plug(options: LabAuthenticatorOptions): Promise<LabAuthenticator> {
    const authenticator = new LabAuthenticator(options);
    bridge = await PtyBridge.open(authenticator);
    return authenticator;
  }

  /** Runs ssh-keygen; the PIN comes by SSH_ASKPASS. Resolves with its exit code and what it said. */
  function sshKeygen(args: readonly string[], pin = PIN): Promise<{ code: number | null; said: string }> {
    const device = bridge?.devicePath ?? '';
    return new Promise((resolve, reject) => {
      const child = spawn('/usr/bin/ssh-keygen', [...args, '-O', `device=${device}`], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          DISPLAY: ':none',
          SSH_ASKPASS: join(folder, 'askpass'),
          SSH_ASKPASS_REQUIRE: 'force',
          GLASSKEY_TEST_PIN: pin,
        },
        timeout: 10_000,
      });
      let said = '';
      child.stdout.on('data', (chunk) => (said += chunk));
      child.stderr.on('data', (chunk) => (said += chunk));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, said }));
    });
  }

  it('enrolls a resident, verify-required ed25519-sk key with the packets that were measured on other keys', async () => {
    const authenticator = await plug({ profile: 'yubikey-5.7', pin: PIN });
    const made = await sshKeygen(['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required', '-N', '', '-f', 'id']);
    expect(made, made.said).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'id.pub'), 'utf8')).toMatch(/^sk-ssh-ed25519@openssh\.com /);
    expect(authenticator.credentials()).toMatchObject([{ rpId: 'ssh:', algorithm: -8, credProtect: 3 }]);
    const counters = authenticator.counters.read();
    expect(counters).toMatchObject({ inits: 2, cancels: 2, touches: 1, pinChecks: 2, errors: [] });
    // Figure of a real libfido2 over a real hidraw node: shared/reference/libfido2-packets.md, first row. libfido2 1.15 and
    // OpenSSH 10 send the same.
    expect(counters.packetsOut).toBe(25);
  });

  it('makes an ecdsa-sk key without a PIN where the key allows it (makeCredUvNotRqd)', async () => {
    const authenticator = await plug({ profile: 'yubikey-5.7', pin: PIN });
    const made = await sshKeygen(['-t', 'ecdsa-sk', '-N', '', '-f', 'id']);
    expect(made, made.said).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'id.pub'), 'utf8')).toMatch(/^sk-ecdsa-sha2-nistp256@openssh\.com /);
    expect(authenticator.credentials()).toEqual([]);
    expect(authenticator.counters.read()).toMatchObject({ touches: 1, pinChecks: 0 });
  });

  it.each([
    ['yubikey-5.7', 'protocol two, permissions'],
    ['yubikey-5.4', 'protocol two, the preview commands'],
  ] as const)('lets ssh-keygen -K download the resident keys of a %s (%s)', async (profile, _what) => {
    await plug({ profile, pin: PIN });
    const first = await sshKeygen(['-t', 'ed25519-sk', '-O', 'resident', '-N', '', '-f', 'one']);
    expect(first, first.said).toMatchObject({ code: 0 });
    const second = await sshKeygen([
      ...['-t', 'ecdsa-sk', '-O', 'resident', '-O', 'verify-required', '-O', 'application=ssh:demo', '-O', 'user=bob'],
      ...['-N', '', '-f', 'two'],
    ]);
    expect(second, second.said).toMatchObject({ code: 0 });
    const downloaded = await sshKeygen(['-K', '-N', '']);
    expect(downloaded, downloaded.said).toMatchObject({ code: 0 });
    const keyOf = (name: string) => readFileSync(join(folder, name), 'utf8').split(' ')[1];
    expect(keyOf('id_ed25519_sk_rk.pub')).toBe(keyOf('one.pub'));
    expect(keyOf('id_ecdsa_sk_rk_demo_bob.pub')).toBe(keyOf('two.pub'));
  });

  it('counts a wrong PIN, and ssh-keygen says that it was wrong', async () => {
    const authenticator = await plug({ profile: 'yubikey-5.4', pin: PIN });
    const refused = await sshKeygen(['-t', 'ed25519-sk', '-O', 'resident', '-N', '', '-f', 'id'], '999999');
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/PIN incorrect/i);
    expect(authenticator.pinRetries).toBeLessThan(8);
    expect(authenticator.credentials()).toEqual([]);
  });

  it('has no Ed25519 as a YubiKey 5.1, but ECDSA by protocol one', async () => {
    await plug({ profile: 'yubikey-5.1', pin: PIN });
    const refused = await sshKeygen(['-t', 'ed25519-sk', '-N', '', '-f', 'id']);
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/not supported|feature/i);
    const made = await sshKeygen(['-t', 'ecdsa-sk', '-N', '', '-f', 'id']);
    expect(made, made.said).toMatchObject({ code: 0 });
  });

  it('is refused by OpenSSH for resident keys where it has no credProtect', async () => {
    const authenticator = await plug({ profile: 'plain-ctap20', pin: PIN });
    const refused = await sshKeygen([
      '-t',
      'ed25519-sk',
      '-O',
      'resident',
      '-O',
      'verify-required',
      '-N',
      '',
      '-f',
      'id',
    ]);
    expect(refused.code).not.toBe(0);
    expect(authenticator.credentials()).toEqual([]);
  });

  it('is asked for a finger before the PIN as a fingerprint key', async () => {
    const authenticator = await plug({ profile: 'yubikey-bio', pin: PIN, fingers: 1 });
    const made = await sshKeygen(['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required', '-N', '', '-f', 'id']);
    expect(made, made.said).toMatchObject({ code: 0 });
    expect(authenticator.credentials()).toHaveLength(1);
    // 06/06: getPinUvAuthTokenUsingUvWithPermissions. OpenSSH still wants the PIN for a resident key.
    const asked = authenticator.counters.read().commands.filter((one) => (one.subCommand ?? 0) > 5);
    expect(asked[0]).toEqual({ command: 0x06, subCommand: 0x06 });
  });
});
