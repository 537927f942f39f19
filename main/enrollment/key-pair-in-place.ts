/** Key files that lie where a key's files would: are they this very key's? */
import { parseKeyFileHead } from '../openssh/key-file.ts';
import { parsePublicLine } from '../openssh/public-line.ts';
import { isSameSkKey, type SkPublicKey } from '../openssh/sk-key.ts';

/**
 * The comment of the public half, where both halves are there and are this key's, with a passphrase or without. Undefined
 * where anything else is there, or nothing.
 */
export async function commentInPair(
  keyFile: string,
  publicKey: SkPublicKey,
  readKeyFile: (path: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    const privateFile = await readKeyFile(keyFile);
    const publicFile = await readKeyFile(`${keyFile}.pub`);
    if (privateFile === undefined || publicFile === undefined) return undefined;
    const head = parseKeyFileHead(new TextEncoder().encode(privateFile));
    const line = parsePublicLine(publicFile);
    return isSameSkKey(head.publicKey, publicKey) && isSameSkKey(line.publicKey, publicKey) ? line.comment : undefined;
  } catch {
    return undefined; // a folder, no permission, another kind of file: whoever would write there finds it in the way
  }
}
