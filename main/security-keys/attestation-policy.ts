/**
 * What an organization demands of the security keys that are enrolled (settings `attestation.*`). What a key only says of itself is
 * looked at before anybody types a PIN; what its attestation proves, when the credential is made and before anything is published.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { VerifiedAttestation } from '../../native/ctap2/attestation.ts';
import {
  exactly,
  type Firmware,
  type FirmwareBounds,
  formatFirmwareVersion,
  isOlderThan,
  knownFirmware,
} from './firmware.ts';

export interface AttestationPolicy {
  /** `valid-signature`: any attestation that holds, by a certificate or the credential itself; `genuine`: up to a known root. */
  readonly require: 'off' | 'valid-signature' | 'genuine';
  /** In lower case; empty: any. Together with `genuine` its maker must have named it: a root of the settings may vouch for several models. */
  readonly allowedAaguids: readonly string[];
  readonly minimumFirmware: Firmware | undefined;
}

/** `certified`: by a certificate, of whose issuer nobody asked; undefined: of one that was made elsewhere nothing is left. */
export function attestationSuffices(
  require: AttestationPolicy['require'],
  shown: VerifiedAttestation['kind'] | 'certified' | undefined,
): boolean {
  switch (require) {
    case 'off':
      return true;
    case 'valid-signature':
      return shown !== undefined && shown !== 'none';
    case 'genuine':
      return shown === 'genuine';
    default:
      return require satisfies never;
  }
}

/** A key as the policy looks at it. */
export interface ScrutinizedKey {
  /** What people know it by. */
  readonly name: string;
  readonly aaguid: string;
  readonly firmware: FirmwareBounds;
}

/** Throws `KEY_NOT_ALLOWED`, `KEY_FIRMWARE_TOO_OLD`. */
export function assertKeyAllowed(policy: AttestationPolicy, key: ScrutinizedKey): void {
  assertModelAllowed(policy, key, '');
  assertFirmwareAllowed(policy, key, key.firmware, '');
}

const STAYS = ' The credential that was just made stays on the key, unused: glasskey credentials lists and deletes it.';

/**
 * Of a credential that was made. `verdict` has been verified, and its AAGUID is the attested one. Throws `ATTESTATION_INSUFFICIENT`,
 * `KEY_NOT_ALLOWED`, `KEY_FIRMWARE_TOO_OLD`.
 */
export function assertAttestationSuffices(
  policy: AttestationPolicy,
  verdict: VerifiedAttestation,
  key: ScrutinizedKey,
): void {
  if (!attestationSuffices(policy.require, verdict.kind)) {
    throw new GlasskeyError({
      code: 'ATTESTATION_INSUFFICIENT',
      message:
        policy.require === 'genuine'
          ? `The settings want a key whose maker is proven, and that of ${key.name} is not.`
          : `The settings want a key that attests what it makes, and ${key.name} does not.`,
      remedy: `Use another key, or have the settings attestation.require and attestation.roots looked at.${STAYS}`,
      detail: { verdict: verdict.kind, require: policy.require },
    });
  }
  assertModelAllowed(policy, key, STAYS);
  assertModelProven(policy, verdict, key);
  assertFirmwareAllowed(policy, key, key.firmware, STAYS);
  const proven = verdict.kind === 'genuine' ? verdict.maker.firmware : undefined;
  if (proven !== undefined) assertFirmwareAllowed(policy, key, exactly(proven), STAYS);
}

/**
 * Of a credential that was made elsewhere: its attestation is gone, and its model is what the key said of itself. Throws
 * `ATTESTATION_INSUFFICIENT`, `KEY_NOT_ALLOWED`, `KEY_FIRMWARE_TOO_OLD`.
 */
export function assertFoundAllowed(policy: AttestationPolicy, key: ScrutinizedKey): void {
  if (policy.require !== 'off') {
    throw new GlasskeyError({
      code: 'ATTESTATION_INSUFFICIENT',
      message:
        'The settings want keys that attest what they make. This one was made elsewhere: no attestation of it is left.',
      remedy: 'Make a key here with glasskey enroll --new, or have the setting attestation.require looked at.',
      detail: { verdict: 'none', require: policy.require },
    });
  }
  assertKeyAllowed(policy, key);
}

function assertModelAllowed({ allowedAaguids }: AttestationPolicy, key: ScrutinizedKey, more: string): void {
  if (allowedAaguids.length === 0 || allowedAaguids.includes(key.aaguid)) return;
  throw new GlasskeyError({
    code: 'KEY_NOT_ALLOWED',
    message: `The settings do not allow this model: ${key.name} (AAGUID ${key.aaguid}).`,
    remedy: `Use a key of a model that attestation.allowedAaguids names.${more}`,
    detail: { aaguid: key.aaguid },
  });
}

/** What the key says of itself is enough only where the settings do not ask for its maker. */
function assertModelProven(
  { require, allowedAaguids }: AttestationPolicy,
  verdict: VerifiedAttestation,
  { name }: ScrutinizedKey,
): void {
  if (require !== 'genuine' || allowedAaguids.length === 0) return;
  if (verdict.kind === 'genuine' && verdict.maker.namesAaguid) return;
  throw new GlasskeyError({
    code: 'ATTESTATION_INSUFFICIENT',
    message: `The settings allow certain models only, and the certificate of ${name} does not name the model that it is of.`,
    remedy: `Use another key, or have the settings attestation.allowedAaguids and attestation.roots looked at.${STAYS}`,
    detail: { verdict: verdict.kind, require },
  });
}

function assertFirmwareAllowed(
  { minimumFirmware }: AttestationPolicy,
  key: ScrutinizedKey,
  firmware: FirmwareBounds,
  more: string,
): void {
  if (minimumFirmware === undefined || isOlderThan(firmware, minimumFirmware) === false) return;
  const known = knownFirmware(firmware);
  const has = known === undefined ? 'its version is not known for certain' : `it is ${formatFirmwareVersion(known)}`;
  throw new GlasskeyError({
    code: 'KEY_FIRMWARE_TOO_OLD',
    message: `The settings want firmware ${formatFirmwareVersion(minimumFirmware)} or newer, and of ${key.name} ${has}.`,
    remedy: `Use a newer key: the firmware of a security key cannot be updated.${more}`,
    detail: { minimum: formatFirmwareVersion(minimumFirmware) },
  });
}
