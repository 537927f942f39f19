/**
 * What security advisories mean for one key (Yubico's YSA list; collected 2026-11-22). A YubiKey's firmware cannot be updated, so
 * "fixed in" always means "a newer key". None of them stops anybody: they are told.
 *
 * - YSA-2024-03 is told by Yubico's support article; that FIDO attestation keys are concerned too by public restatements only;
 * - YSA-2024-02 and YSA-2025-02 are known from public restatements of the advisories;
 * - advisories of U2F-generation keys (YubiKey 4 and its FIPS series) are left out: those keys cannot hold an SSH credential.
 */
import { type Firmware, type FirmwareBounds, formatFirmwareVersion, isOlderThan, knownFirmware } from './firmware.ts';
import type { SecurityKeyModel } from './models.ts';

export type SkAlgorithmName = 'ed25519-sk' | 'ecdsa-sk';

export interface Advisory {
  /** Yubico's number. */
  readonly id: string;
  readonly cve: string;
  /** What it is called, in a few words. */
  readonly title: string;
  /** `notice`: worth a person's time. `information`: nothing need be done. */
  readonly severity: 'notice' | 'information';
  /** `possible`: the key's firmware is not known well enough to tell. */
  readonly certainty: 'affected' | 'possible';
  /** What it means for this key, in whole sentences. */
  readonly meaning: string;
  /** What to do. */
  readonly remedy: string;
  readonly url: string;
}

/** Yubico promises nothing about ed25519-sk, so neither does this sentence. */
const ECDSA_CAUTION =
  'ecdsa-sk keys are affected; the published attack is on ECDSA, not Ed25519, and Yubico makes no separate promise about ed25519-sk keys.';

/**
 * The advisories that concern this key, the weightiest first. `algorithms` are the kinds of SSH key on it, or the one that is about
 * to be made; empty where that is not known.
 */
export function advisoriesFor(
  model: Pick<SecurityKeyModel, 'family'>,
  firmware: FirmwareBounds,
  algorithms: readonly SkAlgorithmName[],
): readonly Advisory[] {
  if (model.family === 'other') return [];
  const isBio = model.family === 'yubikey-bio';
  const found: Advisory[] = [];
  const add = (affected: boolean | 'unknown', advisory: Omit<Advisory, 'certainty' | 'url'>) => {
    if (affected === false) return;
    const certainty = affected === true ? 'affected' : 'possible';
    found.push({ ...advisory, certainty, url: yubicoUrl(advisory.id) });
  };

  const eucleakFixed: Firmware = isBio ? [5, 7, 2] : [5, 7, 0];
  const eucleak = isOlderThan(firmware, eucleakFixed);
  add(eucleak, {
    id: 'YSA-2024-03',
    cve: 'CVE-2024-45678',
    title: 'EUCLEAK: ECDSA private keys can be recovered in a laboratory',
    severity: 'notice',
    meaning: [firmwareSentence(eucleak, firmware, eucleakFixed), eucleakMeaning(algorithms)].join(' '),
    remedy: eucleakRemedy(algorithms, isBio),
  });
  add(between(firmware, [5, 0, 0], isBio ? [5, 6, 4] : [5, 7, 0]), {
    id: 'YSA-2024-02',
    cve: 'CVE-2024-35311',
    title: 'The list of what is on the key can be read without its PIN',
    severity: 'information',
    meaning:
      'Who holds the key, or runs a program on the computer it is plugged into, can list what its resident credentials are for, without PIN or fingerprint. No private key leaks.',
    remedy: 'Nothing is urgent. Where it is a secret that this key logs in by SSH, use one of firmware 5.7 or later.',
  });
  add(between(firmware, [5, 4, 1], [5, 7, 4]), {
    id: 'YSA-2025-02',
    cve: 'CVE-2025-29991',
    title: 'Half of an authentication value is enough for the key',
    severity: 'information',
    meaning:
      'Under PIN/UV auth protocol two the key compares 16 bytes of an authentication value where CTAP asks for 32. No attack is known.',
    remedy: 'Nothing. Glasskey sends all 32 bytes.',
  });
  return found;
}

/** At least `from` and older than `below`. */
function between(firmware: FirmwareBounds, from: Firmware, below: Firmware): boolean | 'unknown' {
  const isNewEnough = not(isOlderThan(firmware, from));
  const isOldEnough = isOlderThan(firmware, below);
  if (isNewEnough === false || isOldEnough === false) return false;
  return isNewEnough === true && isOldEnough === true ? true : 'unknown';
}

function not(value: boolean | 'unknown'): boolean | 'unknown' {
  return value === 'unknown' ? value : !value;
}

function firmwareSentence(affected: boolean | 'unknown', firmware: FirmwareBounds, fixed: Firmware): string {
  const first = formatFirmwareVersion(fixed);
  const known = knownFirmware(firmware);
  if (affected === 'unknown')
    return `Keys of this kind are affected before firmware ${first}; this key's is not known.`;
  return known === undefined
    ? `This key's firmware is older than ${first}, the first that is not affected.`
    : `This key has firmware ${formatFirmwareVersion(known)}; ${first} is the first that is not affected.`;
}

function eucleakMeaning(algorithms: readonly SkAlgorithmName[]): string {
  const attack =
    'Somebody with the key in hand, laboratory equipment and, for many uses, the PIN can recover an ECDSA private key.';
  const others = 'Other credentials on the key, such as passkeys made with ES256, are concerned too.';
  if (algorithms.includes('ecdsa-sk'))
    return [attack, 'The ecdsa-sk key on it is one of those.', ECDSA_CAUTION].join(' ');
  return [attack, ECDSA_CAUTION, others].join(' ');
}

function eucleakRemedy(algorithms: readonly SkAlgorithmName[], isBio: boolean): string {
  const newer = `one of firmware ${isBio ? '5.7.2' : '5.7'} or later`;
  const keep =
    'Keep using it, and keep it in sight; report it at once when it is lost, so that devices no longer accept it.';
  return algorithms.includes('ecdsa-sk')
    ? `${keep} Prefer ed25519-sk where the devices take it; for access that matters most, replace the key by ${newer}.`
    : `${keep} For access that matters most, replace it by ${newer}.`;
}

/** Advisory pages live under the number in lower case. */
function yubicoUrl(id: string): string {
  return `https://www.yubico.com/support/security-advisories/${id.toLowerCase()}/`;
}
