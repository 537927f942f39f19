/**
 * Issue 2: any bytes give a value or a typed error, never a crash, a hang over 100 ms or more than 1 MiB of growth.
 * Three kinds of bytes are tried: random ones, known files with bytes changed, cut out and put in, and known files
 * whose decoded content was changed so behind intact armor.
 *
 * Time is the processor time of this thread, so that a busy machine fails nothing.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { formatArmor, parseArmor } from '../../../main/openssh/armor.ts';
import { parseAttestationBlob } from '../../../main/openssh/attestation-blob.ts';
import { ecdsaSignatureFromDer } from '../../../main/openssh/ecdsa-der.ts';
import { decryptKeyFile, parseKeyFile, parseKeyFileHead } from '../../../main/openssh/key-file.ts';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import { parseSkCertificate } from '../../../main/openssh/sk-certificate.ts';
import { parseSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { parseSkSignature, skSignatureFromAssertion, verifySkSignature } from '../../../main/openssh/sk-signature.ts';
import { parseSshsig, verifySshsig } from '../../../main/openssh/sshsig.ts';
import { parseSignRequestData } from '../../../main/openssh/userauth.ts';
import {
  ATTESTATION,
  CERTIFICATE_REQUEST,
  ECDSA_ASSERTION,
  ECDSA_FILE,
  ED25519_ASSERTION,
  ED25519_CHACHA_FILE,
  ED25519_FILE,
  ED25519_GCM_FILE,
  ED25519_LINE,
  ED25519_PUBLIC_BLOB,
  ED25519_ROUNDS1_FILE,
  HOSTBOUND_REQUEST,
  hex,
  PASSPHRASE,
  SSHSIG_REQUEST,
  utf8,
  WEBAUTHN_SSHSIG,
} from './known-answers.ts';

const KEY_LABEL = 'OPENSSH PRIVATE KEY';
const SSHSIG_LABEL = 'SSH SIGNATURE';
const RUNS = 400;
const CPU_LIMIT_MS = 100;
const GROWTH_LIMIT = 1024 * 1024;
const ED25519_KEY = parseSkPublicBlob(hex(ED25519_PUBLIC_BLOB));
const ECDSA_KEY = parseSkPublicBlob(hex(ECDSA_ASSERTION.publicBlob));
const POLICY = { requireTouch: true, requireUserVerification: true };
const gc = exposedGarbageCollector();

interface Reader {
  readonly name: string;
  readonly read: (bytes: Uint8Array) => unknown;
  /** Valid inputs to start from. */
  readonly seeds: readonly Uint8Array[];
  /** Where the input is armored: its label. */
  readonly label?: string;
  readonly runs?: number;
}

const keyFileSeeds = [ED25519_FILE, ECDSA_FILE, ED25519_ROUNDS1_FILE, ED25519_GCM_FILE, ED25519_CHACHA_FILE].map(utf8);
const requestSeeds = [HOSTBOUND_REQUEST, CERTIFICATE_REQUEST, SSHSIG_REQUEST].map(hex);
const signatureSeeds = [
  hex(ED25519_ASSERTION.sshSignature),
  hex(ECDSA_ASSERTION.sshSignature),
  parseSshsig(WEBAUTHN_SSHSIG).signature,
];
const READERS: readonly Reader[] = [
  { name: 'parseKeyFile', read: parseKeyFile, seeds: keyFileSeeds, label: KEY_LABEL },
  { name: 'parseKeyFileHead', read: parseKeyFileHead, seeds: keyFileSeeds, label: KEY_LABEL },
  {
    name: 'decryptKeyFile (2 rounds at most)',
    read: (bytes) => decryptKeyFile(bytes, utf8(PASSPHRASE), { maxRounds: 2 }),
    seeds: [utf8(ED25519_ROUNDS1_FILE)],
    label: KEY_LABEL,
    runs: 60,
  },
  { name: 'parsePublicLine', read: (bytes) => parsePublicLine(textOf(bytes)), seeds: [utf8(ED25519_LINE)] },
  {
    name: 'parseSkPublicBlob',
    read: (bytes) => parseSkPublicBlob(bytes),
    seeds: [hex(ED25519_PUBLIC_BLOB), hex(ECDSA_ASSERTION.publicBlob)],
  },
  { name: 'parseSkSignature', read: parseSkSignature, seeds: signatureSeeds },
  {
    name: 'verifySkSignature',
    read: (bytes) => [ED25519_KEY, ECDSA_KEY].map((key) => verifySkSignature(key, utf8('m'), bytes, POLICY)),
    seeds: signatureSeeds,
  },
  {
    name: 'skSignatureFromAssertion (authenticator data)',
    read: (authData) => skSignatureFromAssertion(ED25519_KEY, { authData, signature: new Uint8Array(64) }),
    seeds: [hex(ED25519_ASSERTION.authData)],
  },
  { name: 'ecdsaSignatureFromDer', read: ecdsaSignatureFromDer, seeds: [hex(ECDSA_ASSERTION.signature)] },
  {
    name: 'parseSshsig and verifySshsig',
    read: (bytes) => {
      const sshsig = parseSshsig(textOf(bytes));
      const { publicKey, namespace } = sshsig;
      return verifySshsig(sshsig, utf8('m'), { publicKey, namespace, ...POLICY });
    },
    seeds: [utf8(WEBAUTHN_SSHSIG)],
    label: SSHSIG_LABEL,
  },
  { name: 'parseAttestationBlob', read: parseAttestationBlob, seeds: [hex(ATTESTATION)] },
  { name: 'parseSkCertificate', read: parseSkCertificate, seeds: [certificateOf(hex(CERTIFICATE_REQUEST))] },
  { name: 'parseSignRequestData', read: parseSignRequestData, seeds: requestSeeds },
];

describe.each(READERS)('any bytes given to $name', ({ read, seeds, label, runs = RUNS }) => {
  it('give a value or a GlasskeyError, in less than 100 ms, and leave less than 1 MiB behind', async () => {
    for (const seed of seeds) await checked(read, seed); // so that loading and compiling counts for nobody
    gc();
    const before = memory();
    await fc.assert(
      fc.asyncProperty(inputs(seeds, label), async (bytes) => {
        expect(await checked(read, bytes)).toBeLessThan(CPU_LIMIT_MS);
      }),
      { numRuns: runs },
    );
    gc();
    expect(memory() - before).toBeLessThan(GROWTH_LIMIT);
  });
});

describe('sixty-four kilobytes', () => {
  const BIG = 64 * 1024;
  it.each([
    ['of newlines', '\n'.repeat(BIG - 1).concat('x')],
    ['of blanks and an end', ' '.repeat(BIG - 40).concat('-----END OPENSSH PRIVATE KEY-----')],
    ['of dashes', '-'.repeat(BIG)],
    ['of BEGIN', '-----BEGIN '.repeat(BIG / 11)],
    ['of base64 in armor', formatArmor(KEY_LABEL, new Uint8Array(BIG / 2)).replaceAll('\n', '\r\n')],
    ['of equals signs in armor', armorOf('='.repeat(BIG - 100))],
    ['of newlines in armor', armorOf('\n'.repeat(BIG - 100))],
    ['of options', 'a '.repeat(BIG / 2)],
  ])('%s are refused at once by every reader', async (_name, text) => {
    for (const { read } of READERS) expect(await checked(read, utf8(text))).toBeLessThan(CPU_LIMIT_MS);
  });
});

/** Calls, checks that it gave a value or a GlasskeyError, and gives the thread's processor time in milliseconds. */
async function checked(read: Reader['read'], bytes: Uint8Array): Promise<number> {
  const start = process.threadCpuUsage();
  try {
    await read(bytes);
  } catch (error) {
    if (!(error instanceof GlasskeyError)) throw error;
  }
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

function inputs(seeds: readonly Uint8Array[], label: string | undefined): fc.Arbitrary<Uint8Array> {
  const mutated = fc.constantFrom(...seeds).chain(mutations);
  const kinds = [fc.uint8Array({ maxLength: 300 }), mutated];
  if (label === undefined) return fc.oneof(...kinds);
  const bodies = seeds.map((seed) => parseArmor(label, textOf(seed)) ?? new Uint8Array(0));
  const mutatedBody = fc.constantFrom(...bodies).chain(mutations);
  return fc.oneof(
    ...kinds,
    mutatedBody.map((body) => utf8(formatArmor(label, body))),
  );
}

/** Up to four changes: a byte replaced, a length field's worth of FF put in, a piece cut out, the end cut off. */
function mutations(seed: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat({ max: Math.max(seed.length - 1, 0) });
  const change = fc.oneof(
    fc.tuple(at, fc.nat(255)).map(
      ([index, byte]) =>
        (b: Uint8Array) =>
          splice(b, index, 1, [byte]),
    ),
    fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 5 })).map(
      ([i, put]) =>
        (b: Uint8Array) =>
          splice(b, i, 0, put),
    ),
    at.map((index) => (b: Uint8Array) => splice(b, index, 4, [0xff, 0xff, 0xff, 0xff])),
    fc.tuple(at, fc.nat(40)).map(
      ([index, length]) =>
        (b: Uint8Array) =>
          splice(b, index, length, []),
    ),
    at.map((index) => (b: Uint8Array) => b.subarray(0, index)),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((all) => all.reduce((b, apply) => apply(b), seed));
}

function splice(bytes: Uint8Array, at: number, remove: number, put: Iterable<number>): Uint8Array {
  return Uint8Array.of(...bytes.subarray(0, at), ...put, ...bytes.subarray(at + remove));
}

function armorOf(body: string): string {
  return `-----BEGIN ${KEY_LABEL}-----\n${body}\n-----END ${KEY_LABEL}-----\n`;
}

/** The certificate blob in the data of a sign request: behind the type name that begins it. */
function certificateOf(request: Uint8Array): Uint8Array {
  const data = Buffer.from(request);
  const start = data.lastIndexOf('sk-ssh-ed25519-cert-v01@openssh.com') - 4;
  const length = data.readUInt32BE(start - 4);
  return new Uint8Array(data.subarray(start, start + length));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function exposedGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node gives no access to its garbage collector');
  return () => {
    collect();
  };
}
