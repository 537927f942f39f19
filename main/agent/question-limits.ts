/** What a person is asked at most: how many requests wait for an answer at once, and how long a question stands. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** Requests that may wait for a person at once: no program can bury the one that was meant under its own. */
export const MOST_REQUESTS = 8;
/** A question that nobody answers is denied after so long, in the app and at a terminal. */
export const DENIED_AFTER_MS = 60_000;

export function tooManyRequests(): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_TOO_MANY_REQUESTS',
    message: `${MOST_REQUESTS} requests for signatures wait for an answer already; one more was refused.`,
    remedy: 'Answer those that are shown; a program that asks again and again may be stopped.',
  });
}
