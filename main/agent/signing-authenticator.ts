/** What an agent needs of the security key: the same for one that Glasskey opens and for one that it reaches through Windows. */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { AssertingAuthenticator, AssertRequest } from './authenticator-keyring.ts';

export interface SigningAuthenticator extends AssertingAuthenticator<Pin> {
  /** Finds the key that has the credential and holds it ready. No PIN, no touch. Throws where it is not there. */
  ready(credentialId: Uint8Array, signal: AbortSignal): Promise<unknown>;
  /**
   * Whether it would sign, found out without a touch, under the PIN where one is given, which the key checks first (`onPinTaken`).
   * Undefined: nobody can say.
   */
  holds(
    request: Pick<AssertRequest<Pin>, 'application' | 'credentialId' | 'pin'>,
    signal: AbortSignal,
    onPinTaken: () => void,
  ): Promise<boolean | undefined>;
  pinTriesLeft(signal: AbortSignal): Promise<number | undefined>;
  /** Exchanges with the open key what it takes a PIN under, before there is something to sign. Without it that comes with the first signature. */
  agree?(signal: AbortSignal): Promise<void>;
  /** The key that is in use was unplugged. False where none is. */
  readonly isGone: boolean;
  abandon(): void;
  /** Lets go of the key; the next signature finds it anew. */
  close(): Promise<void>;
}
