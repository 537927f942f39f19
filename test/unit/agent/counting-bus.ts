/** Test only: a bus that counts which of its devices are open. */
import type { HidBus } from '../../../native/hid/transport.ts';

export interface CountingBus extends HidBus {
  readonly open: number;
}

export function countingBus(bus: HidBus): CountingBus {
  let open = 0;
  return {
    ...bus,
    get open() {
      return open;
    },
    list: async () =>
      (await bus.list()).map((device) => ({
        ...device,
        async open() {
          const transport = await device.open();
          open += 1;
          const close = () => {
            open -= 1;
            return transport.close();
          };
          return { ...transport, close };
        },
      })),
  };
}
