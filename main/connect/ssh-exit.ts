/** How an ssh ended, and that it could not be started: the same on a terminal of its own, on streams and on this process's terminal. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export type SshExit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals };

/** How ssh says that it failed itself (ssh(1), EXIT STATUS). */
export const SSH_FAILED = 255;

/** How long ssh has to end by itself once it was asked to. */
export const KILL_AFTER_MS = 2000;

export function sshNotStarted(path: string, cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'SSH_NOT_STARTED',
    message: `${path} could not be started.`,
    remedy: 'Run "ssh -V" in a terminal: it says what is wrong with it.',
    detail: { path },
    cause,
  });
}
