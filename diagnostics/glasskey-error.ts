/**
 * The one error type (design, decision 10): a stable code, a sentence that says what happened, and a remedy that says
 * what to do now. The window, the command line (`--json` too) and the log all show the same three.
 */

/**
 * How an error is to be treated:
 * - `expected`: the world said no (wrong PIN, no network, file exists). Tell the person, do not log a stack.
 * - `cancelled`: the person stopped it. Say nothing but that.
 * - `bug`: our fault. Log it loudly, with its stack.
 */
export type ErrorKind = 'expected' | 'cancelled' | 'bug';

/** What a thrower says. `detail` holds plain facts for `--json` and the log (status bytes, paths): never a secret. */
export interface ErrorFacts {
  /** Stable, SCREAMING_SNAKE, listed in docs/errors.md. Scripts match on it. */
  readonly code: string;
  /** One sentence: what happened. */
  readonly message: string;
  /** One sentence: what to do now. */
  readonly remedy: string;
  readonly kind?: ErrorKind;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

export class GlasskeyError extends Error {
  override readonly name = 'GlasskeyError';
  readonly code: string;
  readonly remedy: string;
  readonly kind: ErrorKind;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.remedy = facts.remedy;
    this.kind = facts.kind ?? 'expected';
    this.detail = facts.detail ?? {};
  }
}

/** The error every cancelled operation rejects with, whatever layer noticed the abort. */
export function cancelled(what: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'CANCELLED',
    message: `${what} was cancelled.`,
    remedy: 'Nothing was lost; run it again when you are ready.',
    kind: 'cancelled',
    cause,
  });
}

/** Throws `cancelled(what)` when the signal has fired. */
export function assertNotCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw cancelled(what, signal.reason);
}

/** Wraps whatever was thrown: a GlasskeyError as it is, anything else as a bug with its cause kept. */
export function asGlasskeyError(thrown: unknown): GlasskeyError {
  if (thrown instanceof GlasskeyError) return thrown;
  return new GlasskeyError({
    code: 'INTERNAL',
    message: `Glasskey met an error it did not expect: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    remedy: 'Run it again with --verbose, and report what it prints.',
    kind: 'bug',
    cause: thrown,
  });
}
