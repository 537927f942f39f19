import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import {
  attestationExport,
  attestationFilesReport,
  attestationReport,
  writeAttestation,
} from '../../main/glasskey-attestation.ts';
import { parseAttestationBlob } from '../../main/openssh/attestation-blob.ts';
import { Computer } from './enrollment/enrollment-world.ts';
import { labTrust } from './native/ctap2/lab-trust.ts';
import { haveVectors } from './shared-vectors.ts';

const YUBIKEY_57 = '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b';
const NOBODY = { anchors: [], intermediates: [] };
const open: Computer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((computer) => computer.close()));
});

async function enrolled(attestation: 'packed' | 'self' | 'none' = 'packed'): Promise<WrittenEnrollment> {
  const computer = await Computer.start({ authenticator: { attestation } });
  open.push(computer);
  return computer.enroll();
}

const now = Date.now();

describe('the attestation of an enrolled key', () => {
  it('tells maker, model and firmware to whoever trusts its root', async () => {
    const report = attestationReport(await enrolled(), labTrust(), now);
    expect(report).toMatchObject({
      verdict: 'genuine',
      root: 'the lab',
      chain: ['C=SE, O=Glasskey Lab, CN=Glasskey Lab FIDO Root'],
      aaguid: YUBIKEY_57,
      model: 'YubiKey 5 Series',
      firmware: '5.7.1',
      provenFirmware: '5.7.1',
      fips: false,
    });
  });

  it('is of an unknown issuer to all others, and of nobody where the key gave none', async () => {
    expect(attestationReport(await enrolled(), NOBODY, now)).toMatchObject({
      verdict: 'unknown-issuer',
      because: 'no-known-root',
    });
    expect(attestationReport(await enrolled('self'), labTrust(), now)).toMatchObject({
      verdict: 'self',
      aaguid: YUBIKEY_57,
    });
    expect(attestationReport(await enrolled('none'), labTrust(), now)).toMatchObject({ verdict: 'none' });
  });

  it('that was changed in the journal is forged', async () => {
    const one = await enrolled();
    if (one.credential.origin === 'found') throw new Error('it was made here');
    const challenge = one.credential.challenge.slice().reverse();
    const changed = { ...one, credential: { ...one.credential, challenge } };
    expect(() => attestationReport(changed, labTrust(), now)).toThrow(
      expect.objectContaining({ code: 'ATTESTATION_FORGED' }),
    );
  });

  it('is not there of a key that was found, and cannot be exported', async () => {
    const one = await enrolled();
    const { attestation: _, ...rest } = one;
    const found = {
      ...rest,
      credential: { origin: 'found', keyHandle: new Uint8Array(32), publicKey: {}, flags: 5 },
    } as unknown as WrittenEnrollment;
    expect(attestationReport(found, labTrust(), now)).toMatchObject({
      verdict: 'not-kept',
      fingerprint: one.files.fingerprint,
    });
    expect(() => attestationExport(found)).toThrow(expect.objectContaining({ code: 'ATTESTATION_NOT_KEPT' }));
  });
});

describe('an exported attestation', () => {
  it.each(['packed', 'self', 'none'] as const)('of %s says the same again, read from its files', async (kind) => {
    const one = await enrolled(kind);
    const { firmware: _, keyFile: __, ...report } = attestationReport(one, labTrust(), now);
    const files = { ...attestationExport(one), publicFile: one.files.publicLine };
    expect(attestationFilesReport(files, labTrust(), now)).toEqual(report);
  });

  it('whose place is taken leaves nothing behind, and is written there once that is free; once more does nothing', async () => {
    const one = await enrolled();
    const folder = await mkdtemp(join(tmpdir(), 'gk-attest-'));
    try {
      const path = join(folder, 'key.attest');
      await writeFile(path, 'something else');
      await expect(writeAttestation(one, path)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
      expect(await readdir(folder)).toEqual(['key.attest']);
      await rm(path);
      const written = { attestation: path, challenge: `${path}.challenge` };
      for (let count = 0; count < 2; count += 1) expect(await writeAttestation(one, path)).toEqual(written);
      const { attestation, challenge } = attestationExport(one);
      expect(new Uint8Array(await readFile(path))).toEqual(attestation);
      expect(new Uint8Array(await readFile(`${path}.challenge`))).toEqual(challenge);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is of one key: another public half is refused, another challenge is forged', async () => {
    const [one, other] = [await enrolled(), await enrolled()];
    const files = { ...attestationExport(one), publicFile: one.files.publicLine };
    expect(() => attestationFilesReport({ ...files, publicFile: other.files.publicLine }, labTrust(), now)).toThrow(
      expect.objectContaining({ code: 'ATTESTATION_OF_ANOTHER_KEY' }),
    );
    const { challenge } = attestationExport(other);
    expect(() => attestationFilesReport({ ...files, challenge }, labTrust(), now)).toThrow(
      expect.objectContaining({
        code: 'ATTESTATION_FORGED',
        remedy: expect.stringMatching(/^Check that the challenge is the file/),
      }),
    );
  });

  it('of hostile bytes becomes a report or a typed error', async () => {
    const one = await enrolled();
    const { attestation, challenge } = attestationExport(one);
    const change = fc.tuple(fc.nat(attestation.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.nat(attestation.length), fc.array(change, { maxLength: 3 }), (length, changes) => {
        const bytes = attestation.slice(0, length === 0 ? attestation.length : length);
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        try {
          attestationFilesReport({ attestation: bytes, challenge, publicFile: one.files.publicLine }, labTrust(), now);
        } catch (error) {
          expect(error).toBeInstanceOf(GlasskeyError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('attestation files of ssh-keygen', () => {
  const FOLDER = 'generated/soft-authenticator/';
  const file = (name: string) =>
    new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../shared/vectors/${FOLDER}${name}`, import.meta.url))));

  it.runIf(haveVectors(`${FOLDER}challenge.bin`)).each(['ed25519_sk_demo', 'ecdsa_sk_resident'])(
    'of %s hold for their challenge, by an issuer that nobody knows',
    (name) => {
      const files = {
        attestation: file(`${name}.attest`),
        challenge: file('challenge.bin'),
        publicFile: Buffer.from(file(`${name}.pub`)).toString('utf8'),
      };
      const report = attestationFilesReport(files, NOBODY, now);
      expect(report).toMatchObject({ verdict: 'unknown-issuer', because: 'no-known-root' });
      expect(report.issuer).toContain('Glasskey test authenticator');
      expect(parseAttestationBlob(files.attestation).certificate.length).toBeGreaterThan(0);
      const challenge = file('message.txt');
      expect(() => attestationFilesReport({ ...files, challenge }, NOBODY, now)).toThrow(
        expect.objectContaining({ code: 'ATTESTATION_FORGED' }),
      );
    },
  );
});
