/**
 * The line of a `.pub` file: `<type> <base64 blob> <comment>` (reference/openssh-sk.md, section 8). It is what the
 * profile holds and what a fabric copies into authorized_keys.
 *
 * Decisions:
 * - base64 is strict and the type before it must be the type inside it: what is published must have one spelling;
 * - CRLF, tabs, a missing comment and blanks around the line are read; blanks inside a comment are kept;
 * - options before the type (authorized_keys) are refused: dropping them would widen what somebody restricted;
 * - a control character other than a tab is neither read nor written: a newline in a comment would be a second
 *   authorized key, an escape would steer the terminal that shows it.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatSkPublicBlob, isSkAlgorithm, parseSkPublicBlob, type SkPublicKey } from './sk-key.ts';
import { decodeStrictBase64, encodeBase64 } from './strict-base64.ts';

export interface PublicLine {
  readonly publicKey: SkPublicKey;
  /** Empty where the line has none. */
  readonly comment: string;
}

const REMEDY = 'Take the one line of the .pub file as it is, or make it again: ssh-keygen -y -f KEYFILE.';
/** Longest line read: an sk line is about 300 characters; OpenSSH itself stops at 8 KiB of blob. */
const MAX_LINE = 16 * 1024;
const KEY_TYPE = /^(sk-|webauthn-sk-)?(ssh|ecdsa)-[a-z0-9@.-]+$/;

/**
 * Reads one public line. Throws `PUBLIC_LINE_HAS_OPTIONS` where options stand before the type, `PUBLIC_LINE_NOT_SK`
 * for a key or certificate of another type, `PUBLIC_LINE_MALFORMED` for anything else.
 */
export function parsePublicLine(text: string): PublicLine {
  if (text.length > MAX_LINE) throw malformed(`is longer than ${MAX_LINE} characters`);
  const line = text.trim();
  if (/[\r\n]/.test(line)) throw malformed('is more than one line');
  if (hasControlCharacter(line)) throw malformed('holds a control character');
  const [type = '', base64 = ''] = line.split(/[ \t]+/, 2);
  if (!isSkAlgorithm(type)) throw notOurType(type, line);
  const blob = decodeStrictBase64(base64);
  if (blob === null || blob.length === 0) throw malformed('does not hold proper base64');
  const publicKey = parseSkPublicBlob(blob, 'the public key line', { code: 'PUBLIC_LINE_MALFORMED', remedy: REMEDY });
  if (publicKey.algorithm !== type) throw malformed('names another key type than its data does');
  const comment = line.slice(type.length).trimStart().slice(base64.length).trimStart();
  return { publicKey, comment };
}

/**
 * The line, without a newline: `<type> <base64>`, and ` <comment>` where there is one. Throws `PUBLIC_LINE_MALFORMED`
 * for a comment with a control character in it.
 */
export function formatPublicLine({ publicKey, comment }: PublicLine): string {
  if (hasControlCharacter(comment)) throw malformed('would have a control character in its comment');
  const line = `${publicKey.algorithm} ${encodeBase64(formatSkPublicBlob(publicKey))}`;
  return comment === '' ? line : `${line} ${comment}`;
}

/** Whether a comment holds anything that ends a line or steers a terminal: C0 but tab, DEL, C1, line separators. */
export function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text.replaceAll('\t', ''));
}

function notOurType(type: string, line: string): GlasskeyError {
  if (KEY_TYPE.test(type)) {
    return new GlasskeyError({
      code: 'PUBLIC_LINE_NOT_SK',
      message: `The public key line is of type ${type.slice(0, 64)}, not a security key's.`,
      remedy: 'Give the .pub file of a key of type sk-ssh-ed25519 or sk-ecdsa-sha2-nistp256.',
    });
  }
  if (line.split(/[ \t]+/).some((word) => KEY_TYPE.test(word))) {
    return new GlasskeyError({
      code: 'PUBLIC_LINE_HAS_OPTIONS',
      message: 'The public key line has options before the key type, as in authorized_keys.',
      remedy: 'Remove what stands before the key type, or give the .pub file instead.',
    });
  }
  return malformed('does not begin with a key type');
}

function malformed(fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'PUBLIC_LINE_MALFORMED',
    message: `The public key line is damaged: it ${fault}.`,
    remedy: REMEDY,
  });
}
