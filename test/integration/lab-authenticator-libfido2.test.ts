import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../lab/authenticator/lab-authenticator.ts';
import { PtyBridge } from '../lab/authenticator/pty-bridge.ts';
import { hasSshKeygen, systemSshKeygen } from '../lab/authenticator/system-ssh-keygen.ts';

/**
 * The lab's authenticator against a client nobody here wrote: Debian's ssh-keygen with libfido2. ssh-keygen takes any
 * character device as a key (`-O device=`), so a pseudo-terminal in raw mode, bridged to the authenticator, does.
 */
if (!hasSshKeygen)
  console.warn('SKIPPED: no ssh-keygen with ssh-sk-helper here; libfido2 does not check the lab authenticator');

const PIN = '123456';

describe.skipIf(!hasSshKeygen)('the lab authenticator against ssh-keygen and libfido2', { timeout: 15_000 }, () => {
  let folder: string;
  let bridge: PtyBridge | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'glasskey-libfido2-'));
  });

  afterEach(async () => {
    await bridge?.close();
    bridge = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function plug(options: LabAuthenticatorOptions): Promise<LabAuthenticator> {
    const authenticator = new LabAuthenticator(options);
    bridge = await PtyBridge.open(authenticator.bus);
    return authenticator;
  }

  /** Runs ssh-keygen upon the plugged-in key. */
  function sshKeygen(args: readonly string[], pin = PIN): Promise<{ code: number | null; said: string }> {
    return systemSshKeygen([...args, '-O', `device=${bridge?.devicePath ?? ''}`], { folder, pin });
  }

  it('enrolls a resident, verify-required ed25519-sk key with the packets that were measured on other keys', async () => {
    const authenticator = await plug({ profile: 'yubikey-5.7', pin: PIN });
    const made = await sshKeygen(['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required', '-N', '', '-f', 'id']);
    expect(made, made.said).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'id.pub'), 'utf8')).toMatch(/^sk-ssh-ed25519@openssh\.com /);
    expect(authenticator.credentials()).toMatchObject([{ rpId: 'ssh:', algorithm: -8, credProtect: 3 }]);
    // libfido2's last CANCEL, at its close, may still be on its way when ssh-keygen has ended.
    await vi.waitFor(() => expect(authenticator.counters.read().cancels).toBe(2));
    const counters = authenticator.counters.read();
    expect(counters).toMatchObject({ inits: 2, touches: 1, pinChecks: 2, errors: [] });
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
