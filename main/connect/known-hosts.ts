/**
 * Whose host key is it? The agent protocol carries host keys and no host names (reference openssh-sk.md, section 13), so
 * the notice "touch to log in to ce1-rack4" takes the name from the known_hosts files. Format: sshd(8), SSH_KNOWN_HOSTS.
 */
import { type HostCertificate, isCertificateFor, readHostCertificate } from '../openssh/host-certificate.ts';
import { matchesHostPattern } from '../openssh/host-pattern.ts';
import { SshReader } from '../openssh/wire.ts';

/** A host one may be logging in to: what a hashed entry can be compared with. `port` defaults to 22. */
export interface HostCandidate {
  readonly host: string;
  readonly port?: number;
}

/**
 * The names under which this host key is known, each once, those of the candidates first: `host`, or `[host]:port` where the port
 * is not 22. Patterns are left out. A hashed entry gives a name only if it belongs to one of the candidates. A key that
 * is marked @revoked has no names. A host certificate has those of the candidates that its authority's line covers and that it is for at
 * `now`, in milliseconds since 1970 (see isKeyOf).
 *
 * Lines that cannot be read are passed over, as ssh does.
 */
export function hostNamesFor(
  text: string,
  hostKeyBlob: Uint8Array,
  candidates: readonly HostCandidate[],
  now: number,
): string[] {
  const lines = linesWithKey(text, hostKeyBlob);
  if (lines.some((line) => line.marker === 'revoked')) return [];
  const ofCandidates = candidates
    .filter(({ host, port }) => lines.some((line) => isLineOf(line, host, port, now)))
    .map(({ host, port }) => nameInFile(host, port));
  const inFile = lines.flatMap(({ marker, hosts }) => (marker === 'cert-authority' ? [] : plainNames(hosts)));
  return [...new Set([...ofCandidates, ...inFile])];
}

/**
 * Whether this key (or a certificate of a known authority that is for this host, and valid at `now`) is known for that host, and not
 * revoked. That the authority has signed the certificate is not verified here: it comes from a binding, which is refused else
 * (agent-host-key.ts).
 */
export function isKeyOf(text: string, host: string, port: number, hostKeyBlob: Uint8Array, now: number): boolean {
  const lines = linesWithKey(text, hostKeyBlob);
  if (lines.some((line) => line.marker === 'revoked')) return false;
  return lines.some(
    // ssh accepts a key that is known for the host without its port, too (check_host_key, "matching key w/out port").
    (line) => isLineOf(line, host, port, now) || isLineOf(line, host, DEFAULT_PORT, now),
  );
}

/** Whether this very key is known, of whichever host, and not revoked. A hashed name counts: the key beside it is not hidden. */
export function isKnownKey(text: string, hostKeyBlob: Uint8Array): boolean {
  const lines = linesWithKey(text, hostKeyBlob);
  if (lines.some((line) => line.marker === 'revoked')) return false;
  return lines.some((line) => line.marker === undefined);
}

/** One line that speaks of a host. */
export interface KnownHostEntry {
  /** From 1. */
  readonly line: number;
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  /** As it stands there: `ssh-ed25519`. */
  readonly type: string;
  readonly key: Uint8Array;
}

/** The lines whose first field covers `host`, or `[host]:port` where the port is not 22. Those that cannot be read are passed over, as ssh does. */
export function knownHostEntries(text: string, host: string, port: number): KnownHostEntry[] {
  const name = nameInFile(host, port);
  return readLines(text).flatMap((found) => {
    if (found.fault !== undefined || !covers(found.hosts, name)) return [];
    const { line, marker, type, base64 } = found;
    return [{ line, marker, type, key: Buffer.from(base64, 'base64') }];
  });
}

/** The first line that is no comment and cannot be read, and why, for a sentence. */
export function knownHostsFault(text: string): { readonly line: number; readonly why: string } | undefined {
  for (const { line, fault } of readLines(text)) {
    if (fault !== undefined) return { line, why: fault };
  }
  return undefined;
}

/**
 * The file without what it says of that host by name; undefined where it says nothing. A line that names others too keeps them, and
 * patterns, which speak of more than this host, and lines of authorities stay. `forgotten`: the lines that changed, from 1.
 */
export function withoutHost(
  text: string,
  host: string,
  port: number,
): { readonly text: string; readonly forgotten: readonly number[] } | undefined {
  const name = nameInFile(host, port);
  const forgotten: number[] = [];
  const lines = text.split('\n');
  for (const found of readLines(text)) {
    if (found.fault !== undefined || found.marker !== undefined) continue;
    const names = found.hosts.startsWith('|') ? [found.hosts] : found.hosts.split(',');
    const others = names.filter((one) => (one.startsWith('|') ? !isHashOf(one, name) : one.toLowerCase() !== name));
    if (others.length === names.length) continue;
    forgotten.push(found.line);
    const whole = lines[found.line - 1] ?? '';
    // Only the first field changes: the rest of the line, its comment too, stays as it is.
    lines[found.line - 1] = others.length === 0 ? GONE : whole.replace(found.hosts, () => others.join(','));
  }
  if (forgotten.length === 0) return undefined;
  return { text: lines.filter((line) => line !== GONE).join('\n'), forgotten };
}

/** No line of a file: it holds a line feed. */
const GONE = '\n';

const DEFAULT_PORT = 22;

type ReadLine = { readonly line: number } & (
  | { readonly fault: string }
  | {
      readonly fault: undefined;
      readonly marker: 'cert-authority' | 'revoked' | undefined;
      readonly hosts: string;
      readonly type: string;
      readonly base64: string;
    }
);

/** Every line but empty ones and comments. */
function readLines(text: string): ReadLine[] {
  return text.split('\n').flatMap((raw, at): ReadLine[] => {
    const line = at + 1;
    const fields = raw.trim().split(/[ \t]+/);
    if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) return [];
    const marker = fields[0].startsWith('@') ? fields.shift()?.slice(1) : undefined;
    if (marker !== undefined && marker !== 'cert-authority' && marker !== 'revoked') {
      return [{ line, fault: 'has a marker that is neither @cert-authority nor @revoked' }];
    }
    const [hosts, type, base64] = fields;
    if (hosts === undefined || type === undefined || base64 === undefined) {
      return [{ line, fault: 'does not hold names, a key type and a key' }];
    }
    if (!isKeyOfType(base64, type)) return [{ line, fault: 'holds no key of the type that it names' }];
    return [{ line, fault: undefined, marker, hosts, type, base64 }];
  });
}

function isKeyOfType(base64: string, type: string): boolean {
  try {
    return new SshReader(Buffer.from(base64, 'base64'), 'a host key').text() === type;
  } catch {
    return false;
  }
}

interface KnownHostsLine {
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  /** The first field: patterns divided by commas, or one hashed name. */
  readonly hosts: string;
  /** Of a line of its authority. */
  readonly certificate?: HostCertificate;
}

function isLineOf(
  { hosts, certificate }: KnownHostsLine,
  host: string,
  port: number | undefined,
  now: number,
): boolean {
  if (!covers(hosts, nameInFile(host, port))) return false;
  return certificate === undefined || isCertificateFor(certificate, host, now);
}

/**
 * The lines that speak of this key; for a certificate, also the @cert-authority lines of whoever signed it, and what revokes that one or the
 * key inside (check_key_not_revoked in OpenSSH's hostfile.c).
 */
function linesWithKey(text: string, blob: Uint8Array): KnownHostsLine[] {
  const key = Buffer.from(blob).toString('base64');
  const certificate = readHostCertificate(blob);
  const authorityKey = certificate && Buffer.from(certificate.signingKey).toString('base64');
  const revoking = [key, authorityKey, certificate && Buffer.from(certificate.plainKey).toString('base64')];
  const lines: KnownHostsLine[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const fields = raw.trim().split(/[ \t]+/);
    if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) continue;
    const marker = fields[0].startsWith('@') ? fields.shift()?.slice(1) : undefined;
    const [hosts, , base64] = fields;
    if (hosts === undefined || base64 === undefined) continue;
    if (marker === undefined && base64 === key) lines.push({ marker, hosts });
    if (marker === 'revoked' && revoking.includes(base64)) lines.push({ marker, hosts });
    if (certificate !== undefined && marker === 'cert-authority' && base64 === authorityKey) {
      lines.push({ marker, hosts, certificate });
    }
  }
  return lines;
}

/** How a host stands in the file. */
export function nameInFile(host: string, port: number = DEFAULT_PORT): string {
  return port === DEFAULT_PORT ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** The names in a plain field that are names, not patterns or exclusions. */
function plainNames(hosts: string): string[] {
  if (hosts.startsWith('|')) return [];
  return hosts.split(',').filter((name) => name !== '' && !/[*?!]/.test(name));
}

function covers(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  // ssh_config(5), PATTERNS: one negated match outweighs every other.
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesHostPattern(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesHostPattern(pattern, name));
}

/** `|1|base64 salt|base64 HMAC-SHA1(salt, name)`: hostfile.c, host_hash. */
function isHashOf(field: string, name: string): boolean {
  const [empty, version, salt, hash, ...more] = field.split('|');
  if (empty !== '' || version !== '1' || salt === undefined || hash === undefined || more.length > 0) return false;
  const expected = Buffer.from(hash, 'base64');
  // Loaded when it is first needed: most files hash no names.
  const { createHmac, timingSafeEqual } = process.getBuiltinModule('node:crypto');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
