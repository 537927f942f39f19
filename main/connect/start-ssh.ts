/** Starts ssh with a plan's configuration, and ends it: all that has to be there when a login's ssh begins, and nothing of what follows it. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { ConnectPlan } from './plan.ts';
import { KILL_AFTER_MS, type SshExit, sshNotStarted } from './ssh-exit.ts';
import { endProcess, startedBy } from './ssh-processes.ts';

/** An ssh that runs, or has run. */
export interface StartedSsh {
  readonly child: ChildProcess;
  /** What it and the ssh of its hops write to standard error, where that is a pipe of ours. */
  readonly stderr: Readable | null;
  /** It and the ssh of its hops are a process group, and can be ended whole. */
  readonly hasOwnGroup: boolean;
  /** How it ended, once all has been read that it wrote to our pipes. Rejects with `SSH_NOT_STARTED`. */
  readonly ended: Promise<SshExit>;
}

/**
 * A path for a plan's configuration, in a folder that does not exist yet and that nobody can guess. `name`: 18 hexadecimal digits, drawn at
 * random.
 */
export function newConfigFile(folder: string = tmpdir(), name: string = randomName()): string {
  return configFileIn(join(plainFolder(folder), `glasskey-${name}`));
}

/** A plan's configuration in its own folder, which `newConfigFile` names or somebody has made. */
export function configFileIn(folder: string): string {
  return join(folder, 'ssh_config');
}

/** The system's temporary folder where its path is plain enough for ssh (see planConnect), else /tmp. */
export function plainFolder(folder: string = tmpdir()): string {
  return process.platform === 'win32' || /^\/[A-Za-z0-9_./:+-]+$/.test(folder) ? folder : '/tmp';
}

function randomName(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(9).toString('hex');
}

/** Into a new folder of mode 0700. Throws `CONNECT_CONFIG_UNWRITABLE`; nothing lies around then. */
export function writeConfig({ configFile, configText }: Pick<ConnectPlan, 'configFile' | 'configText'>): void {
  const folder = dirname(configFile);
  let isMade = false;
  try {
    // mkdir fails where something exists: a folder that somebody else made is never used.
    mkdirSync(folder, { mode: 0o700 });
    isMade = true;
    writeFileSync(configFile, configText, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    // A full disk takes a folder, and no file.
    if (isMade) removeConfig({ configFile });
    throw new GlasskeyError({
      code: 'CONNECT_CONFIG_UNWRITABLE',
      message: `The configuration for ssh could not be written to ${folder}.`,
      remedy: 'See that the temporary folder exists, has room and may be written to, then connect again.',
      detail: { folder },
      cause,
    });
  }
}

/** With the logs that ssh wrote beside it. */
export function removeConfig({ configFile }: Pick<ConnectPlan, 'configFile'>): void {
  // A handful of small files, for whose end the person waits: quicker than by the thread pool.
  rmSync(dirname(configFile), { recursive: true, force: true });
}

/**
 * What ssh inherits, and the plan's own. ssh starts the ssh of its hops by name, through a shell and the PATH: that must be the one found here,
 * and never what lies in the current folder, which an empty or relative entry stands for.
 */
export function environmentOf(
  plan: Pick<ConnectPlan, 'environment'>,
  sshPath: string,
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const { PATH, Path, ...others } = environment;
  const folders = (PATH ?? Path ?? '').split(delimiter).filter(isAbsolute);
  return { ...others, PATH: [dirname(sshPath), ...folders].join(delimiter), ...plan.environment };
}

/** This process's own: as if ssh had been started there. What it writes to standard error passes through our hands. */
export const OWN_TERMINAL: StdioOptions = ['inherit', 'inherit', 'pipe'];

/** As a child process, its arguments an array, no shell in between; `env` is its whole environment. The configuration has been written. */
export function startSsh(
  path: string,
  { program, arguments: words }: Pick<ConnectPlan, 'program' | 'arguments'>,
  { env, stdio, hasOwnGroup }: { env: NodeJS.ProcessEnv; stdio: StdioOptions; hasOwnGroup: boolean },
): StartedSsh {
  // ssh starts its hops by the name it was started by.
  const child = spawn(path, words, { argv0: program, env, stdio, detached: hasOwnGroup, windowsHide: true });
  const ended = new Promise<SshExit>((resolve, reject) => {
    child.once('error', (cause) => reject(sshNotStarted(path, cause)));
    child.once('close', (code, signal) => {
      resolve(signal !== null ? { kind: 'signalled', signal } : { kind: 'exited', code: code ?? 255 });
    });
  });
  // Whoever waits for it is told as well.
  ended.catch(() => {});
  return { child, stderr: child.stderr, hasOwnGroup, ended };
}

/** Asks it and the ssh of its hops to end, and kills it where it does not in time; `forget` keeps it from that. */
export function endSsh({ child, hasOwnGroup }: StartedSsh): { forget(): void } {
  const timer = setTimeout(() => kill(child, 'SIGKILL', hasOwnGroup), KILL_AFTER_MS);
  const ask = async () => {
    const hops = !hasOwnGroup && child.pid !== undefined ? await startedBy(child.pid) : [];
    kill(child, 'SIGTERM', hasOwnGroup);
    for (const pid of hops) endProcess(pid);
  };
  void ask();
  return { forget: () => clearTimeout(timer) };
}

/** Ends the child, or with `wholeGroup` also the hops it started. A process that is gone already is no error. */
export function kill(child: ChildProcess, signal: NodeJS.Signals, wholeGroup: boolean): void {
  if (!wholeGroup || child.pid === undefined || process.platform === 'win32') {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody left in the group.
  }
}
