/** What operating systems know the app by. A change of any of these makes it another app to them, with state of its own. */

export const PRODUCT_NAME = 'Glasskey';

/** The program's file, the Linux packages and the desktop entry. */
export const EXECUTABLE = 'glasskey';

/** macOS' bundle identifier. */
export const BUNDLE_ID = 'com.nexusidentity.glasskey';

/**
 * Windows' application user model id: Squirrel gives this one to the shortcuts it makes (com.squirrel.<package>.<program>), and
 * notifications and the taskbar only know the window to be the same app when the app sets it too (app.setAppUserModelId).
 */
export const APP_USER_MODEL_ID = `com.squirrel.${EXECUTABLE}.${EXECUTABLE}`;

/** Deep links: glasskey://connect/<target>. */
export const LINK_SCHEME = 'glasskey';

export const COPYRIGHT = 'Copyright © 2026 The Glasskey developers';
export const COMPANY = 'The Glasskey developers';
export const SUMMARY = 'Break-glass login to network devices with a security key';
