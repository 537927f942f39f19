/**
 * Why ssh gave up. Exit code 255 is its own failure (any other is the remote command's), and its only explanation is
 * what it wrote to stderr, in fixed English sentences. Matched loosely: they grow words from release to release.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatHostSpec } from './host-spec.ts';
import type { ConnectPlan, PlannedHop } from './plan.ts';
import type { SshRun } from './run-ssh.ts';

/**
 * The error for a run that failed in ssh itself, or undefined where ssh did its part: the remote command's exit code is
 * then the caller's to pass on. Ended by a signal gives undefined as well.
 *
 * Codes: CONNECT_UNREACHABLE, CONNECT_REFUSED, CONNECT_HOST_KEY_CHANGED, CONNECT_HOST_KEY_UNKNOWN, CONNECT_PERMISSION_DENIED,
 * CONNECT_FAILED. `detail.hop` is the address of the host that failed, where it is known.
 */
export function outcomeError(plan: ConnectPlan, run: SshRun): GlasskeyError | undefined {
  if (run.exit.kind !== 'exited' || run.exit.code !== 255) return undefined;
  for (const explanation of EXPLANATIONS) {
    for (const line of run.stderrLines) {
      const match = explanation.pattern.exec(line);
      if (match === null) continue;
      const hop = failedHop(plan, run, explanation, match.groups?.host);
      return toError(explanation, hop, line);
    }
  }
  return toError(UNEXPLAINED, failedHop(plan, run, UNEXPLAINED, undefined), run.stderrLines.at(-1));
}

interface Explanation {
  /** May name the host ssh speaks of in the group `host`. */
  readonly pattern: RegExp;
  readonly code: string;
  /** `where` is the host that failed, in words. */
  readonly message: (where: string) => string;
  readonly remedy: string;
  /** The line is written on behalf of the device by the ssh that logged in to the last jump host. */
  readonly beyondJumpHost?: boolean;
}

const CHECK_TARGET = 'Check the address and your own network (VPN, cable), then connect again.';

/** In order of how much they explain: the first that fits any line wins. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key for (?<host>\S+) has changed/,
    code: 'CONNECT_HOST_KEY_CHANGED',
    message: (where) => `The host key of ${where} is not the one that is known: somebody may be in between.`,
    remedy:
      'Ask whoever runs the host whether its key was changed; only then remove the old one with "ssh-keygen -R HOST" and connect again.',
  },
  {
    pattern: /host key is known for (?<host>\S+) and you have requested strict checking/,
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: (where) => `The host key of ${where} is not known, and unknown ones are not accepted.`,
    remedy: 'Connect once from a terminal and compare the fingerprint it shows with the one its administrator gives.',
  },
  {
    pattern: /signing failed for .*(agent refused operation|communication with agent failed)/,
    code: 'CONNECT_PERMISSION_DENIED',
    message: (where) => `The security key did not sign the login to ${where}.`,
    remedy: 'Connect again, and give the PIN and the touch when the key blinks.',
  },
  {
    pattern: /^(?:.*?@)?(?<host>\S+): Permission denied \(/,
    code: 'CONNECT_PERMISSION_DENIED',
    message: (where) => `${capital(where)} does not accept this key for this user.`,
    remedy:
      'Check the user name; a key or a role given lately reaches the devices with the next reconciliation, up to 4 hours later.',
  },
  {
    pattern: /Too many authentication failures/,
    code: 'CONNECT_PERMISSION_DENIED',
    message: (where) => `${capital(where)} refused the login after too many tries.`,
    remedy: 'Wait a few minutes, then connect again.',
  },
  {
    pattern: /open failed: administratively prohibited/,
    code: 'CONNECT_REFUSED',
    message: (where) => `The jump host does not allow a connection on to ${where}.`,
    remedy: 'Check the device’s address; if it is right, ask for the jump host to allow TCP forwarding to it.',
    beyondJumpHost: true,
  },
  {
    pattern: /open failed: connect failed: Connection refused/,
    code: 'CONNECT_REFUSED',
    message: (where) => `${capital(where)} refused the connection from the jump host: no SSH server listens there.`,
    remedy: 'Check the device’s address and port.',
    beyondJumpHost: true,
  },
  {
    pattern: /open failed: connect failed/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `The jump host was reached, but from there ${where} was not.`,
    remedy: 'Check the device’s address, and try another jump host or the device’s other management address.',
    beyondJumpHost: true,
  },
  {
    pattern: /^ssh: Could not resolve hostname (?<host>\S+?):/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `No address is known for ${where}.`,
    remedy: 'Check the name, or give the IP address: without a network, names are often not resolved.',
  },
  {
    pattern: /^ssh: connect to host (?<host>\S+) port \d+: Connection refused/,
    code: 'CONNECT_REFUSED',
    message: (where) => `${capital(where)} refused the connection: no SSH server listens there.`,
    remedy: 'Check the address and the port.',
  },
  {
    pattern: /^ssh: connect to host (?<host>\S+) port \d+:/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `${capital(where)} could not be reached.`,
    remedy: CHECK_TARGET,
  },
  {
    pattern: /timed out during banner exchange|^Connection to (?<host>(?!UNKNOWN)\S+) port \d+ timed out/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `${capital(where)} did not answer in time.`,
    remedy: CHECK_TARGET,
  },
  {
    pattern: /^Timeout, server (?<host>\S+) not responding/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `The connection to ${where} was lost: it no longer answers.`,
    remedy: CHECK_TARGET,
  },
  {
    // Said alone when the person answered "no" to the question about an unknown host key.
    pattern: /^Host key verification failed/,
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: (where) => `The host key of ${where} was not accepted.`,
    remedy: 'Compare its fingerprint with the one its administrator gives, then connect again and answer yes.',
  },
  {
    pattern: /^Unable to negotiate with (?<host>\S+) port \d+:/,
    code: 'CONNECT_FAILED',
    message: (where) => `${capital(where)} and this ssh have no algorithm in common.`,
    remedy: 'Update the older of the two; ssh’s own message says which algorithms are offered.',
  },
  {
    pattern: /Bad configuration option|terminating, \d+ bad configuration options/,
    code: 'CONNECT_FAILED',
    message: () => 'This ssh does not know an option that Glasskey uses.',
    remedy: 'Update OpenSSH; "ssh -V" says which one is installed.',
  },
  {
    pattern: /^kex_exchange_identification: |^Connection (closed|reset) by (?<host>(?!UNKNOWN)\S+) port \d+/,
    code: 'CONNECT_FAILED',
    message: (where) => `${capital(where)} closed the connection.`,
    remedy: 'Connect again in a minute: a server that is overloaded, or was tried too often, does so for a while.',
  },
];

const UNEXPLAINED: Explanation = {
  pattern: /$^/,
  code: 'CONNECT_FAILED',
  message: (where) => `The login to ${where} failed, and ssh did not say why in words that Glasskey knows.`,
  remedy: 'Read what ssh wrote above; with --verbose it says more.',
};

/**
 * Which host it was. ssh names it by address, which is enough unless two hops share one. Then: the outer ssh says
 * "UNKNOWN port 65535" about the pipe to its hop, so with that line in it the failure lies in a jump host's login,
 * except where the jump host itself reports that it cannot get on to the device.
 */
function failedHop(
  plan: ConnectPlan,
  run: SshRun,
  explanation: Explanation,
  named: string | undefined,
): PlannedHop | undefined {
  const device = plan.hops.at(-1);
  if (plan.hops.length === 1) return device;
  if (explanation.beyondJumpHost) return device;
  const inJumpHost = run.stderrLines.some((line) => /UNKNOWN port 65535/.test(line));
  const candidates = plan.hops.filter((hop) => (hop.role === 'jump host') === inJumpHost);
  if (named === undefined) return candidates.length === 1 ? candidates[0] : undefined;
  const byName = (hops: readonly PlannedHop[]) => hops.filter((hop) => isNamed(hop, named));
  const matches = byName(candidates).length > 0 ? byName(candidates) : byName(plan.hops);
  return matches.length === 1 ? matches[0] : undefined;
}

/** ssh writes `host`, `[host]:port`, and with a final comma or colon here and there. */
function isNamed({ spec }: PlannedHop, named: string): boolean {
  const name = named.replace(/[.,:;]+$/, '').toLowerCase();
  const host = spec.host.toLowerCase();
  return name === host || name === `[${host}]:${spec.port ?? 22}`;
}

function toError(explanation: Explanation, hop: PlannedHop | undefined, line: string | undefined): GlasskeyError {
  const address = hop === undefined ? null : formatHostSpec(hop.spec);
  const where = hop === undefined ? 'a host on the way' : `the ${hop.role} ${address}`;
  return new GlasskeyError({
    code: explanation.code,
    message: explanation.message(where),
    remedy: explanation.remedy,
    detail: { hop: address, role: hop?.role ?? null, ssh: line ?? null },
  });
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
