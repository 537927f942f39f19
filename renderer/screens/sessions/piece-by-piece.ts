/**
 * Gives a terminal what a device writes a piece at a time, with a turn for everything else between two pieces: frames, keys,
 * timers. xterm.js by itself goes on for 12 ms at a stretch, which on a busy computer become many times that on the clock.
 *
 * To a terminal that nobody sees everything is given at once: the browser lets a hidden document's timers run once a second, and
 * xterm.js sets one for each write.
 */

/** A piece is parsed in less than a millisecond. */
export const PIECE_BYTES = 16 * 1024;

export interface PieceByPieceWorld {
  /** Hands a piece to the terminal, which calls `parsed` when it is through with it; in their order. */
  readonly parse: (piece: Uint8Array, parsed: () => void) => void;
  /** Runs a task after what waits already. */
  readonly later: (task: () => void) => void;
  readonly isSeen: () => boolean;
}

export interface PieceByPiece {
  /** `parsed` is called with the length of each piece of `data`, when the terminal is through with it. */
  write(data: Uint8Array, parsed: (bytes: number) => void): void;
  /** The terminal is gone: nothing is given any more. */
  stop(): void;
}

interface Waiting {
  readonly piece: Uint8Array;
  readonly parsed: (bytes: number) => void;
}

export function pieceByPiece({ parse, later, isSeen }: PieceByPieceWorld): PieceByPiece {
  let waiting: Waiting[] = [];
  /** Pieces that the terminal has. */
  let given = 0;
  let isTurnOfOthers = false;

  const give = ({ piece, parsed }: Waiting) => {
    given += 1;
    parse(piece, () => {
      given -= 1;
      parsed(piece.length);
      if (given > 0 || waiting.length === 0) return;
      isTurnOfOthers = true;
      later(() => {
        isTurnOfOthers = false;
        goOn();
      });
    });
  };
  const goOn = () => {
    if (given > 0 || isTurnOfOthers) return;
    for (const each of waiting.splice(0, isSeen() ? 1 : waiting.length)) give(each);
  };

  return {
    write(data, parsed) {
      for (let from = 0; from < data.length; from += PIECE_BYTES) {
        waiting.push({ piece: data.subarray(from, from + PIECE_BYTES), parsed });
      }
      goOn();
    },
    stop() {
      waiting = [];
    },
  };
}
