/**
 * Electron's permission handlers, as far as the debugging protocol reaches.
 *
 * Chromium tells nobody that a page asked for a permission; it can only be told beforehand what to answer. So at each new
 * document both of the session's handlers are asked about every permission in the table below, and what they say is set
 * for the document's origin: granted when both say yes. A session without handlers grants everything, as Electron does, so
 * that a test sees what a missing handler would mean. Differences to know: the handlers are asked early and about all, not
 * when the page asks. What Chromium has no setting for (fullscreen, hid, serial, usb) is switched off by a Permissions-Policy
 * header of the document when it is denied; `fileSystem` cannot be denied, and headless Chromium has no chooser to use it by.
 */
import type { Browser } from '../chromium/browser.ts';
import type { Protocol } from '../chromium/cdp-connection.ts';

type Descriptor = Protocol.Browser.PermissionDescriptor;

/** Electron's names, and what Chromium calls the same. An empty list: not settable. */
const PERMISSIONS: Readonly<Record<string, readonly Descriptor[]>> = {
  'background-sync': [{ name: 'background-sync' }],
  'clipboard-read': [{ name: 'clipboard-read' }],
  'clipboard-sanitized-write': [{ name: 'clipboard-write' }],
  'display-capture': [{ name: 'display-capture' }],
  fileSystem: [],
  fullscreen: [],
  geolocation: [{ name: 'geolocation' }],
  hid: [],
  'idle-detection': [{ name: 'idle-detection' }],
  keyboardLock: [{ name: 'keyboard-lock' }],
  'local-fonts': [{ name: 'local-fonts' }],
  media: [{ name: 'camera' }, { name: 'microphone' }],
  midi: [{ name: 'midi' }],
  midiSysex: [{ name: 'midi', sysex: true }],
  notifications: [{ name: 'notifications' }],
  'persistent-storage': [{ name: 'persistent-storage' }],
  pointerLock: [{ name: 'pointer-lock' }],
  'screen-wake-lock': [{ name: 'screen-wake-lock' }],
  sensors: [
    { name: 'accelerometer' },
    { name: 'gyroscope' },
    { name: 'magnetometer' },
    { name: 'ambient-light-sensor' },
  ],
  serial: [],
  'storage-access': [{ name: 'storage-access' }],
  'top-level-storage-access': [{ name: 'top-level-storage-access' }],
  usb: [],
  'window-management': [{ name: 'window-management' }],
};

/** Features of a document (Permissions Policy) by which the rest can be denied. */
const POLICY_FEATURES: Readonly<Record<string, string>> = {
  fullscreen: 'fullscreen',
  hid: 'hid',
  serial: 'serial',
  usb: 'usb',
};

export type RequestHandler = (
  webContents: unknown,
  permission: string,
  callback: (granted: boolean) => void,
  details: { readonly isMainFrame: boolean; readonly requestingUrl: string },
) => void;

export type CheckHandler = (
  webContents: unknown,
  permission: string,
  requestingOrigin: string,
  details: { readonly isMainFrame: boolean; readonly requestingUrl: string; readonly securityOrigin: string },
) => boolean;

export interface PermissionHandlers {
  readonly request: RequestHandler | null;
  readonly check: CheckHandler | null;
}

export interface PermissionScope {
  readonly browser: Browser;
  readonly contextId: string | undefined;
  readonly webContents: unknown;
  /** The document's URL and origin, as the app and as the browser have them. */
  readonly appUrl: string;
  readonly appOrigin: string;
  readonly browserOrigin: string;
}

function ask(handlers: PermissionHandlers, permission: string, scope: PermissionScope): Promise<boolean> {
  const { webContents, appUrl, appOrigin } = scope;
  const details = { isMainFrame: true, requestingUrl: appUrl, securityOrigin: appOrigin };
  if (handlers.check !== null && !handlers.check(webContents, permission, appOrigin, details)) {
    return Promise.resolve(false);
  }
  const { request } = handlers;
  if (request === null) return Promise.resolve(true);
  return new Promise((resolve) => request(webContents, permission, resolve, details));
}

/**
 * Asks about and sets every permission for one origin. Resolves, when Chromium has taken them, with the features of the document
 * that are to be switched off by its policy.
 */
export async function applyPermissions(handlers: PermissionHandlers, scope: PermissionScope): Promise<string[]> {
  const { browser, contextId, browserOrigin } = scope;
  const off: string[] = [];
  await Promise.all(
    Object.entries(PERMISSIONS).map(async ([permission, descriptors]) => {
      const granted = await ask(handlers, permission, scope);
      const setting = granted ? 'granted' : 'denied';
      const feature = POLICY_FEATURES[permission];
      if (!granted && feature !== undefined) off.push(feature);
      await Promise.all(
        descriptors.map((descriptor) =>
          browser.session.send('Browser.setPermission', {
            permission: descriptor,
            setting,
            origin: browserOrigin,
            ...(contextId === undefined ? {} : { browserContextId: contextId }),
          }),
        ),
      );
    }),
  );
  return off;
}
