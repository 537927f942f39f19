/**
 * Where to log in, as a person types it: `[user@]host[:port]`, `[user@][v6]:port` or `ssh://[user@]host[:port]`.
 *
 * What comes out is branded, so that a string nobody looked at cannot reach an ssh configuration or an argument list.
 * The character sets are lists of what is allowed, not of what is known to be dangerous: a name that starts with '-'
 * reads as an option (CVE-2017-1000117 and kin), '%' and `${` are expanded by ssh, and shell characters are run by the
 * shell that ssh starts for a ProxyCommand (CVE-2023-51385).
 */
import { isIPv6 } from 'node:net';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

declare const brand: unique symbol;

/** A host name, an IPv4 address, or an IPv6 address without brackets; at most 253 characters. */
export type HostName = string & { readonly [brand]: 'HostName' };
/** A login name. It may hold an '@', as an Entra user principal name does. */
export type UserName = string & { readonly [brand]: 'UserName' };
/** A TCP port, 1 to 65535. */
export type Port = number & { readonly [brand]: 'Port' };

export interface HostSpec {
  readonly user?: UserName;
  readonly host: HostName;
  /** Absent when it was not said; ssh's own default is 22. */
  readonly port?: Port;
}

/** DNS allows 253 characters in a name (RFC 1035, section 2.3.4, less the root). */
const MAX_HOST_LENGTH = 253;
/** Linux allows 32, Entra 113 for a whole user principal name; this is only to keep nonsense out. */
const MAX_USER_LENGTH = 128;
const SHOWN_LENGTH = 60;

/**
 * Reads what a person typed.
 * @throws GlasskeyError TARGET_INVALID, its message naming the fault
 */
export function parseHostSpec(text: string): HostSpec {
  const rest = withoutScheme(text);
  // A user principal name holds an '@' of its own, and a host cannot: the last one divides (as ssh itself does it).
  const at = rest.lastIndexOf('@');
  const { host, port } = parseHostAndPort(rest.slice(at + 1), text);
  return {
    ...(at >= 0 && { user: parseUserName(rest.slice(0, at)) }),
    host,
    ...(port !== undefined && { port }),
  };
}

/** @throws GlasskeyError TARGET_INVALID */
export function parseUserName(text: string): UserName {
  if (text === '') throw invalid('has an empty user name', text);
  refuseForeignCharacters('user name', text, /[A-Za-z0-9._+@-]/);
  if (text.length > MAX_USER_LENGTH) throw invalid(`has a user name longer than ${MAX_USER_LENGTH} characters`, text);
  return text as UserName;
}

/**
 * A name or an address, without user or port. A trailing dot (a fully qualified name) is kept.
 * @throws GlasskeyError TARGET_INVALID
 */
export function parseHostName(text: string): HostName {
  if (text === '') throw invalid('names no host', text);
  if (isIPv6Address(text) && !text.includes('%')) return text as HostName;
  refuseForeignCharacters('host name', text, /[A-Za-z0-9._-]/);
  if (text.length > MAX_HOST_LENGTH) throw invalid(`has a host name longer than ${MAX_HOST_LENGTH} characters`, text);
  if (text.startsWith('.') || text.includes('..')) throw invalid('has an empty part in its host name', text);
  return text as HostName;
}

/**
 * Decimal, 1 to 65535.
 * @throws GlasskeyError TARGET_INVALID
 */
export function parsePort(text: string): Port {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw invalid('has a port that is not a number from 1 to 65535', text);
  return port as Port;
}

/** The spec as it is typed: `user@host:port`, an IPv6 address in brackets where a port follows. */
export function formatHostSpec(spec: HostSpec): string {
  const user = spec.user === undefined ? '' : `${spec.user}@`;
  if (spec.port === undefined) return `${user}${spec.host}`;
  return `${user}${spec.host.includes(':') ? `[${spec.host}]` : spec.host}:${spec.port}`;
}

/** ssh's own port, which nobody has to be told. */
const SSH_PORT = 22;

/** The spec as a person reads it in a sentence: the port only where it is not ssh's own. */
export function shownHostSpec({ port, ...spec }: HostSpec): string {
  return formatHostSpec(port === undefined || port === SSH_PORT ? spec : { ...spec, port });
}

/** Asked only of what may be one, `host:port` is none: the first question compiles an expression that is larger than all else of a plan. */
function isIPv6Address(text: string): boolean {
  return text.indexOf(':') !== text.lastIndexOf(':') && isIPv6(text);
}

function withoutScheme(text: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
  if (scheme === null) return text;
  if (scheme[1]?.toLowerCase() !== 'ssh') throw invalid(`has the scheme ${quoted(scheme[1] ?? '')}, not ssh`, text);
  // The one slash at the end that browsers and copy-and-paste add; any other path means something that ssh cannot do.
  return text.slice(scheme[0].length).replace(/\/$/, '');
}

function parseHostAndPort(text: string, whole: string): { host: HostName; port?: Port } {
  if (text.startsWith('[')) return parseBracketed(text, whole);
  if (isIPv6Address(text)) return { host: parseHostName(text) };
  const [host = '', port, ...more] = text.split(':');
  if (more.length > 0) throw invalid('has more than one colon and is no IPv6 address', whole);
  return { host: parseHostName(host), ...(port !== undefined && { port: parsePort(port) }) };
}

function parseBracketed(text: string, whole: string): { host: HostName; port?: Port } {
  const match = /^\[([^[\]]*)\](?::(.*))?$/s.exec(text);
  const address = match?.[1];
  if (address === undefined) throw invalid('has brackets that are not [IPv6 address]:port', whole);
  if (!isIPv6Address(address) || address.includes('%'))
    throw invalid('has no IPv6 address between its brackets', whole);
  return { host: address as HostName, ...(match?.[2] !== undefined && { port: parsePort(match[2]) }) };
}

function refuseForeignCharacters(what: string, text: string, allowed: RegExp): void {
  if (text.startsWith('-'))
    throw invalid(`has a ${what} that begins with '-', which ssh would read as an option`, text);
  if (text.includes('%')) throw invalid(`has a '%' in its ${what}, which ssh would expand`, text);
  for (const character of text) {
    if (!allowed.test(character)) throw invalid(`has ${nameOf(character)} in its ${what}`, text);
  }
}

/** What is wrong with a character, in words: an invisible one cannot be shown. */
function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `a control character (${number})`;
  if (/\s/u.test(character)) return `whitespace (${number})`;
  if (character === '\\') return 'a backslash';
  if ('\'"`'.includes(character)) return `a quotation mark (${character})`;
  if ('$&|;<>(){}[]*?!#~^=,/:'.includes(character)) return `the character ${character}`;
  return `a character that ssh targets do not have (${number})`;
}

/** Control characters must not reach a terminal from an error message. */
function quoted(text: string): string {
  const visible = Array.from(text, (character) =>
    /[\p{L}\p{N}\p{P}\p{S} ]/u.test(character) ? character : '\u{FFFD}',
  );
  return `'${visible.slice(0, SHOWN_LENGTH).join('')}${visible.length > SHOWN_LENGTH ? '…' : ''}'`;
}

function invalid(fault: string, text: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_INVALID',
    message: `The target ${quoted(text)} ${fault}.`,
    remedy: 'Write it as user@host, user@host:port or user@[IPv6 address]:port.',
  });
}
