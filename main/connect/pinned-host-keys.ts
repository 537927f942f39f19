/**
 * Host keys that a team has pinned in shared files of the known_hosts form (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): of a host that such a
 * file names, only the keys in these files count, and nobody is asked. All other hosts are known as before.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { knownHostEntries, knownHostsFault } from './known-hosts.ts';

export interface PinnedFile {
  readonly path: string;
  readonly text: string;
}

/** In the order of the setting; empty: nothing is pinned. */
export type PinnedHostKeys = readonly PinnedFile[];

/** What ssh is to be told for one host. */
export interface HostKeySources {
  /** `UserKnownHostsFile`: ssh writes to the first, where it may write at all. */
  readonly files: readonly string[];
  /** True: these files alone count (no `GlobalKnownHostsFile` either), and a key that is not in them is refused. */
  readonly isPinned: boolean;
}

/**
 * Where a host's keys are looked up. `port` 22 unless said: as in known_hosts, a host at another port is another host, named
 * `[host]:port`. `knownHostsFiles`: Glasskey's own and the user's. What a pinned file says of revoked keys counts for every host.
 */
export function hostKeysFor(
  host: string,
  port: number,
  pinned: PinnedHostKeys,
  knownHostsFiles: readonly string[],
): HostKeySources {
  const paths = pinned.map(({ path }) => path);
  const isPinned = pinned.some(({ text }) => isNamedIn(text, host, port));
  return isPinned ? { files: paths, isPinned } : { files: [...knownHostsFiles, ...paths], isPinned };
}

/** Throws `HOST_KEYS_UNUSABLE` for a line that cannot be read: the host that it was to pin would not be pinned. */
export function assertReadable({ path, text }: PinnedFile): void {
  const fault = knownHostsFault(text);
  if (fault !== undefined) throw hostKeysUnusable(path, `line ${fault.line} ${fault.why}`);
}

export function hostKeysUnusable(path: string, why: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'HOST_KEYS_UNUSABLE',
    message: `Host keys are pinned, and ${path} cannot be used: ${why}.`,
    remedy: 'Put the file right, or correct the setting connect.pinnedHostKeys. Until then nobody logs in.',
    detail: { path },
    cause,
  });
}

function isNamedIn(text: string, host: string, port: number): boolean {
  return knownHostEntries(text, host, port).some(({ marker }) => marker !== 'revoked');
}
