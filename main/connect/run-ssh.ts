/** Runs a planned login: ssh as a child process, its arguments an array, no shell in between. */
import type { Readable, Writable } from 'node:stream';
import { assertNotCancelled, cancelled } from '../../diagnostics/glasskey-error.ts';
import { type Log, silentLog } from '../../diagnostics/log.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import type { HopTrace } from './hop-trace.ts';
import { HopWatch } from './hop-watch.ts';
import type { ConnectPlan, PlannedHop } from './plan.ts';
import { SSH_FAILED, type SshExit } from './ssh-exit.ts';
import { followSshLogs, isDebugging, isLogin, type SshMessage } from './ssh-log.ts';
import { findSsh } from './ssh-program.ts';
import { runOnTerminal, type SshTerminal, say } from './ssh-terminal.ts';
import {
  endSsh,
  environmentOf,
  kill,
  OWN_TERMINAL,
  removeConfig,
  type StartedSsh,
  startSsh,
  writeConfig,
} from './start-ssh.ts';

export type { SshExit } from './ssh-exit.ts';

export interface RunSshOptions {
  /** Of the ssh to run, where somebody else sees to its version. Default: it is looked for, and asked. */
  readonly sshPath?: string;
  /** The plan's ssh runs already, on this process's own terminal, and its configuration is written. */
  readonly started?: StartedSsh | undefined;
  /** Called once ssh runs: what it does not need at once can be done beside it. */
  readonly onStarted?: () => void;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /**
   * Where ssh reads and writes. Default: this process's own terminal, as if ssh had been started there. Streams given
   * here are piped instead; no stdin then means an empty one.
   */
  readonly streams?: { readonly stdin?: Readable; readonly stdout: Writable; readonly stderr: Writable };
  /** A pseudo-terminal of its own instead, for a window to draw. Everything that goes to stderr else is shown there. */
  readonly terminal?: SshTerminal;
  /** Where stderr goes when no streams are given. Default: this process's own. */
  readonly stderr?: Writable;
  /**
   * Told when the device has accepted the login, and the fingerprint of the key that it accepted, where it was by a key. Never for a
   * `forwarded` way, whose last login an ssh elsewhere does.
   */
  readonly onDeviceLogin?: (fingerprint: string | undefined) => void;
  /**
   * Told each line that an ssh of ours wrote to its log, as it comes. Default: the line is written to where stderr goes.
   * What a host wrote (banners, the remote command's stderr) goes there in any case.
   */
  readonly onMessage?: (message: SshMessage) => void;
  /** Told every line of the logs, those of debugging too, as it comes. */
  readonly onLine?: (message: SshMessage) => void;
  /** How often the logs are looked at, in milliseconds. Default: as often as who waits for a prompt needs it. */
  readonly lookEveryMs?: number;
  /** Lines of ours that need not be shown (see isRestated): they go to the log alone. */
  readonly holdBack?: (message: SshMessage) => boolean;
  /** The environment that ssh inherits, before the plan's own is added. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** For the waits of `HopWatch`. Default: the system's. */
  readonly clock?: Clock;
  /** Told once what findSsh had to remark (an old ssh). */
  readonly onWarning?: (sentence: string) => void;
}

export interface SshRun {
  readonly exit: SshExit;
  /**
   * What ssh itself and its hops' ssh said, by hop in the order of the way there; what explains exit code 255. The last
   * lines of each. Never what stands on stderr: any host on the way may write there.
   */
  readonly messages: readonly SshMessage[];
  /** How far the login to each host came, in the order of the hops. */
  readonly traces: readonly HopTrace[];
  /** The host that did not answer in time, for which ssh was ended. */
  readonly silent?: PlannedHop;
}

/**
 * Runs the plan and returns how ssh ended. What is written to stderr and to ssh's logs is passed on as it comes.
 *
 * The configuration is written into a new folder of mode 0700 and removed when ssh has ended. While ssh has the
 * terminal, Ctrl-C reaches it directly (and a remote session takes it as a key); this process then only waits.
 * @throws GlasskeyError SSH_MISSING, SSH_TOO_OLD, SSH_NOT_STARTED, CONNECT_CONFIG_UNWRITABLE; CANCELLED when the signal fired
 */
export async function runSsh(plan: ConnectPlan, options: RunSshOptions = {}): Promise<SshRun> {
  const log = options.log ?? silentLog;
  const environment = options.environment ?? process.env;
  assertNotCancelled(options.signal, WHAT);
  const sshPath = options.sshPath ?? (await foundSsh(plan, options, environment, log));
  if (options.started === undefined) writeConfig(plan);
  try {
    assertNotCancelled(options.signal, WHAT);
    log('debug', 'connect.ssh', { path: sshPath, arguments: plan.arguments.join(' ') });
    const { terminal } = options;
    const stderr = options.streams?.stderr ?? options.stderr ?? process.stderr;
    const show = (message: SshMessage) => {
      if (options.holdBack?.(message)) log('info', 'connect.ssh-said', { hop: message.hop.alias, line: message.line });
      else if (terminal === undefined) stderr.write(`${message.line}\r\n`);
      else say(terminal, message.line);
    };
    const tooSilent = new AbortController();
    const watch = new HopWatch(plan, options.clock ?? systemClock, () => tooSilent.abort());
    const onLogged = (message: SshMessage) => {
      options.onLine?.(message);
      watch.heard(message);
      if (isLogin(message)) {
        if (message.hop.opensSession) terminal?.onOpened();
        if (message.hop.role === 'device') {
          options.onDeviceLogin?.(logs.traces().find(({ hop }) => hop === message.hop)?.keyAccepted);
        }
      }
      if (!isDebugging(message)) (options.onMessage ?? show)(message);
    };
    const logs = followSshLogs(plan.hops, onLogged, options.lookEveryMs);
    const env = environmentOf(plan, sshPath, environment);
    const signal = AbortSignal.any([tooSilent.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    const running =
      terminal === undefined
        ? follow(options.started ?? startFor(options, sshPath, plan, env), stderr, { ...options, signal })
        : runOnTerminal(sshPath, plan, env, terminal, signal);
    options.onStarted?.();
    const exit = await running
      .catch((error: unknown): SshExit => {
        if (watch.silent === undefined || options.signal?.aborted) throw error;
        return { kind: 'exited', code: SSH_FAILED };
      })
      .finally(() => {
        watch.stop();
        logs.stop();
      });
    const run: SshRun = {
      exit,
      messages: logs.messages(),
      traces: logs.traces(),
      ...(watch.silent === undefined ? {} : { silent: watch.silent }),
    };
    log(
      'debug',
      'connect.ssh-ended',
      run.exit.kind === 'exited' ? { code: run.exit.code } : { signal: run.exit.signal },
    );
    return run;
  } finally {
    removeConfig(plan);
  }
}

async function foundSsh(
  { platform }: ConnectPlan,
  { onWarning }: RunSshOptions,
  environment: NodeJS.ProcessEnv,
  log: Log,
): Promise<string> {
  const { path, warning } = await findSsh(environment, log, platform);
  if (warning !== undefined) onWarning?.(warning);
  return path;
}

const WHAT = 'The connection';

function startFor({ streams }: RunSshOptions, sshPath: string, plan: ConnectPlan, env: NodeJS.ProcessEnv): StartedSsh {
  return startSsh(sshPath, plan, {
    env,
    stdio: streams === undefined ? OWN_TERMINAL : [streams.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    // With a terminal ssh must stay in its foreground group; without one, a group of its own can be ended whole.
    hasOwnGroup: streams !== undefined && process.platform !== 'win32',
  });
}

/** Until ssh has ended. */
async function follow(ssh: StartedSsh, stderr: Writable, { signal, streams }: RunSshOptions): Promise<SshExit> {
  const { child, hasOwnGroup } = ssh;
  ssh.stderr?.pipe(stderr, { end: false });
  if (streams !== undefined) {
    child.stdout?.pipe(streams.stdout, { end: false });
    if (child.stdin !== null) streams.stdin?.pipe(child.stdin);
    // ssh may end before it has read everything; that is no error of ours.
    child.stdin?.on('error', () => {});
  }
  const waitOnly = () => {};
  if (streams === undefined) process.on('SIGINT', waitOnly);
  let ending: ReturnType<typeof endSsh> | undefined;
  const abort = () => {
    ending = endSsh(ssh);
  };
  signal?.addEventListener('abort', abort, { once: true });
  child.once('exit', () => {
    // A hop that still waits for its touch would outlive ssh, and keep its end of our pipes open.
    if (signal?.aborted && hasOwnGroup) kill(child, 'SIGKILL', true);
  });
  try {
    const exit = await ssh.ended;
    if (signal?.aborted) throw cancelled(WHAT, signal.reason);
    return exit;
  } finally {
    ending?.forget();
    signal?.removeEventListener('abort', abort);
    process.off('SIGINT', waitOnly);
    if (child.stdin !== null) streams?.stdin?.unpipe(child.stdin);
  }
}
