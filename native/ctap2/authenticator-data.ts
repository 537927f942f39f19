/**
 * Authenticator data (WebAuthn 2, section 6.1; ctap.md section 16):
 *
 *     SHA-256(rp.id) 32 | flags 1 | counter 4 BE | if AT: aaguid 16, length 2 BE, credential id, COSE key | if ED: extensions
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CborMap, CborValue, Decoded } from './cbor.ts';
import { decodeCborItem } from './cbor.ts';
import { AuthDataFlag } from './constants.ts';
import type { CredentialPublicKey } from './cose-key.ts';
import { parseCredentialPublicKey } from './cose-key.ts';

export interface AuthenticatorData {
  readonly rpIdHash: Uint8Array;
  readonly flags: number;
  readonly counter: number;
  readonly attested:
    | { readonly aaguid: Uint8Array; readonly credentialId: Uint8Array; readonly publicKey: CredentialPublicKey }
    | undefined;
  /** Extension outputs by name. */
  readonly extensions: CborMap;
}

/** Throws `CTAP_MALFORMED` or `CBOR_MALFORMED` for anything cut short, left over, or of the wrong kind. */
export function parseAuthenticatorData(bytes: Uint8Array): AuthenticatorData {
  if (bytes.length < 37) throw malformed('ends too early');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(32);
  let offset = 37;
  let attested: AuthenticatorData['attested'];
  if (flags & AuthDataFlag.AT) {
    if (bytes.length < 55) throw malformed('ends too early');
    const idLength = view.getUint16(53);
    const credentialId = bytes.slice(55, 55 + idLength);
    if (credentialId.length < idLength || idLength === 0) throw malformed('holds no whole credential id');
    const { value, length } = canonicalItem(bytes.subarray(55 + idLength));
    attested = { aaguid: bytes.slice(37, 53), credentialId, publicKey: parseCredentialPublicKey(value) };
    offset = 55 + idLength + length;
  }
  let extensions: CborMap = new Map();
  if (flags & AuthDataFlag.ED) {
    const { value, length } = canonicalItem(bytes.subarray(offset));
    extensions = asMap(value);
    offset += length;
  }
  if (offset !== bytes.length) throw malformed(`has ${bytes.length - offset} bytes too many`);
  return { rpIdHash: bytes.slice(0, 32), flags, counter: view.getUint32(33), attested, extensions };
}

/** Signed data: two ways to write the same would be two messages, so here every departure is refused (6.1.4, libfido2 too). */
function canonicalItem(bytes: Uint8Array): Decoded {
  const item = decodeCborItem(bytes);
  const [departure] = item.departures;
  if (departure !== undefined) throw malformed(`is not canonical: ${departure}`);
  return item;
}

function asMap(value: CborValue): CborMap {
  if (!(value instanceof Map)) throw malformed('has extension outputs that are no map');
  return value as CborMap;
}

function malformed(fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CTAP_MALFORMED',
    message: `The security key sent authenticator data that ${fault}.`,
    remedy: 'Repeat the command; if it happens again, try another key and report this one.',
  });
}
