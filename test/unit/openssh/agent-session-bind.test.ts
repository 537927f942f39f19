import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeyOf } from '../../../main/connect/known-hosts.ts';
import {
  bindSession,
  encodeSessionBind,
  type SessionBind,
  type SessionBindings,
  UNBOUND,
} from '../../../main/openssh/agent-session-bind.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';

interface Host {
  readonly blob: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

const text = (value: string) => new TextEncoder().encode(value);
const decode = (value: string | undefined) => new Uint8Array(Buffer.from(value ?? '', 'base64url'));

function ed25519Host(): Host {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const blob = new SshWriter()
    .text('ssh-ed25519')
    .string(decode(publicKey.export({ format: 'jwk' }).x))
    .toBytes();
  return {
    blob,
    sign: (message) =>
      new SshWriter()
        .text('ssh-ed25519')
        .string(sign(null, message, privateKey))
        .toBytes(),
  };
}

function ecdsaHost(namedCurve: string, curve: string, digest: string): Host {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  const jwk = publicKey.export({ format: 'jwk' });
  const point = Uint8Array.of(4, ...decode(jwk.x), ...decode(jwk.y));
  return {
    blob: new SshWriter().text(`ecdsa-sha2-${curve}`).text(curve).string(point).toBytes(),
    sign: (message) => {
      const both = sign(digest, message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const half = both.length / 2;
      const numbers = new SshWriter().mpint(both.subarray(0, half)).mpint(both.subarray(half)).toBytes();
      return new SshWriter().text(`ecdsa-sha2-${curve}`).string(numbers).toBytes();
    },
  };
}

const rsaPair = generateKeyPairSync('rsa', { modulusLength: 2048 });

function rsaHost(
  algorithm: string,
  digest: string,
  pair: { publicKey: KeyObject; privateKey: KeyObject } = rsaPair,
): Host {
  const jwk = pair.publicKey.export({ format: 'jwk' });
  return {
    blob: new SshWriter().text('ssh-rsa').mpint(decode(jwk.e)).mpint(decode(jwk.n)).toBytes(),
    sign: (message) =>
      new SshWriter()
        .text(algorithm)
        .string(sign(digest, message, pair.privateKey))
        .toBytes(),
  };
}

/** 2^70 + 3: ssh and OpenSSL take any exponent beside a modulus of 3072 bits at most (rsa_ossl.c, public_decrypt). */
const rsaPairWithLongExponent = rsaPairOf(2n ** 70n + 3n);

function rsaPairOf(e: bigint): { publicKey: KeyObject; privateKey: KeyObject } {
  for (;;) {
    const [p, q] = [generatePrimeSync(1024, { bigint: true }), generatePrimeSync(1024, { bigint: true })];
    const d = inverse(e, (p - 1n) * (q - 1n));
    if (d === undefined) continue;
    const url = (value: bigint) => {
      const hex = value.toString(16);
      return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
    };
    const qi = inverse(q, p) ?? 0n;
    const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
    const jwk = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, url(value)]));
    const privateKey = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  }
}

/** By Euclid; undefined where there is none. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r, next, t, nextT] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next, t, nextT] = [next, r - quotient * next, nextT, t - quotient * nextT];
  }
  return r === 1n ? (t + modulus) % modulus : undefined;
}

/** What a security key signs (PROTOCOL.u2f): SHA-256 of the application, flags, counter, SHA-256 of the message. */
function assertion(message: Uint8Array): { data: Uint8Array; tail: Uint8Array } {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  const tail = Uint8Array.of(0, 0, 0, 0, 9); // neither touched nor verified: nobody stands beside a server
  return { data: new Uint8Array(Buffer.concat([sha256(text('ssh:')), tail, sha256(message)])), tail };
}

function skEd25519Host(): Host {
  const type = 'sk-ssh-ed25519@openssh.com';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = decode(publicKey.export({ format: 'jwk' }).x);
  return {
    blob: new SshWriter().text(type).string(x).text('ssh:').toBytes(),
    sign: (message) => {
      const { data, tail } = assertion(message);
      const signature = sign(null, data, privateKey);
      return new SshWriter().text(type).string(signature).bytes(tail).toBytes();
    },
  };
}

function skEcdsaHost(): Host {
  const type = 'sk-ecdsa-sha2-nistp256@openssh.com';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const point = Uint8Array.of(4, ...decode(jwk.x), ...decode(jwk.y));
  return {
    blob: new SshWriter().text(type).text('nistp256').string(point).text('ssh:').toBytes(),
    sign: (message) => {
      const { data, tail } = assertion(message);
      const both = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const numbers = new SshWriter().mpint(both.subarray(0, 32)).mpint(both.subarray(32)).toBytes();
      return new SshWriter().text(type).string(numbers).bytes(tail).toBytes();
    },
  };
}

/** The same, whole: it names `authority`, and is signed by `signer`. */
function issued(host: Host, type: string, authority: Host, signer: Host = authority): Host {
  const body = new SshWriter()
    .bytes(certified(host, type).blob)
    .string(new SshWriter().text('ce1').toBytes())
    .bytes(new Uint8Array(8))
    .bytes(new Uint8Array(8).fill(0xff))
    .string(new Uint8Array())
    .string(new Uint8Array())
    .string(new Uint8Array())
    .string(authority.blob)
    .toBytes();
  return { blob: new SshWriter().bytes(body).string(signer.sign(body)).toBytes(), sign: host.sign };
}

/** A host certificate around the key of `host` (PROTOCOL.certkeys) that ends before its principals: no authority can be read from it. */
function certified(host: Host, type: string): Host {
  const typeEnd = 4 + new DataView(host.blob.buffer, host.blob.byteOffset).getUint32(0);
  const blob = new SshWriter()
    .text(`${type}-cert-v01@openssh.com`)
    .string(text('nonce'))
    .bytes(host.blob.subarray(typeEnd))
    .bytes(new Uint8Array(8))
    .uint32(2)
    .text('host')
    .toBytes();
  return { blob, sign: host.sign };
}

/** The same certificate with another ed25519 key inside, behind the nonce. */
function withOtherKey(certificate: Uint8Array, { blob }: Host): Uint8Array {
  const changed = certificate.slice();
  const at = 4 + 'ssh-ed25519-cert-v01@openssh.com'.length + 4 + 'nonce'.length;
  changed.set(blob.subarray(4 + 'ssh-ed25519'.length), at);
  return changed;
}

let sessions = 0;
function newSessionId(): Uint8Array {
  sessions += 1;
  return text(`session ${sessions}`.padEnd(32, '.'));
}

function bindTo(host: Host, isForwarding: boolean, sessionId = newSessionId()): SessionBind {
  return { hostKey: host.blob, sessionId, signature: host.sign(sessionId), isForwarding };
}

function apply(binds: readonly SessionBind[], from: SessionBindings = UNBOUND) {
  let outcome: ReturnType<typeof bindSession> = { bindings: from };
  for (const bind of binds) outcome = bindSession(outcome.bindings, encodeSessionBind(bind));
  return outcome;
}

const host = ed25519Host();
const other = ed25519Host();

describe('a session binding', () => {
  it.each([
    ['ssh-ed25519', ed25519Host()],
    ['ecdsa nistp256', ecdsaHost('P-256', 'nistp256', 'sha256')],
    ['ecdsa nistp384', ecdsaHost('P-384', 'nistp384', 'sha384')],
    ['ecdsa nistp521', ecdsaHost('P-521', 'nistp521', 'sha512')],
    ['rsa-sha2-256', rsaHost('rsa-sha2-256', 'sha256')],
    ['rsa-sha2-512', rsaHost('rsa-sha2-512', 'sha512')],
    ['ed25519 certificate', certified(ed25519Host(), 'ssh-ed25519')],
    ['rsa certificate', certified(rsaHost('rsa-sha2-512', 'sha512'), 'ssh-rsa')],
    ['rsa with an exponent of 71 bits', rsaHost('rsa-sha2-512', 'sha512', rsaPairWithLongExponent)],
    ['sk-ssh-ed25519', skEd25519Host()],
    ['sk-ecdsa', skEcdsaHost()],
    ['sk-ssh-ed25519 certificate', certified(skEd25519Host(), 'sk-ssh-ed25519')],
    ['ecdsa certificate', certified(ecdsaHost('P-256', 'nistp256', 'sha256'), 'ecdsa-sha2-nistp256')],
  ])('signed by an %s host key is recorded, and refused once the session id differs', (_, signer) => {
    const bind = bindTo(signer, false);
    expect(apply([bind])).toMatchObject({ bindings: { hasRefused: false, bindings: [{ isForwarding: false }] } });
    const wrong = apply([{ ...bind, sessionId: newSessionId() }]);
    expect(wrong.refusal?.code).toBe('HOST_KEY_SIGNATURE_WRONG');
    expect(wrong.bindings).toEqual({ hasRefused: true, bindings: [] });
  });

  it.each([
    ['ssh-ed25519', ed25519Host(), ed25519Host()],
    ['ecdsa nistp384', ecdsaHost('P-384', 'nistp384', 'sha384'), ecdsaHost('P-384', 'nistp384', 'sha384')],
    ['rsa-sha2-512', rsaHost('rsa-sha2-512', 'sha512'), rsaHost('rsa-sha2-512', 'sha512', rsaPairWithLongExponent)],
    ['sk-ssh-ed25519', skEd25519Host(), skEd25519Host()],
  ])(
    'with a certificate of an %s authority is recorded, and refused where that one has not signed it',
    (_, authority, another) => {
      const forger = ed25519Host();
      const genuine = issued(host, 'ssh-ed25519', authority);
      expect(apply([bindTo(genuine, false)])).toMatchObject({ bindings: { bindings: [{ hostKey: genuine.blob }] } });
      // The key inside is the forger's own, and signs the session; the authority is only named.
      for (const forged of [
        issued(forger, 'ssh-ed25519', authority, another),
        { blob: withOtherKey(genuine.blob, forger), sign: forger.sign },
      ]) {
        const refused = apply([bindTo(forged, false)]);
        expect(refused.refusal?.code).toBe('HOST_KEY_SIGNATURE_WRONG');
        expect(refused.bindings).toEqual({ hasRefused: true, bindings: [] });
      }
    },
  );

  it('with a certificate that is signed as ssh takes none counts as the key inside it, and its authority vouches for nothing', () => {
    const authority = rsaHost('ssh-rsa', 'sha1');
    const old = issued(host, 'ssh-ed25519', authority);
    expect(apply([bindTo(old, false)]).refusal).toBeUndefined();
    const line = `@cert-authority * ssh-rsa ${Buffer.from(authority.blob).toString('base64')}\n`;
    expect(isKeyOf(line, 'ce1', 22, old.blob, Date.now())).toBe(false);
    const taken = issued(host, 'ssh-ed25519', rsaHost('rsa-sha2-512', 'sha512'));
    expect(isKeyOf(line, 'ce1', 22, taken.blob, Date.now())).toBe(true);
  });

  it('with a short mpint r or s still verifies', () => {
    // One in 128 signatures has a number shorter than 31 bytes and a half; fifty hosts and sessions meet the padding.
    const signer = ecdsaHost('P-256', 'nistp256', 'sha256');
    for (let run = 0; run < 300; run += 1) expect(apply([bindTo(signer, false)]).refusal).toBeUndefined();
  });

  it('signed with RSA and SHA-1 is refused', () => {
    expect(apply([bindTo(rsaHost('ssh-rsa', 'sha1'), false)]).refusal?.code).toBe('HOST_KEY_SIGNATURE_WRONG');
  });

  it('signed by an RSA key with one digest under the name of the other is refused', () => {
    expect(apply([bindTo(rsaHost('rsa-sha2-256', 'sha512'), false)]).refusal?.code).toBe('HOST_KEY_SIGNATURE_WRONG');
  });

  it('of an unknown key type, also one that every JavaScript object knows, is refused as unsupported', () => {
    for (const type of ['ssh-mldsa44', 'ecdsa-sha2-constructor', 'ecdsa-sha2-toString']) {
      const blob = new SshWriter().text(type).string(text('x')).toBytes();
      expect(apply([{ ...bindTo(host, false), hostKey: blob }]).refusal?.code).toBe('HOST_KEY_UNSUPPORTED');
    }
  });

  it('with a point off the curve, an even modulus or a giant exponent is refused with a typed error', () => {
    const offCurve = new SshWriter()
      .text('ecdsa-sha2-nistp256')
      .text('nistp256')
      .string(new Uint8Array(65).fill(4))
      .toBytes();
    const evenRsa = new SshWriter()
      .text('ssh-rsa')
      .mpint(Uint8Array.of(3))
      .mpint(new Uint8Array(256).fill(0xfe))
      .toBytes();
    const giant = new SshWriter()
      .text('ssh-rsa')
      .mpint(new Uint8Array(256).fill(0xff))
      .mpint(new Uint8Array(256).fill(0xff))
      .toBytes();
    const empty = new SshWriter().text('ssh-rsa').mpint(new Uint8Array(0)).mpint(new Uint8Array(0)).toBytes();
    for (const hostKey of [offCurve, evenRsa, giant, empty]) {
      expect(apply([{ ...bindTo(host, false), hostKey }]).refusal).toBeDefined();
    }
    const rsaSigned = rsaHost('rsa-sha2-256', 'sha256').sign(text('x'));
    expect(
      apply([{ hostKey: evenRsa, sessionId: text('x'), signature: rsaSigned, isForwarding: false }]).refusal,
    ).toBeDefined();
  });

  it('with a session id of over 128 bytes is refused', () => {
    expect(apply([bindTo(host, false, new Uint8Array(128).fill(1))]).refusal).toBeUndefined();
    expect(apply([bindTo(host, false, new Uint8Array(129).fill(1))]).refusal?.code).toBe('SESSION_BIND_MALFORMED');
  });

  it('cut short at any byte, or with one byte too many, changes nothing but that a bind was refused, and that for good', () => {
    const before = apply([bindTo(host, true)]).bindings;
    const whole = encodeSessionBind(bindTo(other, false));
    for (let length = 0; length < whole.length; length += 1) {
      const after = bindSession(before, whole.subarray(0, length));
      expect(after.refusal).toBeDefined();
      expect(after.bindings).toEqual({ ...before, hasRefused: true });
      expect(apply([bindTo(other, false)], after.bindings).bindings).toMatchObject({ hasRefused: true });
    }
    expect(bindSession(UNBOUND, Uint8Array.of(...whole, 0)).refusal?.code).toBe('SESSION_BIND_MALFORMED');
  });
});

describe('the bindings of a connection', () => {
  it('keep for good that one was refused', () => {
    const refusedForwarding = { ...bindTo(host, true), signature: other.sign(text('another session')) };
    const { bindings, refusal } = apply([refusedForwarding, bindTo(other, false)]);
    expect(refusal).toBeUndefined();
    expect(bindings).toMatchObject({ hasRefused: true, bindings: [{ hostKey: other.blob, isForwarding: false }] });
  });

  it('take no exponent of over 64 bits beside a key of over 3072 bits: one verification would take seconds', () => {
    const hostKey = new SshWriter()
      .text('ssh-rsa')
      .mpint(new Uint8Array(9).fill(1))
      .mpint(new Uint8Array(512).fill(0xff))
      .toBytes();
    expect(apply([{ ...bindTo(host, false), hostKey }]).refusal?.code).toBe('HOST_KEY_MALFORMED');
  });

  it('hold the path in order: forwarding hosts, then the login', () => {
    const { bindings, refusal } = apply([bindTo(host, true), bindTo(other, true), bindTo(host, false)]);
    expect(refusal).toBeUndefined();
    expect(bindings.bindings.map(({ isForwarding }) => isForwarding)).toEqual([true, true, false]);
  });

  it('take the same session and host again without a new entry', () => {
    const bind = bindTo(host, true);
    const { bindings, refusal } = apply([bind, bind]);
    expect(refusal).toBeUndefined();
    expect(bindings.bindings).toHaveLength(1);
  });

  it('refuse the same session with another host', () => {
    const bind = bindTo(host, true);
    const { bindings, refusal } = apply([bind, bindTo(other, true, bind.sessionId)]);
    expect(refusal?.code).toBe('SESSION_BIND_REFUSED');
    expect(bindings.bindings).toHaveLength(1);
  });

  it('refuse anything after a login', () => {
    const login = bindTo(host, false);
    for (const next of [login, bindTo(other, false), bindTo(other, true)]) {
      const { bindings, refusal } = apply([login, next]);
      expect(refusal?.code).toBe('SESSION_BIND_REFUSED');
      expect(bindings.bindings).toHaveLength(1);
    }
  });

  it('end at sixteen', () => {
    const sixteen = apply(Array.from({ length: 16 }, () => bindTo(host, true)));
    expect(sixteen.refusal).toBeUndefined();
    const more = apply([bindTo(host, false)], sixteen.bindings);
    expect(more.refusal?.code).toBe('SESSION_BIND_REFUSED');
    expect(more.bindings.bindings).toHaveLength(16);
  });

  it('are a value: an earlier state is not changed by a later message', () => {
    const first = apply([bindTo(host, true)]).bindings;
    apply([bindTo(other, true)], first);
    expect(first.bindings).toHaveLength(1);
  });

  it('survive any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const start = performance.now();
        expect(bindSession(UNBOUND, data).bindings).toEqual({ hasRefused: true, bindings: [] });
        expect(performance.now() - start).toBeLessThan(100);
      }),
      { numRuns: 1000 },
    );
  });
});
