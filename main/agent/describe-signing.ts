/**
 * The one sentence that says what a touch or a PIN is for. Whoever shows it shows it whole: who, where, through what.
 * User names and namespaces come from strangers, so nothing in them may look like the sentence around them.
 */
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import type { Client, SignRequest } from './keyring.ts';

/** The name that known_hosts has for a host key, or undefined. The agent protocol itself carries no host names. */
export type NameHost = (hostKeyBlob: Uint8Array) => string | undefined;

/**
 * The hops that a connect of our own passes before it reaches a host, in order. With ProxyJump each hop is a login of its own
 * from this computer, so the agent cannot see the way (openssh-sk.md, section 13): only who planned it knows.
 */
export type RouteTo = (hostKeyBlob: Uint8Array) => readonly string[];

const NO_ROUTE: RouteTo = () => [];

const UNVERIFIED_HOST = 'a host that could not be verified';
const MAX_SHOWN = 64;
/** A name, or `[address]:port` as known_hosts has it. */
const PLAIN = /^([A-Za-z0-9][A-Za-z0-9._@\\-]*|\[[A-Za-z0-9.:-]+\]:\d{1,5})$/;

/** A host as it may be shown. */
export interface ShownHost {
  /** Undefined: not in known_hosts. */
  readonly name: string | undefined;
  /** Undefined for a hop of a plan: only its name is known. */
  readonly fingerprint: string | undefined;
}

/** What a signature is for, in parts that may be shown as they are, for whoever words it. */
export interface SigningFacts {
  readonly purpose:
    | { readonly kind: 'login'; readonly user: string; readonly host: ShownHost | undefined }
    | { readonly kind: 'sshsig'; readonly namespace: string };
  readonly through: readonly ShownHost[];
  /** `unverified`: after `through`, a host that could not be verified. `unknown`: the client is too old to say from where, or signs files. */
  readonly way: 'known' | 'unverified' | 'unknown';
  /** The system's own dialog asks for the PIN and the touch. */
  readonly systemAsks?: boolean;
}

export function signingFacts(request: SignRequest, nameHost: NameHost, routeTo: RouteTo = NO_ROUTE): SigningFacts {
  const { forwardedThrough, isPathProven, throughUnverifiedHost, purpose } = request;
  const through = forwardedThrough.map((blob) => host(blob, nameHost));
  const facts = { purpose: whatFor(request, nameHost), through };
  if (throughUnverifiedHost) return { ...facts, way: 'unverified' };
  if (through.length > 0) return { ...facts, way: 'known' };
  if (!isPathProven) return { ...facts, way: 'unknown' };
  // Only where nothing stands against it: the plan's way, shown for a request from elsewhere, would vouch for a stranger.
  const route = purpose.kind === 'login' && purpose.hostKey ? routeTo(purpose.hostKey) : [];
  const planned = route.map((name) => ({ name: shown(name), fingerprint: undefined }));
  return { ...facts, through: planned, way: 'known' };
}

/** For example `Log in as alice on ce1-rack4 (SHA256:…) through jump-east (SHA256:…)`. One line, without a full stop. */
export function describeSigning(request: SignRequest, nameHost: NameHost, routeTo: RouteTo = NO_ROUTE): string {
  const { purpose, through, way } = signingFacts(request, nameHost, routeTo);
  const what =
    purpose.kind === 'login'
      ? `Log in as ${purpose.user} on ${purpose.host === undefined ? 'an unknown host' : worded(purpose.host)}`
      : `Sign for ${purpose.namespace}`;
  const hops = through.map(worded).join(', then ');
  if (way === 'unverified') return `${what} through ${hops === '' ? '' : `${hops}, and `}${UNVERIFIED_HOST}`;
  // A program that signs files proves no way, however new it is.
  if (way === 'unknown' && purpose.kind === 'sshsig') return what;
  if (way === 'unknown') return `${what} (the program that asks is too old to say from where)`;
  return hops === '' ? what : `${what} through ${hops}`;
}

/** `ssh for git in bash (process 4711)`; undefined where no program is known. Programs may be called anything. */
export function describeClient({ program, starter, place, pid }: Client): string | undefined {
  if (program === undefined) return undefined;
  const by = starter === undefined ? '' : ` for ${shown(starter)}`;
  const where = place === undefined ? '' : ` in ${shown(place)}`;
  return `${shown(program)}${by}${where}${pid === undefined ? '' : ` (process ${pid})`}`;
}

function worded({ name = 'a host not in known_hosts', fingerprint }: ShownHost): string {
  return fingerprint === undefined ? name : `${name} (${fingerprint})`;
}

function whatFor({ purpose }: SignRequest, nameHost: NameHost): SigningFacts['purpose'] {
  switch (purpose.kind) {
    case 'login': {
      const { user, hostKey } = purpose;
      return { kind: 'login', user: shown(user), host: hostKey && host(hostKey, nameHost) };
    }
    case 'sshsig':
      return { kind: 'sshsig', namespace: shown(purpose.namespace) };
    default:
      return purpose satisfies never;
  }
}

function host(blob: Uint8Array, nameHost: NameHost): ShownHost {
  const name = nameHost(blob);
  return { name: name === undefined ? undefined : shown(name), fingerprint: sha256Fingerprint(blob) };
}

/** As it is where it is plain; else quoted, cut, and without the characters that hide or turn text around. */
export function shown(text: string): string {
  if (PLAIN.test(text) && text.length <= MAX_SHOWN) return text;
  const visible = [...text].map((char) => (/[\p{C}\p{Zl}\p{Zp}“”]/u.test(char) ? '\u{FFFD}' : char));
  const cut = visible.length > MAX_SHOWN ? `${visible.slice(0, MAX_SHOWN).join('')}…` : visible.join('');
  return `“${cut}”`;
}
