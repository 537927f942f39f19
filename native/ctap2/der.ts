/**
 * A strict reader of DER (X.690, sections 8 and 10), for what node:crypto does not tell of a certificate. It reads one element
 * after another and interprets nothing but object identifiers.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export const DerTag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  T61_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

export interface DerElement {
  /** The identifier octet; longer ones do not occur in certificates and are refused. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** Identifier, length and content. */
  readonly whole: Uint8Array;
}

export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next element, which must have this tag where one is given. Throws `CERTIFICATE_MALFORMED`. */
  next(tag?: number): DerElement {
    const start = this.#at;
    const found = this.#octet();
    if ((found & 0x1f) === 0x1f) throw malformedCertificate('an element has a long identifier');
    if (tag !== undefined && found !== tag) throw malformedCertificate('an element is of another type than it must be');
    const length = this.#length();
    const from = this.#at;
    if (length > this.#bytes.length - from) throw malformedCertificate('an element is longer than what holds it');
    this.#at = from + length;
    return { tag: found, content: this.#bytes.subarray(from, this.#at), whole: this.#bytes.subarray(start, this.#at) };
  }

  /** The next element where it has this tag; else nothing is read. */
  optional(tag: number): DerElement | undefined {
    return this.#bytes[this.#at] === tag ? this.next(tag) : undefined;
  }

  /** What the next element holds, to be read in turn. */
  inside(tag: number): DerReader {
    return new DerReader(this.next(tag).content);
  }

  /** Throws `CERTIFICATE_MALFORMED` when something is left. */
  end(): void {
    if (!this.isAtEnd) throw malformedCertificate('an element holds more than it may');
  }

  #octet(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw malformedCertificate('it ends too early');
    this.#at += 1;
    return octet;
  }

  /** Definite, in as few octets as can be (10.1); up to 64 KiB. */
  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    if (octets === 0 || octets > 2) throw malformedCertificate('a length is of a form that DER does not have');
    let length = 0;
    for (let i = 0; i < octets; i += 1) length = length * 0x100 + this.#octet();
    if (length < 0x80 || (octets === 2 && length < 0x100))
      throw malformedCertificate('a length is longer than need be');
    return length;
  }
}

/** `1.3.6.1.4.1.45724.1.1.4` from the content of an OBJECT IDENTIFIER (8.19). */
export function dottedOid(content: Uint8Array): string {
  const arcs: number[] = [];
  let value = 0;
  content.forEach((octet, at) => {
    const isFirstOfArc = at === 0 || ((content[at - 1] ?? 0) & 0x80) === 0;
    if (isFirstOfArc && octet === 0x80) throw malformedCertificate('an object identifier is longer than need be');
    if (value > 0xffffff) throw malformedCertificate('an object identifier is too large');
    value = value * 0x80 + (octet & 0x7f);
    if ((octet & 0x80) !== 0) return;
    if (arcs.length === 0)
      arcs.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else arcs.push(value);
    value = 0;
  });
  if (arcs.length === 0 || ((content.at(-1) ?? 0) & 0x80) !== 0)
    throw malformedCertificate('an object identifier is cut off');
  return arcs.join('.');
}

export function malformedCertificate(fault: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'CERTIFICATE_MALFORMED',
    message: `A certificate cannot be read: ${fault}.`,
    remedy: 'Get the certificate anew from where it came; it must be X.509, whole and unchanged.',
    cause,
  });
}
