/**
 * FIDO HID devices through node-hid (ctap.md, sections 2 and 21). node-hid is loaded on first use: it is a native
 * module, and most commands need no authenticator.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { HidBus, HidDevice, HidTransport, UsbIds } from './transport.ts';
import { goneError, REPORT_SIZE } from './transport.ts';

/** HID usage page and usage of the FIDO alliance (CTAP 2.1, 11.2.8.2): nothing else is ever opened. */
const FIDO_USAGE_PAGE = 0xf1d0;
const FIDO_USAGE = 0x01;

/** The part of node-hid that is used, so that a test can stand in for it. */
export interface NodeHid {
  setDriverType?(type: 'hidraw' | 'libusb'): void;
  devicesAsync(): Promise<
    readonly {
      vendorId: number;
      productId: number;
      path?: string | undefined;
      product?: string | undefined;
      manufacturer?: string | undefined;
      usagePage?: number | undefined;
      usage?: number | undefined;
    }[]
  >;
  HIDAsync: { open(path: string, options?: { nonExclusive?: boolean }): Promise<NodeHidHandle> };
}

export interface NodeHidHandle {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (cause: unknown) => void): unknown;
  write(bytes: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** What pkg-prebuilds says where there is no binary for the system, and the binary where hidapi does not start (under Wine). */
const NO_BINARY = /^Error: Failed to find binding|hid_init failed/;

async function loadNodeHid(): Promise<NodeHid> {
  const module = await import('node-hid');
  // The default driver on Linux goes through libusb, which takes the interface away from the kernel and knows no usage pages.
  if (process.platform === 'linux') module.default.setDriverType('hidraw');
  return module.default;
}

/**
 * The machine's own FIDO HID devices. Its calls throw `HID_NOT_LOADED`, `HID_LIBRARY_MISSING`, `HID_LIST_FAILED`. `load` and `sysfs` are for
 * tests.
 */
export function nodeHidBus(load: () => Promise<NodeHid> = loadNodeHid, sysfs = '/sys/bus/usb/devices'): HidBus {
  let loaded: Promise<NodeHid> | undefined;
  const nodeHid = () => {
    loaded ??= load().catch((cause: unknown) => Promise.reject(notLoaded(cause)));
    return loaded;
  };
  return {
    async list() {
      const hid = await nodeHid();
      const found = await enumerate(hid);
      const devices: HidDevice[] = [];
      for (const { path, usagePage, usage, vendorId, productId, product, manufacturer } of found) {
        if (path === undefined || usagePage !== FIDO_USAGE_PAGE || usage !== FIDO_USAGE) continue;
        devices.push({ path, vendorId, productId, product, manufacturer, open: () => openTransport(hid, path) });
      }
      return devices;
    },
    async usbIds() {
      const ofHid = (await enumerate(await nodeHid())).map(({ vendorId, productId }) => ({ vendorId, productId }));
      return [...ofHid, ...(await linuxUsbIds(sysfs))];
    },
  };
}

/** What has no HID interface at all, such as a key that is a smart card only. Nothing on other systems. */
async function linuxUsbIds(folder: string): Promise<readonly UsbIds[]> {
  const found: UsbIds[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const read = async (file: string) => Number.parseInt(await readFile(join(folder, name, file), 'utf8'), 16);
    // Interfaces of a device have no ids of their own.
    const ids = await Promise.all([read('idVendor'), read('idProduct')]).catch(() => undefined);
    if (ids !== undefined) found.push({ vendorId: ids[0], productId: ids[1] });
  }
  return found;
}

async function enumerate(hid: NodeHid): ReturnType<NodeHid['devicesAsync']> {
  try {
    return await hid.devicesAsync();
  } catch (cause) {
    // node-hid's Linux binary links libusb even for its hidraw driver, and minimal systems do not have it.
    const [library] = /lib(usb|udev)[\w.-]*\.so[.\d]*/.exec(String(cause)) ?? [];
    if (library === undefined && (NO_BINARY.test(String(cause)) || isNoLibrary(cause))) throw notLoaded(cause);
    throw new GlasskeyError({
      code: library === undefined ? 'HID_LIST_FAILED' : 'HID_LIBRARY_MISSING',
      message:
        library === undefined
          ? 'The security keys that are plugged in could not be listed.'
          : `Security keys cannot be reached: this system lacks ${library}.`,
      remedy:
        library === undefined
          ? 'Plug the key in again, and repeat the command with --verbose.'
          : 'Install it: sudo apt-get install libusb-1.0-0 libudev1 (Debian, Ubuntu), or the like for your system.',
      cause,
    });
  }
}

/** Node's code where the system cannot load a binary: its words are in the system's language. */
function isNoLibrary(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_DLOPEN_FAILED';
}

/** node-hid, or the binary that it loads at its first call, is not there, or not for this system. */
function notLoaded(cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'HID_NOT_LOADED',
    message: 'The part of Glasskey that opens security keys (node-hid) does not load on this computer.',
    remedy: 'Install Glasskey again. On Windows, glasskey settings set windows.securityKeys windows goes without it.',
    cause,
  });
}

async function openTransport(hid: NodeHid, path: string): Promise<HidTransport> {
  let handle: NodeHidHandle;
  try {
    // macOS opens exclusively by default, which would lock browsers out (ctap.md, section 2).
    handle = await hid.HIDAsync.open(path, { nonExclusive: true });
  } catch (cause) {
    throw openError(path, cause);
  }

  let onGone: ((cause: unknown) => void) | undefined;
  let gone = false;
  const vanish = (cause: unknown) => {
    if (gone) return;
    gone = true;
    onGone?.(cause);
  };
  // node-hid reports an unplug as an `error` event that carries a string, and stops reading for good.
  handle.on('error', vanish);

  return {
    async write(report) {
      if (gone) throw goneError();
      const numbered = Buffer.alloc(1 + REPORT_SIZE); // byte 0 is the report id: FIDO devices number no reports
      numbered.set(report, 1);
      try {
        await handle.write(numbered);
      } catch (cause) {
        vanish(cause);
        throw goneError(cause);
      }
    },
    receive(onReport, whenGone) {
      onGone = whenGone;
      handle.on('data', (report) => onReport(Uint8Array.from(report)));
    },
    async close() {
      gone = true;
      await handle.close().catch(() => {});
    },
  };
}

function openError(path: string, cause: unknown): GlasskeyError {
  const text = String(cause);
  if (process.platform === 'linux' && /permission|EACCES/i.test(text)) {
    return new GlasskeyError({
      code: 'HID_PERMISSION',
      message: `This account may not open the security key (${path}).`,
      remedy: 'Install the udev rule with glasskey keys --install-udev-rule, then plug the key in again.',
      detail: { path },
      cause,
    });
  }
  if (process.platform === 'win32') {
    return new GlasskeyError({
      code: 'HID_PERMISSION',
      message: 'Windows lets only programs that run as an administrator open the security key.',
      remedy: 'Close Glasskey, then start it again, or the terminal that it runs in, with "Run as administrator".',
      cause,
    });
  }
  return new GlasskeyError({
    code: 'HID_OPEN_FAILED',
    message: `The security key (${path}) could not be opened.`,
    remedy: 'Close other programs that use the key, or plug it in again.',
    detail: { path },
    cause,
  });
}
