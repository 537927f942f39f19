/** How long a host waits for a security key: from the last packet of a request to the last one of its answer. */
import type { HidBus, HidTransport } from '../../../native/hid/transport.ts';

export class KeyTime {
  #waited = 0;
  #since: number | undefined;

  /** The same bus, timed. */
  of(bus: HidBus): HidBus {
    return {
      list: async () =>
        (await bus.list()).map((device) => ({ ...device, open: async () => this.#timed(await device.open()) })),
    };
  }

  /** Milliseconds since the last call. */
  take(): number {
    const waited = this.#waited;
    this.#waited = 0;
    return waited;
  }

  #timed(transport: HidTransport): HidTransport {
    return {
      write: (report) => {
        this.#since = performance.now();
        return transport.write(report);
      },
      receive: (onReport, onGone) =>
        transport.receive((report) => {
          const now = performance.now();
          if (this.#since !== undefined) this.#waited += now - this.#since;
          this.#since = now;
          onReport(report);
        }, onGone),
      close: () => transport.close(),
    };
  }
}
