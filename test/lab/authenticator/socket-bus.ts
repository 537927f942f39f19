import { createConnection, type Socket } from 'node:net';
import type { HidBus, HidDevice, HidTransport } from '../../../native/hid/transport.ts';
import { assertWholeReport, hidGone } from './in-process-bus.ts';
import { ReportSplitter } from './report-splitter.ts';

/** What a key says of itself on the bus. */
export type UsbIdentity = Pick<HidDevice, 'vendorId' | 'productId' | 'product' | 'manufacturer'>;

const LAB_IDENTITY: UsbIdentity = {
  vendorId: 0x1050,
  productId: 0x0407,
  product: 'Glasskey lab authenticator',
  manufacturer: 'Glasskey',
};

/** A lab authenticator in another process, served by `LabAuthenticator.serve(socketPath)`, as a HID bus. */
export function labHidBus(socketPath: string, identity: UsbIdentity = LAB_IDENTITY): HidBus {
  const { vendorId, productId, product, manufacturer } = identity;
  const device: HidDevice = {
    path: socketPath,
    vendorId,
    productId,
    product,
    manufacturer,
    open: async () => transport(await connect(socketPath)),
  };
  return { list: async () => ((await answers(socketPath)) ? [device] : []) };
}

async function answers(path: string): Promise<boolean> {
  try {
    (await connect(path)).destroy();
    return true;
  } catch {
    return false;
  }
}

function connect(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('error', (cause) => reject(hidGone(cause)));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      // From here on 'close' tells all: an error is always followed by it.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function transport(socket: Socket): HidTransport {
  const splitter = new ReportSplitter();
  let receiver: { onReport: (report: Uint8Array) => void; onGone: (cause: unknown) => void } | undefined;
  let state: 'open' | 'gone' | 'closed' = 'open';
  socket.on('data', (chunk: Buffer) => {
    for (const report of splitter.push(chunk)) if (state === 'open') receiver?.onReport(report);
  });
  socket.on('end', () => socket.destroy());
  socket.on('close', () => {
    if (state !== 'open') return;
    state = 'gone';
    receiver?.onGone(hidGone());
  });
  return {
    async write(report) {
      assertWholeReport(report);
      if (state !== 'open' || socket.destroyed) throw hidGone();
      await new Promise<void>((resolve, reject) => {
        socket.write(report, (failed) => (failed ? reject(hidGone(failed)) : resolve()));
      });
    },
    receive(onReport, onGone) {
      receiver = { onReport, onGone };
    },
    async close() {
      state = 'closed';
      socket.destroy();
    },
  };
}
