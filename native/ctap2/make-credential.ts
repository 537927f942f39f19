/** authenticatorMakeCredential (CTAP 2.1, 6.1; ctap.md section 5). */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { AuthenticatorData } from './authenticator-data.ts';
import { parseAuthenticatorData } from './authenticator-data.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { MemberReader } from './member-reader.ts';
import type { PinUvAuth } from './pin-uv-auth-token.ts';

/** Levels of the credProtect extension (12.1). */
export const CredProtect = { OPTIONAL: 1, OPTIONAL_WITH_CREDENTIAL_ID: 2, REQUIRED: 3 } as const;

export interface MakeCredential {
  /** 32 bytes. */
  readonly clientDataHash: Uint8Array;
  readonly rpId: string;
  readonly user: { readonly id: Uint8Array; readonly name: string; readonly displayName?: string };
  /** COSE number; exactly one is asked for, so that what comes back is what was wanted. */
  readonly algorithm: number;
  readonly residentKey: boolean;
  readonly credProtect?: 1 | 2 | 3;
  readonly excludeList?: readonly Uint8Array[];
}

export function makeCredentialRequest(request: MakeCredential, pinUvAuth: PinUvAuth | undefined): CborMap {
  const { user } = request;
  return cborMap([
    [1, request.clientDataHash],
    [2, cborMap([['id', request.rpId]])],
    [
      3,
      cborMap([
        ['id', user.id],
        ['name', user.name],
        ['displayName', user.displayName],
      ]),
    ],
    [4, [publicKeyParameter(request.algorithm)]],
    [5, request.excludeList?.length ? request.excludeList.map(credentialDescriptor) : undefined],
    [6, request.credProtect === undefined ? undefined : cborMap([['credProtect', request.credProtect]])],
    [7, request.residentKey ? cborMap([['rk', true]]) : undefined],
    [8, pinUvAuth?.param],
    [9, pinUvAuth?.protocol],
  ]);
}

function publicKeyParameter(algorithm: number): CborMap {
  return cborMap([
    ['alg', algorithm],
    ['type', 'public-key'],
  ]);
}

export function credentialDescriptor(id: Uint8Array): CborMap {
  return cborMap([
    ['id', id],
    ['type', 'public-key'],
  ]);
}

export interface AttestationObject {
  readonly format: string;
  /** As the key sent it, for the attestation blob. */
  readonly authDataBytes: Uint8Array;
  readonly authData: AuthenticatorData & { readonly attested: NonNullable<AuthenticatorData['attested']> };
  readonly statement: CborValue;
}

/** Throws `CTAP_MALFORMED` or `CBOR_MALFORMED` when the reply is not that of a new credential. */
export function parseMakeCredential(reply: CborValue): AttestationObject {
  const members = new MemberReader(reply, 'a makeCredential reply');
  return attestationObject(members.text(1), members.bytes(2), members.value(3));
}

/** The same from its three members, as they were kept. */
export function attestationObject(format: string, authDataBytes: Uint8Array, statement: CborValue): AttestationObject {
  const authData = parseAuthenticatorData(authDataBytes);
  const { attested } = authData;
  if (attested === undefined) {
    throw new GlasskeyError({
      code: 'CTAP_MALFORMED',
      message: 'The security key answered without the credential that it was to make.',
      remedy: 'Repeat the command; if it happens again, try another key and report this one.',
    });
  }
  return { format, authDataBytes, authData: { ...authData, attested }, statement };
}
