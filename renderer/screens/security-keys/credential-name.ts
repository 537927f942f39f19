/** What a credential is called: by the names that the key keeps, as they are. */
import type { ResidentCredentialView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

export function credentialName({ userName, displayName }: ResidentCredentialView, say: WindowTexts['say']): string {
  const name = [userName, displayName].find((one) => one !== undefined && one.trim() !== '');
  return name ?? say('keys.credential-unnamed');
}
