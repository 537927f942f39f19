/** What the files of a recovered key are called. */
import { dirname, join } from 'node:path';
import { SK_ECDSA, type SkPublicKey } from '../openssh/sk-key.ts';

/** What people may type in a file's name, and no system takes for more than that. */
const PLAIN = /^[\w@+=,.-]+$/;

/** File systems take 255 bytes; `.pub`, a number and the name of an unfinished file come on top. */
const LONGEST_NAME = 200;

/** Where OpenSSH and `az nexusidentity gen-keys` have the key of each algorithm: `id_ecdsa_sk` beside `id_ed25519_sk`. */
export function usualKeyFile(keyFile: string, { algorithm }: Pick<SkPublicKey, 'algorithm'>): string {
  return algorithm === SK_ECDSA ? keyFile.replace(/id_ed25519_sk$/, 'id_ecdsa_sk') : keyFile;
}

/**
 * As `ssh-keygen -K` names it (openssh-sk.md, section 5): `id_ed25519_sk_rk_demo_alice` for the application `ssh:demo` and the user
 * id `alice`. What would be more than a name, or a name on this system only, is written in hexadecimal, of an application as `_`. What
 * no file system takes is cut: `keyFileCandidates` tells two such apart.
 */
export function residentKeyName({ algorithm, application }: SkPublicKey, userId: Uint8Array): string {
  const type = algorithm === SK_ECDSA ? 'ecdsa_sk' : 'ed25519_sk';
  const app = application.replace(/^ssh:(\/\/)?/i, '').replaceAll(/[^\w@+=,.-]|\.\.+/g, '_');
  const parts = ['id', type, 'rk', app, userPart(userId)];
  return parts
    .filter((part) => part !== '')
    .join('_')
    .slice(0, LONGEST_NAME);
}

/** The places to try for a key, best first; the last ones are never taken by so many keys. */
export function* keyFileCandidates(
  usual: string,
  isUsualWanted: boolean,
  publicKey: SkPublicKey,
  userId: Uint8Array,
): Generator<string> {
  if (isUsualWanted) yield usual;
  const name = join(dirname(usual), residentKeyName(publicKey, userId));
  yield name;
  for (let count = 2; ; count++) yield `${name}_${count}`;
}

function userPart(userId: Uint8Array): string {
  const length = userId.findLastIndex((byte) => byte !== 0) + 1;
  const user = Buffer.from(userId.subarray(0, length));
  const text = user.toString('latin1');
  return text === '' || (PLAIN.test(text) && !text.includes('..')) ? text : user.toString('hex');
}
