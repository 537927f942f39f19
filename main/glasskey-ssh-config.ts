/**
 * Saved targets for other programs, composed for glasskey.ts: a file of `Host` entries in the data folder, and one `Include` line in the
 * user's ~/.ssh/config. Nothing of the user's is changed unasked; what is to be written is tried with ssh before it takes the place of
 * what is there, which is kept.
 */
import { mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { shellWord } from './connect/shell-word.ts';
import { configFault } from './connect/ssh-config-check.ts';
import {
  type Fragment,
  type FragmentHost,
  type FragmentWay,
  sshConfigFragment,
} from './connect/ssh-config-fragment.ts';
import { includeLine, isIncluded, withInclude, withoutInclude } from './connect/ssh-config-include.ts';
import { findSsh } from './connect/ssh-program.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { keysForLogin, knownHostsFilesOf, lastAccount, publicKeyCopy, withUser } from './glasskey-connect.ts';
import { pinnedHostKeys } from './glasskey-host-keys.ts';
import { resolveWay } from './glasskey-target-ways.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { agentSocketPath } from './storage/agent-socket-path.ts';
import type { Database } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';
import { type Target, targetStore, type Way } from './storage/target-store.ts';
import { writeWholeFile } from './storage/whole-file.ts';

export interface SshConfigWorld {
  readonly settings: Settings;
  readonly database: Database;
  readonly dataFolder: string;
  readonly homeFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Those whose files were written, oldest first; empty while no key is enrolled. */
  readonly enrollments: readonly WrittenEnrollment[];
  /** Of the agent that serves other programs. */
  readonly agentSocket: string;
}

export interface SshConfigState {
  /** `installed`: the entries are written, and ssh reads them. `half`: one of the two. */
  readonly state: 'installed' | 'half' | 'absent';
  readonly fragmentFile: string;
  /** The user's own. */
  readonly configFile: string;
  /** Whether the user's own file includes the entries. */
  readonly isIncluded: boolean;
  /** What ssh can be given as a host. */
  readonly hosts: readonly FragmentHost[];
  /** What of the targets ssh_config cannot say. */
  readonly remarks: readonly string[];
  /** What the entries are now, whether they are written or not. */
  readonly text: string;
  /** The line that the user's own file gets at its top. */
  readonly line: string;
  readonly agentSocket: string;
  /** The public half that signs for git (`user.signingKey`), written with the entries; undefined while no key is enrolled. */
  readonly signingKeyFile: string | undefined;
}

export interface SshConfigChange {
  readonly state: SshConfigState;
  /** Where what was in the user's file before is kept; undefined where there was none, or nothing was changed in it. */
  readonly keptAs: string | undefined;
}

export function sshConfigWorld(world: OpenWorld): SshConfigWorld {
  return { ...world, enrollments: world.written(), agentSocket: agentSocketPath(world.dataFolder) };
}

/** How it stands, from the disk; changes nothing. Throws `HOST_KEYS_UNUSABLE`, `CONNECT_PATH_UNUSABLE`. */
export async function sshConfigState(world: SshConfigWorld): Promise<SshConfigState> {
  const place = placeOf(world);
  const [fragment, text] = [fragmentOf(world), await userText(place.configFile)];
  const isWritten = (await textOf(place.fragmentFile)) !== undefined;
  const included = text !== undefined && isIncluded(text, asUserText(place.line));
  return {
    state: isWritten && included ? 'installed' : isWritten || included ? 'half' : 'absent',
    ...place,
    isIncluded: included,
    ...fragment,
    agentSocket: world.agentSocket,
    signingKeyFile: keysOf(world)[0]?.file,
  };
}

/**
 * Writes the entries, and the line at the top of the user's ~/.ssh/config where it is not there yet: owner, mode, line ends and a link to
 * elsewhere stay. Throws `SSH_CONFIG_UNUSABLE` where ssh does not take that file even as it is, `SSH_CONFIG_REFUSED` where it would not
 * take it with the entries (nothing is changed then), `FILE_WRITE_FAILED`, `SSH_MISSING`.
 */
export async function installSshConfig(world: SshConfigWorld): Promise<SshConfigChange> {
  const { path: ssh } = await findSsh(world.environment);
  const { fragmentFile, configFile, line: ourLine } = placeOf(world);
  const line = asUserText(ourLine);
  const before = await userText(configFile);
  if (before !== undefined) {
    const fault = await configFault(ssh, bytesOf(before));
    if (fault !== undefined) throw unusable(configFile, fault);
  }
  const { text } = fragmentOf(world);
  const faultOfOurs = await configFault(ssh, text);
  if (faultOfOurs !== undefined) throw refused(configFile, faultOfOurs);
  await writeFragment(fragmentFile, text, world);
  const after = withInclude(before ?? '', line);
  if (after === before) return { state: await sshConfigState(world), keptAs: undefined };
  const fault = await configFault(ssh, bytesOf(after));
  if (fault !== undefined) {
    if (before === undefined || !isIncluded(before, line)) await rm(fragmentFile, { force: true });
    throw refused(configFile, fault);
  }
  const keptAs = before === undefined ? undefined : `${configFile}.before-glasskey`;
  if (keptAs !== undefined && before !== undefined) await write(keptAs, bytesOf(before), await modeOf(configFile));
  await writeConfig(configFile, after);
  return { state: await sshConfigState(world), keptAs };
}

/** Takes exactly the line and the entries away; a file in which nothing is left is removed. Safe to call twice. */
export async function removeSshConfig(world: SshConfigWorld): Promise<SshConfigState> {
  const { fragmentFile, configFile, line } = placeOf(world);
  const before = await userText(configFile);
  const after = withoutInclude(before ?? '', asUserText(line));
  // The line first: an Include of a file that is not there is no fault to ssh, but entries nobody includes are of no use.
  if (before !== undefined && after !== before) {
    if (after === '') await rm(await targetOf(configFile));
    else await writeConfig(configFile, after);
  }
  await rm(fragmentFile, { force: true });
  return sshConfigState(world);
}

/**
 * What has git sign with the key, for a shell: ssh-keygen, which signs for it, reads no ssh_config and finds the agent by the
 * environment. Undefined while no key is enrolled, or nothing is installed: the public half that it names is written with the entries.
 */
export function gitCommands({ state, signingKeyFile, agentSocket }: SshConfigState): readonly string[] | undefined {
  if (signingKeyFile === undefined || state === 'absent') return undefined;
  return [
    'git config --global gpg.format ssh',
    `git config --global user.signingKey ${shellWord(signingKeyFile)}`,
    `export SSH_AUTH_SOCK=${shellWord(agentSocket)}`,
  ];
}

/** Targets, keys or host keys have changed: writes the entries anew where they are written. */
export async function refreshSshConfig(world: SshConfigWorld): Promise<void> {
  const { fragmentFile } = placeOf(world);
  const present = await textOf(fragmentFile);
  if (present === undefined) return;
  const { text } = fragmentOf(world);
  if (text !== present) await writeFragment(fragmentFile, text, world);
}

function placeOf({ dataFolder, homeFolder }: SshConfigWorld) {
  const fragmentFile = join(dataFolder, 'ssh_config');
  return { fragmentFile, configFile: join(homeFolder, '.ssh', 'config'), line: includeLine(fragmentFile) };
}

function fragmentOf(world: SshConfigWorld): Fragment {
  const { settings, database, dataFolder, homeFolder, enrollments, agentSocket } = world;
  const store = targetStore(database);
  const account = lastAccount(enrollments);
  const wayOf = (target: Target, way: Way): FragmentWay => {
    try {
      const { kind, jumps, device } = resolveWay(target, way, store.get);
      return { kind, jumps, device: kind === 'jump' ? withUser(device, account) : device };
    } catch (error) {
      if (error instanceof GlasskeyError) return { fault: error.message };
      throw error;
    }
  };
  return sshConfigFragment({
    targets: store
      .list()
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map((target) => ({
        name: target.name,
        isJumpHost: target.role === 'jump-host',
        ways: target.ways.map((way) => wayOf(target, way)),
      })),
    agentSocket,
    publicKeyFiles: keysOf(world).map(({ file }) => file),
    knownHostsFiles: knownHostsFilesOf(dataFolder, homeFolder),
    pinnedHostKeys: pinnedHostKeys(settings, homeFolder),
  });
}

function keysOf({ enrollments: [oldest, ...newer], dataFolder }: SshConfigWorld) {
  return oldest === undefined ? [] : keysForLogin([oldest, ...newer]).map((key) => publicKeyCopy(key, dataFolder));
}

/** With the public halves that it names: ssh asks the agent for those. */
async function writeFragment(file: string, text: string, world: SshConfigWorld): Promise<void> {
  for (const copy of keysOf(world)) {
    await mkdir(dirname(copy.file), { recursive: true, mode: 0o700 });
    await write(copy.file, copy.line, 0o600);
  }
  await write(file, text, 0o600);
}

async function writeConfig(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await write(await targetOf(file), bytesOf(text), await modeOf(file));
}

function write(file: string, text: string | Uint8Array<ArrayBuffer>, mode: number): Promise<void> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return writeWholeFile(file, bytes, { mode, overwrite: true });
}

/** Where a link leads: a file that takes the place of a link would part it from the folder where it is kept. */
function targetOf(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}

function modeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mode }) => mode & 0o777,
    () => 0o600,
  );
}

/** The user's file, in whatever encoding: a character for each byte, so that each comes back as it was. Undefined where there is none. */
async function userText(file: string): Promise<string | undefined> {
  return (await bytesIn(file))?.toString('latin1');
}

/** The inverse of `userText`. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** As it stands in a user's text. */
function asUserText(line: string): string {
  return Buffer.from(line, 'utf8').toString('latin1');
}

/** Undefined where there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  return (await bytesIn(file))?.toString('utf8');
}

async function bytesIn(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(file, error instanceof Error ? error.message : String(error), error);
  }
}

function unusable(file: string, why: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'SSH_CONFIG_UNUSABLE',
    message: `${file} cannot be used as it is: ${why}.`,
    remedy: 'Put that file right first; nothing was changed.',
    detail: { path: file },
    cause,
  });
}

function refused(file: string, why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SSH_CONFIG_REFUSED',
    message: `ssh would not take ${file} with Glasskey’s entries: ${why}.`,
    remedy: 'Nothing was changed. Run glasskey ssh-config show, and report this with what it prints.',
    detail: { path: file },
  });
}
