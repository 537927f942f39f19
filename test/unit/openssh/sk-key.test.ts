import { describe, expect, it } from 'vitest';
import { isPointOnP256 } from '../../../main/openssh/p256-point.ts';
import {
  formatSkPublicBlob,
  isSameSkKey,
  parseSkPublicBlob,
  SK_ECDSA,
  SK_ED25519,
  type SkPublicKey,
} from '../../../main/openssh/sk-key.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import { ECDSA_ASSERTION, ED25519_PUBLIC_BLOB, hex } from './known-answers.ts';
import { thrownCode } from './thrown-code.ts';

describe('a public blob', () => {
  it.each([
    ['ed25519-sk', ED25519_PUBLIC_BLOB, SK_ED25519],
    ['ecdsa-sk', ECDSA_ASSERTION.publicBlob, SK_ECDSA],
  ])('of %s is read and written again byte for byte', (_name, blob, algorithm) => {
    const key = parseSkPublicBlob(hex(blob));
    expect(key.algorithm).toBe(algorithm);
    expect(key.application).toBe('ssh:');
    expect(Buffer.from(formatSkPublicBlob(key)).toString('hex')).toBe(blob);
  });

  it('with bytes behind its end is refused', () => {
    expect(thrownCode(() => parseSkPublicBlob(hex(`${ED25519_PUBLIC_BLOB}00`)))).toBe('SSH_MALFORMED');
  });

  it('of another type is refused', () => {
    const blob = new SshWriter().text('ssh-ed25519').string(new Uint8Array(32)).toBytes();
    expect(thrownCode(() => parseSkPublicBlob(blob))).toBe('SSH_MALFORMED');
  });

  it('with an Ed25519 key of 31 bytes is refused', () => {
    const blob = new SshWriter().text(SK_ED25519).string(new Uint8Array(31)).text('ssh:').toBytes();
    expect(thrownCode(() => parseSkPublicBlob(blob))).toBe('SSH_MALFORMED');
  });

  it('with a point beside the curve is refused', () => {
    const point = ecdsaPoint();
    point[64] = (point[64] ?? 0) ^ 1;
    const blob = new SshWriter().text(SK_ECDSA).text('nistp256').string(point).text('ssh:').toBytes();
    expect(thrownCode(() => parseSkPublicBlob(blob))).toBe('SSH_MALFORMED');
  });

  it('with a NUL in the application is refused, as OpenSSH refuses it', () => {
    const blob = new SshWriter().text(SK_ED25519).string(new Uint8Array(32)).text('ssh:\0x').toBytes();
    expect(thrownCode(() => parseSkPublicBlob(blob))).toBe('SSH_MALFORMED');
  });

  it('is another key with another application', () => {
    const key = parseSkPublicBlob(hex(ED25519_PUBLIC_BLOB));
    const other: SkPublicKey = { ...key, application: 'ssh:demo' };
    expect(isSameSkKey(key, parseSkPublicBlob(hex(ED25519_PUBLIC_BLOB)))).toBe(true);
    expect(isSameSkKey(key, other)).toBe(false);
  });
});

describe('a point of P-256', () => {
  it('is recognized', () => {
    expect(isPointOnP256(ecdsaPoint())).toBe(true);
  });

  it('is none in compressed form, in hybrid form, at infinity, or with a coordinate of p or more', () => {
    const point = ecdsaPoint();
    expect(isPointOnP256(Uint8Array.of(2, ...point.subarray(1, 33)))).toBe(false);
    expect(isPointOnP256(Uint8Array.of(6, ...point.subarray(1)))).toBe(false);
    expect(isPointOnP256(Uint8Array.of(0))).toBe(false);
    expect(isPointOnP256(new Uint8Array(65).fill(4, 0, 1))).toBe(false);
    // (0, √b) lies on the curve; (p, √b) is the same point spelled another way. √b: SP 800-186, computed with b^((p+1)/4).
    const p = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';
    const rootOfB = '66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4';
    expect(isPointOnP256(hex(`04${'00'.repeat(32)}${rootOfB}`))).toBe(true);
    expect(isPointOnP256(hex(`04${p}${rootOfB}`))).toBe(false);
  });
});

function ecdsaPoint(): Uint8Array {
  const key = parseSkPublicBlob(hex(ECDSA_ASSERTION.publicBlob));
  if (key.algorithm !== SK_ECDSA) throw new Error('the vector is an ecdsa-sk key');
  return key.point.slice();
}
