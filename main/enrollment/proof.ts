/** That a key logs in: what a device did, and not what anybody hopes. */
import { z } from 'zod';

const proof = z.object({
  /** When the device accepted the login. */
  at: z.number(),
  /** `user@host`, with the port where it is not ssh's own. */
  device: z.string(),
  /** Where the login was begun: at the command line, in the window, or by a drill in either. */
  by: z.enum(['command-line', 'window', 'drill']),
});

/**
 * A device has accepted a login with the key, as its own ssh said. One that only a jump host accepted proves nothing: that one
 * may have reconciled long before the device.
 */
export type Proof = z.output<typeof proof>;

/** Undefined for what a newer Glasskey may have written in another form: a login will say it again. */
export function parseProof(data: unknown): Proof | undefined {
  return proof.safeParse(data).data;
}
