import { AuthDataFlag } from '../../../native/ctap2/constants.ts';
import { type CborMap, encodeCbor } from './cbor.ts';
import { rpIdHash } from './credential-store.ts';
import type { DeviceMemory } from './device-memory.ts';
import { fromHex } from './hex.ts';

export interface AttestedCredential {
  readonly credentialId: Uint8Array;
  readonly coseKey: CborMap;
}

/** Authenticator data (WebAuthn 2, section 6.1). Counts the signature counter up by one. */
export function authenticatorData(
  memory: DeviceMemory,
  rpId: string,
  presence: { readonly present: boolean; readonly verified: boolean },
  attested?: AttestedCredential,
  extensions?: CborMap,
): Uint8Array {
  const withExtensions = extensions !== undefined && extensions.size > 0;
  const flags =
    (presence.present ? AuthDataFlag.UP : 0) |
    (presence.verified ? AuthDataFlag.UV : 0) |
    (attested ? AuthDataFlag.AT : 0) |
    (withExtensions ? AuthDataFlag.ED : 0);
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(++memory.state.signatureCounter, 1);
  return new Uint8Array(
    Buffer.concat([
      rpIdHash(rpId),
      head,
      ...(attested ? attestedCredentialData(fromHex(memory.profile.aaguid), attested) : []),
      ...(withExtensions ? [encodeCbor(extensions)] : []),
    ]),
  );
}

function attestedCredentialData(aaguid: Uint8Array, attested: AttestedCredential): Uint8Array[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(attested.credentialId.length);
  return [aaguid, length, attested.credentialId, encodeCbor(attested.coseKey)];
}
