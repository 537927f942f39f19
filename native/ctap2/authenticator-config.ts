/**
 * authenticatorConfig (CTAP 2.1, 6.11; ctap.md section 13): settings of the key itself. Enterprise attestation (subcommand 1) is
 * left out on purpose: it would let sites tell the single key.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CborMap } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { CtapCommand } from './constants.ts';
import type { CtapCommands, Operation } from './ctap-commands.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import type { PinUvAuthToken } from './pin-uv-auth-token.ts';
import { underToken } from './pin-uv-auth-token.ts';
import type { SubCommandForm } from './subcommand-request.ts';
import { subCommandRequest } from './subcommand-request.ts';

const SubCommand = { TOGGLE_ALWAYS_UV: 0x02, SET_MIN_PIN_LENGTH: 0x03, ENABLE_LONG_TOUCH_FOR_RESET: 0x04 } as const;

const Param = { NEW_MIN_PIN_LENGTH: 1, MIN_PIN_LENGTH_RP_IDS: 2, FORCE_CHANGE_PIN: 3 } as const;

/** 32 bytes of ff stand in the message where others have a hash, then the command's own number (6.11). */
export const CONFIG_FORM: SubCommandForm = {
  member: { subCommand: 1, params: 2, protocol: 3, param: 4 },
  always: [],
  messagePrefix: Uint8Array.of(...new Uint8Array(32).fill(0xff), CtapCommand.CONFIG),
};

/** Which of these settings the key has. */
export interface ConfigSupport {
  readonly alwaysUv: boolean;
  readonly minPinLength: boolean;
  readonly longTouchForReset: boolean;
}

export function configSupport(info: AuthenticatorInfo): ConfigSupport {
  const has = info.options.get('authnrCfg') === true;
  return {
    alwaysUv: has && info.options.has('alwaysUv'),
    minPinLength: has && info.options.get('setMinPINLength') === true,
    longTouchForReset: has && (info.authenticatorConfigCommands ?? []).includes(SubCommand.ENABLE_LONG_TOUCH_FOR_RESET),
  };
}

/**
 * Has every makeCredential and getAssertion want PIN or fingerprint, or no longer. The command toggles, so the key is read
 * before and after. False: it was so already. `token` undefined: on a key without PIN that wants none. Throws `KEY_NO_CONFIG`,
 * `CONFIG_NOT_TAKEN` when the key says done and is not, `PIN_TOKEN_EXPIRED`, and what the key answers (FIPS models keep it on).
 */
export async function setAlwaysUv(
  key: CtapCommands,
  token: PinUvAuthToken | undefined,
  wanted: boolean,
  operation: Operation = {},
): Promise<boolean> {
  const before = await freshInfo(key, operation);
  assertConfigurable(before, 'alwaysUv');
  if (before.options.get('alwaysUv') === wanted) return false;
  await configure(key, token, SubCommand.TOGGLE_ALWAYS_UV, undefined, operation);
  const after = await freshInfo(key, operation);
  if (after.options.get('alwaysUv') !== wanted) throw notTaken();
  return true;
}

export interface MinPinLength {
  /** In code points. It only grows; a reset alone takes it back. */
  readonly length?: number | undefined;
  /** Relying parties that may read the minimum; replaces those that the key has. */
  readonly rpIds?: readonly string[] | undefined;
  /** The PIN must be changed before it is used again. A minimum above its length forces that too. */
  readonly forcePinChange?: boolean | undefined;
}

/**
 * Where the PIN must be changed afterwards, the token is no longer good: this is the last that is done with it.
 *
 * Throws `PIN_MINIMUM` when the length is below the one the key has or above its longest PIN, or there are too many relying
 * parties: nothing was sent then. Else `KEY_NO_CONFIG`, `PIN_TOKEN_EXPIRED`, `CONFIG_NOT_TAKEN`.
 */
export async function setMinPinLength(
  key: CtapCommands,
  token: PinUvAuthToken | undefined,
  wanted: MinPinLength,
  operation: Operation = {},
): Promise<void> {
  const before = await freshInfo(key, operation);
  assertConfigurable(before, 'minPinLength');
  assertMinPinLength(before, wanted);
  const params = cborMap([
    [Param.NEW_MIN_PIN_LENGTH, wanted.length],
    [Param.MIN_PIN_LENGTH_RP_IDS, wanted.rpIds],
    [Param.FORCE_CHANGE_PIN, wanted.forcePinChange === true ? true : undefined],
  ]);
  await configure(key, token, SubCommand.SET_MIN_PIN_LENGTH, params, operation);
  const after = await freshInfo(key, operation);
  if (after.minPinLength < (wanted.length ?? 0)) throw notTaken();
}

/**
 * A reset then wants the key held for seconds, not only touched. There is no way back but a reset. Throws `KEY_NO_CONFIG`,
 * `PIN_TOKEN_EXPIRED`.
 */
export async function enableLongTouchForReset(
  key: CtapCommands,
  token: PinUvAuthToken | undefined,
  operation: Operation = {},
): Promise<void> {
  const before = await freshInfo(key, operation);
  assertConfigurable(before, 'longTouchForReset');
  if (before.longTouchForReset === true) return;
  await configure(key, token, SubCommand.ENABLE_LONG_TOUCH_FOR_RESET, undefined, operation);
}

async function configure(
  key: CtapCommands,
  token: PinUvAuthToken | undefined,
  subCommand: number,
  params: CborMap | undefined,
  operation: Operation,
): Promise<void> {
  const request = subCommandRequest(CONFIG_FORM, subCommand, params, token);
  try {
    await underToken(() => key.call(CtapCommand.CONFIG, request, operation, 'Changing the key’s settings'));
  } finally {
    key.forgetInfo();
  }
}

function freshInfo(key: CtapCommands, operation: Operation): Promise<AuthenticatorInfo> {
  key.forgetInfo();
  return key.info(operation);
}

/** Before a person is asked for the PIN. Throws `KEY_NO_CONFIG`. */
export function assertConfigurable(info: AuthenticatorInfo, setting: keyof ConfigSupport): void {
  if (!configSupport(info)[setting]) throw noConfig();
}

/** Throws `PIN_MINIMUM`. */
export function assertMinPinLength(info: AuthenticatorInfo, wanted: MinPinLength): void {
  const { length, rpIds } = wanted;
  if (length !== undefined && length < info.minPinLength) {
    throw minimumError(
      `The minimum of this key is ${info.minPinLength} characters already, and it can only grow.`,
      'Choose a larger one; only a reset takes it back, and a reset deletes everything on the key.',
    );
  }
  if (length !== undefined && length > info.maxPinLength) {
    throw minimumError(
      `This key takes no PIN longer than ${info.maxPinLength} characters.`,
      'Choose a smaller minimum.',
    );
  }
  const most = info.maxRpIdsForSetMinPinLength ?? 0;
  if (rpIds !== undefined && rpIds.length > most) {
    throw minimumError(`This key lets ${most} relying parties read its minimum.`, 'Name fewer.');
  }
}

function minimumError(message: string, remedy: string): GlasskeyError {
  return new GlasskeyError({ code: 'PIN_MINIMUM', message, remedy });
}

function noConfig(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_NO_CONFIG',
    message: 'This key does not have this setting.',
    remedy: 'Use a key with newer firmware (YubiKey 5.7 or later) where you need it.',
  });
}

function notTaken(): GlasskeyError {
  return new GlasskeyError({
    code: 'CONFIG_NOT_TAKEN',
    message: 'The key said that it changed its setting, but still tells the old one.',
    remedy: 'Unplug the key, plug it in again, and look; if it is unchanged, report this key.',
  });
}
