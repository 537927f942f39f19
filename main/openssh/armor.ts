/**
 * The text form of key files and SSHSIG signatures (reference/openssh-sk.md, sections 7 and 8): a BEGIN line, base64 in
 * lines of 70, an END line. Written exactly as OpenSSH writes it; read with CRLF, other line lengths and blanks around
 * the block, because files travel by mail and by clipboard.
 */
import { decodeStrictBase64, encodeBase64 } from './strict-base64.ts';

const COLUMNS = 70;

/** The armored text with its final newline. `label` is what stands behind BEGIN and END. */
export function formatArmor(label: string, bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The bytes, or null where the text is not one armored block of this label and nothing else. */
export function parseArmor(label: string, text: string): Uint8Array | null {
  const lines = text.trim().split(/\r\n|\r|\n/);
  const begin = lines.shift()?.trimEnd();
  const end = lines.pop()?.trimStart();
  if (begin !== `-----BEGIN ${label}-----` || end !== `-----END ${label}-----`) return null;
  return decodeStrictBase64(lines.join('').replace(/[ \t]+/g, ''));
}

/** The label of the first BEGIN line, or null where the text does not start with one. */
export function armorLabel(text: string): string | null {
  return /^\s*-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1] ?? null;
}
