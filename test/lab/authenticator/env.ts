import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../../time/clock.ts';

/** The outside world of the authenticator in one piece (as in OpenSK): chance, time, and the person at the key. */
export interface Env {
  random(length: number): Uint8Array;
  readonly clock: Clock;
  readonly presence: Presence;
}

/** What the person at the key did when the light blinked. */
export type Gesture =
  /** `finger` matters on a fingerprint key only: is it an enrolled one? */
  { readonly kind: 'touched'; readonly finger: 'enrolled' | 'unknown' } | { readonly kind: 'declined' };

/** The person. */
export interface Presence {
  /** The key begins to blink. `answer` may be called once, at once or later. The returned function: the key stopped. */
  ask(answer: (gesture: Gesture) => void): () => void;
}

export const systemRandom = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
export const systemTime = systemClock;
