/** authenticatorGetAssertion (CTAP 2.1, 6.2; ctap.md section 6). */
import type { AuthenticatorData } from './authenticator-data.ts';
import { parseAuthenticatorData } from './authenticator-data.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { credentialDescriptor } from './make-credential.ts';
import { MemberReader } from './member-reader.ts';
import type { PinUvAuth } from './pin-uv-auth-token.ts';

export interface GetAssertion {
  readonly rpId: string;
  /** 32 bytes. For SSH: SHA-256 of the message to be signed. */
  readonly clientDataHash: Uint8Array;
  /** The one credential asked for; or several, of which the first that is there answers; undefined for any resident one of the relying party. */
  readonly credentialId: Uint8Array | readonly Uint8Array[] | undefined;
  /** False only probes whether the credential is there: such an answer must never be used as a signature (6.3). */
  readonly userPresence: boolean;
}

/** No extensions ever: their outputs would make a signature that OpenSSH cannot verify (ctap.md 6.2). */
export function getAssertionRequest(request: GetAssertion, pinUvAuth: PinUvAuth | undefined): CborMap {
  const { credentialId } = request;
  const allowed = credentialId instanceof Uint8Array ? [credentialId] : credentialId;
  return cborMap([
    [1, request.rpId],
    [2, request.clientDataHash],
    [3, allowed?.map(credentialDescriptor)],
    [5, request.userPresence ? undefined : cborMap([['up', false]])], // `up` is true unless said otherwise
    [6, pinUvAuth?.param],
    [7, pinUvAuth?.protocol],
  ]);
}

export interface Assertion {
  /** Undefined where a CTAP 2.0 key left it out because only one was asked for. */
  readonly credentialId: Uint8Array | undefined;
  readonly authDataBytes: Uint8Array;
  readonly authData: AuthenticatorData;
  /** Over authData || clientDataHash: DER for ES256, 64 bytes for Ed25519. */
  readonly signature: Uint8Array;
  readonly userId: Uint8Array | undefined;
}

export function parseAssertion(reply: CborValue): Assertion {
  const members = new MemberReader(reply, 'a getAssertion reply');
  const authDataBytes = members.bytes(2);
  return {
    credentialId: members.optionalMap(1, 'a credential descriptor')?.bytes('id'),
    authDataBytes,
    authData: parseAuthenticatorData(authDataBytes),
    signature: members.bytes(3),
    userId: members.optionalMap(4, 'a user entity')?.optionalBytes('id'),
  };
}
