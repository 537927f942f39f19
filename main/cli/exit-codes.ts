/** Exit codes are an interface: scripts and shell prompts ask by them (docs/command-line.md lists them). */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export const ExitCode = {
  OK: 0,
  /** The world said no: the error on the terminal names what, and what to do now. */
  FAILED: 1,
  /** The command line itself cannot be understood. */
  USAGE: 2,
  /** `status`: nothing went wrong, but a login would not work yet. `attest verify`: it holds, but the maker is not proven. `reminders`: something is due. `agent status`: no agent answers. `reminders schedule status`: it is not on. */
  NOT_READY: 3,
  /** A fault in Glasskey. */
  BUG: 70,
  /** Cancelled by Ctrl-C or at a prompt, as shells count it: 128 + SIGINT. */
  CANCELLED: 130,
} as const;

export function exitCodeOf(error: GlasskeyError): number {
  if (error.code === 'CLI_USAGE') return ExitCode.USAGE;
  if (error.kind === 'cancelled') return ExitCode.CANCELLED;
  return error.kind === 'bug' ? ExitCode.BUG : ExitCode.FAILED;
}
