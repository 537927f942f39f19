/** Firmware versions of security keys, as far as they can be known: told by the key, or bounded by its AAGUID. */

/** Major, minor, patch. */
export type Firmware = readonly [number, number, number];

/** `from` is the lowest it can be, `below` the first that it cannot be any more; both the same key's where it told its version. */
export interface FirmwareBounds {
  readonly from: Firmware | undefined;
  readonly below: Firmware | undefined;
}

export const FIRMWARE_UNKNOWN: FirmwareBounds = { from: undefined, below: undefined };

/** The bounds of a version that is known: nothing but it. */
export function exactly(version: Firmware): FirmwareBounds {
  const [major, minor, patch] = version;
  return { from: version, below: [major, minor, patch + 1] };
}

/** The version where only one is possible. */
export function knownFirmware({ from, below }: FirmwareBounds): Firmware | undefined {
  if (from === undefined || below === undefined) return undefined;
  return compareFirmware(exactly(from).below ?? from, below) === 0 ? from : undefined;
}

/** Whether a key is older than `version`: 'unknown' where its bounds leave it open. */
export function isOlderThan({ from, below }: FirmwareBounds, version: Firmware): boolean | 'unknown' {
  if (from !== undefined && compareFirmware(from, version) >= 0) return false;
  if (below !== undefined && compareFirmware(below, version) <= 0) return true;
  return 'unknown';
}

/** Negative where `a` is the older. */
export function compareFirmware(a: Firmware, b: Firmware): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** `5.7`, `5.7.4`; undefined for anything else. */
export function parseFirmware(text: string): Firmware | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

export function formatFirmwareVersion(version: Firmware): string {
  return version.join('.');
}

/**
 * What a YubiKey says of its firmware: getInfo's firmwareVersion, written as 0x00MMmmpp, else the device version of its INIT
 * answer. Other vendors write both in ways of their own, so theirs is not known.
 */
export function firmwareOf(
  vendor: string | undefined,
  told: { readonly firmwareVersion?: number | undefined; readonly deviceVersion?: Firmware | undefined },
): FirmwareBounds | undefined {
  if (vendor !== 'Yubico') return undefined;
  const { firmwareVersion, deviceVersion } = told;
  if (firmwareVersion !== undefined && firmwareVersion > 0xffff && firmwareVersion <= 0xffffff) {
    return exactly([firmwareVersion >> 16, (firmwareVersion >> 8) & 0xff, firmwareVersion & 0xff]);
  }
  return deviceVersion !== undefined && deviceVersion[0] > 0 ? exactly(deviceVersion) : undefined;
}
