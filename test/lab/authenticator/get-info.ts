import { type CborMap, type CborValue, cborMap } from './cbor.ts';
import type { DeviceMemory } from './device-memory.ts';
import { fromHex } from './hex.ts';

/** authenticatorGetInfo (CTAP 2.1, 6.4). */
export function getInfo(memory: DeviceMemory): CborMap {
  const { profile, state, store } = memory;
  const fixed = profile.fixedInfo;
  return cborMap([
    [0x01, profile.versions.filter((version) => version !== 'U2F_V2' || !state.alwaysUv)],
    [0x02, profile.extensions],
    [0x03, fromHex(profile.aaguid)],
    [0x04, options(memory)],
    [0x05, profile.maxMsgSize],
    [0x06, profile.pinProtocols],
    [0x07, fixed.maxCredentialCountInList],
    [0x08, fixed.maxCredentialIdLength],
    [0x09, fixed.transports],
    [0x0a, fixed.announcesAlgorithms ? algorithms(profile.algorithms) : undefined],
    [0x0b, fixed.maxSerializedLargeBlobArray],
    [0x0c, fixed.announcesPinLength ? state.forcePinChange : undefined],
    [0x0d, fixed.announcesPinLength ? state.minPinLength : undefined],
    [0x0e, fixed.firmwareVersion],
    [0x0f, fixed.maxCredBlobLength],
    [0x10, fixed.maxRpidsForSetMinPinLength],
    [0x11, fixed.preferredPlatformUvAttempts],
    [0x12, fixed.uvModality],
    [0x13, fixed.certifications && cborMap(Object.entries(fixed.certifications))],
    [0x14, fixed.announcesRemainingCredentials ? store.remainingSlots : undefined],
  ]);
}

function options({ profile, state }: DeviceMemory): CborMap {
  const permissions = profile.tokens === 'permissions' ? true : undefined;
  const full = profile.credentialManagement === 'full' ? true : undefined;
  const preview = profile.credentialManagement === 'none' ? undefined : true;
  const finger = profile.fingerprints ? state.fingers.length > 0 : undefined;
  return cborMap([
    ['rk', true],
    ['up', true],
    ['plat', false],
    ['uv', finger],
    ['clientPin', state.pin !== null],
    ['alwaysUv', profile.config ? state.alwaysUv : undefined],
    ['credMgmt', full],
    ['authnrCfg', profile.config ? true : undefined],
    ['bioEnroll', finger],
    ['pinUvAuthToken', permissions],
    ['setMinPINLength', profile.config ? true : undefined],
    ['makeCredUvNotRqd', profile.makeCredUvNotRqd ? !state.alwaysUv : undefined],
    ['credentialMgmtPreview', preview],
    ['userVerificationMgmtPreview', finger],
  ]);
}

function algorithms(list: readonly number[]): CborValue {
  return list.map((alg) =>
    cborMap([
      ['alg', alg],
      ['type', 'public-key'],
    ]),
  );
}
