/** Host keys, composed for glasskey.ts: the files that a team pins them in, what is known of a target, and forgetting one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostSpec, shownHostSpec } from './connect/host-spec.ts';
import { knownHostEntries, withoutHost } from './connect/known-hosts.ts';
import {
  assertReadable,
  hostKeysFor,
  hostKeysUnusable,
  type PinnedFile,
  type PinnedHostKeys,
} from './connect/pinned-host-keys.ts';
import { type FindTarget, resolveWay } from './glasskey-target-ways.ts';
import { sha256Fingerprint } from './openssh/fingerprint.ts';
import type { Settings } from './storage/settings.ts';
import type { TargetEntry } from './storage/target-store.ts';
import { writeWholeFile } from './storage/whole-file.ts';

/**
 * The files of the setting `connect.pinnedHostKeys`, read now. Throws `HOST_KEYS_UNUSABLE`, also where it cannot be known what is pinned:
 * a pin that is not understood is not taken for none.
 */
export function pinnedHostKeys(settings: Pick<Settings, 'get' | 'problems'>, homeFolder: string): PinnedHostKeys {
  // A file of settings that cannot be read as a whole is named by its path, and may hold pins.
  const fault = settings
    .problems()
    .find(({ source, what }) => what === 'connect.pinnedHostKeys' || (source === 'file' && /[\\/]/.test(what)));
  if (fault !== undefined) throw hostKeysUnusable(fault.what, fault.why);
  return settings.get('connect.pinnedHostKeys').value.map((path): PinnedFile => {
    const file = { path: path.startsWith('~/') ? join(homeFolder, path.slice(2)) : path, text: '' };
    const read = { ...file, text: textOf(file.path) };
    assertReadable(read);
    return read;
  });
}

/** One key of a host, and where it stands. */
export interface KnownHostKey {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Whose file: a team's, Glasskey's own, the user's, the computer's. */
  readonly origin: 'pinned' | 'own' | 'user' | 'system';
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  readonly type: string;
  readonly fingerprint: string;
}

export interface HostKeysOfHost {
  /** `user@host`, with the port where it is not ssh's own. */
  readonly address: string;
  /** Only the keys in the pinned files count. */
  readonly isPinned: boolean;
  readonly keys: readonly KnownHostKey[];
}

export interface HostKeyWorld {
  readonly pinned: PinnedHostKeys;
  /** Glasskey's own file and the user's. */
  readonly knownHostsFiles: readonly [string, string];
}

const SSH_PORT = 22;
const SYSTEM_FILES = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

/** What is known of the hosts that the target's ways log in to, each once. Jump hosts are not among them. */
export function hostKeysOf(
  target: TargetEntry,
  find: FindTarget,
  { pinned, knownHostsFiles }: HostKeyWorld,
): HostKeysOfHost[] {
  const [own, user] = knownHostsFiles;
  const files = [
    ...pinned.map((file) => ({ ...file, origin: 'pinned' as const })),
    { path: own, text: textOrNone(own), origin: 'own' as const },
    { path: user, text: textOrNone(user), origin: 'user' as const },
    ...SYSTEM_FILES.map((path) => ({ path, text: textOrNone(path), origin: 'system' as const })),
  ];
  return hostsOf(target, find).map((host) => {
    const port = host.port ?? SSH_PORT;
    const keys = files.flatMap(({ path, text, origin }) =>
      knownHostEntries(text, host.host, port).map(({ line, marker, type, key }): KnownHostKey => {
        return { file: path, line, origin, marker, type, fingerprint: sha256Fingerprint(key) };
      }),
    );
    const { isPinned } = hostKeysFor(host.host, port, pinned, knownHostsFiles);
    return { address: shownHostSpec(host), isPinned, keys };
  });
}

/**
 * Takes what Glasskey's own file says of the target's hosts by name out of it; the file as it was stays beside it, with `.old` behind
 * its name. Returns how many lines changed. Throws `FILE_WRITE_FAILED`; then the file is as it was.
 */
export async function forgetHostKeys(
  target: TargetEntry,
  find: FindTarget,
  ownFile: string,
): Promise<{ readonly lines: number; readonly backup: string | undefined }> {
  const before = textOrNone(ownFile);
  let text = before;
  let lines = 0;
  for (const { host, port } of hostsOf(target, find)) {
    const without = withoutHost(text, host, port ?? SSH_PORT);
    if (without === undefined) continue;
    lines += without.forgotten.length;
    text = without.text;
  }
  if (lines === 0) return { lines, backup: undefined };
  const backup = `${ownFile}.old`;
  const bytes = (content: string) => new TextEncoder().encode(content);
  await writeWholeFile(backup, bytes(before), { mode: 0o600, overwrite: true });
  await writeWholeFile(ownFile, bytes(text), { mode: 0o600, overwrite: true });
  return { lines, backup };
}

/** Where the ways end, each address once; a way whose jump hosts are gone ends somewhere all the same. */
function hostsOf(target: TargetEntry, find: FindTarget): HostSpec[] {
  const ends = target.ways.map((way) => resolveWay(target, { ...way, jumps: [] }, find).device);
  const key = ({ host, port }: HostSpec) => `${host.toLowerCase()} ${port ?? SSH_PORT}`;
  return ends.filter((one, at) => ends.findIndex((other) => key(other) === key(one)) === at);
}

/** Not there: nothing is known. */
function textOrNone(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw hostKeysUnusable(path, code === 'ENOENT' ? 'there is no such file' : 'it cannot be read', error);
  }
}
