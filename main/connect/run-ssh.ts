/** Runs a planned login in the terminal: ssh as a child process, its arguments an array, no shell in between. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Log, silentLog } from '../../diagnostics/log.ts';
import type { ConnectPlan } from './plan.ts';
import { findSsh } from './ssh-program.ts';

export interface RunSshOptions {
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /**
   * Where ssh reads and writes. Default: this process's own terminal, as if ssh had been started there. Streams given
   * here are piped instead; no stdin then means an empty one.
   */
  readonly streams?: { readonly stdin?: Readable; readonly stdout: Writable; readonly stderr: Writable };
  /** The environment that ssh inherits, before the plan's own is added. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Told once what findSsh had to remark (an old ssh). */
  readonly onWarning?: (sentence: string) => void;
}

export type SshExit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals };

export interface SshRun {
  readonly exit: SshExit;
  /** The last lines that ssh, its hops and the remote side wrote to stderr; what explains exit code 255. */
  readonly stderrLines: readonly string[];
}

const KEPT_STDERR_CHARACTERS = 32 * 1024;
const KILL_AFTER_MS = 2000;

/**
 * A path for a plan's configuration, in a folder that does not exist yet and that nobody can guess. The system's
 * temporary folder is used where its path is plain enough for ssh (see planConnect), else /tmp.
 */
export function newConfigFile(folder: string = tmpdir()): string {
  const plain = process.platform === 'win32' || /^\/[A-Za-z0-9_./:+-]+$/.test(folder) ? folder : '/tmp';
  return join(plain, `glasskey-${randomBytes(9).toString('hex')}`, 'ssh_config');
}

/**
 * Runs the plan and returns how ssh ended. What ssh writes to stderr is passed on as it comes, and its end is kept.
 *
 * The configuration is written into a new folder of mode 0700 and removed when ssh has ended. While ssh has the
 * terminal, Ctrl-C reaches it directly (and a remote session takes it as a key); this process then only waits.
 * @throws GlasskeyError SSH_MISSING, SSH_TOO_OLD, SSH_NOT_STARTED, CONNECT_CONFIG_UNWRITABLE; CANCELLED when the signal fired
 */
export async function runSsh(plan: ConnectPlan, options: RunSshOptions = {}): Promise<SshRun> {
  const log = options.log ?? silentLog;
  const environment = options.environment ?? process.env;
  assertNotCancelled(options.signal, WHAT);
  const ssh = await findSsh(environment, log, plan.platform);
  if (ssh.warning !== undefined) options.onWarning?.(ssh.warning);
  const folder = dirname(plan.configFile);
  await writeConfig(folder, plan);
  try {
    assertNotCancelled(options.signal, WHAT);
    log('debug', 'connect.ssh', { path: ssh.path, arguments: plan.arguments.join(' ') });
    const run = await runChild(ssh.path, plan, { ...environment, ...plan.environment }, options);
    log(
      'debug',
      'connect.ssh-ended',
      run.exit.kind === 'exited' ? { code: run.exit.code } : { signal: run.exit.signal },
    );
    return run;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const WHAT = 'The connection';

async function writeConfig(folder: string, plan: ConnectPlan): Promise<void> {
  try {
    // mkdir fails where something exists: a folder that somebody else made is never used.
    await mkdir(folder, { mode: 0o700 });
    await writeFile(plan.configFile, plan.configText, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new GlasskeyError({
      code: 'CONNECT_CONFIG_UNWRITABLE',
      message: `The configuration for ssh could not be written to ${folder}.`,
      remedy: 'See that the temporary folder exists, has room and may be written to, then connect again.',
      detail: { folder },
      cause,
    });
  }
}

function runChild(path: string, plan: ConnectPlan, env: NodeJS.ProcessEnv, options: RunSshOptions): Promise<SshRun> {
  const { signal, streams } = options;
  const ownTerminal = streams === undefined;
  return new Promise((resolve, reject) => {
    const child = spawn(path, plan.arguments, {
      // ssh starts its hops by the name it was started by.
      argv0: plan.program,
      env,
      stdio: ownTerminal ? ['inherit', 'inherit', 'pipe'] : [streams.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      // With a terminal ssh must stay in its foreground group; without one, a group of its own can be ended whole.
      detached: !ownTerminal && process.platform !== 'win32',
      windowsHide: true,
    });
    const kept = keepEnd(child.stderr);
    child.stderr?.pipe(streams?.stderr ?? process.stderr, { end: false });
    if (streams !== undefined) {
      child.stdout?.pipe(streams.stdout, { end: false });
      if (child.stdin !== null) streams.stdin?.pipe(child.stdin);
      // ssh may end before it has read everything; that is no error of ours.
      child.stdin?.on('error', () => {});
    }

    const waitOnly = () => {};
    if (ownTerminal) process.on('SIGINT', waitOnly);
    let killTimer: NodeJS.Timeout | undefined;
    const abort = () => {
      kill(child, 'SIGTERM', !ownTerminal);
      killTimer = setTimeout(() => kill(child, 'SIGKILL', !ownTerminal), KILL_AFTER_MS);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const cleanUp = () => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', abort);
      process.off('SIGINT', waitOnly);
      if (child.stdin !== null) streams?.stdin?.unpipe(child.stdin);
    };

    child.once('error', (cause) => {
      cleanUp();
      reject(
        new GlasskeyError({
          code: 'SSH_NOT_STARTED',
          message: `${path} could not be started.`,
          remedy: 'Run "ssh -V" in this terminal: it says what is wrong with it.',
          detail: { path },
          cause,
        }),
      );
    });
    child.once('exit', () => {
      // A hop that still waits for its touch would outlive ssh, and keep its end of our pipes open.
      if (signal?.aborted && !ownTerminal) kill(child, 'SIGKILL', true);
    });
    child.once('close', (code, signalName) => {
      cleanUp();
      if (signal?.aborted) return reject(cancelled(WHAT, signal.reason));
      resolve({
        exit: signalName !== null ? { kind: 'signalled', signal: signalName } : { kind: 'exited', code: code ?? 255 },
        stderrLines: kept()
          .split(/\r*\n/)
          .filter((line) => line !== ''),
      });
    });
  });
}

/** Keeps the last part of a stream, as text; the returned function gives it. */
function keepEnd(stream: Readable | null): () => string {
  let end = '';
  const decoder = new TextDecoder();
  stream?.on('data', (chunk: Buffer) => {
    end = (end + decoder.decode(chunk, { stream: true })).slice(-KEPT_STDERR_CHARACTERS);
  });
  return () => end;
}

/** Ends the child, or with `wholeGroup` also the hops it started. A process that is gone already is no error. */
function kill(child: ChildProcess, signal: NodeJS.Signals, wholeGroup: boolean): void {
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
