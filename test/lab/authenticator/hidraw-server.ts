import { REPORT_SIZE } from '../../../native/hid/transport.ts';
import type { CableHandle, HidCable } from './hid-cable.ts';
import type { Profile } from './profiles.ts';
import type { ServedCable } from './socket-server.ts';
import { UhidDevice } from './uhid.ts';

/** Usage page 0xF1D0, usage 1: 64 bytes in (usage 0x20), 64 bytes out (usage 0x21), no report ids (CTAP 2.1, 11.2.8.1). */
const FIDO_REPORT_DESCRIPTOR = Buffer.from(
  '06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0',
  'hex',
);

/** Hears each report that passes, as a sniffer on the cable would. */
export interface ReportTap {
  onSent(report: Uint8Array): void;
  onReceived(report: Uint8Array): void;
}

/**
 * Serves the cable as a HID device of this Linux: its /dev/hidrawN is there while the key is plugged in. `settled` resolves once
 * the kernel has started it, or let go of it.
 */
export async function serveHidraw(cable: HidCable, profile: Profile, tap?: ReportTap): Promise<ServedCable> {
  let served: { readonly device: UhidDevice; readonly handle: CableHandle } | undefined;
  const start = async () => {
    if (served !== undefined || !cable.plugged) return;
    const handle: CableHandle = {
      onReport: (report) => {
        tap?.onReceived(report);
        device.send(report);
      },
      onGone: () => {},
    };
    const device = await UhidDevice.create(describe(profile), (written) => {
      const report = new Uint8Array(REPORT_SIZE);
      report.set(written.subarray(0, REPORT_SIZE));
      tap?.onSent(report);
      cable.fromHost(handle, report);
    });
    cable.attach(handle);
    served = { device, handle };
  };
  const stop = async () => {
    const stopped = served;
    served = undefined;
    if (stopped === undefined) return;
    cable.detach(stopped.handle);
    await stopped.device.destroy();
  };
  await start();
  let turn = Promise.resolve();
  const unwatch = cable.watch((plugged) => {
    turn = turn.then(plugged ? start : stop);
  });
  return {
    settled: () => turn,
    async close() {
      unwatch();
      await turn;
      await stop();
    },
  };
}

function describe({ manufacturer, product, vendorId, productId, deviceVersion: [major, minor] }: Profile) {
  return {
    name: `${manufacturer} ${product}`,
    vendorId,
    productId,
    version: (major << 8) | minor,
    reportDescriptor: FIDO_REPORT_DESCRIPTOR,
  };
}
