/** What the attestations of enrolled keys prove, and those of files, composed for glasskey.ts. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { type IssuerDoubt, type VerifiedAttestation, verifyAttestation } from '../native/ctap2/attestation.ts';
import type { AttestationTrust } from '../native/ctap2/attestation-chain.ts';
import { formatAaguid } from '../native/ctap2/get-info.ts';
import type { AttestationObject } from '../native/ctap2/make-credential.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { attestationOf } from './enrollment/key-files.ts';
import { enrolledKey } from './glasskey-enrolled-key.ts';
import { trustOf } from './glasskey-key-scrutiny.ts';
import { noteAttestation } from './glasskey-observing.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { formatAttestationBlob, parseAttestationBlob } from './openssh/attestation-blob.ts';
import { skFingerprint } from './openssh/fingerprint.ts';
import { parsePublicLine } from './openssh/public-line.ts';
import { formatFirmwareVersion } from './security-keys/firmware.ts';
import { modelOf } from './security-keys/models.ts';
import { assertIsOfKey, fromAttestationBlob, toAttestationBlob } from './security-keys/openssh-attestation.ts';
import { writeFilePair } from './storage/whole-file.ts';

export interface AttestationReport {
  /** Of the SSH key, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Of an enrollment; undefined where files were given. */
  readonly keyFile?: string;
  /** `not-kept`: the key was recovered or taken in, and nobody kept what it attested when it was made. */
  readonly verdict: VerifiedAttestation['kind'] | 'not-kept';
  /** Of an unknown issuer: why. */
  readonly because?: IssuerDoubt;
  readonly subject?: string;
  readonly issuer?: string;
  /** Of a genuine one: names from the certificate's issuer up to the root. */
  readonly chain?: readonly string[];
  /** `Yubico`, or the file that the settings name. */
  readonly root?: string;
  /** The attested one; its word is worth what the verdict is. */
  readonly aaguid?: string;
  readonly model?: string;
  /** As the key told it when it was enrolled. */
  readonly firmware?: string;
  /** As its maker wrote it into the certificate. */
  readonly provenFirmware?: string;
  /** Its maker marks it as of a FIPS series. */
  readonly fips?: boolean;
}

/** The files that ssh-keygen -O write-attestation makes, and the key's public half. */
export interface AttestationFiles {
  readonly attestation: Uint8Array;
  readonly challenge: Uint8Array;
  readonly publicFile: string;
}

/**
 * Of an enrolled key, as of its enrollment or now; what it proves is noted for the reminders. `key`: its fingerprint, id or key file;
 * undefined: the newest. Throws what `enrolledKey` throws, `ATTESTATION_FORGED`, `ATTESTATION_ROOT_INVALID`.
 */
export async function attestationOfKey(
  key: string | undefined,
  as: 'enrolled' | 'now',
  world: OpenWorld,
): Promise<AttestationReport> {
  const { settings, homeFolder, clock } = world;
  const enrollment = enrolledKey(key, world);
  const at = as === 'enrolled' ? enrollment.createdAt : clock.now();
  const report = attestationReport(enrollment, await trustOf(settings, homeFolder), at);
  noteAttestation(enrollment.id, report.verdict, world);
  return report;
}

/** Of files that ssh-keygen made, now. Throws what `attestationFilesReport` throws, and `ATTESTATION_ROOT_INVALID`. */
export async function attestationOfFiles(
  files: AttestationFiles,
  { settings, homeFolder, clock }: OpenWorld,
): Promise<AttestationReport> {
  return attestationFilesReport(files, await trustOf(settings, homeFolder), clock.now());
}

/** Writes the two files of an enrolled key, to `output` or beside its key file. Throws what `enrolledKey` and `writeAttestation` throw. */
export function exportAttestation(key: string | undefined, output: string | undefined, world: OpenWorld) {
  const enrollment = enrolledKey(key, world);
  return writeAttestation(enrollment, resolve(output ?? `${enrollment.plan.keyFile}.attest`));
}

/** As of `at` (milliseconds since 1970). Throws `ATTESTATION_FORGED`. */
export function attestationReport(
  enrollment: WrittenEnrollment,
  trust: AttestationTrust,
  at: number,
): AttestationReport {
  const { credential, files, plan } = enrollment;
  const known = { fingerprint: files.fingerprint, keyFile: plan.keyFile };
  if (credential.origin === 'found') return { ...known, verdict: 'not-kept' };
  const object = attestationOf(credential);
  const verdict = verifyAttestation(object, sha256(credential.challenge), trust, at);
  const { firmware } = credential;
  return { ...known, ...proven(object, verdict), ...(firmware === undefined ? {} : { firmware }) };
}

/**
 * The same of files. Throws `ATTESTATION_FORGED`, `ATTESTATION_OF_ANOTHER_KEY`, `ATTESTATION_BLOB_MALFORMED`,
 * `ATTESTATION_BLOB_UNSUPPORTED`, and what the public line and the authenticator data throw.
 */
export function attestationFilesReport(
  files: AttestationFiles,
  trust: AttestationTrust,
  at: number,
): AttestationReport {
  const object = fromAttestationBlob(parseAttestationBlob(files.attestation));
  const { publicKey } = parsePublicLine(files.publicFile);
  assertIsOfKey(object, publicKey);
  const verdict = verdictOfFiles(object, files.challenge, trust, at);
  return { fingerprint: skFingerprint(publicKey), ...proven(object, verdict) };
}

/** Where the signature does not hold, a file of another key is likelier than a key that lies. */
function verdictOfFiles(
  object: AttestationObject,
  challenge: Uint8Array,
  trust: AttestationTrust,
  at: number,
): VerifiedAttestation {
  try {
    return verifyAttestation(object, sha256(challenge), trust, at);
  } catch (error) {
    if (!(error instanceof GlasskeyError) || error.detail.fault !== 'signature') throw error;
    throw new GlasskeyError({
      code: 'ATTESTATION_FORGED',
      message: 'The attestation does not hold: its signature is not over this challenge.',
      remedy:
        'Check that the challenge is the file that was written with this attestation. If it is, do not use the key: report it to whoever gave it to you.',
      detail: error.detail,
      cause: error,
    });
  }
}

/**
 * Writes them to `path` and to `path`.challenge, never over others: where one is in the way, neither is left. Writing the same once
 * more does nothing. Throws `FILE_EXISTS`, `FILE_WRITE_FAILED`, `ATTESTATION_NOT_KEPT`.
 */
export async function writeAttestation(
  enrollment: WrittenEnrollment,
  path: string,
): Promise<{ readonly attestation: string; readonly challenge: string }> {
  const { attestation, challenge } = attestationExport(enrollment);
  const challengePath = `${path}.challenge`;
  // The challenge first: an attestation without it cannot be checked.
  await writeFilePair({
    privatePath: path,
    privateBytes: attestation,
    publicPath: challengePath,
    publicBytes: challenge,
  });
  return { attestation: path, challenge: challengePath };
}

/** The two files of an enrollment. Throws `ATTESTATION_NOT_KEPT` for a key that was found. */
export function attestationExport({ credential }: WrittenEnrollment): {
  readonly attestation: Uint8Array;
  readonly challenge: Uint8Array;
} {
  if (credential.origin === 'found') {
    throw new GlasskeyError({
      code: 'ATTESTATION_NOT_KEPT',
      message: 'This key was recovered or taken in: what it attested when it was made was not kept here.',
      remedy: 'Export it on the computer that made the key; a new key gets a new attestation.',
    });
  }
  const attestation = formatAttestationBlob(toAttestationBlob(attestationOf(credential)));
  return { attestation, challenge: credential.challenge };
}

function proven(object: AttestationObject, verdict: VerifiedAttestation): Omit<AttestationReport, 'fingerprint'> {
  const aaguid = formatAaguid(object.authData.attested.aaguid);
  const model = modelOf({ aaguid });
  const facts = { aaguid, ...(model.knownBy === 'aaguid' ? { model: model.name } : {}) };
  if (verdict.kind === 'self' || verdict.kind === 'none') return { verdict: verdict.kind, ...facts };
  const { subject, issuer } = verdict;
  if (verdict.kind === 'unknown-issuer') {
    return { verdict: verdict.kind, because: verdict.because, subject, issuer, ...facts };
  }
  const { root, maker } = verdict;
  return {
    verdict: verdict.kind,
    subject,
    issuer,
    chain: root.chain,
    root: root.source,
    ...facts,
    ...(maker.firmware === undefined ? {} : { provenFirmware: formatFirmwareVersion(maker.firmware) }),
    fips: maker.fips,
  };
}

function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(data).digest());
}
