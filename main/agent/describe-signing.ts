/**
 * The one sentence that says what a touch or a PIN is for. Whoever shows it shows it whole: who, where, through what.
 * User names and namespaces come from strangers, so nothing in them may look like the sentence around them.
 */
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import type { SignRequest } from './keyring.ts';

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

/** For example `Log in as alice on ce1-rack4 (SHA256:…) through jump-east (SHA256:…)`. One line, without a full stop. */
export function describeSigning(request: SignRequest, nameHost: NameHost, routeTo: RouteTo = NO_ROUTE): string {
  return `${whatFor(request, nameHost)}${throughWhat(request, nameHost, routeTo)}`;
}

function whatFor({ purpose }: SignRequest, nameHost: NameHost): string {
  switch (purpose.kind) {
    case 'login':
      return `Log in as ${shown(purpose.user)} on ${purpose.hostKey ? host(purpose.hostKey, nameHost) : 'an unknown host'}`;
    case 'sshsig':
      return purpose.namespace === 'git' ? 'Sign for git' : `Sign for ${shown(purpose.namespace)}`;
    default:
      return purpose satisfies never;
  }
}

function throughWhat(request: SignRequest, nameHost: NameHost, routeTo: RouteTo): string {
  const { forwardedThrough, isPathProven, throughUnverifiedHost, purpose } = request;
  const proven = forwardedThrough.map((blob) => host(blob, nameHost)).join(', then ');
  if (throughUnverifiedHost) return ` through ${proven === '' ? '' : `${proven}, and `}${UNVERIFIED_HOST}`;
  if (proven !== '') return ` through ${proven}`;
  if (!isPathProven) return ' (the program that asks is too old to say from where)';
  // Only where nothing stands against it: the plan's way, shown for a request from elsewhere, would vouch for a stranger.
  const route = purpose.kind === 'login' && purpose.hostKey ? routeTo(purpose.hostKey) : [];
  return route.length === 0 ? '' : ` through ${route.map(shown).join(', then ')}`;
}

function host(blob: Uint8Array, nameHost: NameHost): string {
  const name = nameHost(blob);
  return `${name === undefined ? 'a host not in known_hosts' : shown(name)} (${sha256Fingerprint(blob)})`;
}

/** As it is where it is plain; else quoted, cut, and without the characters that hide or turn text around. */
function shown(text: string): string {
  if (PLAIN.test(text) && text.length <= MAX_SHOWN) return text;
  const visible = [...text].map((char) => (/[\p{C}\p{Zl}\p{Zp}“”]/u.test(char) ? '\u{FFFD}' : char));
  const cut = visible.length > MAX_SHOWN ? `${visible.slice(0, MAX_SHOWN).join('')}…` : visible.join('');
  return `“${cut}”`;
}
