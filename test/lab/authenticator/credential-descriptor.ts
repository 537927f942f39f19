import { Status } from '../../../native/ctap2/constants.ts';
import { type CborMap, type CborValue, cborMap } from './cbor.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Profile } from './profiles.ts';
import { RequestFields } from './request-fields.ts';

/** The ids in a list of PublicKeyCredentialDescriptors, other types left out. Too long a list is 0x15. */
export function credentialDescriptorIds(profile: Profile, list: readonly CborValue[]): Uint8Array[] {
  const limit = profile.fixedInfo.maxCredentialCountInList;
  if (limit !== undefined && list.length > limit) throw new CtapFailure(Status.LIMIT_EXCEEDED, 'list too long');
  return list.flatMap((item) => {
    const fields = RequestFields.of(item);
    const id = fields.bytes('id');
    return fields.text('type') === 'public-key' ? [id] : [];
  });
}

export function credentialDescriptor(credentialId: Uint8Array): CborMap {
  return cborMap([
    ['id', credentialId],
    ['type', 'public-key'],
  ]);
}
