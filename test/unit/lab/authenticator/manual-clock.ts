import type { Clock } from '../../../../time/clock.ts';

/** A clock that stands until a test moves it. Due timers run in order while it moves. */
export class ManualClock implements Clock {
  private time = 1_000_000;
  private timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Lets `ms` pass, step by step from timer to timer, with time for promises to settle between. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const due = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers.delete(due);
      this.time = due.at;
      due.run();
    }
    this.time = end;
    await settle();
  }
}

/** All microtasks that are due, and what they started. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
