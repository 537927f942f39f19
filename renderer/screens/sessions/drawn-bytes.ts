/** Tells the main process how much of a session's output the terminal has drawn, in few messages. */

/** Told at once when so much has gathered: well below what the main process lets be on its way. */
const ENOUGH = 32 * 1024;
/** Otherwise told after this many milliseconds. */
const SOON = 30;

export interface DrawnBytes {
  add(bytes: number): void;
  /** Nothing is told any more. */
  stop(): void;
}

/** `tell` is called with the count since it was last called, never with 0. */
export function drawnBytes(tell: (bytes: number) => void): DrawnBytes {
  let gathered = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered === 0) return;
    const bytes = gathered;
    gathered = 0;
    tell(bytes);
  };
  return {
    add(bytes) {
      gathered += bytes;
      if (gathered >= ENOUGH) flush();
      else timer ??= setTimeout(flush, SOON);
    },
    stop() {
      clearTimeout(timer);
      gathered = 0;
    },
  };
}
