import { describe, expect, it } from 'vitest';
import { formatArmor, parseArmor } from '../../../main/openssh/armor.ts';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import {
  formatSshsig,
  parseSshsig,
  parseSshsigMessage,
  type SshsigExpectation,
  sshsigMessage,
  verifySshsig,
} from '../../../main/openssh/sshsig.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import {
  ECDSA_LINE,
  ECDSA_SSHSIG,
  ED25519_LINE,
  ED25519_SSHSIG,
  SIGNED_MESSAGE,
  SSHSIG_REQUEST,
  utf8,
  WEBAUTHN_LINE,
  WEBAUTHN_SIGNED_DATA,
  WEBAUTHN_SSHSIG,
} from './known-answers.ts';
import { thrownCode } from './thrown-code.ts';

const LABEL = 'SSH SIGNATURE';

describe('an SSHSIG signature', () => {
  it.each([
    ['ed25519-sk', ED25519_SSHSIG, ED25519_LINE, 'file', SIGNED_MESSAGE],
    ['ecdsa-sk', ECDSA_SSHSIG, ECDSA_LINE, 'file', SIGNED_MESSAGE],
    ['ecdsa-sk in a browser', WEBAUTHN_SSHSIG, WEBAUTHN_LINE, 'unittest', WEBAUTHN_SIGNED_DATA],
  ])('by %s is accepted, and written again as it was', (_name, text, line, namespace, data) => {
    const sshsig = parseSshsig(text);
    expect(verifySshsig(sshsig, utf8(data), expecting(line, namespace))).toMatchObject({ valid: true, touched: true });
    expect(formatSshsig(sshsig)).toBe(text);
  });

  it('over other data is refused', () => {
    const outcome = verifySshsig(parseSshsig(ED25519_SSHSIG), utf8('other'), expecting(ED25519_LINE, 'file'));
    expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
  });

  it('for another namespace or by another key than expected is refused', () => {
    const sshsig = parseSshsig(ED25519_SSHSIG);
    const otherNamespace = verifySshsig(sshsig, utf8(SIGNED_MESSAGE), expecting(ED25519_LINE, 'git'));
    expect(otherNamespace).toStrictEqual({ valid: false, reason: 'namespace' });
    const otherKey = verifySshsig(sshsig, utf8(SIGNED_MESSAGE), expecting(ECDSA_LINE, 'file'));
    expect(otherKey).toStrictEqual({ valid: false, reason: 'key' });
  });

  it('relabelled with another namespace does not verify under it', () => {
    const sshsig = { ...parseSshsig(ED25519_SSHSIG), namespace: 'git' };
    const outcome = verifySshsig(sshsig, utf8(SIGNED_MESSAGE), expecting(ED25519_LINE, 'git'));
    expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
  });

  it('of version 2, of an ordinary key, or over another hash is refused as unsupported', () => {
    const ordinary = new SshWriter().text('ssh-ed25519').string(new Uint8Array(32)).toBytes();
    const body = (version: number, key: Uint8Array, hash: string) =>
      new SshWriter()
        .bytes(utf8('SSHSIG'))
        .uint32(version)
        .string(key)
        .text('file')
        .text('')
        .text(hash)
        .text('signature')
        .toBytes();
    const ours = parseArmor(LABEL, ED25519_SSHSIG)?.subarray(14, 14 + 0x4a) ?? new Uint8Array(0);
    for (const bytes of [body(2, ours, 'sha512'), body(1, ordinary, 'sha512'), body(1, ours, 'sha1')]) {
      expect(thrownCode(() => parseSshsig(formatArmor(LABEL, bytes)))).toBe('SSHSIG_UNSUPPORTED');
    }
    expect(parseSshsig(formatArmor(LABEL, body(1, ours, 'sha256'))).hash).toBe('sha256');
  });

  it('without its armor, cut off, or with bytes behind its end is refused', () => {
    const bytes = parseArmor(LABEL, ED25519_SSHSIG) ?? new Uint8Array(0);
    expect(thrownCode(() => parseSshsig(''))).toBe('SSHSIG_MALFORMED');
    expect(thrownCode(() => parseSshsig(ED25519_SSHSIG.slice(0, 200)))).toBe('SSHSIG_MALFORMED');
    expect(thrownCode(() => parseSshsig(formatArmor(LABEL, Uint8Array.of(...bytes, 0))))).toBe('SSHSIG_MALFORMED');
    expect(thrownCode(() => parseSshsig(`${ED25519_SSHSIG}${'\n'.repeat(70_000)}`))).toBe('SSHSIG_MALFORMED');
  });
});

describe('the message of an SSHSIG signature', () => {
  it('is what ssh-keygen -Y sign asks an agent to sign', () => {
    const message = sshsigMessage(utf8(SIGNED_MESSAGE), 'file');
    expect(Buffer.from(message).toString('hex')).toBe(SSHSIG_REQUEST);
  });

  it('tells namespace, hash and digest, and nothing else passes for one', () => {
    const message = sshsigMessage(utf8('x'), 'git', 'sha256');
    expect(parseSshsigMessage(message)).toMatchObject({ namespace: 'git', hash: 'sha256' });
    expect(thrownCode(() => parseSshsigMessage(Uint8Array.of(...message, 0)))).toBe('SSHSIG_MALFORMED');
    expect(thrownCode(() => parseSshsigMessage(sshsigMessage(utf8('x'), '')))).toBe('SSHSIG_MALFORMED');
    expect(thrownCode(() => parseSshsigMessage(utf8('SSH')))).toBe('SSHSIG_MALFORMED');
  });
});

function expecting(line: string, namespace: string): SshsigExpectation {
  return { publicKey: parsePublicLine(line).publicKey, namespace, requireTouch: true, requireUserVerification: false };
}
