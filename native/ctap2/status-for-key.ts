/**
 * What a status byte means to the owner of this very key: where the general sentence (`status.ts`) would send some of them the
 * wrong way.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Status } from './constants.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import type { Sentence } from './status.ts';
import { sentenceOf, statusError } from './status.ts';

/** What is known of a key when it refuses. */
export interface KeyFacts {
  readonly vendorId: number;
  /** Major, minor, build of the INIT reply: of a YubiKey its firmware. */
  readonly deviceVersion: readonly [number, number, number];
  /** Undefined when the key was not asked yet. */
  readonly info: AuthenticatorInfo | undefined;
}

const YUBICO = 0x1050;
/** Since this firmware YubiKeys know Ed25519, credProtect and credential management. */
const COMPLETE_YUBIKEY = [5, 2, 3] as const;

/** The error for a status byte other than OK. `what` names the operation, for the cancelled one. */
export function statusErrorFor(status: number, what: string, key: KeyFacts): GlasskeyError {
  const change = changeFor(status, key);
  if (change === undefined) return statusError(status, what);
  return new GlasskeyError({ ...sentenceOf(status), ...change, detail: { ctapStatus: status } });
}

function changeFor(status: number, key: KeyFacts): Partial<Sentence> | undefined {
  switch (status) {
    case Status.INVALID_COMMAND:
    case Status.INVALID_SUBCOMMAND:
    case Status.UNSUPPORTED_EXTENSION:
      return { remedy: newerKey(key) };
    case Status.UNSUPPORTED_ALGORITHM:
      return algorithm(key);
    case Status.KEY_STORE_FULL:
      return storeFull(key.info);
    case Status.PIN_POLICY_VIOLATION:
      return pinPolicy(key.info);
    case Status.PUAT_REQUIRED:
      return verificationWanted(key.info);
    case Status.OPERATION_DENIED:
      return hasReader(key.info) ? { remedy: DENIED_BY_READER } : undefined;
    case Status.UNAUTHORIZED_PERMISSION:
      return hasReader(key.info) ? undefined : { remedy: newerKey(key) };
    default:
      return undefined;
  }
}

const DENIED_BY_READER = 'Repeat the command and touch the key, with an enrolled finger, when it blinks.';

function isYubiKey({ vendorId, deviceVersion }: KeyFacts): boolean {
  return vendorId === YUBICO && deviceVersion[0] > 0;
}

function isOldYubiKey(key: KeyFacts): boolean {
  return isYubiKey(key) && compareVersions(key.deviceVersion, COMPLETE_YUBIKEY) < 0;
}

/** What helps where a key lacks a function: no YubiKey's firmware can be updated, other vendors' sometimes can. */
function newerKey(key: KeyFacts): string {
  if (isOldYubiKey(key)) {
    return `Use a key with newer firmware: this one has ${key.deviceVersion.join('.')}, and YubiKeys have it from 5.2.3.`;
  }
  if (isYubiKey(key))
    return `Use another key: this one has firmware ${key.deviceVersion.join('.')}, which cannot be updated.`;
  return 'Use another key, or look whether the maker of this one has newer firmware for it.';
}

function algorithm(key: KeyFacts): Partial<Sentence> {
  const other = 'Enroll with --algorithm ecdsa-sk, or use a key that knows Ed25519 (YubiKey firmware 5.2.3 or later).';
  if (!isOldYubiKey(key)) return { remedy: other };
  const firmware = key.deviceVersion.join('.');
  return {
    message: `This key cannot make Ed25519 keys: its firmware is ${firmware}, and they came with 5.2.3.`,
    remedy: other,
  };
}

function storeFull(info: AuthenticatorInfo | undefined): Partial<Sentence> | undefined {
  if (info === undefined) return undefined;
  const manages = info.options.get('credMgmt') === true || info.options.get('credentialMgmtPreview') === true;
  if (manages) return undefined;
  return {
    remedy: 'Use another key: this one cannot delete single credentials, and a reset deletes everything on it.',
  };
}

function pinPolicy(info: AuthenticatorInfo | undefined): Partial<Sentence> | undefined {
  if (info === undefined) return undefined;
  const least = `at least ${info.minPinLength} characters`;
  if (!info.pinComplexityPolicy) return { remedy: `Choose one of ${least}, other than the current one.` };
  const rules = info.pinComplexityPolicyUrl === undefined ? '' : ` Its rules: ${info.pinComplexityPolicyUrl}`;
  return { remedy: `Choose one of ${least} that is no simple or common one.${rules}` };
}

function verificationWanted(info: AuthenticatorInfo | undefined): Partial<Sentence> | undefined {
  if (info?.options.get('alwaysUv') !== true) return undefined;
  return { message: 'The key is set to want its PIN or fingerprint for everything.' };
}

function hasReader(info: AuthenticatorInfo | undefined): boolean {
  return info?.options.has('uv') === true;
}

/** Below 0: `a` is older. */
function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
