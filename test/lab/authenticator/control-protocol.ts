import { z } from 'zod';
import { attestationModes } from './attestation.ts';
import { faultPlanSchema } from './faults.ts';

/**
 * The control channel: JSON lines over a Unix socket, one request, one reply, matched by `id`. It is the lab's hand on the
 * key, not part of any standard.
 */
export const touchPolicySchema = z.union([
  z.enum(['at-once', 'by-hand', 'never', 'declined']),
  z.strictObject({ afterMs: z.number().nonnegative() }),
]);

const pinStateSchema = z.strictObject({
  pin: z.string().nullable().exactOptional(),
  pinRetries: z.number().int().min(0).max(8).exactOptional(),
  uvRetries: z.number().int().min(0).max(3).exactOptional(),
  forcePinChange: z.boolean().exactOptional(),
  minPinLength: z.number().int().exactOptional(),
});

export const controlActionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('touch') }),
  z.strictObject({ do: z.literal('set-touch'), policy: touchPolicySchema }),
  z.strictObject({ do: z.literal('set-finger'), finger: z.enum(['enrolled', 'unknown']) }),
  z.strictObject({ do: z.literal('set-attestation'), mode: z.enum(attestationModes) }),
  z.strictObject({ do: z.literal('unplug') }),
  z.strictObject({ do: z.literal('replug') }),
  z.strictObject({ do: z.literal('set-pin-state'), state: pinStateSchema }),
  z.strictObject({ do: z.literal('set-faults'), plan: faultPlanSchema }),
  z.strictObject({ do: z.literal('read-counters') }),
  z.strictObject({ do: z.literal('reset-counters') }),
  z.strictObject({ do: z.literal('status') }),
]);
export type ControlAction = z.infer<typeof controlActionSchema>;

/** The envelope, read first: an action that makes no sense is still answered under its id. */
export const controlRequestSchema = z.strictObject({ id: z.number().int(), action: z.unknown() });

export const countersSchema = z.object({
  packetsOut: z.number(),
  packetsIn: z.number(),
  keepalives: z.number(),
  strayPackets: z.number(),
  inits: z.number(),
  cancels: z.number(),
  pings: z.number(),
  winks: z.number(),
  errors: z.array(z.number()),
  commands: z.array(z.object({ command: z.number(), subCommand: z.number().exactOptional() })),
  touches: z.number(),
  pinChecks: z.number(),
});

export const statusSchema = z.object({
  profile: z.string(),
  plugged: z.boolean(),
  blinking: z.boolean(),
  pinRetries: z.number(),
  /** Packets since the fault plan was set, both directions. */
  packetsSeen: z.number(),
  credentials: z.array(
    z.object({
      credentialId: z.string(),
      rpId: z.string(),
      userId: z.string(),
      userName: z.string().optional(),
      algorithm: z.number(),
      credProtect: z.number(),
    }),
  ),
});
export type AuthenticatorStatus = z.infer<typeof statusSchema>;

export const controlReplySchema = z.object({
  id: z.number().int(),
  result: z.unknown().optional(),
  error: z.string().optional(),
});
