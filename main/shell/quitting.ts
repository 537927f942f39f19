/** The one way the app ends: asked first where sessions are open, then everything is closed in order, then it quits. */
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';

/** What hangs is not waited for longer: a person who quits wants it to be gone. */
const END_WITHIN_MS = 5_000;

export interface QuittingWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly openSessions: () => number;
  /** May they end? */
  readonly ask: (openSessions: number) => Promise<boolean>;
  /** Ends sessions and agent, wipes PINs, closes the database. */
  readonly end: () => Promise<void>;
  /** app.quit(), once nothing is left to do. */
  readonly quit: () => void;
}

export class Quitting {
  readonly #world: QuittingWorld;
  #state: 'running' | 'asking' | 'ending' | 'ended' = 'running';
  #isUnasked = false;

  constructor(world: QuittingWorld) {
    this.#world = world;
  }

  /** Windows may close now. */
  get isEnding(): boolean {
    return this.#state === 'ending' || this.#state === 'ended';
  }

  /** For the event `before-quit`: holds it up until everything is closed. */
  beforeQuit(event: { preventDefault(): void }): void {
    if (this.#state === 'ended') return;
    event.preventDefault();
    if (this.#state === 'running') void this.#go();
  }

  /** A signal, a shutdown: nobody is there to be asked. Ends it even while it asks. */
  unasked(): void {
    this.#isUnasked = true;
    if (this.#state === 'running' || this.#state === 'asking') void this.#end();
  }

  async #go(): Promise<void> {
    const { openSessions, ask, log } = this.#world;
    const count = openSessions();
    if (count > 0 && !this.#isUnasked) {
      this.#state = 'asking';
      const may = await ask(count).catch((error: unknown) => {
        log('warn', 'quit.not-asked', { message: String(error) });
        return false;
      });
      if (this.#state !== 'asking') return;
      this.#state = 'running';
      if (!may) return;
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    const { end, quit, clock, log } = this.#world;
    this.#state = 'ending';
    let stopWaiting: (() => void) | undefined;
    const tooLong = new Promise<void>((resolve) => {
      stopWaiting = clock.after(END_WITHIN_MS, () => {
        log('error', 'quit.too-slow');
        resolve();
      });
    });
    const ended = end().catch((error: unknown) => log('error', 'quit.failed', { message: String(error) }));
    await Promise.race([ended, tooLong]);
    stopWaiting?.();
    this.#state = 'ended';
    quit();
  }
}
