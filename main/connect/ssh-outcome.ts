/**
 * Why ssh gave up. Exit code 255 is its own failure (any other is the remote command's), and its only explanation is
 * what it wrote to its log, in fixed English sentences. Matched loosely: they grow words from release to release.
 *
 * Whose log a sentence stands in says which host it is about; names in the sentence do not. ssh's log quotes a few words
 * of its peer (a disconnect's reason), so a host can put a sentence there, but only about itself, and about itself it
 * could bring the same to pass in earnest: a host that shows another key is a host whose key has changed.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type HopFacts, NOTHING_HEARD } from './hop-trace.ts';
import { formatHostSpec, shownHostSpec } from './host-spec.ts';
import type { ConnectPlan, PlannedHop } from './plan.ts';
import { FORWARDED_EXIT } from './plan-forwarded.ts';
import type { SshRun } from './run-ssh.ts';
import { SSH_FAILED } from './ssh-exit.ts';
import type { SshMessage } from './ssh-log.ts';

/**
 * The error for a run that failed in ssh itself, or undefined where ssh did its part: the remote command's exit code is
 * then the caller's to pass on. Ended by a signal gives undefined as well.
 *
 * Codes: CONNECT_UNREACHABLE, CONNECT_REFUSED, CONNECT_HOST_KEY_CHANGED, CONNECT_HOST_KEY_REVOKED, CONNECT_HOST_KEY_UNKNOWN,
 * CONNECT_NO_COMMON_ALGORITHM, CONNECT_NO_SIGNATURE_ALGORITHM, CONNECT_ACCOUNT_OR_KEY_UNKNOWN, CONNECT_VERIFICATION_REFUSED, CONNECT_PERMISSION_DENIED,
 * CONNECT_FORWARDING_DENIED, CONNECT_TOO_MANY_TRIES, CONNECT_LOST, CONNECT_FAILED. `detail.hop` is the address of the host that
 * failed, where it is known; `detail.fingerprint` that of the host key that it showed, where that is what failed.
 */
export function outcomeError(plan: ConnectPlan, run: SshRun): GlasskeyError | undefined {
  if (run.silent !== undefined) return toError(SILENT, run.silent, undefined, traceOf(run, run.silent));
  if (run.exit.kind !== 'exited') return undefined;
  const beyond = beyondForwarding(plan, run, run.exit.code);
  if (run.exit.code !== SSH_FAILED) return beyond;
  for (const explanation of EXPLANATIONS) {
    for (const { hop, line } of run.messages) {
      if (!explanation.pattern.test(line) || explanation.unless?.(traceOf(run, hop)) === true) continue;
      const failed = failedHop(plan, explanation, hop);
      return toError(explanation, failed, line, traceOf(run, failed));
    }
  }
  if (beyond !== undefined) return beyond;
  const opened = run.traces.find(({ hop, isLoggedIn }) => hop.opensSession && isLoggedIn);
  if (opened !== undefined) return toError(LOST, opened.hop, run.messages.at(-1)?.line, opened);
  const only = plan.hops.length === 1 ? plan.hops[0] : undefined;
  return toError(UNEXPLAINED, only, run.messages.at(-1)?.line, traceOf(run, only));
}

/** Whether the way that failed so may be left for the next one: nobody there has refused whoever came, and no session had begun. */
export function isWayBlocked({ code }: GlasskeyError, { traces }: Pick<SshRun, 'traces'>): boolean {
  if (traces.some(({ hop, isLoggedIn }) => hop.role === 'device' && isLoggedIn)) return false;
  if (traces.some(({ isAgentUsed }) => isAgentUsed)) return false;
  return code === 'CONNECT_UNREACHABLE' || code === 'CONNECT_REFUSED' || code === 'CONNECT_FORWARDING_DENIED';
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
  /signing failed for .*agent refused operation/,
];

interface Explanation {
  readonly pattern: RegExp;
  readonly code: string;
  /** `where` is the host that failed, in words; `trace` is how far the login to it came. */
  readonly message: (where: string, trace: HopFacts) => string;
  readonly remedy: string;
  /** The line says something else of a login that came as far as this. */
  readonly unless?: (trace: HopFacts) => boolean;
  /** The ssh that logged in to a jump host says it of the host after that. */
  readonly beyondJumpHost?: boolean;
}

const CLOSED = 'Connect again in a minute: a server that is overloaded, or was tried too often, does so for a while.';
const SERVER_LACKS_SK =
  'It needs OpenSSH 8.2 or newer, with sk-ssh-ed25519@openssh.com in PubkeyAcceptedAlgorithms; ask whoever runs it, and take another way in until then.';
const CHECK_TARGET = 'Check the address and your own network (VPN, cable), then connect again.';

/** In order of how much they explain: the first that fits any line wins. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    // sshconnect.c, HOST_REVOKED; and a file of RevokedHostKeys that this computer's own ssh_config names.
    pattern: /REVOKED HOST KEY DETECTED|^Host key \S+ \S+ revoked by file /,
    code: 'CONNECT_HOST_KEY_REVOKED',
    message: (where, { hostKey }) =>
      `The host key of ${where} is marked as revoked: whoever has it may have stolen it.${hostKey === undefined ? '' : ` It showed ${hostKey.fingerprint}.`}`,
    remedy: 'Do not go on, and leave the mark where it is: ask whoever runs the host for its new key.',
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key for \S+ has changed/,
    code: 'CONNECT_HOST_KEY_CHANGED',
    message: (where, { hostKey }) =>
      `The host key of ${where} is not the one that is known: somebody may be in between.${hostKey === undefined ? '' : ` It showed ${hostKey.fingerprint}.`}`,
    remedy:
      'Ask whoever runs the host whether its key was changed; only then remove the old one with "ssh-keygen -R HOST" and connect again.',
  },
  {
    pattern: /host key is known for \S+ and you have requested strict checking/,
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: (where, { hostKey }) =>
      `The host key of ${where} is not known, and unknown ones are not accepted.${hostKey === undefined ? '' : ` It is ${hostKey.fingerprint}.`}`,
    remedy:
      'Compare the fingerprint with the one its administrator gives; if it is the same, connect once from a terminal, without --host-keys yes, and answer yes.',
  },
  {
    pattern: /signing failed for .*(agent refused operation|communication with agent failed)/,
    code: 'CONNECT_PERMISSION_DENIED',
    message: (where) => `The security key did not sign the login to ${where}.`,
    remedy: 'Connect again, and give the PIN and the touch when the key blinks.',
  },
  {
    pattern: /Too many authentication failures/,
    code: 'CONNECT_TOO_MANY_TRIES',
    message: (where, { offered }) =>
      `${capital(where)} ended the login after too many tries${offered.length > 1 ? `: ${offered.length} keys were offered` : ''}.`,
    remedy: 'Wait a few minutes, then connect again; its MaxAuthTries may be too small for the number of your keys.',
  },
  {
    pattern: /no mutual signature (algorithm|supported)/,
    code: 'CONNECT_NO_SIGNATURE_ALGORITHM',
    message: noSignatureAlgorithm,
    remedy: SERVER_LACKS_SK,
  },
  {
    pattern: /^\S+: Permission denied \(/,
    unless: takesSecurityKeys,
    code: 'CONNECT_NO_SIGNATURE_ALGORITHM',
    message: noSignatureAlgorithm,
    remedy: SERVER_LACKS_SK,
  },
  {
    pattern: /^\S+: Permission denied \(/,
    unless: ({ keyAccepted }) => keyAccepted === undefined,
    code: 'CONNECT_VERIFICATION_REFUSED',
    message: (where) => `${capital(where)} knows the key, but did not accept what it signed.`,
    remedy:
      'Connect again and give the PIN; where that does not help, the host asks for a key that verifies its user (verify-required), and yours was made without: glasskey enroll makes one.',
  },
  {
    pattern: /^\S+: Permission denied \(/,
    unless: ({ offered }) => offered.length === 0,
    code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN',
    message: (where, trace) =>
      `${capital(where)} does not know this user, or not this key for it${saysWhatItTakes(trace) ? '' : ', or takes no security keys'}.`,
    remedy:
      'Check the user name; a key or a role given lately reaches the devices with the next reconciliation, up to 4 hours later.',
  },
  {
    pattern: /^\S+: Permission denied \(/,
    code: 'CONNECT_PERMISSION_DENIED',
    message: (where) => `${capital(where)} did not accept the login.`,
    remedy: 'Check the user name, and what was typed; then connect again.',
  },
  {
    pattern: /open failed: (administratively prohibited|unknown channel type)/,
    code: 'CONNECT_FORWARDING_DENIED',
    message: (where) => `The jump host does not allow a connection on to ${where}.`,
    remedy:
      'Check the device’s address; if it is right, ask for the jump host to allow TCP forwarding to it, or take the way with --way forwarded.',
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
    pattern: /timed out during banner exchange|^banner exchange: |^Connection to (?!UNKNOWN)\S+ port \d+ timed out/,
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
    // Said alone too where there was no terminal for the question about an unknown host key.
    pattern: /^Host key verification failed/,
    unless: ({ isUnasked }) => isUnasked !== true,
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: (where, { hostKey }) =>
      `The host key of ${where} is not known, and there is no terminal to ask about it.${hostKey === undefined ? '' : ` It is ${hostKey.fingerprint}.`}`,
    remedy:
      'Compare the fingerprint with the one its administrator gives; if it is the same, connect once from a terminal, without --pin-stdin, and answer yes, or take it here with --host-keys accept-new.',
  },
  {
    // Said alone when the person answered "no" to the question about an unknown host key.
    pattern: /^Host key verification failed/,
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: (where, { hostKey }) =>
      `The host key of ${where} was not accepted.${hostKey === undefined ? '' : ` It is ${hostKey.fingerprint}.`}`,
    remedy: 'Compare its fingerprint with the one its administrator gives, then connect again and answer yes.',
  },
  {
    pattern: /^Unable to negotiate with \S+ port \d+:/,
    code: 'CONNECT_NO_COMMON_ALGORITHM',
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
    pattern: /^Connection (closed|reset) by (?!UNKNOWN)\S+ port \d+/,
    unless: ({ keyAccepted, isLoggedIn }) => keyAccepted === undefined || isLoggedIn,
    code: 'CONNECT_PERMISSION_DENIED',
    message: (where) => `${capital(where)} took the key, and then closed the connection.`,
    remedy: 'The account may be locked or expired there: what the host said stands above. Ask whoever runs it.',
  },
  {
    pattern: /^kex_exchange_identification: /,
    code: 'CONNECT_REFUSED',
    message: (where) => `${capital(where)} closed the connection before the login began.`,
    remedy: CLOSED,
  },
  {
    pattern: /^Connection (closed|reset) by (?!UNKNOWN)\S+ port \d+/,
    unless: ({ isLoggedIn }) => isLoggedIn,
    code: 'CONNECT_FAILED',
    message: (where) => `${capital(where)} closed the connection.`,
    remedy: CLOSED,
  },
];

const UNEXPLAINED: Explanation = {
  pattern: /(?!)/,
  code: 'CONNECT_FAILED',
  message: (where) => `The login to ${where} failed, and ssh did not say why in words that Glasskey knows.`,
  remedy: 'Read what ssh wrote above; with --verbose it says more.',
};

/** A host behind a jump host for which ssh was ended (hop-watch.ts). */
const SILENT: Explanation = {
  pattern: /(?!)/,
  code: 'CONNECT_UNREACHABLE',
  message: (where) => `The jump host was reached, but from there ${where} did not answer in time.`,
  remedy: 'Check the device’s address, and try another jump host or the device’s other management address.',
};

/** That a host closed an open connection, ssh writes to its terminal alone; and a shell may end with that code of its own. */
const LOST: Explanation = {
  pattern: /(?!)/,
  code: 'CONNECT_LOST',
  message: (where) => `The session on ${where} ended with code 255: the connection was cut, or what ran there failed.`,
  remedy: 'Connect again; the last lines of the session may say more.',
};

/** Of a `forwarded` way: what the jump host's ssh came to. Undefined where the device, or nothing of ours, ended it. */
function beyondForwarding({ onward, hops }: ConnectPlan, run: SshRun, code: number): GlasskeyError | undefined {
  const jumpHost = run.traces.find(({ hop }) => hop.opensSession);
  if (onward === undefined || jumpHost?.isLoggedIn !== true) return undefined;
  const device = hops.at(-1);
  const said = run.messages.at(-1)?.line;
  const at = `the jump host ${shownHostSpec(jumpHost.hop.spec)}`;
  // With the agent asked, the numbers may be those of a program on the device.
  if (jumpHost.isAgentUsed) {
    return code === SSH_FAILED ? toError(lostOrRefused(at), device, said, jumpHost) : undefined;
  }
  const explanation = beforeTheLogin(at, code, jumpHost);
  return explanation && toError(explanation, explanation.code === FORWARDING ? jumpHost.hop : device, said, jumpHost);
}

const FORWARDING = 'CONNECT_FORWARDING_DENIED';

function beforeTheLogin(
  at: string,
  code: number,
  { isAgentForbidden }: HopFacts,
): Omit<Explanation, 'pattern'> | undefined {
  if (code === FORWARDED_EXIT.noAgent || (isAgentForbidden && code === SSH_FAILED)) {
    return {
      code: FORWARDING,
      message: () => `${capital(at)} does not let the agent be forwarded, so it cannot log in to the device for you.`,
      remedy: 'Take the way with --way jump, or ask for AllowAgentForwarding on that jump host.',
    };
  }
  if (code === FORWARDED_EXIT.noSsh) {
    return {
      code: 'CONNECT_FAILED',
      message: () => `There is no ssh program on ${at} to go on with.`,
      remedy: 'Take the way with --way jump: it needs no ssh there.',
    };
  }
  if (code === FORWARDED_EXIT.refused) {
    return {
      code: 'CONNECT_REFUSED',
      message: (where) => `${capital(where)} refused the connection from ${at}: no SSH server listens there.`,
      remedy: 'Check the device’s address and port.',
    };
  }
  if (code === FORWARDED_EXIT.unreachable) {
    return {
      code: 'CONNECT_UNREACHABLE',
      message: (where) => `From ${at}, ${where} could not be reached.`,
      remedy: 'Check the device’s address, and try another jump host or the device’s other management address.',
    };
  }
  if (code === FORWARDED_EXIT.hostKeyChanged) {
    return {
      code: 'CONNECT_HOST_KEY_CHANGED',
      message: (where) =>
        `The ssh on ${at} knows another host key of ${where}, and it says above which one was shown: somebody may be in between.`,
      remedy:
        'Ask whoever runs the device whether its key was changed; only then correct the known_hosts of that jump host.',
    };
  }
  if (code === FORWARDED_EXIT.hostKey) {
    return {
      code: 'CONNECT_HOST_KEY_UNKNOWN',
      message: (where) => `The ssh on ${at} did not accept the host key of ${where}; why, it says above.`,
      remedy: 'Its known_hosts is that of the jump host: log in there, compare the fingerprint, and correct it.',
    };
  }
  if (code !== SSH_FAILED) return undefined;
  return lostOrRefused(at);
}

function lostOrRefused(at: string): Omit<Explanation, 'pattern'> {
  return {
    code: 'CONNECT_FAILED',
    message: (where) =>
      `The login from ${at} to ${where} failed, or its session was cut; the ssh there says above why.`,
    remedy:
      'Check the user name; where the ssh on the jump host is older than 8.2, it cannot offer a security key: take the way with --way jump.',
  };
}

/** A server that says which signature algorithms it takes, or that it is an OpenSSH too old for security keys (8.2). */
function takesSecurityKeys({ signatureAlgorithms, software, keyAccepted }: HopFacts): boolean {
  if (keyAccepted !== undefined) return true;
  if (signatureAlgorithms !== undefined) return signatureAlgorithms.some((name) => name.startsWith('sk-'));
  const [, major, minor] = OPENSSH.exec(software ?? '') ?? [];
  return major === undefined || Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 2);
}

/** Before 9.6 sshd lists the signature algorithms that it was built with, whatever its PubkeyAcceptedAlgorithms leave of them. */
function saysWhatItTakes({ software, signatureAlgorithms }: HopFacts): boolean {
  const [, major, minor] = OPENSSH.exec(software ?? '') ?? [];
  if (major === undefined) return signatureAlgorithms !== undefined;
  return signatureAlgorithms !== undefined && (Number(major) > 9 || (Number(major) === 9 && Number(minor) >= 6));
}

const OPENSSH = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,3})/;

/** The host chose it (RFC 4253, 4.2: 255 characters with everything around it). */
const SOFTWARE_LENGTH = 60;

function noSignatureAlgorithm(where: string, { software }: HopFacts): string {
  const what = software === undefined ? '' : ` (${software.slice(0, SOFTWARE_LENGTH)})`;
  return `${capital(where)}${what} takes no signatures of security keys.`;
}

function traceOf(run: SshRun, hop: PlannedHop | undefined): HopFacts {
  return run.traces.find((trace) => trace.hop.alias === hop?.alias) ?? NOTHING_HEARD;
}

function failedHop(plan: ConnectPlan, explanation: Explanation, saidBy: PlannedHop): PlannedHop | undefined {
  const index = plan.hops.findIndex((hop) => hop.alias === saidBy.alias);
  return plan.hops[explanation.beyondJumpHost ? index + 1 : index];
}

function toError(
  explanation: Omit<Explanation, 'pattern'>,
  hop: PlannedHop | undefined,
  line: string | undefined,
  trace: HopFacts,
): GlasskeyError {
  const address = hop === undefined ? null : formatHostSpec(hop.spec);
  const where = hop === undefined ? 'a host on the way' : `the ${hop.role} ${shownHostSpec(hop.spec)}`;
  const isAboutHostKey = explanation.code.startsWith('CONNECT_HOST_KEY_') && trace.hostKey !== undefined;
  return new GlasskeyError({
    code: explanation.code,
    message: explanation.message(where, trace),
    remedy: explanation.remedy,
    detail: {
      hop: address,
      role: hop?.role ?? null,
      ssh: line ?? null,
      ...(isAboutHostKey ? { fingerprint: trace.hostKey?.fingerprint } : {}),
    },
  });
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
