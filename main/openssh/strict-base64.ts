/**
 * Base64 (RFC 4648, section 4) that has one spelling for each value: full padding, no other characters, zero bits
 * where the last character has bits to spare. Node's own decoder ignores whatever it does not know.
 */

/** The bytes, or null where the text is not canonical base64. */
export function decodeStrictBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : null;
}

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
