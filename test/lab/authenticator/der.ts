/** The little of DER (X.690) that the lab's certificates need. */

export function sequence(...items: Uint8Array[]): Uint8Array {
  return tagged(0x30, ...items);
}

export function set(...items: Uint8Array[]): Uint8Array {
  return tagged(0x31, ...items);
}

/** A tag, the length of what follows, and that. */
export function tagged(tag: number, ...items: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(items);
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag), lengthOf(body.length), body]));
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}

/** A non-negative INTEGER from its big-endian bytes. */
export function integer(...bytes: number[]): Uint8Array {
  return tagged(0x02, Uint8Array.from((bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes));
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift(0x80 | (left & 0x7f));
  return digits;
}

export function utf8String(text: string): Uint8Array {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

export function printableString(text: string): Uint8Array {
  return tagged(0x13, Buffer.from(text, 'ascii'));
}

/** GeneralizedTime, as RFC 5280 wants it from 2050 on, UTCTime before. */
export function time(date: Date): Uint8Array {
  const digits = `${date.toISOString().replace(/\.\d+|[-:T]/g, '')}`;
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : tagged(0x18, Buffer.from(digits, 'ascii'));
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return tagged(0x04, bytes);
}

/** A BIT STRING of whole bytes. */
export function bitString(bytes: Uint8Array): Uint8Array {
  return tagged(0x03, Uint8Array.of(0), bytes);
}

export const TRUE: Uint8Array = tagged(0x01, Uint8Array.of(0xff));
