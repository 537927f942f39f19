/** The public halves of the enrolled keys, composed for glasskey.ts. */
import { skPrivateKey } from './enrollment/key-files.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { randomart } from './openssh/randomart.ts';

export interface PublicKeyReport {
  /** Of the enrollment. */
  readonly id: string;
  readonly line: string;
  /** OpenSSH's picture of it. */
  readonly randomart: string;
}

/** Of each enrollment whose files were written, newest first. */
export function publicKeys(world: OpenWorld): readonly PublicKeyReport[] {
  return world
    .written()
    .toReversed()
    .map((one) => ({
      id: one.id,
      line: one.files.publicLine.trimEnd(),
      randomart: randomart(skPrivateKey(one).publicKey),
    }));
}
