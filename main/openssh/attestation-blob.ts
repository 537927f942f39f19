/**
 * Attestation files, `ssh-keygen -O write-attestation` (reference/openssh-sk.md, section 6; OpenSSH PROTOCOL.u2f).
 *
 * Decisions:
 * - `authData` is given raw; on disk it stands in a CBOR byte string head, which is put on and taken off here;
 * - only ssh-sk-attest-v01 is read: the older form lacks the authenticator data and proves nothing;
 * - the two reserved fields are written as 0 and empty, and not looked at when read.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

export interface AttestationBlob {
  /** The leaf certificate, DER; empty for self attestation, or where there is none. */
  readonly certificate: Uint8Array;
  /** Over authData ‖ SHA-256(challenge), in the attestation statement's own form (DER for ECDSA); may be empty. */
  readonly signature: Uint8Array;
  /** Raw authenticator data, with the attested credential; empty where the middleware gave none (sk-dummy). */
  readonly authData: Uint8Array;
}

const MAGIC = 'ssh-sk-attest-v01';
const MAGIC_V00 = 'ssh-sk-attest-v00';
const NOTHING = new Uint8Array(0);
/** rpIdHash ‖ flags ‖ counter (WebAuthn, section 6.1). */
const MIN_AUTH_DATA_BYTES = 37;
/** CBOR major type 2 (RFC 8949, section 3.1): length in the head, in one byte, in two. */
const BYTE_STRING = 0x40;
const BYTE_STRING_8 = 0x58;
const BYTE_STRING_16 = 0x59;
const FAULT: WireFault = {
  code: 'ATTESTATION_BLOB_MALFORMED',
  remedy: 'Take the attestation file from a backup; it cannot be made again for a key that exists already.',
};

/** Reads a file. Throws ATTESTATION_BLOB_MALFORMED, or ATTESTATION_BLOB_UNSUPPORTED for v00. */
export function parseAttestationBlob(file: Uint8Array): AttestationBlob {
  const reader = new SshReader(file, 'the attestation file', FAULT);
  const magic = reader.text();
  if (magic === MAGIC_V00) throw tooOld();
  if (magic !== MAGIC) throw reader.malformed(`does not begin with ${MAGIC}`);
  const certificate = reader.string().slice();
  const signature = reader.string().slice();
  const authData = unwrapped(reader, reader.string());
  reader.uint32();
  reader.string();
  reader.end();
  return { certificate, signature, authData };
}

/** Writes a file, byte for byte as ssh-keygen does. */
export function formatAttestationBlob(blob: AttestationBlob): Uint8Array {
  const writer = new SshWriter().text(MAGIC).string(blob.certificate).string(blob.signature);
  return writer.string(wrapped(blob.authData)).uint32(0).string(NOTHING).toBytes();
}

function unwrapped(reader: SshReader, cbor: Uint8Array): Uint8Array {
  if (cbor.length === 0) return NOTHING;
  const headBytes = new Map([
    [BYTE_STRING_8, 2],
    [BYTE_STRING_16, 3],
  ]).get(cbor[0] ?? 0);
  const authData = cbor.slice(headBytes ?? 0);
  // Canonical CBOR has one head for each length (CTAP 2.1, section 8): write it again and compare.
  if (headBytes === undefined || authData.length < MIN_AUTH_DATA_BYTES || !isSame(wrapped(authData), cbor)) {
    throw reader.malformed('holds authenticator data that is not one CBOR byte string');
  }
  return authData;
}

function wrapped(authData: Uint8Array): Uint8Array {
  if (authData.length === 0) return NOTHING;
  const { length } = authData;
  const writer = new SshWriter();
  if (length < 24) writer.uint8(BYTE_STRING + length);
  else if (length < 0x100) writer.uint8(BYTE_STRING_8).uint8(length);
  else
    writer
      .uint8(BYTE_STRING_16)
      .uint8((length >> 8) & 0xff)
      .uint8(length & 0xff);
  return writer.bytes(authData).toBytes();
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function tooOld(): GlasskeyError {
  return new GlasskeyError({
    code: 'ATTESTATION_BLOB_UNSUPPORTED',
    message: `The attestation file is of the form ${MAGIC_V00}, which lacks the authenticator data and cannot be verified.`,
    remedy:
      'Enroll a new key with Glasskey, or with OpenSSH 8.4 or later, to get an attestation that proves something.',
  });
}
