/**
 * Why ssh gave up. Exit code 255 is its own failure (any other is the remote command's), and its only explanation is
 * what it wrote to its log, in fixed English sentences. Matched loosely: they grow words from release to release.
 *
 * Whose log a sentence stands in says which host it is about; names in the sentence do not. ssh's log quotes a few words
 * of its peer (a disconnect's reason), so a host can put a sentence there, but only about itself, and about itself it
 * could bring the same to pass in earnest: a host that shows another key is a host whose key has changed.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatHostSpec, shownHostSpec } from './host-spec.ts';
import type { ConnectPlan, PlannedHop } from './plan.ts';
import type { SshRun } from './run-ssh.ts';
import { DEVICE_LOGIN, isDeviceLogin, type SshMessage } from './ssh-log.ts';

/**
 * The error for a run that failed in ssh itself, or undefined where ssh did its part: the remote command's exit code is
 * then the caller's to pass on. Ended by a signal gives undefined as well.
 *
 * Codes: CONNECT_UNREACHABLE, CONNECT_REFUSED, CONNECT_HOST_KEY_CHANGED, CONNECT_HOST_KEY_UNKNOWN, CONNECT_PERMISSION_DENIED,
 * CONNECT_LOST (only for a plan with `tellsLogin`), CONNECT_FAILED. `detail.hop` is the address of the host that failed, where it is known.
 */
export function outcomeError(plan: ConnectPlan, run: SshRun): GlasskeyError | undefined {
  if (run.exit.kind !== 'exited' || run.exit.code !== 255) return undefined;
  for (const explanation of EXPLANATIONS) {
    const message = run.messages.find(({ line }) => explanation.pattern.test(line));
    if (message !== undefined) return toError(explanation, failedHop(plan, explanation, message.hop), message.line);
  }
  const login = run.messages.find(isDeviceLogin);
  if (login !== undefined) return toError(LOST, login.hop, run.messages.at(-1)?.line);
  const only = plan.hops.length === 1 ? plan.hops[0] : undefined;
  return toError(UNEXPLAINED, only, run.messages.at(-1)?.line);
}

/** Whether this line of ssh's need not be shown, because outcomeError says it better, or it asks nothing of anybody. */
export function isRestated({ line }: SshMessage): boolean {
  return RESTATED.some((pattern) => pattern.test(line));
}

const RESTATED = [
  /: Permission denied \(/,
  /^kex_exchange_identification: /,
  /UNKNOWN port 65535/,
  /^stdio forwarding failed/,
  /^Warning: Permanently added /,
  // What a plan with `tellsLogin` has ssh say besides.
  DEVICE_LOGIN,
  /^(Transferred|Bytes per second): sent /,
];

interface Explanation {
  readonly pattern: RegExp;
  readonly code: string;
  /** `where` is the host that failed, in words. */
  readonly message: (where: string) => string;
  readonly remedy: string;
  /** The ssh that logged in to a jump host says it of the host after that. */
  readonly beyondJumpHost?: boolean;
}

const CHECK_TARGET = 'Check the address and your own network (VPN, cable), then connect again.';

/** In order of how much they explain: the first that fits any line wins. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key for \S+ has changed/,
    code: 'CONNECT_HOST_KEY_CHANGED',
    message: (where) => `The host key of ${where} is not the one that is known: somebody may be in between.`,
    remedy:
      'Ask whoever runs the host whether its key was changed; only then remove the old one with "ssh-keygen -R HOST" and connect again.',
  },
  {
    pattern: /host key is known for \S+ and you have requested strict checking/,
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
    pattern: /^\S+: Permission denied \(/,
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
    pattern: /^ssh: Could not resolve hostname /,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `No address is known for ${where}.`,
    remedy: 'Check the name, or give the IP address: without a network, names are often not resolved.',
  },
  {
    pattern: /^ssh: connect to host \S+ port \d+: Connection refused/,
    code: 'CONNECT_REFUSED',
    message: (where) => `${capital(where)} refused the connection: no SSH server listens there.`,
    remedy: 'Check the address and the port.',
  },
  {
    pattern: /^ssh: connect to host \S+ port \d+:/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `${capital(where)} could not be reached.`,
    remedy: CHECK_TARGET,
  },
  {
    pattern: /timed out during banner exchange|^Connection to (?!UNKNOWN)\S+ port \d+ timed out/,
    code: 'CONNECT_UNREACHABLE',
    message: (where) => `${capital(where)} did not answer in time.`,
    remedy: CHECK_TARGET,
  },
  {
    pattern: /^Timeout, server \S+ not responding/,
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
    pattern: /^Unable to negotiate with \S+ port \d+:/,
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
    pattern: /^kex_exchange_identification: |^Connection (closed|reset) by (?!UNKNOWN)\S+ port \d+/,
    code: 'CONNECT_FAILED',
    message: (where) => `${capital(where)} closed the connection.`,
    remedy: 'Connect again in a minute: a server that is overloaded, or was tried too often, does so for a while.',
  },
];

const UNEXPLAINED: Explanation = {
  pattern: /(?!)/,
  code: 'CONNECT_FAILED',
  message: (where) => `The login to ${where} failed, and ssh did not say why in words that Glasskey knows.`,
  remedy: 'Read what ssh wrote above; with --verbose it says more.',
};

/** That a host closed an open connection, ssh writes to its terminal alone; and a shell may end with that code of its own. */
const LOST: Explanation = {
  pattern: /(?!)/,
  code: 'CONNECT_LOST',
  message: (where) => `The session on ${where} ended with code 255: the connection was cut, or what ran there failed.`,
  remedy: 'Connect again; the last lines of the session may say more.',
};

function failedHop(plan: ConnectPlan, explanation: Explanation, saidBy: PlannedHop): PlannedHop | undefined {
  const index = plan.hops.findIndex((hop) => hop.alias === saidBy.alias);
  return plan.hops[explanation.beyondJumpHost ? index + 1 : index];
}

function toError(explanation: Explanation, hop: PlannedHop | undefined, line: string | undefined): GlasskeyError {
  const address = hop === undefined ? null : formatHostSpec(hop.spec);
  const where = hop === undefined ? 'a host on the way' : `the ${hop.role} ${shownHostSpec(hop.spec)}`;
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
