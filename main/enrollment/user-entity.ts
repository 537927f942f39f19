/**
 * The user entity of an SSH credential (design, decision 2). OpenSSH gives every resident key the same user id, so that a new
 * one destroys the old one at once; Glasskey gives each enrollment its own.
 */

/** OpenSSH pads user ids to 32 bytes, and `ssh-keygen -K` puts the text before the zeros in file names. */
const USER_ID_LENGTH = 32;

/** `glasskey-20261123-1f9a3c` for an enrollment begun at `createdAt` (ms); `unique` is at least 3 random bytes. */
export function newUserId(createdAt: number, unique: Uint8Array): Uint8Array {
  const day = new Date(createdAt).toISOString().slice(0, 10).replaceAll('-', '');
  const id = new Uint8Array(USER_ID_LENGTH);
  new TextEncoder().encodeInto(`glasskey-${day}-${Buffer.from(unique.subarray(0, 3)).toString('hex')}`, id);
  return id;
}

/** Keys truncate names beyond 64 bytes (CTAP 2.1, 6.1.3), so the date stands first. */
export function userName(owner: string, createdAt: number): string {
  const day = new Date(createdAt).toISOString().slice(0, 10);
  return Buffer.from(`${day} ${owner}`).subarray(0, 64).toString('utf8').replace(/�$/, '');
}
