/** What operating systems know the app by. A change of any of these makes it another app to them, with state of its own. */

export const PRODUCT_NAME = 'Glasskey';

/** The program's file, the Linux packages and the desktop entry. */
export const EXECUTABLE = 'glasskey';

/** macOS' bundle identifier. */
export const BUNDLE_ID = 'com.nexusidentity.glasskey';

/**
 * Squirrel's package. It installs into %LOCALAPPDATA%\<package>, and deletes that folder with all that is in it before an installation
 * and at the removal: it must never be the data folder, %LOCALAPPDATA%\Glasskey, in whatever case it is written.
 */
export const SQUIRREL_PACKAGE = 'GlasskeyApp';

/**
 * Windows' application user model id: Squirrel gives this one to the shortcuts it makes (com.squirrel.<package>.<program>), and
 * notifications and the taskbar only know the window to be the same app when the app sets it too (app.setAppUserModelId).
 */
export const APP_USER_MODEL_ID = `com.squirrel.${SQUIRREL_PACKAGE}.${EXECUTABLE}`;

/** Deep links: glasskey://connect/<target>. */
export const LINK_SCHEME = 'glasskey';

export const COPYRIGHT = 'Copyright © 2026 The Glasskey developers';
export const COMPANY = 'The Glasskey developers';
export const SUMMARY = 'Break-glass login to network devices with a security key';
