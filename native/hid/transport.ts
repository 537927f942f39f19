/**
 * The seam between CTAPHID and what carries it: whole 64-byte reports, nothing else. node-hid implements it over
 * hidraw, the lab's authenticator over a socket. (CTAP 2.1, 11.2.4: 64-byte reports, no report ids.)
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** Bytes in one report, in either direction. */
export const REPORT_SIZE = 64;

export interface HidTransport {
  /** Sends one output report: exactly 64 bytes, without a report id. Rejects with `HID_GONE` once the device is gone. */
  write(report: Uint8Array): Promise<void>;
  /**
   * Sets the one receiver. `onReport` gets each input report (exactly 64 bytes, a copy the receiver may keep);
   * `onGone` is called at most once, when the device is unplugged or reading fails for good. Reports that arrive
   * with no receiver set are lost, so set it before the first write.
   */
  receive(onReport: (report: Uint8Array) => void, onGone: (cause: unknown) => void): void;
  /** Releases the device. Idempotent; `onGone` is not called for it. */
  close(): Promise<void>;
}

/** One FIDO HID device as enumeration shows it. */
export interface HidDevice {
  /** The operating system's name for it (`/dev/hidraw3`): opaque, and reused after a replug. */
  readonly path: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly product: string | undefined;
  readonly manufacturer: string | undefined;
  open(): Promise<HidTransport>;
}

export interface UsbIds {
  readonly vendorId: number;
  readonly productId: number;
}

/** All FIDO HID devices that are plugged in now. */
export interface HidBus {
  list(): Promise<readonly HidDevice[]>;
  /** Of every USB device that the system tells of, FIDO or not; nothing is opened. Absent: the bus knows its own devices only. */
  usbIds?(): Promise<readonly UsbIds[]>;
}

/** The device was unplugged, or reading it failed for good. */
export function goneError(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'HID_GONE',
    message: 'The security key was unplugged, or stopped answering.',
    remedy: 'Plug it in again and repeat the command; it goes on where it stopped.',
    cause,
  });
}
