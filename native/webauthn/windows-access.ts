/** What a Windows computer offers for reaching security keys without opening them. */
import type { Clock } from '../../time/clock.ts';
import type { WebauthnAuthenticator } from './webauthn-authenticator.ts';

/** The security key as Windows shows it: `WebauthnAuthenticator`, and what tests have in its place. */
export type WindowsKey = Pick<WebauthnAuthenticator, 'makeCredential' | 'getAssertion'>;

export interface WindowsAccess {
  /** Whether this process may open security keys itself. */
  isElevated(): Promise<boolean>;
  /** Loads the library once. Throws `WEBAUTHN_MISSING`, `WEBAUTHN_TOO_OLD`. */
  open(): Promise<WindowsKey>;
}

/** `window`: of the app (HWND); without it the console's is taken, or the one in front. */
export function windowsAccess(clock: Clock, window?: () => bigint | undefined): WindowsAccess {
  let opened: Promise<WindowsKey> | undefined;
  const open = async () => {
    const [{ loadWebauthnApi }, { WebauthnAuthenticator: Authenticator }] = await Promise.all([
      import('./webauthn-api.ts'),
      import('./webauthn-authenticator.ts'),
    ]);
    return new Authenticator(await loadWebauthnApi(), { clock, ...(window === undefined ? {} : { window }) });
  };
  return {
    isElevated: async () => (await import('./elevation.ts')).isElevated(),
    open() {
      opened ??= open();
      return opened;
    },
  };
}
