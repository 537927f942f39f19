/** The last of what a session wrote, for a window that attaches later. */

/** So much at least, where there was so much. */
export const KEPT_BYTES = 2 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

export class OutputHistory {
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  /** How much of the last block is filled; the others are full. */
  #filled = BLOCK_BYTES;
  #isCut = false;

  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const block = this.#blockWithRoom();
      const part = rest.subarray(0, BLOCK_BYTES - this.#filled);
      block.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Where the beginning is no longer there, it starts with a whole line: in the midst of one may be half a character or command. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = Math.max(0, (this.#blocks.length - 1) * BLOCK_BYTES + this.#filled);
    const all = new Uint8Array(this.#blocks.length === 0 ? 0 : length);
    this.#blocks.forEach((block, index) => {
      const isLast = index === this.#blocks.length - 1;
      all.set(isLast ? block.subarray(0, this.#filled) : block, index * BLOCK_BYTES);
    });
    return this.#isCut ? all.slice(safeStart(all)) : all;
  }

  /** The last of it, `length` bytes at most, beginning like `bytes`. */
  last(length: number): Uint8Array<ArrayBuffer> {
    const all = this.bytes();
    if (all.length <= length) return all;
    const part = all.subarray(all.length - length);
    return part.slice(safeStart(part));
  }

  #blockWithRoom(): Uint8Array<ArrayBuffer> {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#filled < BLOCK_BYTES) return last;
    const block = new Uint8Array(BLOCK_BYTES);
    this.#blocks.push(block);
    this.#filled = 0;
    // Without the first block and the new one there must be enough left.
    if ((this.#blocks.length - 2) * BLOCK_BYTES >= KEPT_BYTES) {
      this.#blocks.shift();
      this.#isCut = true;
    }
    return block;
  }
}

/** Behind the first line's end; where there is none for long, at least not within a character of UTF-8. */
function safeStart(bytes: Uint8Array): number {
  const lineEnd = bytes.subarray(0, BLOCK_BYTES).indexOf(LINE_FEED);
  if (lineEnd >= 0) return lineEnd + 1;
  const start = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(start, 0);
}
