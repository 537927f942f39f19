/** authenticatorGetInfo (CTAP 2.1, 6.4; ctap.md section 4): what an authenticator says it is and can. */
import type { CborValue } from './cbor.ts';
import { MemberReader } from './member-reader.ts';
import { DEFAULT_MIN_PIN_LENGTH, MAX_PIN_BYTES } from './pin.ts';

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
  /** Most credentials that one allowList or excludeList may hold; undefined where the key does not say. */
  readonly maxCredentialCountInList: number | undefined;
  /** Longest credential id that the key takes, in bytes. */
  readonly maxCredentialIdLength: number | undefined;
  /** How the key can be reached: `usb`, `nfc`, … Undefined where it does not say. */
  readonly transports: readonly string[] | undefined;
  /** COSE numbers in the key's order of preference; undefined tells nothing about what the key can (CTAP 2.0). */
  readonly algorithms: readonly number[] | undefined;
  readonly forcePinChange: boolean;
  /** In code points. */
  readonly minPinLength: number;
  /** In code points; 63 where the key does not say. A PIN is never longer than 63 bytes either way. */
  readonly maxPinLength: number;
  /** The key refuses PINs by rules of its own (repeated digits, lists). */
  readonly pinComplexityPolicy: boolean;
  /** Where those rules are published. The key's own words: to be shown, not opened. */
  readonly pinComplexityPolicyUrl: string | undefined;
  /** How many relying parties may be let read the minimum length of PINs. */
  readonly maxRpIdsForSetMinPinLength: number | undefined;
  /** How often to ask for the finger before asking for the PIN. */
  readonly preferredPlatformUvAttempts: number | undefined;
  /** Bits of how the key verifies its user: 2 fingerprint, 4 PIN at the key, … (FIDO registry, user verification methods). */
  readonly uvModality: number | undefined;
  /** Verifications by the key since its PIN was last given. */
  readonly uvCountSinceLastPinEntry: number | undefined;
  /** What the key was certified for, by programme (`FIDO`: level, `FIPS-CMVP-3`: level, …). */
  readonly certifications: ReadonlyMap<string, number>;
  readonly attestationFormats: readonly string[];
  /** A reset wants the key held, not only touched; undefined where it has no such setting. */
  readonly longTouchForReset: boolean | undefined;
  /** The key takes a reset over these only; undefined where it does not say. */
  readonly transportsForReset: readonly string[] | undefined;
  /** Subcommands of authenticatorConfig; undefined where the key does not say (before CTAP 2.3). */
  readonly authenticatorConfigCommands: readonly number[] | undefined;
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
  MAX_CREDENTIAL_COUNT_IN_LIST: 0x07,
  MAX_CREDENTIAL_ID_LENGTH: 0x08,
  TRANSPORTS: 0x09,
  ALGORITHMS: 0x0a,
  FORCE_PIN_CHANGE: 0x0c,
  MIN_PIN_LENGTH: 0x0d,
  FIRMWARE_VERSION: 0x0e,
  MAX_RPIDS_FOR_SET_MIN_PIN_LENGTH: 0x10,
  PREFERRED_PLATFORM_UV_ATTEMPTS: 0x11,
  UV_MODALITY: 0x12,
  CERTIFICATIONS: 0x13,
  REMAINING_DISCOVERABLE_CREDENTIALS: 0x14,
  ATTESTATION_FORMATS: 0x16,
  UV_COUNT_SINCE_LAST_PIN_ENTRY: 0x17,
  LONG_TOUCH_FOR_RESET: 0x18,
  TRANSPORTS_FOR_RESET: 0x1a,
  PIN_COMPLEXITY_POLICY: 0x1b,
  PIN_COMPLEXITY_POLICY_URL: 0x1c,
  MAX_PIN_LENGTH: 0x1d,
  AUTHENTICATOR_CONFIG_COMMANDS: 0x1f,
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
    pinUvAuthProtocols: numbers(info.optionalArray(Member.PIN_UV_AUTH_PROTOCOLS)) ?? [],
    maxCredentialCountInList: info.optionalInteger(Member.MAX_CREDENTIAL_COUNT_IN_LIST),
    maxCredentialIdLength: info.optionalInteger(Member.MAX_CREDENTIAL_ID_LENGTH),
    transports: optionalTexts(info.optionalArray(Member.TRANSPORTS)),
    algorithms: info
      .optionalArray(Member.ALGORITHMS)
      ?.map((entry) => new MemberReader(entry, 'an algorithm').integer('alg')),
    forcePinChange: info.optionalBoolean(Member.FORCE_PIN_CHANGE) ?? false,
    minPinLength: info.optionalInteger(Member.MIN_PIN_LENGTH) ?? DEFAULT_MIN_PIN_LENGTH,
    maxPinLength: info.optionalInteger(Member.MAX_PIN_LENGTH) ?? MAX_PIN_BYTES,
    pinComplexityPolicy: info.optionalBoolean(Member.PIN_COMPLEXITY_POLICY) ?? false,
    pinComplexityPolicyUrl: url(info.optionalBytes(Member.PIN_COMPLEXITY_POLICY_URL)),
    maxRpIdsForSetMinPinLength: info.optionalInteger(Member.MAX_RPIDS_FOR_SET_MIN_PIN_LENGTH),
    preferredPlatformUvAttempts: info.optionalInteger(Member.PREFERRED_PLATFORM_UV_ATTEMPTS),
    uvModality: info.optionalInteger(Member.UV_MODALITY),
    uvCountSinceLastPinEntry: info.optionalInteger(Member.UV_COUNT_SINCE_LAST_PIN_ENTRY),
    certifications: certifications(info.optionalMap(Member.CERTIFICATIONS, 'getInfo certifications')),
    attestationFormats: optionalTexts(info.optionalArray(Member.ATTESTATION_FORMATS)) ?? ['packed'],
    longTouchForReset: info.optionalBoolean(Member.LONG_TOUCH_FOR_RESET),
    transportsForReset: optionalTexts(info.optionalArray(Member.TRANSPORTS_FOR_RESET)),
    authenticatorConfigCommands: numbers(info.optionalArray(Member.AUTHENTICATOR_CONFIG_COMMANDS)),
    firmwareVersion: info.optionalInteger(Member.FIRMWARE_VERSION),
    remainingResidentSlots: info.optionalInteger(Member.REMAINING_DISCOVERABLE_CREDENTIALS),
  };
}

function texts(values: readonly CborValue[] | undefined): readonly string[] {
  return optionalTexts(values) ?? [];
}

function optionalTexts(values: readonly CborValue[] | undefined): readonly string[] | undefined {
  return values?.filter((value) => typeof value === 'string');
}

function numbers(values: readonly CborValue[] | undefined): readonly number[] | undefined {
  return values?.filter((value) => typeof value === 'number');
}

function certifications(map: MemberReader | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [name, value] of map?.entries() ?? []) {
    if (typeof name === 'string' && typeof value === 'number') found.set(name, value);
  }
  return found;
}

/** Bytes of UTF-8 by the standard. It is shown to people: what holds anything but the characters of a URL (RFC 3986) is left out. */
function url(bytes: Uint8Array | undefined): string | undefined {
  const text = Buffer.from(bytes ?? []).toString('latin1');
  return /^[\x21-\x7e]{1,2048}$/.test(text) ? text : undefined;
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
