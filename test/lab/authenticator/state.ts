import { z } from 'zod';
import type { Env } from './env.ts';
import { toHex } from './hex.ts';
import { type Profile, profileNames } from './profiles.ts';

/** Everything that outlives a power cycle. Bytes are lower-case hex: the state is JSON, and hex compares well. */
const hex = z.string().regex(/^([0-9a-f]{2})*$/);

const residentCredentialSchema = z.object({
  credentialId: hex,
  rpId: z.string(),
  rpName: z.string().optional(),
  userId: hex,
  userName: z.string().optional(),
  userDisplayName: z.string().optional(),
  algorithm: z.number().int(),
  /** Ed25519: the seed. ES256: the scalar. 32 bytes either way. */
  privateKey: hex,
  credProtect: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** Grows with each credential made: newest first is what getAssertion wants. */
  madeAs: z.number().int(),
});
export type ResidentCredential = z.infer<typeof residentCredentialSchema>;

export const authenticatorStateSchema = z.object({
  format: z.literal('glasskey-lab-authenticator-1'),
  profile: z.enum(profileNames),
  /** Wraps the non-resident credentials. A reset draws a new one, which is how they all die. */
  deviceSecret: hex,
  signatureCounter: z.number().int(),
  credentialsMade: z.number().int(),
  /** First 16 bytes of SHA-256(PIN), and its length in code points. */
  pin: z.object({ hash: hex, codePoints: z.number().int() }).nullable(),
  pinRetries: z.number().int(),
  uvRetries: z.number().int(),
  minPinLength: z.number().int(),
  forcePinChange: z.boolean(),
  alwaysUv: z.boolean(),
  fingers: z.array(z.object({ templateId: hex, name: z.string() })),
  credentials: z.array(residentCredentialSchema),
});
export type AuthenticatorState = z.infer<typeof authenticatorStateSchema>;

export const MAX_PIN_RETRIES = 8;
export const MAX_UV_RETRIES = 3;

/** A key as it leaves the factory, and after a reset. */
export function factoryState(profile: Profile, env: Env): AuthenticatorState {
  return {
    format: 'glasskey-lab-authenticator-1',
    profile: profile.name,
    deviceSecret: toHex(env.random(32)),
    signatureCounter: 0,
    credentialsMade: 0,
    pin: null,
    pinRetries: MAX_PIN_RETRIES,
    uvRetries: MAX_UV_RETRIES,
    minPinLength: 4,
    forcePinChange: false,
    alwaysUv: false,
    fingers: [],
    credentials: [],
  };
}
