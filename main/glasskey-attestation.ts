/** What is known of security keys and of who makes them, composed for enrollments. */
import { formatFirmware } from '../native/ctap2/get-info.ts';
import { yubicoTrust } from '../native/ctap2/yubico-roots.ts';
import type { KeyScrutiny } from './enrollment/key-scrutiny.ts';
import { advisoriesFor } from './security-keys/advisories.ts';
import { firmwareOfKey, modelOf } from './security-keys/models.ts';

export function keyScrutiny(): KeyScrutiny {
  return {
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
    trust: yubicoTrust(),
  };
}
