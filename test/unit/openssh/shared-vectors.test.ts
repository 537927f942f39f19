/**
 * Everything of main/openssh against the whole of ../shared/vectors (see its README.md for who made what). The other
 * tests here hold copies of a few of these; this one is skipped, aloud, where the folder is absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatAttestationBlob, parseAttestationBlob } from '../../../main/openssh/attestation-blob.ts';
import { fingerprintLine, sha256Fingerprint } from '../../../main/openssh/fingerprint.ts';
import {
  decryptKeyFile,
  encryptKeyFile,
  formatKeyFile,
  parseKeyFile,
  parseKeyFileHead,
} from '../../../main/openssh/key-file.ts';
import { formatPublicLine, parsePublicLine } from '../../../main/openssh/public-line.ts';
import { randomart } from '../../../main/openssh/randomart.ts';
import { parseSkCertificate } from '../../../main/openssh/sk-certificate.ts';
import { formatSkPublicBlob, isSameSkKey, parseSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { formatSkSignature, skSignatureFromAssertion, verifySkSignature } from '../../../main/openssh/sk-signature.ts';
import { formatSshsig, parseSshsig, sshsigMessage, verifySshsig } from '../../../main/openssh/sshsig.ts';
import { parseSignRequestData } from '../../../main/openssh/userauth.ts';
import { SshReader } from '../../../main/openssh/wire.ts';

const VECTORS = join(import.meta.dirname, '../../../../shared/vectors');
const SK_DUMMY = join(VECTORS, 'generated/sk-dummy');
const SOFT = join(VECTORS, 'generated/soft-authenticator');
const UPSTREAM = join(VECTORS, 'openssh-upstream');
const present = existsSync(VECTORS);
if (!present) console.warn(`SKIPPED: shared vectors, because ${VECTORS} is absent`);

const PrivateKeyVector = z.object({
  file: z.string(),
  cipher: z.string(),
  public_blob: z.string(),
  salt: z.string().optional(),
  rounds: z.number().optional(),
  check: z.string(),
  private: z.object({ flags: z.number(), key_handle: z.string(), reserved: z.string(), comment: z.string() }),
  attestation: z.object({ authdata_raw: z.string() }).optional(),
});
type PrivateKeyVector = z.infer<typeof PrivateKeyVector>;
const SshsigVector = z.object({
  file: z.string(),
  namespace: z.string(),
  hash: z.string(),
  message_to_key: z.string(),
});
const Upstream = z.object({ private_keys: z.array(PrivateKeyVector), sshsig: z.array(SshsigVector) });
const SkDummy = Upstream.extend({
  public_keys: z.array(z.object({ file: z.string(), blob: z.string(), sha256_fingerprint: z.string() })),
});
const Soft = z.object({
  keys: z.array(PrivateKeyVector),
  downloaded_resident_keys: z.array(PrivateKeyVector),
  assertions: z.array(
    z.object({
      key_file: z.string(),
      case: z.string(),
      message_hex: z.string(),
      authenticator_data: z.string(),
      flags: z.number(),
      ctap_signature: z.string(),
      ssh_signature_blob: z.string(),
      armored_file: z.string().optional(),
    }),
  ),
});
const Transcripts = z.object({
  sessions: z.record(z.string(), z.object({ events: z.array(z.object({ request: z.string().optional() })) })),
});

const NONE = { private_keys: [], sshsig: [], public_keys: [], keys: [], downloaded_resident_keys: [], assertions: [] };
const upstream = Upstream.parse(decoded(UPSTREAM));
const skDummy = SkDummy.parse(decoded(SK_DUMMY));
const soft = Soft.parse(decoded(SOFT));

/** Folder, passphrase of its encrypted files, decoded files. */
const keyFiles: readonly [string, string, readonly PrivateKeyVector[]][] = [
  [join(UPSTREAM, 'sshkey'), 'mekmitasdigoat', upstream.private_keys],
  [SK_DUMMY, 'correct horse battery', skDummy.private_keys],
  [SOFT, '', soft.keys],
  [SOFT, '', soft.downloaded_resident_keys],
];

describe.skipIf(!present)('the shared vectors', () => {
  for (const [folder, passphrase, vectors] of keyFiles) {
    it.each(vectors)(
      `${folder.split('/vectors/')[1]}/$file is read, and written again byte for byte`,
      async (vector) => {
        const file = bytes(join(folder, vector.file));
        const head = parseKeyFileHead(file);
        expect(hexOf(formatSkPublicBlob(head.publicKey))).toBe(vector.public_blob);
        expect(head.cipherName).toBe(vector.cipher);
        const key = await decryptKeyFile(file, utf8(passphrase));
        expect(fieldsOf(key)).toStrictEqual(vector.private);
        if (vector.cipher === 'none') {
          expect(textOf(formatKeyFile(key, () => hex(vector.check)))).toBe(textOf(file));
        }
        if (vector.cipher === 'aes256-ctr') {
          const random = (length: number) => hex(length === 16 ? (vector.salt ?? '') : vector.check);
          const again = await encryptKeyFile(key, utf8(passphrase), random, { rounds: vector.rounds ?? 0 });
          expect(textOf(again)).toBe(textOf(file));
        }
      },
    );
  }

  it.each(skDummy.public_keys)(
    'sk-dummy/$file has its fingerprint, its line of ssh-keygen -l, its picture',
    (vector) => {
      const line = text(join(SK_DUMMY, vector.file)).trimEnd();
      const { publicKey, comment } = parsePublicLine(line);
      expect(formatPublicLine({ publicKey, comment })).toBe(line);
      expect(sha256Fingerprint(hex(vector.blob))).toBe(vector.sha256_fingerprint);
      const printed = fingerprintLine(publicKey, comment);
      expect(text(join(SK_DUMMY, 'fingerprints.txt')).split('\n')).toContain(printed);
      expect(text(join(SK_DUMMY, 'randomart.txt'))).toContain(
        `== ${vector.file}\n${printed}\n${randomart(publicKey)}\n`,
      );
    },
  );

  it.each(['ecdsa_sk1', 'ecdsa_sk2', 'ed25519_sk1', 'ed25519_sk2'])(
    'openssh-upstream %s has its fingerprint',
    (name) => {
      const { publicKey } = parsePublicLine(text(join(UPSTREAM, 'sshkey', `${name}.pub`)));
      const fingerprint = text(join(UPSTREAM, 'sshkey', `${name}.fp`)).trim();
      expect(sha256Fingerprint(formatSkPublicBlob(publicKey))).toBe(fingerprint);
    },
  );

  it.each(['ecdsa_sk1', 'ed25519_sk1'])('openssh-upstream %s-cert is about its key', (name) => {
    const [, base64 = ''] = text(join(UPSTREAM, 'sshkey', `${name}-cert.pub`)).split(' ');
    const certificate = parseSkCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
    const { publicKey } = parsePublicLine(text(join(UPSTREAM, 'sshkey', `${name}.pub`)));
    expect(certificate.use).toBe('host');
    expect(isSameSkKey(certificate.publicKey, publicKey)).toBe(true);
  });

  it.each(skDummy.sshsig)('sk-dummy/$file is accepted, and written again as it was', (vector) => {
    checkSshsig(text(join(SK_DUMMY, vector.file)), bytes(join(SK_DUMMY, 'message.txt')), vector);
  });

  it.each(upstream.sshsig)('openssh-upstream $file is accepted, and written again as it was', (vector) => {
    checkSshsig(text(join(UPSTREAM, 'sshsig', vector.file)), bytes(join(UPSTREAM, 'sshsig/signed-data')), vector);
  });

  it.each(soft.assertions)('soft-authenticator assertion $case becomes the SSH signature', (vector) => {
    const { publicKey } = parseKeyFile(bytes(join(SOFT, vector.key_file)));
    const output = { authData: hex(vector.authenticator_data), signature: hex(vector.ctap_signature) };
    const blob = formatSkSignature(skSignatureFromAssertion(publicKey, output));
    expect(hexOf(blob)).toBe(vector.ssh_signature_blob);
    const policy = { requireTouch: false, requireUserVerification: (vector.flags & 4) !== 0 };
    expect(verifySkSignature(publicKey, hex(vector.message_hex), blob, policy).valid).toBe(true);
    if (vector.armored_file === undefined) return;
    const sshsig = { publicKey, namespace: 'file', hash: 'sha512', signature: blob } as const;
    expect(formatSshsig(sshsig)).toBe(text(join(SOFT, vector.armored_file)));
  });

  it.each([
    join(SK_DUMMY, 'ecdsa_sk_demo.attest'),
    join(SK_DUMMY, 'ed25519_sk_demo.attest'),
    join(SOFT, 'ecdsa_sk_resident.attest'),
    join(SOFT, 'ed25519_sk_demo.attest'),
  ])('%s is read, and written again byte for byte', (path) => {
    const blob = parseAttestationBlob(bytes(path));
    const vector = soft.keys.find(({ file }) => path === join(SOFT, `${file}.attest`));
    expect(hexOf(blob.authData)).toBe(vector?.attestation?.authdata_raw ?? '');
    expect(formatAttestationBlob(blob)).toStrictEqual(bytes(path));
  });

  it('every sign request of the agent transcripts is recognized', () => {
    const { sessions } = Transcripts.parse(JSON.parse(text(join(VECTORS, 'generated/agent/transcripts.json'))));
    const kinds = Object.entries(sessions).flatMap(([name, { events }]) =>
      events.flatMap(({ request }) => {
        if (!request?.startsWith('0d')) return [];
        const reader = new SshReader(hex(request).subarray(1), 'the request');
        const key = parseSkPublicBlob(reader.string());
        const data = parseSignRequestData(reader.string());
        if (data.kind === 'userauth') expect(isSameSkKey(data.publicKey, key)).toBe(true);
        return [`${name}: ${data.kind}`];
      }),
    );
    expect(new Set(kinds)).toStrictEqual(
      new Set([
        'direct_ed25519: userauth',
        'direct_ecdsa: userauth',
        'proxyjump: userauth',
        'forward_agent: userauth',
        'forward_agent_path_only: userauth',
        'not_hostbound: userauth',
        'certificate: userauth',
        'sshsig: sshsig',
        'manage: unknown',
      ]),
    );
  });
});

function checkSshsig(armored: string, data: Uint8Array, vector: z.infer<typeof SshsigVector>): void {
  const sshsig = parseSshsig(armored);
  expect(sshsig).toMatchObject({ namespace: vector.namespace, hash: vector.hash });
  expect(hexOf(sshsigMessage(data, sshsig.namespace, sshsig.hash))).toBe(vector.message_to_key);
  const { publicKey, namespace } = sshsig;
  const expected = { publicKey, namespace, requireTouch: false, requireUserVerification: false };
  expect(verifySshsig(sshsig, data, expected).valid).toBe(true);
  expect(formatSshsig(sshsig)).toBe(armored);
}

function fieldsOf(key: ReturnType<typeof parseKeyFile>) {
  const { flags, comment } = key;
  return { flags, key_handle: hexOf(key.keyHandle), reserved: hexOf(key.reserved), comment };
}

function decoded(folder: string): unknown {
  return present ? JSON.parse(text(join(folder, 'decoded.json'))) : NONE;
}

function bytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}

function textOf(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

function utf8(data: string): Uint8Array {
  return new TextEncoder().encode(data);
}

function hex(data: string): Uint8Array {
  return new Uint8Array(Buffer.from(data, 'hex'));
}

function hexOf(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}
