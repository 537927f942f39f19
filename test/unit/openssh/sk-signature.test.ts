import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseSkPublicBlob, SK_ECDSA, SK_ED25519, type SkPublicKey } from '../../../main/openssh/sk-key.ts';
import {
  formatSkSignature,
  parseSkSignature,
  type SkSignaturePolicy,
  skSignatureFromAssertion,
  verifySkSignature,
  WEBAUTHN_SK_ECDSA,
  type WebauthnSkEcdsaSignature,
} from '../../../main/openssh/sk-signature.ts';
import { parseSshsig, sshsigMessage } from '../../../main/openssh/sshsig.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import {
  ECDSA_ASSERTION,
  ED25519_ASSERTION,
  ED25519_NO_UP_ASSERTION,
  hex,
  utf8,
  WEBAUTHN_SIGNED_DATA,
  WEBAUTHN_SSHSIG,
} from './known-answers.ts';
import { thrownCode } from './thrown-code.ts';

type Assertion = typeof ED25519_ASSERTION;

const LAX: SkSignaturePolicy = { requireTouch: false, requireUserVerification: false };
const TOUCH: SkSignaturePolicy = { requireTouch: true, requireUserVerification: false };
const VERIFIED: SkSignaturePolicy = { requireTouch: true, requireUserVerification: true };

const ASSERTIONS: readonly [string, Assertion][] = [
  ['ed25519-sk', ED25519_ASSERTION],
  ['ecdsa-sk', ECDSA_ASSERTION],
];

describe('an assertion', () => {
  it.each(ASSERTIONS)('of %s becomes the SSH signature that OpenSSH makes of it', (_name, assertion) => {
    const signature = skSignatureFromAssertion(keyOf(assertion), outputOf(assertion));
    expect(Buffer.from(formatSkSignature(signature)).toString('hex')).toBe(assertion.sshSignature);
  });

  it.each([
    ['of 36 bytes', (authData: Uint8Array) => authData.subarray(0, 36)],
    ['of 38 bytes', (authData: Uint8Array) => Uint8Array.of(...authData, 0)],
    ['with the AT flag', (authData: Uint8Array) => authData.with(32, 0x45)],
    ['with the ED flag', (authData: Uint8Array) => authData.with(32, 0x85)],
    ['of another application', (authData: Uint8Array) => authData.with(0, (authData[0] ?? 0) ^ 1)],
  ])('with authenticator data %s is refused', (_name, change) => {
    const { authData, signature } = outputOf(ED25519_ASSERTION);
    const changed = { authData: change(authData), signature };
    expect(thrownCode(() => skSignatureFromAssertion(keyOf(ED25519_ASSERTION), changed))).toBe('SIGNATURE_MALFORMED');
  });

  it('with a signature of the other kind is refused', () => {
    const { authData } = outputOf(ECDSA_ASSERTION);
    const raw = { authData, signature: new Uint8Array(64) };
    expect(thrownCode(() => skSignatureFromAssertion(keyOf(ECDSA_ASSERTION), raw))).toBe('SIGNATURE_MALFORMED');
    const der = { authData: hex(ED25519_ASSERTION.authData), signature: hex(ECDSA_ASSERTION.signature) };
    expect(thrownCode(() => skSignatureFromAssertion(keyOf(ED25519_ASSERTION), der))).toBe('SIGNATURE_MALFORMED');
  });
});

describe('a signature blob', () => {
  it.each(ASSERTIONS)('of %s is read and written again byte for byte', (_name, assertion) => {
    const blob = hex(assertion.sshSignature);
    expect(formatSkSignature(parseSkSignature(blob))).toStrictEqual(blob);
  });

  it('of another algorithm is refused as unsupported', () => {
    const blob = new SshWriter().text('ssh-ed25519').string(new Uint8Array(64)).toBytes();
    expect(thrownCode(() => parseSkSignature(blob))).toBe('SIGNATURE_UNSUPPORTED');
  });

  it.each([
    ['bytes behind its end', `${ED25519_ASSERTION.sshSignature}00`],
    ['its end missing', ED25519_ASSERTION.sshSignature.slice(0, -2)],
  ])('with %s is refused', (_name, blob) => {
    expect(thrownCode(() => parseSkSignature(hex(blob)))).toBe('SIGNATURE_MALFORMED');
  });

  it.each([
    ['63 bytes', new SshWriter().text(SK_ED25519).string(new Uint8Array(63)).uint8(1).uint32(1)],
    ['an r of zero', new SshWriter().text(SK_ECDSA).string(numbers('', '01')).uint8(1).uint32(1)],
    [
      'an s of 33 bytes',
      new SshWriter()
        .text(SK_ECDSA)
        .string(numbers('01', `01${'00'.repeat(32)}`))
        .uint8(1)
        .uint32(1),
    ],
  ])('with a signature of %s is refused', (_name, writer) => {
    expect(thrownCode(() => parseSkSignature(writer.toBytes()))).toBe('SIGNATURE_MALFORMED');
  });
});

describe('verification', () => {
  it.each(ASSERTIONS)('accepts the signature of %s and tells what it proves', (_name, assertion) => {
    const flags = hex(assertion.authData)[32] ?? 0;
    const counter = new DataView(hex(assertion.authData).buffer).getUint32(33);
    expect(verify(assertion, TOUCH)).toStrictEqual({ valid: true, touched: true, userVerified: flags === 5, counter });
  });

  it('accepts touch and PIN where both are wanted and given', () => {
    expect(verify(ED25519_ASSERTION, VERIFIED)).toMatchObject({ valid: true, touched: true, userVerified: true });
  });

  it('refuses a signature without touch, or without user verification, only where it is wanted', () => {
    expect(verify(ED25519_NO_UP_ASSERTION, LAX)).toMatchObject({ valid: true, touched: false, userVerified: true });
    expect(verify(ED25519_NO_UP_ASSERTION, TOUCH)).toStrictEqual({ valid: false, reason: 'touch' });
    expect(verify(ECDSA_ASSERTION, VERIFIED)).toStrictEqual({ valid: false, reason: 'user-verification' });
  });

  it.each(ASSERTIONS)('refuses %s over another message', (_name, assertion) => {
    const signature = hex(assertion.sshSignature);
    const outcome = verifySkSignature(keyOf(assertion), utf8('another'), signature, LAX);
    expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
  });

  it.each(ASSERTIONS)('refuses %s with flags or counter changed afterwards', (_name, assertion) => {
    const blob = hex(assertion.sshSignature);
    const flagsAt = blob.length - 5;
    for (const at of [flagsAt, blob.length - 1]) {
      const changed = blob.with(at, (blob[at] ?? 0) ^ 4);
      const outcome = verifySkSignature(keyOf(assertion), hex(assertion.message), changed, LAX);
      expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
    }
  });

  it.each(ASSERTIONS)('refuses %s for the same key with another application', (_name, assertion) => {
    const key: SkPublicKey = { ...keyOf(assertion), application: 'ssh:other' };
    const outcome = verifySkSignature(key, hex(assertion.message), hex(assertion.sshSignature), LAX);
    expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
  });

  it('refuses a signature of the other algorithm', () => {
    const signature = hex(ECDSA_ASSERTION.sshSignature);
    const outcome = verifySkSignature(keyOf(ED25519_ASSERTION), hex(ECDSA_ASSERTION.message), signature, LAX);
    expect(outcome).toStrictEqual({ valid: false, reason: 'algorithm' });
  });

  it('refuses 32 bytes that are no Ed25519 point, without an exception', () => {
    const key: SkPublicKey = { algorithm: SK_ED25519, publicKey: new Uint8Array(32).fill(0xff), application: 'ssh:' };
    const outcome = verifySkSignature(key, utf8('x'), hex(ED25519_ASSERTION.sshSignature), LAX);
    expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
  });
});

describe('a signature made in a browser', () => {
  const sshsig = parseSshsig(WEBAUTHN_SSHSIG);
  const message = sshsigMessage(utf8(WEBAUTHN_SIGNED_DATA), 'unittest');

  it('is read, written again and accepted', () => {
    const signature = parseSkSignature(sshsig.signature);
    expect(signature).toMatchObject({ algorithm: WEBAUTHN_SK_ECDSA, origin: 'https://www.mindrot.org' });
    expect(formatSkSignature(signature)).toStrictEqual(sshsig.signature);
    expect(verifySkSignature(sshsig.publicKey, message, sshsig.signature, TOUCH)).toMatchObject({ valid: true });
  });

  it('is refused where its client data is of another message', () => {
    const outcome = verifySkSignature(sshsig.publicKey, utf8('another'), sshsig.signature, TOUCH);
    expect(outcome).toStrictEqual({ valid: false, reason: 'signature' });
  });

  // Signed here with a key made here, so that only the rule under test can be what refuses them.
  it.each<[string, Partial<WebauthnSkEcdsaSignature>, boolean]>([
    ['as the rules want it', {}, true],
    ['with extensions and ED set', { flags: 0x81, extensions: hex('a0') }, true],
    ['with another origin than in its client data', { origin: 'https://b.example' }, false],
    ['with a quote in its origin', { origin: 'https://a.example","x":"' }, false],
    ['with AT set', { flags: 0x41 }, false],
    ['with ED set and no extensions', { flags: 0x81 }, false],
    ['with extensions and ED clear', { extensions: hex('a0') }, false],
  ])('%s: accepted only if so', (_name, change, accepted) => {
    const { publicKey, blob } = browserSignature(utf8('m'), change);
    expect(verifySkSignature(publicKey, utf8('m'), blob, TOUCH).valid).toBe(accepted);
  });
});

function browserSignature(message: Uint8Array, change: Partial<WebauthnSkEcdsaSignature>) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  const point = Uint8Array.of(4, ...Buffer.from(x, 'base64url'), ...Buffer.from(y, 'base64url'));
  const publicKey: SkPublicKey = { algorithm: SK_ECDSA, point, application: 'a.example' };
  const challenge = Buffer.from(message).toString('base64url');
  const clientOrigin = change.origin?.includes('"') ? change.origin : 'https://a.example';
  const clientData = utf8(`{"type":"webauthn.get","challenge":"${challenge}","origin":"${clientOrigin}"}`);
  const unsigned = { flags: 1, counter: 7, origin: 'https://a.example', extensions: new Uint8Array(0), ...change };
  const toSign = new SshWriter()
    .bytes(sha256(utf8('a.example')))
    .uint8(unsigned.flags)
    .uint32(unsigned.counter);
  toSign.bytes(unsigned.extensions).bytes(sha256(clientData));
  const raw = sign('sha256', toSign.toBytes(), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
  const numbersOf = { r: new Uint8Array(raw.subarray(0, 32)), s: new Uint8Array(raw.subarray(32)) };
  const blob = formatSkSignature({ algorithm: WEBAUTHN_SK_ECDSA, ...unsigned, ...numbersOf, clientData });
  return { publicKey, blob };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

function keyOf(assertion: Assertion): SkPublicKey {
  return parseSkPublicBlob(hex(assertion.publicBlob));
}

function outputOf(assertion: Assertion) {
  return { authData: hex(assertion.authData), signature: hex(assertion.signature) };
}

function verify(assertion: Assertion, policy: SkSignaturePolicy) {
  return verifySkSignature(keyOf(assertion), hex(assertion.message), hex(assertion.sshSignature), policy);
}

function numbers(r: string, s: string): Uint8Array {
  return new SshWriter().mpint(hex(r)).mpint(hex(s)).toBytes();
}
