import { Status } from '../../../native/ctap2/constants.ts';
import { KeepaliveByte } from '../../../native/ctaphid/constants.ts';
import type { Counters } from './counters.ts';
import { CtapFailure, Interrupted } from './ctap-failure.ts';
import type { Env, Gesture } from './env.ts';

export const TOUCH_LIMIT_MS = 30_000;

/** How a running command was stopped from outside: the host's CANCEL, or power loss / channel resync. */
export type StopReason = 'cancel' | 'interrupted';

/** One running CTAP command, as CTAPHID runs it. */
export class CommandSession {
  readonly channel: number;
  private readonly setStatus: (status: number) => void;
  private stopped: StopReason | undefined;
  private onStop: ((reason: StopReason) => void) | undefined;

  constructor(channel: number, setStatus: (status: number) => void) {
    this.channel = channel;
    this.setStatus = setStatus;
  }

  stop(reason: StopReason): void {
    if (this.stopped === 'interrupted') return;
    this.stopped = reason;
    this.onStop?.(reason);
  }

  /** To be called before anything is stored after an await. */
  assertPowered(): void {
    if (this.stopped === 'interrupted') throw new Interrupted();
  }

  /** Blinks until touched: fails with 0x2f after 30 s, 0x27 when declined, 0x2d when cancelled. */
  async touch(env: Env, counters: Counters): Promise<Gesture & { kind: 'touched' }> {
    const gesture = await this.gesture(env);
    this.assertPowered();
    if (gesture === 'timeout') throw new CtapFailure(Status.USER_ACTION_TIMEOUT, 'nobody touched');
    if (gesture === 'cancelled') throw new CtapFailure(Status.KEEPALIVE_CANCEL, 'cancelled');
    if (gesture.kind === 'declined') throw new CtapFailure(Status.OPERATION_DENIED, 'declined');
    counters.count('touches');
    this.setStatus(KeepaliveByte.PROCESSING);
    return gesture;
  }

  private gesture(env: Env): Promise<Gesture | 'timeout' | 'cancelled'> {
    if (this.stopped !== undefined) return Promise.resolve('cancelled');
    this.setStatus(KeepaliveByte.UPNEEDED);
    return new Promise((resolve) => {
      let stopAsking = () => {};
      const done = (outcome: Gesture | 'timeout' | 'cancelled') => {
        this.onStop = undefined;
        stopAsking();
        stopClock();
        resolve(outcome);
      };
      const stopClock = env.clock.after(TOUCH_LIMIT_MS, () => done('timeout'));
      this.onStop = () => done('cancelled');
      stopAsking = env.presence.ask(done);
    });
  }
}
