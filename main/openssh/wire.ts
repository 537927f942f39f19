/**
 * The SSH wire types (RFC 4251, section 5): big-endian integers and length-prefixed strings. Key files, public lines,
 * signatures and agent messages are all made of them.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** The code and remedy that a reader's errors carry where `SSH_MALFORMED` would say too little. */
export interface WireFault {
  readonly code: string;
  readonly remedy: string;
}

const MALFORMED: WireFault = {
  code: 'SSH_MALFORMED',
  remedy: 'Check where it came from; ssh-keygen -l -f FILE says whether OpenSSH can read it.',
};

/**
 * Reads one buffer from front to back. Every method checks the length first and throws `SSH_MALFORMED` (or the fault
 * it was given) where the bytes run out, naming `what` is being read; no buffer is made from a length that the input
 * does not hold.
 */
export class SshReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  readonly #fault: WireFault;
  #offset = 0;

  /** `what` names the thing being read in errors ("the key file", "an agent message"). */
  constructor(bytes: Uint8Array, what: string, fault: WireFault = MALFORMED) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.#fault = fault;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** `length` raw bytes, as a view on the input. */
  bytes(length: number): Uint8Array {
    if (length > this.remaining) throw this.malformed('ends too early');
    const from = this.#offset;
    this.#offset += length;
    return this.#bytes.subarray(from, this.#offset);
  }

  uint8(): number {
    this.#need(1);
    return this.#view.getUint8(this.#offset++);
  }

  /** RFC 4251 `boolean`: zero is false, anything else is true. */
  boolean(): boolean {
    return this.uint8() !== 0;
  }

  uint32(): number {
    this.#need(4);
    const value = this.#view.getUint32(this.#offset);
    this.#offset += 4;
    return value;
  }

  /** RFC 4251 `string`: uint32 length, then that many bytes (a view on the input). */
  string(): Uint8Array {
    return this.bytes(this.uint32());
  }

  /** A `string` that must be valid UTF-8. */
  text(): string {
    const bytes = this.string();
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw this.malformed('holds text that is not UTF-8', cause);
    }
  }

  /**
   * RFC 4251 `mpint` that must not be negative: its magnitude, big-endian, without leading zeros (a view on the
   * input). Needless leading zeros are dropped, as OpenSSH does.
   */
  mpint(): Uint8Array {
    const bytes = this.string();
    if (((bytes[0] ?? 0) & 0x80) !== 0) throw this.malformed('holds a negative number');
    let from = 0;
    while (from < bytes.length && bytes[from] === 0) from += 1;
    return bytes.subarray(from);
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Throws unless every byte was read. */
  end(): void {
    if (this.remaining > 0) throw this.malformed(`has ${this.remaining} bytes too many`);
  }

  /** The error for a fault that the caller found in what it read: `fault` continues the sentence. */
  malformed(fault: string, cause?: unknown): GlasskeyError {
    return new GlasskeyError({
      code: this.#fault.code,
      message: `${this.#what[0]?.toUpperCase() ?? ''}${this.#what.slice(1)} is damaged: it ${fault}.`,
      remedy: this.#fault.remedy,
      detail: { offset: this.#offset },
      cause,
    });
  }

  #need(length: number): void {
    if (length > this.remaining) throw this.malformed('ends too early');
  }
}

/** Builds a buffer from SSH wire types. Each method returns the writer, so that a layout reads as one expression. */
export class SshWriter {
  readonly #parts: Uint8Array[] = [];

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  uint8(value: number): this {
    return this.bytes(Uint8Array.of(value));
  }

  boolean(value: boolean): this {
    return this.uint8(value ? 1 : 0);
  }

  uint32(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return this.bytes(bytes);
  }

  string(bytes: Uint8Array): this {
    return this.uint32(bytes.length).bytes(bytes);
  }

  text(text: string): this {
    return this.string(new TextEncoder().encode(text));
  }

  /** RFC 4251 `mpint` of a non-negative number given as big-endian bytes: minimal, with a 00 before a set top bit. */
  mpint(magnitude: Uint8Array): this {
    let from = 0;
    while (from < magnitude.length && magnitude[from] === 0) from += 1;
    const minimal = magnitude.subarray(from);
    const topBit = ((minimal[0] ?? 0) & 0x80) !== 0;
    return this.string(topBit ? Uint8Array.of(0, ...minimal) : minimal);
  }

  toBytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}
