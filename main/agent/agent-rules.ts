/**
 * The agent's rules: what is signed at once, what a person is asked for, and what is refused (reference/openssh-sk.md, 12.2, 12.4
 * and 13). Pure: a request with the chain that its bindings proved, what is expected, and the key's policy go in, a ruling comes out.
 *
 * Decisions:
 * - what was planned is signed unasked in one ssh session for each hop of a way, there once for each key: ssh goes on to a second key in
 *   the same session, and another way in is another one, but another session to the same hop is not the one that was begun here;
 * - what comes through another host is judged by the whole chain, and only where each host on it has proven itself;
 * - what is signed once through other hosts goes by the first of them, which ssh on this computer bound: the rest of a chain is as long as
 *   a host makes it that goes through itself;
 * - the hosts on the chain and at its end go by their keys: the protocol carries no names.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { plainHostKey } from '../openssh/agent-host-key.ts';
import { parseSignRequestData } from '../openssh/userauth.ts';
import type { SignRequest } from './keyring.ts';

/** What the owner of a key has said about it. */
export interface KeyPolicy {
  /** `always`: nothing is allowed "for this session". */
  readonly ask: 'always' | 'once-per-session';
  /** `refuse`: nothing that comes through another host is signed, whoever could be asked. */
  readonly forwarded: 'ask' | 'refuse';
}

export const DEFAULT_KEY_POLICY: KeyPolicy = { ask: 'once-per-session', forwarded: 'ask' };

/** The policy of the key with this public blob. */
export type PolicyOf = (keyBlob: Uint8Array) => KeyPolicy;

/** A login that is expected. */
export interface ExpectedHop {
  readonly user: string;
  /** Whether this is the host's key, as ssh would accept it for this hop. Asked for a certificate and for the key inside it. */
  readonly isHostKey: (hostKeyBlob: Uint8Array) => boolean;
}

/** A login that another host makes: its key may be known to that host alone. */
export interface ForwardedHop extends ExpectedHop {
  readonly isAnyKeyKnown: () => boolean;
}

/** What a connect expects of whoever reaches its agent. */
export interface Expectations {
  /** The logins that its own ssh makes on this computer, in order. */
  readonly planned: readonly ExpectedHop[];
  /** `accepted`: the ssh of this computer does not say which host a login is for (before OpenSSH 8.9). */
  readonly unnamedHosts: 'refused' | 'accepted';
  /** Tells the runs of ssh apart, as of several ways: each has the planned logins once. Default: there is one. */
  readonly way?: string;
  /** The device of a `forwarded` way, which the ssh of the last planned host logs in to, once. */
  readonly forwardedOnce: readonly ForwardedHop[];
  /** Where the person said that the forwarded agent may go on to. */
  readonly onward: readonly ExpectedHop[];
}

/** One signature that was made unasked, or is being made. */
export interface Unasked {
  /** Which expected login it was for. */
  readonly hop: string;
  /** In hex: the key's public blob, and the session id of the key exchange. */
  readonly key: string;
  readonly session: string;
}

export interface RuleWorld {
  /** Undefined: nothing is, as in the agents that serve other programs. */
  readonly expected?: Expectations | undefined;
  /** Whether somebody has that key in known_hosts, or pinned it. */
  readonly isKnownHost: (hostKeyBlob: Uint8Array) => boolean;
  readonly policy: KeyPolicy;
  readonly unasked: readonly Unasked[];
}

export type Ruling =
  | { readonly verdict: 'sign'; readonly reason: 'planned' | 'forwarded-way' | 'onward'; readonly unasked: Unasked }
  | { readonly verdict: 'ask'; readonly reason: AskReason }
  | { readonly verdict: 'refuse'; readonly reason: RefuseReason };

/** Stable names, for the log and for what is told. */
export type AskReason = 'local' | 'planned-again' | 'forwarded-known-host' | 'forwarded-way-new-host-key';
export type RefuseReason =
  | 'not-planned'
  | 'chain-unproven'
  | 'forwarded-unknown-host'
  | 'forwarded-way-other-host-key'
  | 'forwarded-signature'
  | 'forwarded-refused-by-policy';

export function ruleOn(request: SignRequest, world: RuleWorld): Ruling {
  if (isRemote(request)) return ruleOnForwarded(request, world);
  return world.expected === undefined
    ? { verdict: 'ask', reason: 'local' }
    : ruleOnLocal(request, world.expected, world.unasked);
}

/** ssh itself signs no files: where it seems to, one before OpenSSH 8.9, which binds nothing, carries the wish of another host. */
function isRemote({ forwardedThrough, throughUnverifiedHost, isPathProven, purpose, client }: SignRequest): boolean {
  const isOldForwarding = purpose.kind === 'sshsig' && !isPathProven && client?.program === 'ssh';
  return forwardedThrough.length > 0 || throughUnverifiedHost || isOldForwarding;
}

function ruleOnLocal(
  { purpose, keyBlob, data }: SignRequest,
  { planned, unnamedHosts, way = '' }: Expectations,
  spent: readonly Unasked[],
): Ruling {
  if (purpose.kind !== 'login') return { verdict: 'refuse', reason: 'not-planned' };
  const { user, hostKey, sessionBound } = purpose;
  // An ssh that names the host binds its session too (8.9): a name alone is made up, by a host that an older one forwards the agent to.
  const isTold = hostKey === undefined ? unnamedHosts === 'accepted' : sessionBound;
  const [key, session] = [hex(keyBlob), sessionOf(data)];
  const isRepeated = spent.some((one) => one.hop.startsWith('planned ') && one.session === session && one.key === key);
  let isPlanned = false;
  for (const [at, expected] of isTold ? planned.entries() : []) {
    if (expected.user !== user || (hostKey !== undefined && !isKeyOfHop(expected, hostKey))) continue;
    isPlanned = true;
    const hop = `planned ${at} ${way}`;
    const isFree = !spent.some((one) => one.hop === hop && one.session !== session);
    if (isFree && !isRepeated) return { verdict: 'sign', reason: 'planned', unasked: { hop, key, session } };
  }
  // Whoever opens a session of its own to a host of the plan may be any program that has found the socket; and an ssh before 8.9 binds no
  // forwarded connection, so that a host which has the agent asks as if it were this computer. The logins of the plan come before that.
  return isPlanned ? { verdict: 'ask', reason: 'planned-again' } : { verdict: 'refuse', reason: 'not-planned' };
}

function ruleOnForwarded(request: SignRequest, { expected, isKnownHost, policy, unasked: spent }: RuleWorld): Ruling {
  const { purpose, forwardedThrough, keyBlob, data } = request;
  if (policy.forwarded === 'refuse') return { verdict: 'refuse', reason: 'forwarded-refused-by-policy' };
  if (!request.isPathProven || request.throughUnverifiedHost) return { verdict: 'refuse', reason: 'chain-unproven' };
  const isKnown = (hostKey: Uint8Array) => keysOf(hostKey).some(isKnownHost);
  // It names no host at all: whoever has the socket there could use it wherever the key signs for something.
  if (purpose.kind === 'sshsig') return { verdict: 'refuse', reason: 'forwarded-signature' };
  const { user, hostKey, sessionBound } = purpose;
  if (hostKey === undefined || !sessionBound) return { verdict: 'refuse', reason: 'chain-unproven' };
  const session = sessionOf(data);
  const key = hex(keyBlob);
  const isOfPlan = expected !== undefined && forwardedThrough.every((host) => isOneOf(expected.planned, host));
  if (isOfPlan) {
    const chain = forwardedThrough.map(hex).join(' ');
    const onward = expected.onward.findIndex((hop) => hop.user === user && isKeyOfHop(hop, hostKey));
    const unaskedOnward = { hop: `onward ${onward} ${chain}`, key, session };
    if (onward !== -1 && !spent.some((one) => isSame(one, unaskedOnward))) {
      return { verdict: 'sign', reason: 'onward', unasked: unaskedOnward };
    }
    const once = expected.forwardedOnce.findIndex((hop) => hop.user === user && isKeyOfHop(hop, hostKey));
    const [first] = forwardedThrough;
    const unaskedOnce = { hop: `once ${once} ${first && hex(first)}`, key, session };
    // The first session has it: there each key may be tried, and no other session is it.
    const isTaken = spent.some((one) => one.hop === unaskedOnce.hop && (one.session !== session || one.key === key));
    if (once !== -1 && !isTaken) return { verdict: 'sign', reason: 'forwarded-way', unasked: unaskedOnce };
    const mayBeDevice = expected.forwardedOnce.some((hop) => hop.user === user && !hop.isAnyKeyKnown());
    if (mayBeDevice && !isKnown(hostKey)) return { verdict: 'ask', reason: 'forwarded-way-new-host-key' };
    // Once the device was logged in to, an unknown host is just that.
    const isBefore = once === -1 && !spent.some((one) => one.hop.startsWith('once '));
    const isInItsPlace = isBefore && expected.forwardedOnce.some((hop) => hop.user === user);
    if (isInItsPlace && !isKnown(hostKey)) return { verdict: 'refuse', reason: 'forwarded-way-other-host-key' };
  }
  const isWholeChainKnown = [...forwardedThrough, hostKey].every(
    (host) => isKnown(host) || (expected !== undefined && isOneOf(expected.planned, host)),
  );
  return isWholeChainKnown
    ? { verdict: 'ask', reason: 'forwarded-known-host' }
    : { verdict: 'refuse', reason: 'forwarded-unknown-host' };
}

function isOneOf(hops: readonly ExpectedHop[], hostKey: Uint8Array): boolean {
  return hops.some((hop) => isKeyOfHop(hop, hostKey));
}

function isKeyOfHop(hop: ExpectedHop, hostKey: Uint8Array): boolean {
  return keysOf(hostKey).some((key) => hop.isHostKey(key));
}

/** A host certificate, and the key inside it: ssh notes that one in known_hosts where it knows no authority. */
function keysOf(hostKey: Uint8Array): readonly Uint8Array[] {
  try {
    const plain = plainHostKey(hostKey);
    return plain === hostKey ? [hostKey] : [hostKey, plain];
  } catch (error) {
    // No certificate that can be read: on a connection that is not bound, it is only what a client wrote.
    if (error instanceof GlasskeyError) return [hostKey];
    throw error;
  }
}

/** What is signed names its session, so that no client can count one signature for another session. */
function sessionOf(data: Uint8Array): string {
  const parsed = parseSignRequestData(data);
  return parsed.kind === 'userauth' ? hex(parsed.sessionId) : '';
}

function isSame(a: Unasked, b: Unasked): boolean {
  return a.hop === b.hop && a.key === b.key && a.session === b.session;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
