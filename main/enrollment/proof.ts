/** That a key logs in: what a device did, and not what anybody hopes. */
import { among, members, number, readIfOne, type Stored, text } from '../storage/stored-form.ts';

const proof = members({
  /** When the device accepted the login. */
  at: number,
  /** `user@host`, with the port where it is not ssh's own. */
  device: text,
  /** Where the login was begun: at the command line, in the window, or by a drill in either. */
  by: among(['command-line', 'window', 'drill']),
});

/**
 * A device has accepted a login with the key, as its own ssh said. One that only a jump host accepted proves nothing: that one
 * may have reconciled long before the device.
 */
export type Proof = Stored<typeof proof>;

/** Undefined for what a newer Glasskey may have written in another form: a login will say it again. */
export function parseProof(data: unknown): Proof | undefined {
  return readIfOne(proof, data);
}
