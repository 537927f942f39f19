import { createHash, timingSafeEqual } from 'node:crypto';
import { ClientPin, Permission, Status } from '../../../native/ctap2/constants.ts';
import { fingerprintReady, verifyFingerprint } from './built-in-uv.ts';
import { type CborMap, cborMap } from './cbor.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import { fromHex, toHex } from './hex.ts';
import type { PinProtocol } from './pin-protocol.ts';
import type { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';
import { MAX_PIN_RETRIES, MAX_UV_RETRIES } from './state.ts';

const MAX_PIN_BYTES = 63;
const PADDED_PIN = 64;
const WRONG_PINS_UNTIL_REPLUG = 3;
const LEGACY_PERMISSIONS = Permission.MC | Permission.GA;

const Member = {
  PROTOCOL: 1,
  SUB_COMMAND: 2,
  KEY_AGREEMENT: 3,
  PARAM: 4,
  NEW_PIN_ENC: 5,
  PIN_HASH_ENC: 6,
  PERMISSIONS: 9,
  RP_ID: 10,
} as const;

/** authenticatorClientPIN (CTAP 2.1, 6.5.5). */
export async function clientPin(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
): Promise<CborMap | undefined> {
  switch (request.integer(Member.SUB_COMMAND)) {
    case ClientPin.GET_PIN_RETRIES:
      return pinRetries(memory);
    case ClientPin.GET_KEY_AGREEMENT:
      return cborMap([[1, pinProtocol(memory, request, Member.PROTOCOL).keyAgreement()]]);
    case ClientPin.SET_PIN:
      return setPin(memory, request);
    case ClientPin.CHANGE_PIN:
      return changePin(memory, request);
    case ClientPin.GET_PIN_TOKEN:
      return legacyToken(memory, request);
    case ClientPin.GET_TOKEN_USING_UV:
      return tokenUsingUv(memory, session, request);
    case ClientPin.GET_UV_RETRIES:
      return uvRetries(memory);
    case ClientPin.GET_TOKEN_USING_PIN:
      return tokenUsingPin(memory, request);
    default:
      throw unknownSubCommand();
  }
}

/** The protocol that a request names in member `key`: missing is 0x14, one the key does not speak 0x02. */
export function pinProtocol(memory: DeviceMemory, request: RequestFields, key: number): PinProtocol {
  const version = request.integer(key);
  const protocol = memory.ram.protocols.find((one) => one.version === version);
  if (protocol === undefined) throw new CtapFailure(Status.INVALID_PARAMETER, `PIN protocol ${version}`);
  return protocol;
}

function unknownSubCommand(): CtapFailure {
  return new CtapFailure(Status.INVALID_SUBCOMMAND, 'no such clientPIN subcommand');
}

function pinRetries({ state, ram }: DeviceMemory): CborMap {
  return cborMap([
    [3, state.pinRetries],
    [4, ram.wrongPins >= WRONG_PINS_UNTIL_REPLUG],
  ]);
}

function uvRetries({ profile, state }: DeviceMemory): CborMap {
  if (!profile.fingerprints) throw unknownSubCommand();
  return cborMap([[5, state.uvRetries]]);
}

function setPin(memory: DeviceMemory, request: RequestFields): undefined {
  const protocol = pinProtocol(memory, request, Member.PROTOCOL);
  const platformKey = request.fields(Member.KEY_AGREEMENT);
  const newPinEnc = request.bytes(Member.NEW_PIN_ENC);
  const param = request.bytes(Member.PARAM);
  if (memory.state.pin !== null) throw new CtapFailure(Status.PIN_AUTH_INVALID, 'a PIN is set already');
  const secret = protocol.sharedSecret(platformKey);
  if (!protocol.verify(secret, newPinEnc, param)) throw new CtapFailure(Status.PIN_AUTH_INVALID, 'wrong MAC');
  storePin(memory, protocol.decrypt(secret, newPinEnc));
  return undefined;
}

function changePin(memory: DeviceMemory, request: RequestFields): undefined {
  const protocol = pinProtocol(memory, request, Member.PROTOCOL);
  const platformKey = request.fields(Member.KEY_AGREEMENT);
  const newPinEnc = request.bytes(Member.NEW_PIN_ENC);
  const pinHashEnc = request.bytes(Member.PIN_HASH_ENC);
  const param = request.bytes(Member.PARAM);
  assertPinUsable(memory);
  const secret = protocol.sharedSecret(platformKey);
  if (!protocol.verify(secret, Buffer.concat([newPinEnc, pinHashEnc]), param)) {
    throw new CtapFailure(Status.PIN_AUTH_INVALID, 'wrong MAC');
  }
  const oldHash = checkPin(memory, protocol, secret, pinHashEnc);
  const padded = protocol.decrypt(secret, newPinEnc);
  if (memory.state.forcePinChange && oldHash === toHex(pinHash(parsePin(memory, padded)))) {
    throw new CtapFailure(Status.PIN_POLICY_VIOLATION, 'the old PIN again');
  }
  storePin(memory, padded);
  return undefined;
}

function legacyToken(memory: DeviceMemory, request: RequestFields): CborMap {
  const protocol = pinProtocol(memory, request, Member.PROTOCOL);
  const platformKey = request.fields(Member.KEY_AGREEMENT);
  const pinHashEnc = request.bytes(Member.PIN_HASH_ENC);
  if (memory.profile.tokens === 'permissions' && (request.has(Member.PERMISSIONS) || request.has(Member.RP_ID))) {
    throw new CtapFailure(Status.INVALID_PARAMETER, 'getPinToken has no permissions');
  }
  assertPinUsable(memory);
  const secret = protocol.sharedSecret(platformKey);
  checkPin(memory, protocol, secret, pinHashEnc);
  if (memory.state.forcePinChange) throw new CtapFailure(Status.PIN_INVALID, 'the PIN must be changed first');
  return issued(protocol, secret, memory.ram.token.issue(protocol, LEGACY_PERMISSIONS, undefined, false));
}

function tokenUsingPin(memory: DeviceMemory, request: RequestFields): CborMap {
  if (memory.profile.tokens !== 'permissions') throw unknownSubCommand();
  const protocol = pinProtocol(memory, request, Member.PROTOCOL);
  const platformKey = request.fields(Member.KEY_AGREEMENT);
  const pinHashEnc = request.bytes(Member.PIN_HASH_ENC);
  const { permissions, rpId } = askedPermissions(memory, request);
  assertPinUsable(memory);
  const secret = protocol.sharedSecret(platformKey);
  checkPin(memory, protocol, secret, pinHashEnc);
  if (memory.state.forcePinChange) throw new CtapFailure(Status.PIN_POLICY_VIOLATION, 'the PIN must be changed first');
  return issued(protocol, secret, memory.ram.token.issue(protocol, permissions, rpId, false));
}

async function tokenUsingUv(memory: DeviceMemory, session: CommandSession, request: RequestFields): Promise<CborMap> {
  if (memory.profile.tokens !== 'permissions' || !memory.profile.fingerprints) throw unknownSubCommand();
  const protocol = pinProtocol(memory, request, Member.PROTOCOL);
  const platformKey = request.fields(Member.KEY_AGREEMENT);
  const { permissions, rpId } = askedPermissions(memory, request);
  if ((permissions & (Permission.BE | Permission.ACFG)) !== 0) {
    throw new CtapFailure(Status.UNAUTHORIZED_PERMISSION, 'be and acfg need the PIN');
  }
  if (!fingerprintReady(memory)) throw new CtapFailure(Status.NOT_ALLOWED, 'no finger enrolled');
  const secret = protocol.sharedSecret(platformKey);
  await verifyFingerprint(memory, session);
  return issued(protocol, secret, memory.ram.token.issue(protocol, permissions, rpId, true));
}

function issued(protocol: PinProtocol, secret: Uint8Array, token: Uint8Array): CborMap {
  return cborMap([[2, protocol.encrypt(secret, token)]]);
}

/** 6.5.5.7: none asked is 0x02, unknown to this key 0x40, mc or ga without rpId 0x14. */
function askedPermissions(memory: DeviceMemory, request: RequestFields) {
  const permissions = request.integer(Member.PERMISSIONS);
  const rpId = request.optionalText(Member.RP_ID);
  if (permissions === 0) throw new CtapFailure(Status.INVALID_PARAMETER, 'no permission asked');
  if ((permissions & ~knownPermissions(memory)) !== 0) {
    throw new CtapFailure(Status.UNAUTHORIZED_PERMISSION, `permissions 0x${permissions.toString(16)}`);
  }
  if ((permissions & (Permission.MC | Permission.GA)) !== 0 && rpId === undefined) {
    throw new CtapFailure(Status.MISSING_PARAMETER, 'mc and ga need an rpId');
  }
  return { permissions, rpId };
}

function knownPermissions({ profile }: DeviceMemory): number {
  return (
    Permission.MC |
    Permission.GA |
    (profile.credentialManagement === 'full' ? Permission.CM : 0) |
    (profile.config ? Permission.ACFG : 0) |
    (profile.fingerprints ? Permission.BE : 0)
  );
}

function assertPinUsable({ state, ram }: DeviceMemory): void {
  if (state.pin === null) throw new CtapFailure(Status.PIN_NOT_SET, 'no PIN is set');
  if (state.pinRetries === 0) throw new CtapFailure(Status.PIN_BLOCKED, 'no retries left');
  if (ram.wrongPins >= WRONG_PINS_UNTIL_REPLUG) {
    throw new CtapFailure(Status.PIN_AUTH_BLOCKED, 'three wrong PINs since power-up');
  }
}

/** 6.5.5.5 to 6.5.5.7: the retry is counted (and stored) before the comparison. Returns the right PIN's hash. */
function checkPin(memory: DeviceMemory, protocol: PinProtocol, secret: Uint8Array, pinHashEnc: Uint8Array): string {
  const { state, ram, counters } = memory;
  const given = protocol.decrypt(secret, pinHashEnc);
  const stored = fromHex(state.pin?.hash ?? '');
  state.pinRetries--;
  memory.commit();
  counters.count('pinChecks');
  if (given.length === stored.length && timingSafeEqual(given, stored)) {
    state.pinRetries = MAX_PIN_RETRIES;
    state.uvRetries = MAX_UV_RETRIES;
    ram.wrongPins = 0;
    memory.commit();
    return toHex(given);
  }
  ram.wrongPins++;
  protocol.regenerate();
  if (state.pinRetries === 0) throw new CtapFailure(Status.PIN_BLOCKED, 'that was the last retry');
  if (ram.wrongPins >= WRONG_PINS_UNTIL_REPLUG) throw new CtapFailure(Status.PIN_AUTH_BLOCKED, 'third wrong PIN');
  throw new CtapFailure(Status.PIN_INVALID, 'wrong PIN');
}

function storePin(memory: DeviceMemory, padded: Uint8Array): void {
  const pin = parsePin(memory, padded);
  putPin(memory, pin);
  memory.commit();
}

/** Sets the PIN in the state as it is: the lab's own door (constructor option, control channel) uses it too. */
export function putPin({ state, ram }: DeviceMemory, pin: string): void {
  state.pin = { hash: toHex(pinHash(pin)), codePoints: [...pin].length };
  state.pinRetries = MAX_PIN_RETRIES;
  state.forcePinChange = false;
  ram.wrongPins = 0;
  ram.token.forget();
}

/** 6.5.5.5: 64 bytes, zero-padded; at least minPINLength code points, at most 63 bytes. */
function parsePin({ state }: DeviceMemory, padded: Uint8Array): string {
  if (padded.length !== PADDED_PIN) throw new CtapFailure(Status.INVALID_PARAMETER, 'newPinEnc is not 64 bytes');
  const zero = padded.indexOf(0);
  const utf8 = zero < 0 ? padded : padded.subarray(0, zero);
  const pin = Buffer.from(utf8).toString('utf8');
  const tooLong = utf8.length > MAX_PIN_BYTES;
  if (tooLong || !Buffer.from(pin, 'utf8').equals(utf8) || [...pin].length < state.minPinLength) {
    throw new CtapFailure(Status.PIN_POLICY_VIOLATION, 'length');
  }
  return pin;
}

function pinHash(pin: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(pin, 'utf8').digest().subarray(0, 16));
}
