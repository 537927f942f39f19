/** One line that is typed in raw mode, byte by byte, in one buffer that is wiped. Nothing becomes a string. */

const MAX_SECRET_BYTES = 1024;
const ETX = 0x03; // Ctrl-C
const EOT = 0x04; // Ctrl-D
const BACKSPACE = 0x08;
const LF = 0x0a;
const CR = 0x0d;
const NAK = 0x15; // Ctrl-U
const ETB = 0x17; // Ctrl-W
const ESCAPE = 0x1b;
const DELETE = 0x7f;

/** How the line ended, and after how many bytes of those it was given. */
export interface LineEnd {
  readonly kind: 'entered' | 'given-up';
  readonly taken: number;
}

export class SecretLine {
  readonly #bytes = Buffer.alloc(MAX_SECRET_BYTES);
  #length = 0;

  /** Takes what was typed; says when the line is at its end. */
  take(typed: Uint8Array): LineEnd | undefined {
    for (let at = 0; at < typed.length; at += 1) {
      const byte = typed[at] ?? 0;
      if (byte === CR || byte === LF) return { kind: 'entered', taken: at + 1 };
      if (byte === ETX || byte === EOT) return { kind: 'given-up', taken: at + 1 };
      if (byte === ESCAPE) {
        const length = sequenceLength(typed.subarray(at));
        if (length === 1) return { kind: 'given-up', taken: at + 1 };
        at += length - 1;
      } else {
        this.#edit(byte);
      }
    }
    return undefined;
  }

  /** A copy, which the caller owns. */
  secret(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.#length));
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #edit(byte: number): void {
    if (byte === BACKSPACE || byte === DELETE) this.#length = this.#beforeLastCharacter();
    else if (byte === NAK || byte === ETB) this.#length = 0;
    // Other control characters were not meant to be part of it: a PIN with one in it would only cost a try.
    else if (byte >= 0x20 && this.#length < this.#bytes.length) this.#bytes[this.#length++] = byte;
  }

  /** A character of UTF-8 is one byte and its continuation bytes. */
  #beforeLastCharacter(): number {
    let at = this.#length - 1;
    while (at > 0 && ((this.#bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
    return Math.max(at, 0);
  }
}

/**
 * How long the control sequence is that begins here (ECMA-48, 5.4): an arrow key sends one in a piece, and is no part of the
 * line. 1: the Escape key alone.
 */
function sequenceLength(bytes: Uint8Array): number {
  const introducer = bytes[1];
  if (introducer === undefined) return 1;
  if (introducer === 0x4f) return Math.min(3, bytes.length); // SS3 and one byte
  if (introducer !== 0x5b) return 2; // Alt and a key
  for (let at = 2; at < bytes.length; at += 1) if ((bytes[at] ?? 0) >= 0x40) return at + 1;
  return bytes.length;
}
