import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { type HidBus, type HidDevice, type HidTransport, REPORT_SIZE } from '../../../native/hid/transport.ts';
import type { CableHandle, HidCable } from './hid-cable.ts';
import type { Profile } from './profiles.ts';

/** The lab's key as a HID bus within this process. After a replug it has the path it had before, as hidraw reuses names. */
export function inProcessBus(cable: HidCable, profile: Profile, path: string): HidBus {
  const device: HidDevice = {
    path,
    vendorId: profile.vendorId,
    productId: profile.productId,
    product: profile.product,
    manufacturer: profile.manufacturer,
    open: async () => openHandle(cable),
  };
  return { list: async () => (cable.plugged ? [device] : []) };
}

/** What every transport of the lab rejects with once the key is out. */
export function hidGone(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'HID_GONE',
    message: 'The security key was unplugged.',
    remedy: 'Plug it in again and retry.',
    cause,
  });
}

/** A write of anything but 64 bytes is a mistake of the caller. */
export function assertWholeReport(report: Uint8Array): void {
  if (report.length === REPORT_SIZE) return;
  throw new GlasskeyError({
    code: 'HID_REPORT_SIZE',
    message: `A report of ${report.length} bytes was to be written; reports have ${REPORT_SIZE}.`,
    remedy: 'Report this as a bug.',
    kind: 'bug',
  });
}

function openHandle(cable: HidCable): HidTransport {
  let receiver: { onReport: (report: Uint8Array) => void; onGone: (cause: unknown) => void } | undefined;
  let state: 'open' | 'gone' | 'closed' = 'open';
  const handle: CableHandle = {
    onReport: (report) => {
      if (state !== 'closed') receiver?.onReport(report);
    },
    onGone: () => {
      if (state !== 'open') return;
      state = 'gone';
      receiver?.onGone(hidGone());
    },
  };
  if (!cable.attach(handle)) throw hidGone();
  return {
    async write(report) {
      assertWholeReport(report);
      if (state !== 'open' || !cable.fromHost(handle, report)) throw hidGone();
    },
    receive(onReport, onGone) {
      receiver = { onReport, onGone };
    },
    async close() {
      state = 'closed';
      cable.detach(handle);
    },
  };
}
