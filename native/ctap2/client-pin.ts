/** authenticatorClientPIN requests and replies (CTAP 2.1, 6.5.5; ctap.md section 7). Pure: who sends them is `authenticator.ts`. */
import type { CborMap, CborValue } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { ClientPin } from './constants.ts';
import { keyAgreementCose, parseKeyAgreement } from './cose-key.ts';
import { MemberReader } from './member-reader.ts';
import type { Pin } from './pin.ts';
import type { PinProtocolVersion, SharedSecret } from './pin-protocol.ts';

const Request = {
  PROTOCOL: 1,
  SUB_COMMAND: 2,
  KEY_AGREEMENT: 3,
  PIN_UV_AUTH_PARAM: 4,
  NEW_PIN_ENC: 5,
  PIN_HASH_ENC: 6,
  PERMISSIONS: 9,
  RP_ID: 10,
} as const;

const Reply = { KEY_AGREEMENT: 1, PIN_UV_AUTH_TOKEN: 2, PIN_RETRIES: 3, POWER_CYCLE_STATE: 4, UV_RETRIES: 5 } as const;

export interface PinRetries {
  /** Wrong PINs left before the PIN is blocked for good; 8 when fresh. */
  readonly left: number;
  /** True when no PIN command works before the key was unplugged and plugged in again. */
  readonly replugNeeded: boolean;
}

/** What a token may be used for. With `permissions` it is bound to them and to `rpId`; keys before 2.1 know neither. */
export interface TokenScope {
  /** Bits of `Permission`. */
  readonly permissions: number;
  readonly rpId?: string | undefined;
}

export function pinRetriesRequest(version: PinProtocolVersion): CborMap {
  return cborMap([
    [Request.PROTOCOL, version],
    [Request.SUB_COMMAND, ClientPin.GET_PIN_RETRIES],
  ]);
}

export function parsePinRetries(reply: CborValue): PinRetries {
  const members = new MemberReader(reply, 'a PIN retries reply');
  return {
    left: members.integer(Reply.PIN_RETRIES),
    replugNeeded: members.optionalBoolean(Reply.POWER_CYCLE_STATE) ?? false,
  };
}

/** How often an unknown finger may still be tried: needs no PIN protocol. */
export function uvRetriesRequest(): CborMap {
  return cborMap([[Request.SUB_COMMAND, ClientPin.GET_UV_RETRIES]]);
}

export function parseUvRetries(reply: CborValue): number {
  return new MemberReader(reply, 'a fingerprint retries reply').integer(Reply.UV_RETRIES);
}

export function keyAgreementRequest(version: PinProtocolVersion): CborMap {
  return cborMap([
    [Request.PROTOCOL, version],
    [Request.SUB_COMMAND, ClientPin.GET_KEY_AGREEMENT],
  ]);
}

/** The authenticator's point, `04 || x || y`. */
export function parseKeyAgreementReply(reply: CborValue): Uint8Array {
  return parseKeyAgreement(new MemberReader(reply, 'a key agreement reply').value(Reply.KEY_AGREEMENT));
}

/** getPinUvAuthTokenUsingPinWithPermissions (9) where the key has it, getPinToken (5) without scope where not. */
export function tokenRequest(secret: SharedSecret, pin: Pin, scope: TokenScope | undefined): CborMap {
  const hash = pin.leftHash();
  const pinHashEnc = secret.encrypt(hash);
  hash.fill(0);
  return cborMap([
    [Request.PROTOCOL, secret.version],
    [Request.SUB_COMMAND, scope ? ClientPin.GET_TOKEN_USING_PIN : ClientPin.GET_PIN_TOKEN],
    [Request.KEY_AGREEMENT, keyAgreementCose(secret.platformPoint)],
    [Request.PIN_HASH_ENC, pinHashEnc],
    [Request.PERMISSIONS, scope?.permissions],
    [Request.RP_ID, scope?.rpId],
  ]);
}

/** getPinUvAuthTokenUsingUvWithPermissions (6): the key blinks for a finger before it answers. */
export function tokenUsingUvRequest(secret: SharedSecret, scope: TokenScope): CborMap {
  return cborMap([
    [Request.PROTOCOL, secret.version],
    [Request.SUB_COMMAND, ClientPin.GET_TOKEN_USING_UV],
    [Request.KEY_AGREEMENT, keyAgreementCose(secret.platformPoint)],
    [Request.PERMISSIONS, scope.permissions],
    [Request.RP_ID, scope.rpId],
  ]);
}

/** The token in the clear: whoever asked for it wipes it. */
export function parseToken(secret: SharedSecret, reply: CborValue): Uint8Array {
  return secret.decrypt(new MemberReader(reply, 'a PIN token reply').bytes(Reply.PIN_UV_AUTH_TOKEN));
}

/** setPIN: only on a key that has none (6.5.5.5). */
export function setPinRequest(secret: SharedSecret, pin: Pin): CborMap {
  const padded = pin.padded();
  const newPinEnc = secret.encrypt(padded);
  padded.fill(0);
  return cborMap([
    [Request.PROTOCOL, secret.version],
    [Request.SUB_COMMAND, ClientPin.SET_PIN],
    [Request.KEY_AGREEMENT, keyAgreementCose(secret.platformPoint)],
    [Request.PIN_UV_AUTH_PARAM, secret.authenticate(newPinEnc)],
    [Request.NEW_PIN_ENC, newPinEnc],
  ]);
}

/** changePIN (6.5.5.6): the param covers newPinEnc || pinHashEnc. */
export function changePinRequest(secret: SharedSecret, current: Pin, next: Pin): CborMap {
  const padded = next.padded();
  const newPinEnc = secret.encrypt(padded);
  padded.fill(0);
  const hash = current.leftHash();
  const pinHashEnc = secret.encrypt(hash);
  hash.fill(0);
  return cborMap([
    [Request.PROTOCOL, secret.version],
    [Request.SUB_COMMAND, ClientPin.CHANGE_PIN],
    [Request.KEY_AGREEMENT, keyAgreementCose(secret.platformPoint)],
    [Request.PIN_UV_AUTH_PARAM, secret.authenticate(new Uint8Array(Buffer.concat([newPinEnc, pinHashEnc])))],
    [Request.NEW_PIN_ENC, newPinEnc],
    [Request.PIN_HASH_ENC, pinHashEnc],
  ]);
}
