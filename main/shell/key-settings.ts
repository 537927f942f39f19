/** Windows Settings, where an ordinary account changes the PIN of a security key, manages its fingerprints and resets it. */
import { shell } from 'electron';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** Accounts > Sign-in options (Microsoft Learn, "Launch Windows Settings", ms-settings URIs). The only address that Electron opens. */
const SIGN_IN_OPTIONS = 'ms-settings:signinoptions';

/** Throws `KEY_SETTINGS_NOT_OPENED`, also on any system but Windows: the address means nothing there. */
export async function openKeySettings(platform: NodeJS.Platform): Promise<void> {
  if (platform !== 'win32') throw notOpened();
  try {
    await shell.openExternal(SIGN_IN_OPTIONS);
  } catch (cause) {
    throw notOpened(cause);
  }
}

function notOpened(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_SETTINGS_NOT_OPENED',
    message: 'Windows Settings could not be opened.',
    remedy: 'Open Settings from the Start menu: Accounts, then Sign-in options, then Security key.',
    cause,
  });
}
