/**
 * Bounds the wait for the hosts behind a jump host. For the first host ssh has a limit of its own (ConnectTimeout); for those behind it
 * that clock starts when the jump host's login does, which waits for a PIN and a touch. What is measured here is only the time from
 * the login before to the first words of the next host.
 */
import type { Clock } from '../../time/clock.ts';
import { NOTHING_HEARD, withLine } from './hop-trace.ts';
import type { ConnectPlan, PlannedHop } from './plan.ts';
import { isLogin, type SshMessage } from './ssh-log.ts';

export class HopWatch {
  readonly #plan: Pick<ConnectPlan, 'hops' | 'waitSeconds'>;
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  readonly #answered = new Set<PlannedHop>();
  #cancel: (() => void) | undefined;
  #silent: PlannedHop | undefined;

  /** `onSilence` is called once, when a host behind another has not answered within the plan's `waitSeconds`. */
  constructor(plan: Pick<ConnectPlan, 'hops' | 'waitSeconds'>, clock: Clock, onSilence: () => void) {
    this.#plan = plan;
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** The host that was waited for in vain. */
  get silent(): PlannedHop | undefined {
    return this.#silent;
  }

  heard(message: SshMessage): void {
    const { hop, line } = message;
    if (withLine({ hop, ...NOTHING_HEARD }, line).software !== undefined) {
      this.#answered.add(hop);
      this.stop();
    }
    if (!isLogin(message)) return;
    const next = this.#plan.hops[this.#plan.hops.indexOf(hop) + 1];
    // A device that the jump host's own ssh logs in to has no log here.
    if (next === undefined || hop.opensSession || this.#answered.has(next)) return;
    this.stop();
    this.#cancel = this.#clock.after(this.#plan.waitSeconds * 1000, () => {
      this.#silent = next;
      this.#onSilence();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
