/** What is known of security keys and of who makes them, and what the settings demand of them, composed for enrollments. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { AttestationTrust } from '../native/ctap2/attestation-chain.ts';
import { formatAaguid, formatFirmware } from '../native/ctap2/get-info.ts';
import { attestationOf } from './enrollment/key-files.ts';
import type { KeyFacts, KeyScrutiny } from './enrollment/key-scrutiny.ts';
import { advisoriesFor } from './security-keys/advisories.ts';
import {
  type AttestationPolicy,
  assertAttestationSuffices,
  assertFoundAllowed,
  assertKeyAllowed,
  type ScrutinizedKey,
} from './security-keys/attestation-policy.ts';
import { attestationTrust } from './security-keys/attestation-roots.ts';
import { exactly, parseFirmware } from './security-keys/firmware.ts';
import { firmwareOfKey, modelOf } from './security-keys/models.ts';
import type { Settings } from './storage/settings.ts';

/** The settings by which keys are judged. */
export type PolicySettings = Pick<Settings, 'get' | 'problems'>;

/**
 * Throws `ATTESTATION_POLICY_UNUSABLE` where a value of the policy, or the file that may hold one, cannot be used: a policy that is not
 * understood is not taken for none. Throws `ATTESTATION_ROOT_INVALID` too.
 */
export async function keyScrutiny(settings: PolicySettings, homeFolder: string): Promise<KeyScrutiny> {
  const policy = policyOf(settings);
  const trust = await trustOf(settings, homeFolder);
  return {
    trust,

    identify(key, algorithm) {
      const model = modelOf(key);
      const advisories = advisoriesFor(model, firmwareOfKey(model, key), [algorithm]);
      const { firmwareVersion, deviceVersion } = key;
      return {
        model: model.knownBy === 'aaguid' ? model.name : undefined,
        firmware: firmwareVersion === undefined ? deviceVersion.join('.') : formatFirmware(firmwareVersion),
        notices: advisories.filter(({ severity }) => severity === 'notice'),
      };
    },

    modelNamed(aaguid) {
      const { knownBy, name } = modelOf({ aaguid });
      return knownBy === 'aaguid' ? name : undefined;
    },

    assertAllowed: (key) => assertKeyAllowed(policy, scrutinized(key)),

    assertSuffices(verdict, credential) {
      const aaguid = formatAaguid(attestationOf(credential).authData.attested.aaguid);
      const model = modelOf({ aaguid });
      const told = model.vendor === 'Yubico' ? parseFirmware(credential.firmware ?? '') : undefined;
      const firmware = told === undefined ? model.firmware : exactly(told);
      assertAttestationSuffices(policy, verdict, { name: credential.product, aaguid, firmware });
    },

    assertFoundAllowed({ product = 'the security key', aaguid }) {
      const { firmware } = modelOf({ aaguid });
      assertFoundAllowed(policy, { name: product, aaguid: aaguid ?? 'unknown', firmware });
    },
  };
}

/** Yubico's roots and those of the settings. Throws `ATTESTATION_ROOT_INVALID`. */
export function trustOf(settings: Pick<Settings, 'get'>, homeFolder: string): Promise<AttestationTrust> {
  const files = settings.get('attestation.roots').value;
  return attestationTrust(
    files.map((file) => (file.startsWith('~/') ? join(homeFolder, file.slice(2)) : file)),
    (file) => readFile(file, 'utf8'),
  );
}

function policyOf(settings: PolicySettings): AttestationPolicy {
  // A key that is unknown may be a part of the policy misspelt; a file that cannot be read may hold one.
  const fault = settings
    .problems()
    .find(({ source, what }) => what.startsWith('attestation.') || (source === 'file' && /[\\/]/.test(what)));
  if (fault !== undefined) {
    throw new GlasskeyError({
      code: 'ATTESTATION_POLICY_UNUSABLE',
      message: `It is not known which security keys may be enrolled: ${fault.what} cannot be used (${fault.why}).`,
      remedy: 'Correct it, or ask whoever wrote settings.json to: glasskey settings shows where it is.',
    });
  }
  const minimum = settings.get('attestation.minimumFirmware').value;
  return {
    require: settings.get('attestation.require').value,
    allowedAaguids: settings.get('attestation.allowedAaguids').value,
    minimumFirmware: minimum === null ? undefined : parseFirmware(minimum),
  };
}

function scrutinized(key: KeyFacts): ScrutinizedKey {
  const model = modelOf(key);
  return { name: key.product, aaguid: key.aaguid, firmware: firmwareOfKey(model, key) };
}
