import { REPORT_SIZE } from '../../../native/hid/transport.ts';
import type { Counters } from './counters.ts';
import type { Env } from './env.ts';
import type { Faults } from './faults.ts';

/** What is at the key's end of the cable. */
export interface CableDevice {
  receive(report: Uint8Array): void;
  powerOff(): void;
  powerUp(): void;
}

/** One open handle on the host, as hidraw has them: every report of the key reaches every one. */
export interface CableHandle {
  onReport(report: Uint8Array): void;
  onGone(): void;
}

/** The cable: carries reports both ways, counts them, and fails as the fault plan says. */
export class HidCable {
  private readonly env: Env;
  private readonly counters: Counters;
  private readonly faults: Faults;
  private device: CableDevice | undefined;
  private handles = new Set<CableHandle>();
  private readonly plugWatchers = new Set<(plugged: boolean) => void>();
  private isPlugged = true;
  /** Grows with each unplug: what was under way then arrives nowhere. */
  private connection = 0;

  constructor(env: Env, counters: Counters, faults: Faults) {
    this.env = env;
    this.counters = counters;
    this.faults = faults;
  }

  connect(device: CableDevice): void {
    this.device = device;
  }

  get plugged(): boolean {
    return this.isPlugged;
  }

  /** Calls `watcher` at each unplug and replug; the returned function ends that. */
  watch(watcher: (plugged: boolean) => void): () => void {
    this.plugWatchers.add(watcher);
    return () => this.plugWatchers.delete(watcher);
  }

  /** Opens a handle; false when nothing is plugged in. */
  attach(handle: CableHandle): boolean {
    if (this.isPlugged) this.handles.add(handle);
    return this.isPlugged;
  }

  detach(handle: CableHandle): void {
    this.handles.delete(handle);
  }

  /** Carries one report to the key. False: the key is gone. */
  fromHost(handle: CableHandle, report: Uint8Array): boolean {
    if (this.isPlugged && this.faults.unplugDue) this.unplug();
    if (!this.isPlugged || !this.handles.has(handle)) return false;
    const passes = this.faults.nextPacket() === 'pass';
    this.counters.count('packetsOut');
    if (this.faults.unplugDue) {
      queueMicrotask(() => this.unplug());
      return true;
    }
    const copy = new Uint8Array(report);
    const connection = this.connection;
    if (passes) queueMicrotask(() => connection === this.connection && this.device?.receive(copy));
    return true;
  }

  /** Carries one report to every open handle. */
  fromDevice(report: Uint8Array): void {
    if (!this.isPlugged) return;
    for (let stray = 0; stray < this.faults.strayPackets; stray++) this.deliverStray();
    const passes = this.faults.nextPacket() === 'pass';
    this.counters.count('packetsIn');
    if (passes) this.deliver(report);
    if (this.faults.unplugDue) this.unplug();
  }

  /** Pulls the key out: power goes, every handle learns that it is gone. */
  unplug(): void {
    if (!this.isPlugged) return;
    this.isPlugged = false;
    this.connection++;
    this.faults.unplugged();
    this.device?.powerOff();
    const gone = this.handles;
    this.handles = new Set();
    for (const handle of gone) queueMicrotask(() => handle.onGone());
    for (const watcher of this.plugWatchers) watcher(false);
  }

  /** Pulls it out if it is in, and plugs it in again. */
  replug(): void {
    this.unplug();
    this.isPlugged = true;
    this.device?.powerUp();
    for (const watcher of this.plugWatchers) watcher(true);
  }

  private deliver(report: Uint8Array): void {
    for (const handle of this.handles) queueMicrotask(() => handle.onReport(new Uint8Array(report)));
  }

  /** A packet of a channel nobody here owns: another program's conversation with the key. */
  private deliverStray(): void {
    this.counters.count('strayPackets');
    const stray = Buffer.from(this.env.random(REPORT_SIZE));
    stray.writeUInt32BE(0xfeed0000 + stray.readUInt16BE(0));
    this.deliver(stray);
  }
}
