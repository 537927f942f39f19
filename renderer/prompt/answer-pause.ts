/**
 * The pause before a prompt can be allowed: a prompt that comes up under somebody's typing or clicking is not allowed by it.
 * It counts from the moment at which the prompt is first drawn in a window that is seen, and anew with each showing: the main
 * process does the same, and takes nothing earlier.
 */
import type { PromptView } from '../../main/ipc/contract.ts';

interface Seen {
  readonly showing: number;
  readonly since: number;
}

export class AnswerPause {
  readonly #seen = new Map<string, Seen>();
  readonly #onOver: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onOver`: the pause of the prompt that was seen last may be over; ask. */
  constructor(onOver: () => void) {
    this.#onOver = onOver;
    document.addEventListener('visibilitychange', onOver);
  }

  /** Whether the prompt, which is drawn now, may be allowed yet. */
  isOver({ id, showing, pauseMs }: Pick<PromptView, 'id' | 'showing' | 'pauseMs'>): boolean {
    clearTimeout(this.#timer);
    if (document.visibilityState !== 'visible') return false;
    const now = performance.now();
    const before = this.#seen.get(id);
    const seen = before?.showing === showing ? before : { showing, since: now };
    this.#seen.set(id, seen);
    const left = seen.since + pauseMs - now;
    if (left <= 0) return true;
    this.#timer = setTimeout(this.#onOver, left);
    return false;
  }

  /** Forgets the prompts that are no more. */
  keepOnly(ids: readonly string[]): void {
    for (const id of this.#seen.keys()) if (!ids.includes(id)) this.#seen.delete(id);
  }
}
