/**
 * The last part of a `forwarded` way: what the last jump host is told to run, an ssh of its own that logs in to the device with the
 * agent that is forwarded to it. That ssh may be old, its host keys are the jump host's own, and what it says of a failure can only
 * come back as an exit code.
 */
import { formatHostSpec, type HostSpec } from './host-spec.ts';
import { quotedWord } from './shell-word.ts';

export interface ForwardedLogin {
  readonly device: HostSpec;
  /** What the device's shell is to run; undefined for a session. */
  readonly command: string | undefined;
  /** Whether the device gets the agent too. */
  readonly forwardAgent: boolean;
  /** Whether the jump host refuses a host key that it does not know, instead of asking. */
  readonly isStrict: boolean;
  /** For the device's address and its first words. */
  readonly waitSeconds: number;
}

/**
 * What the remote command ends with where the login did not begin. A program on the device may end with the same number; but then the
 * agent has signed for the device, and here it was not even asked (`isAgentUsed` in hop-trace.ts).
 */
export const FORWARDED_EXIT = {
  noAgent: 77,
  unreachable: 78,
  refused: 79,
  hostKey: 80,
  hostKeyChanged: 81,
  noSsh: 82,
} as const;

/** One word on one line for the jump host's login shell, whichever that is (csh ends a quote at the line's end): it only has to start `sh`. */
export function forwardedCommand(login: ForwardedLogin): string {
  const ssh = sshWords(login);
  const script = [
    `test -n "$SSH_AUTH_SOCK" || exit ${FORWARDED_EXIT.noAgent}`,
    `command -v ssh >/dev/null 2>&1 || exit ${FORWARDED_EXIT.noSsh}`,
    `log=$(mktemp) || exec ssh ${ssh}`,
    `trap 'rm -f "$log"' EXIT`,
    'trap "exit 255" HUP TERM',
    // What the device writes to stderr must not decide; and a question about its host key is asked on the terminal.
    `ssh -E "$log" ${ssh}`,
    'code=$?',
    'cat "$log" >&2',
    'test $code = 255 || exit $code',
    `grep -q "HOST IDENTIFICATION HAS CHANGED" "$log" && exit ${FORWARDED_EXIT.hostKeyChanged}`,
    `grep -q "Host key verification failed" "$log" && exit ${FORWARDED_EXIT.hostKey}`,
    `grep -q "^ssh: connect to host .*refused" "$log" && exit ${FORWARDED_EXIT.refused}`,
    `grep -q -e "^ssh: " -e "timed out" "$log" && exit ${FORWARDED_EXIT.unreachable}`,
    'exit 255',
  ].join('; ');
  return `sh -c ${quotedWord(script)}`;
}

/** The same as somebody would type it there. */
export function forwardedSsh(login: ForwardedLogin): string {
  const { device, command, forwardAgent } = login;
  const { port, ...address } = device;
  return [
    'ssh',
    ...(forwardAgent ? ['-A'] : []),
    ...(command === undefined ? ['-t'] : []),
    ...(port === undefined ? [] : [`-p ${port}`]),
    formatHostSpec(address),
    ...(command === undefined ? [] : ['--', quotedWord(command)]),
  ].join(' ');
}

/** Options that ssh has known since 6.3; the specs are of plain characters, and quoted all the same. */
function sshWords({ device, command, forwardAgent, isStrict, waitSeconds }: ForwardedLogin): string {
  const { port, ...address } = device;
  return [
    forwardAgent ? '-A' : '-a',
    '-x',
    ...(command === undefined ? ['-t'] : []),
    '-o PreferredAuthentications=publickey',
    `-o ConnectTimeout=${Math.ceil(waitSeconds)}`,
    ...(isStrict ? ['-o StrictHostKeyChecking=yes'] : []),
    ...(port === undefined ? [] : [`-p ${port}`]),
    quotedWord(formatHostSpec(address)),
    ...(command === undefined ? [] : ['--', quotedWord(command)]),
  ].join(' ');
}
