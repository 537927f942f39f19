/**
 * bcrypt_pbkdf, the key derivation of encrypted key files (OpenBSD, lib/libutil/bcrypt_pbkdf.c).
 *
 * Decisions:
 * - the package bcrypt-pbkdf gives the Blowfish part alone; the loop over rounds is ours, because theirs blocks for
 *   as long as it takes (about 7 ms a block and round: a third of a second for a file of today) and cannot be stopped;
 * - the package is loaded by the first use: reading a file without a passphrase never needs it.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assertNotCancelled } from '../../diagnostics/glasskey-error.ts';
import { SshWriter } from './wire.ts';

const BLOCK_BYTES = 32;

/** What a derivation needs. The passphrase is the caller's: it is read, never kept, never changed. */
export interface BcryptInput {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  /** At least 1; the caller bounds it. */
  readonly rounds: number;
  /** Bytes wanted, at most 1024. */
  readonly length: number;
}

/**
 * Derives `length` bytes. Gives the event loop a turn after each round, and rejects with `CANCELLED` when the signal
 * fires. The caller wipes the result.
 */
export async function deriveBcryptKey(input: BcryptInput, signal?: AbortSignal): Promise<Uint8Array> {
  const { hash } = (await import('bcrypt-pbkdf')).default;
  const sha2pass = sha512(input.passphrase);
  const blocks = Math.ceil(input.length / BLOCK_BYTES);
  const bytesPerBlock = Math.ceil(input.length / blocks);
  const key = new Uint8Array(input.length);
  const round = new Uint8Array(BLOCK_BYTES);
  const block = new Uint8Array(BLOCK_BYTES);
  try {
    for (let index = 0; index < blocks; index += 1) {
      block.fill(0);
      let sha2salt = sha512(
        new SshWriter()
          .bytes(input.salt)
          .uint32(index + 1)
          .toBytes(),
      );
      for (let done = 0; done < input.rounds; done += 1) {
        assertNotCancelled(signal, 'Deriving the key from the passphrase');
        hash(sha2pass, sha2salt, round);
        for (let i = 0; i < BLOCK_BYTES; i += 1) block[i] = (block[i] ?? 0) ^ (round[i] ?? 0);
        sha2salt = sha512(round);
        await nextTurn();
      }
      // The function's own trait: the blocks are not laid one behind the other but interleaved, byte by byte.
      for (let i = 0; i < bytesPerBlock; i += 1) {
        const at = i * blocks + index;
        if (at < key.length) key[at] = block[i] ?? 0;
      }
    }
    return key;
  } catch (error) {
    key.fill(0);
    throw error;
  } finally {
    sha2pass.fill(0);
    round.fill(0);
    block.fill(0);
  }
}

function sha512(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha512').update(bytes).digest());
}
