/**
 * Decides whether a sign request may reach the keyring, and what can be said about it (reference/openssh-sk.md, 12.4
 * and 13). A pure function of the request and the connection's bindings.
 */
import type { SessionBindings } from '../openssh/agent-session-bind.ts';
import { formatSkPublicBlob } from '../openssh/sk-key.ts';
import { claimedLogin, parseSignRequestData, type UserauthData } from '../openssh/userauth.ts';
import type { SigningPurpose, SignRequest } from './keyring.ts';

export type SigningDecision =
  | { readonly allowed: true; readonly request: SignRequest }
  /** `reason` is a stable dotted name for the log. */
  | { readonly allowed: false; readonly reason: RefusalReason };

export type RefusalReason =
  | 'data.certificate-signing'
  | 'data.unrecognized'
  | 'login.other-key'
  | 'login.other-session'
  | 'login.other-host'
  | 'login.forwarded-without-binding';

/**
 * - Logins: the key inside the data (a certificate's inner key) is the one asked for. Where the connection is bound,
 *   the data must name the bound session, and the bound host if it names one.
 * - A connection without any binding (a client before OpenSSH 8.9, or one whose binding could not be verified) is
 *   served too, or an outage would end at an odd host key; what it cannot prove is left out of the purpose.
 * - After a refused binding no later one proves the path: the host that was not verified may have made them itself.
 * - SSHSIG messages: allowed, with their namespace.
 * - Anything else, certificates to be signed above all, is refused.
 */
export function decideSigning(keyBlob: Uint8Array, data: Uint8Array, bindings: SessionBindings): SigningDecision {
  const parsed = parseSignRequestData(data);
  switch (parsed.kind) {
    case 'unknown':
      return { allowed: false, reason: `data.${parsed.reason}` };
    case 'sshsig':
      return allow(keyBlob, data, bindings, { kind: 'sshsig', namespace: parsed.namespace });
    case 'userauth': {
      if (!isSame(formatSkPublicBlob(parsed.publicKey), keyBlob)) return { allowed: false, reason: 'login.other-key' };
      const purpose = loginPurpose(parsed, bindings);
      return typeof purpose === 'string'
        ? { allowed: false, reason: purpose }
        : allow(keyBlob, data, bindings, purpose);
    }
    default:
      return parsed satisfies never;
  }
}

/** What refused data says that it is for, where it can be read: nothing of it is proven. */
export function claimedPurpose(data: Uint8Array): SigningPurpose | undefined {
  const parsed = parseSignRequestData(data);
  if (parsed.kind === 'sshsig') return { kind: 'sshsig', namespace: parsed.namespace };
  const login = parsed.kind === 'userauth' ? parsed : claimedLogin(data);
  if (login === null) return undefined;
  const { user, hostKey } = login;
  return { kind: 'login', user, ...(hostKey ? { hostKey } : {}), sessionBound: false };
}

function loginPurpose(login: UserauthData, { bindings }: SessionBindings): SigningPurpose | RefusalReason {
  const { user, hostKey } = login;
  const named = { kind: 'login', user, ...(hostKey ? { hostKey } : {}), sessionBound: false } as const;
  const last = bindings.at(-1);
  if (last === undefined) return named;

  if (last.isForwarding) {
    // An ssh old enough not to bind does not sign host-bound either: one without the other is made up. And the session
    // of a forwarding hop is logged in already; nobody honest signs for it again.
    const isOfAHop = bindings.some(({ sessionId }) => isSame(sessionId, login.sessionId));
    return hostKey || isOfAHop ? 'login.forwarded-without-binding' : named;
  }
  if (!isSame(last.sessionId, login.sessionId)) return 'login.other-session';
  if (hostKey && !isSame(last.hostKey, hostKey)) return 'login.other-host';
  return { kind: 'login', user, hostKey: last.hostKey, sessionBound: true };
}

function allow(
  keyBlob: Uint8Array,
  data: Uint8Array,
  { bindings, hasRefused }: SessionBindings,
  purpose: SigningPurpose,
): SigningDecision {
  const forwardedThrough = bindings.filter(({ isForwarding }) => isForwarding).map(({ hostKey }) => hostKey);
  const isPathProven = bindings.length > 0 && !hasRefused;
  const path = { forwardedThrough, isPathProven, throughUnverifiedHost: hasRefused };
  return { allowed: true, request: { keyBlob, data, purpose, ...path } };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
