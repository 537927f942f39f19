/** Every benchmark there is. Each is loaded only when it is run. */
import type { Benchmark } from './benchmark.ts';

export const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  packets: async () => (await import('./packets.ts')).packets,
  hidraw: async () => (await import('./hidraw.ts')).hidraw,
  window: async () => (await import('./window.ts')).window,
  connect: async () => (await import('./connect.ts')).connect,
  cli: async () => (await import('./cli.ts')).cli,
  reminders: async () => (await import('./reminders.ts')).reminders,
};
