/**
 * The one thing that may go into the profile: the public line of a security key, as `az nexusidentity gen-keys`
 * uploads it (azure.md 1.4): algorithm, base64, a comment, one LF at the end.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { SshReader } from '../openssh/wire.ts';

/** A public line with its LF, seen to be one. */
export type PublishedLine = string & { readonly __published: unique symbol };

const LINE =
  /^(sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) ([A-Za-z0-9+/]+={0,2})( [\x20-\x7e\u00a0-\uffff]*)?\n$/;
/** The whole extension must fit 2 KB (azure.md 1.2); a real line has 148 or 228 bytes. */
const MOST_CHARACTERS = 2048;

/**
 * Takes text for a public line. Throws `PROFILE_LINE_INVALID` unless it is exactly one line of an sk algorithm whose
 * base64 holds a key of that algorithm (PROTOCOL.u2f, "SSH U2F Key formats"). The text itself goes into no error,
 * since whatever was passed by mistake may be a secret.
 */
export function parsePublishedLine(text: string): PublishedLine {
  if (text.length > MOST_CHARACTERS) throw invalid('is longer than 2 KB');
  const match = LINE.exec(text);
  if (match === null) throw invalid('is not one line of a security key (sk-…) that ends in a line feed');
  const [, algorithm = '', encoded = ''] = match;
  assertKey(algorithm, Buffer.from(encoded, 'base64'));
  return text as PublishedLine;
}

function assertKey(algorithm: string, blob: Uint8Array): void {
  try {
    const reader = new SshReader(blob, 'the public key');
    if (reader.text() !== algorithm) throw reader.malformed('names another algorithm than its line');
    if (algorithm.startsWith('sk-ecdsa')) {
      if (reader.text() !== 'nistp256') throw reader.malformed('names another curve than its line');
      if (reader.string().length !== 65) throw reader.malformed('holds no point of that curve');
    } else if (reader.string().length !== 32) {
      throw reader.malformed('holds no Ed25519 key');
    }
    reader.text(); // application
    reader.end();
  } catch (cause) {
    throw invalid('holds a damaged key', cause);
  }
}

function invalid(fault: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'PROFILE_LINE_INVALID',
    message: `What was to be published ${fault}.`,
    remedy: 'Publish the .pub file of a security key; nothing was sent.',
    cause,
  });
}
