/** Counts the last seconds before a prompt is denied by itself. The denying is the main process's; this shows that it is near. */
export const SHOWN_FOR_MS = 15_000;

export class DenialCountdown {
  readonly #show: (seconds: number | undefined) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `show`: whole seconds left, undefined while there is nothing to show. */
  constructor(show: (seconds: number | undefined) => void) {
    this.#show = show;
  }

  /** `deniedInMs`: undefined where nothing is denied by itself. */
  start(deniedInMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (deniedInMs === undefined) this.#show(undefined);
    else this.#tick(performance.now() + deniedInMs);
  }

  #tick(deadline: number): void {
    const left = Math.max(0, deadline - performance.now());
    const seconds = Math.ceil(left / 1000);
    this.#show(left <= SHOWN_FOR_MS ? seconds : undefined);
    if (left === 0) return;
    const untilNext = left > SHOWN_FOR_MS ? left - SHOWN_FOR_MS : left - (seconds - 1) * 1000;
    this.#timer = setTimeout(() => this.#tick(deadline), Math.max(1, untilNext));
  }
}
