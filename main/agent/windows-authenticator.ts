/** Signs through Windows, whose dialogs ask for the PIN and the touch, and which finds the security key itself. */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { WindowsKey } from '../../native/webauthn/windows-access.ts';
import type { AssertRequest } from './authenticator-keyring.ts';
import type { SigningAuthenticator } from './signing-authenticator.ts';

export class WindowsAuthenticator implements SigningAuthenticator {
  readonly asksItself = true;
  /** Each signature is asked for in a dialog of its own. */
  readonly isGone = false;
  readonly #open: () => Promise<WindowsKey>;

  /** `open` throws where Windows cannot do it: `WEBAUTHN_MISSING`, `WEBAUTHN_TOO_OLD`. */
  constructor(open: () => Promise<WindowsKey>) {
    this.#open = open;
  }

  /** Rejects with what native/webauthn/hresult-error.ts names, and `CANCELLED` when the signal fires. */
  async assert(request: AssertRequest<Pin>, signal: AbortSignal, onTouchWanted: () => void) {
    const key = await this.#open();
    const { application, clientData, credentialId, userVerification } = request;
    const asked = { rpId: application, clientData, credentialIds: [credentialId], userVerification };
    const answer = key.getAssertion(asked, { signal });
    // The dialog does not say what is signed: that is said beside it.
    onTouchWanted();
    const { authDataBytes, signature } = await answer;
    return { authData: authDataBytes, signature };
  }

  /** Whether a key is plugged in shows only in the dialog. */
  async ready(): Promise<void> {
    await this.#open();
  }

  async prepare(): Promise<void> {
    await this.#open();
  }

  async holds(): Promise<undefined> {
    return undefined;
  }

  async pinTriesLeft(): Promise<undefined> {
    return undefined;
  }

  abandon(): void {}

  async close(): Promise<void> {}
}
