/**
 * A PIN in memory: one buffer, one owner, wiped when the owner is done (CTAP 2.1, 6.5.1; ctap.md section 9).
 * Nothing here turns the bytes into a string except the one normalization that non-ASCII PINs need.
 */
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** Longest PIN, in bytes of UTF-8. */
export const MAX_PIN_BYTES = 63;
/** Shortest PIN, in code points, where the key does not say otherwise. */
export const DEFAULT_MIN_PIN_LENGTH = 4;

export class Pin {
  readonly #bytes: Uint8Array;

  /**
   * Takes over `typed` (UTF-8 as it came from the prompt): it is wiped here, or by `wipe()`. Throws `PIN_FORM` when it can
   * be no PIN at all: shorter than 4 code points, longer than 63 bytes, holding NUL, or not UTF-8.
   */
  constructor(typed: Uint8Array) {
    try {
      this.#bytes = longEnough(normalized(typed));
    } catch (error) {
      typed.fill(0);
      throw error;
    }
  }

  /** Length in Unicode code points, which is what a key's minimum counts. */
  get codePoints(): number {
    return countCodePoints(this.#bytes);
  }

  /**
   * The first 16 bytes of SHA-256(PIN): what pinHashEnc encrypts. The caller wipes it. Throws `CANCELLED` once the PIN is wiped:
   * its owner has taken it back (the screen was locked), and zeros sent in its place would cost the key a try.
   */
  leftHash(): Uint8Array {
    if (this.isWiped) throw cancelled('The use of the PIN');
    // Loaded when it is first needed: a PIN is there before its key is.
    const { createHash } = process.getBuiltinModule('node:crypto');
    const hash = createHash('sha256').update(this.#bytes).digest();
    const left = new Uint8Array(hash.subarray(0, 16));
    hash.fill(0);
    return left;
  }

  /** The PIN padded with zeros to 64 bytes: what newPinEnc encrypts. The caller wipes it. Throws like `leftHash`. */
  padded(): Uint8Array {
    if (this.isWiped) throw cancelled('The use of the PIN');
    const padded = new Uint8Array(64);
    padded.set(this.#bytes);
    return padded;
  }

  equals(other: Pin): boolean {
    return Buffer.compare(this.#bytes, other.#bytes) === 0;
  }

  /** `1111`: which keys with a complexity policy refuse. */
  get repeatsOneCharacter(): boolean {
    const size = this.#bytes.length / this.codePoints;
    return Number.isInteger(size) && this.#bytes.every((byte, at) => at < size || byte === this.#bytes[at - size]);
  }

  get isWiped(): boolean {
    return this.#bytes.every((byte) => byte === 0);
  }

  wipe(): void {
    this.#bytes.fill(0);
  }
}

function normalized(typed: Uint8Array): Uint8Array {
  if (typed.length === 0) throw formError('is empty');
  if (typed.includes(0)) throw formError('holds a NUL character');
  if (typed.every((byte) => byte < 0x80)) return sized(typed);
  // Normalization form C needs a string, and strings cannot be wiped: only PINs beyond ASCII pay for it.
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(typed);
  } catch {
    throw formError('is not valid UTF-8');
  }
  const bytes = new TextEncoder().encode(text.normalize('NFC'));
  typed.fill(0);
  return sized(bytes);
}

/** No key has a shorter one (6.5.1): sending it would only cost a try. */
function longEnough(bytes: Uint8Array): Uint8Array {
  if (countCodePoints(bytes) >= DEFAULT_MIN_PIN_LENGTH) return bytes;
  bytes.fill(0);
  throw formError(`is shorter than ${DEFAULT_MIN_PIN_LENGTH} characters`);
}

function countCodePoints(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}

function sized(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_PIN_BYTES) throw formError(`is longer than ${MAX_PIN_BYTES} bytes`);
  return bytes;
}

function formError(fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_FORM',
    message: `What was typed cannot be a PIN: it ${fault}.`,
    remedy: 'Type the PIN of the security key: at least 4 characters, at most 63 bytes.',
  });
}
