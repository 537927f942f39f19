/** authenticatorGetInfo (CTAP 2.1, 6.4; ctap.md section 4): what an authenticator says it is and can. */
import type { CborValue } from './cbor.ts';
import { MemberReader } from './member-reader.ts';
import { DEFAULT_MIN_PIN_LENGTH } from './pin.ts';

export interface AuthenticatorInfo {
  readonly versions: readonly string[];
  readonly extensions: readonly string[];
  /** 16 bytes: the model and profile, not the single key. */
  readonly aaguid: Uint8Array;
  /** Absent = not supported, false = supported but off, true = on (6.4, table of options). */
  readonly options: ReadonlyMap<string, boolean>;
  /** Largest request in bytes; 1024 where the key does not say. */
  readonly maxMsgSize: number;
  readonly pinUvAuthProtocols: readonly number[];
  /** COSE numbers in the key's order of preference; undefined tells nothing about what the key can (CTAP 2.0). */
  readonly algorithms: readonly number[] | undefined;
  readonly forcePinChange: boolean;
  /** In code points. */
  readonly minPinLength: number;
  /** In the vendor's own encoding: YubiKeys write 0x00MMmmpp. */
  readonly firmwareVersion: number | undefined;
  readonly remainingResidentSlots: number | undefined;
}

const Member = {
  VERSIONS: 0x01,
  EXTENSIONS: 0x02,
  AAGUID: 0x03,
  OPTIONS: 0x04,
  MAX_MSG_SIZE: 0x05,
  PIN_UV_AUTH_PROTOCOLS: 0x06,
  ALGORITHMS: 0x0a,
  FORCE_PIN_CHANGE: 0x0c,
  MIN_PIN_LENGTH: 0x0d,
  FIRMWARE_VERSION: 0x0e,
  REMAINING_DISCOVERABLE_CREDENTIALS: 0x14,
} as const;

/** Unknown members and options are ignored. Throws `CTAP_MALFORMED` where a known one has the wrong type. */
export function parseInfo(reply: CborValue): AuthenticatorInfo {
  const info = new MemberReader(reply, 'a getInfo reply');
  return {
    versions: texts(info.optionalArray(Member.VERSIONS)),
    extensions: texts(info.optionalArray(Member.EXTENSIONS)),
    aaguid: info.bytes(Member.AAGUID, 16),
    options: options(info.optionalMap(Member.OPTIONS, 'getInfo options')),
    maxMsgSize: info.optionalInteger(Member.MAX_MSG_SIZE) ?? 1024,
    pinUvAuthProtocols: (info.optionalArray(Member.PIN_UV_AUTH_PROTOCOLS) ?? []).filter((n) => typeof n === 'number'),
    algorithms: info
      .optionalArray(Member.ALGORITHMS)
      ?.map((entry) => new MemberReader(entry, 'an algorithm').integer('alg')),
    forcePinChange: info.optionalBoolean(Member.FORCE_PIN_CHANGE) ?? false,
    minPinLength: info.optionalInteger(Member.MIN_PIN_LENGTH) ?? DEFAULT_MIN_PIN_LENGTH,
    firmwareVersion: info.optionalInteger(Member.FIRMWARE_VERSION),
    remainingResidentSlots: info.optionalInteger(Member.REMAINING_DISCOVERABLE_CREDENTIALS),
  };
}

function texts(values: readonly CborValue[] | undefined): readonly string[] {
  return (values ?? []).filter((value) => typeof value === 'string');
}

function options(map: MemberReader | undefined): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const [name, value] of map?.entries() ?? []) {
    if (typeof name === 'string' && typeof value === 'boolean') found.set(name, value);
  }
  return found;
}

/** `5.7.4` from a YubiKey's firmwareVersion. Other vendors encode theirs differently, so the plain number is given. */
export function formatFirmware(version: number): string {
  if (version <= 0xffff || version > 0xffffff) return String(version);
  return `${version >> 16}.${(version >> 8) & 0xff}.${version & 0xff}`;
}

/** `2fc0579f-8113-47ea-b116-bb5a8db9202a` */
export function formatAaguid(aaguid: Uint8Array): string {
  const hex = Buffer.from(aaguid).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
