import type { Clock } from '../../../time/clock.ts';
import type { Gesture, Presence } from './env.ts';

/** When the touch comes. */
export type TouchPolicy =
  | 'at-once'
  | 'by-hand'
  | 'never'
  | 'declined'
  /** So many milliseconds after the key began to blink. */
  | { readonly afterMs: number };

/** The lab's person: touches by a settable policy, or when a test says `touch()`. */
export class TouchPad implements Presence {
  policy: TouchPolicy;
  /** Which finger the person uses; matters on a fingerprint key. */
  finger: 'enrolled' | 'unknown' = 'enrolled';
  private readonly clock: Clock;
  private waiting: ((gesture: Gesture) => void) | undefined;
  private watchers: (() => void)[] = [];

  constructor(clock: Clock, policy: TouchPolicy) {
    this.clock = clock;
    this.policy = policy;
  }

  get blinking(): boolean {
    return this.waiting !== undefined;
  }

  ask(answer: (gesture: Gesture) => void): () => void {
    this.waiting = answer;
    for (const watcher of this.watchers.splice(0)) watcher();
    const takeBack = this.schedule();
    return () => {
      takeBack();
      if (this.waiting === answer) this.waiting = undefined;
    };
  }

  /** Touches now, whatever the policy. False when the key was not blinking (a touch then means nothing). */
  touch(): boolean {
    return this.answer({ kind: 'touched', finger: this.finger });
  }

  /** Resolves when the key blinks (at once if it does). */
  untilBlinking(): Promise<void> {
    if (this.blinking) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  private schedule(): () => void {
    if (this.policy === 'at-once') queueMicrotask(() => this.touch());
    if (this.policy === 'declined') queueMicrotask(() => this.answer({ kind: 'declined' }));
    if (typeof this.policy === 'object') return this.clock.after(this.policy.afterMs, () => this.touch());
    return () => {};
  }

  private answer(gesture: Gesture): boolean {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.(gesture);
    return waiting !== undefined;
  }
}
