import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { AttestationMode } from './attestation.ts';
import {
  type AuthenticatorStatus,
  type ControlAction,
  controlReplySchema,
  countersSchema,
  statusSchema,
} from './control-protocol.ts';
import type { CounterValues } from './counters.ts';
import type { FaultPlan } from './faults.ts';
import type { PinState } from './lab-authenticator.ts';
import type { TouchPolicy } from './touch-pad.ts';

/** Drives a lab authenticator that lives in another process. Every method rejects once the connection is lost. */
export class LabControl {
  private readonly socket: Socket;
  private readonly waiting = new Map<number, { resolve: (result: unknown) => void; reject: (why: Error) => void }>();
  private lastId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.take(line));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the lab authenticator is gone'));
      this.waiting.clear();
    });
  }

  /** Connects to the socket that `serveControl` or `main.ts --control` made. */
  static connect(path: string): Promise<LabControl> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new LabControl(socket));
      });
    });
  }

  /** Touches now; false when the key was not blinking. */
  async touch(): Promise<boolean> {
    return z.boolean().parse(await this.ask({ do: 'touch' }));
  }

  async setTouch(policy: TouchPolicy): Promise<void> {
    await this.ask({ do: 'set-touch', policy });
  }

  async setFinger(finger: 'enrolled' | 'unknown'): Promise<void> {
    await this.ask({ do: 'set-finger', finger });
  }

  async setAttestation(mode: AttestationMode): Promise<void> {
    await this.ask({ do: 'set-attestation', mode });
  }

  async unplug(): Promise<void> {
    await this.ask({ do: 'unplug' });
  }

  async replug(): Promise<void> {
    await this.ask({ do: 'replug' });
  }

  async setPinState(state: PinState): Promise<void> {
    await this.ask({ do: 'set-pin-state', state });
  }

  async setFaults(plan: FaultPlan): Promise<void> {
    await this.ask({ do: 'set-faults', plan });
  }

  async counters(): Promise<CounterValues> {
    return countersSchema.parse(await this.ask({ do: 'read-counters' }));
  }

  async resetCounters(): Promise<void> {
    await this.ask({ do: 'reset-counters' });
  }

  async status(): Promise<AuthenticatorStatus> {
    return statusSchema.parse(await this.ask({ do: 'status' }));
  }

  close(): void {
    this.socket.destroy();
  }

  private ask(action: ControlAction): Promise<unknown> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) return reject(new Error('the lab authenticator is gone'));
      this.waiting.set(id, { resolve, reject });
      this.socket.write(`${JSON.stringify({ id, action })}\n`);
    });
  }

  private take(line: string): void {
    const reply = controlReplySchema.parse(JSON.parse(line));
    const asker = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.error !== undefined) asker?.reject(new Error(reply.error));
    else asker?.resolve(reply.result);
  }
}
