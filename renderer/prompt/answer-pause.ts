/**
 * The pause before a prompt can be allowed: a prompt that comes up under somebody's typing or clicking is not allowed by it.
 * It counts from the moment at which the prompt is first drawn in a window that is seen.
 */
export class AnswerPause {
  readonly #firstSeen = new Map<string, number>();
  readonly #onOver: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onOver`: the pause of the prompt that was seen last may be over; ask. */
  constructor(onOver: () => void) {
    this.#onOver = onOver;
    document.addEventListener('visibilitychange', onOver);
  }

  /** Whether prompt `id`, which is drawn now, may be allowed yet. */
  isOver(id: string, pauseMs: number): boolean {
    clearTimeout(this.#timer);
    if (document.visibilityState !== 'visible') return false;
    const now = performance.now();
    const firstSeen = this.#firstSeen.get(id) ?? now;
    this.#firstSeen.set(id, firstSeen);
    const left = firstSeen + pauseMs - now;
    if (left <= 0) return true;
    this.#timer = setTimeout(this.#onOver, left);
    return false;
  }

  /** Forgets the prompts that are no more. */
  keepOnly(ids: readonly string[]): void {
    for (const id of this.#firstSeen.keys()) if (!ids.includes(id)) this.#firstSeen.delete(id);
  }
}
