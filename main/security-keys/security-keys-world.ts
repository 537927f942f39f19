/** What the management of security keys stands on. The composition (glasskey-security-keys.ts) hands it in. */
import type { CredentialPublicKey } from '../../native/ctap2/cose-key.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import type { EnrollmentOnKey } from './security-key.ts';

/** An enrollment of this computer, as far as its credential on a key goes. */
export interface EnrolledCredential {
  readonly enrollment: EnrollmentOnKey;
  readonly credentialId: Uint8Array;
  /** The model that holds it; undefined where nobody noted it. */
  readonly aaguid: string | undefined;
}

export interface SecurityKeysWorld {
  readonly bus: HidBus;
  /** Its clock is the one that waiting goes by. */
  readonly channel: ChannelWorld;
  readonly enrolled: readonly EnrolledCredential[];
  /** What `ssh-keygen -l` would print for a credential of this application. */
  readonly sshFingerprint: (publicKey: CredentialPublicKey, application: string) => string;
}
