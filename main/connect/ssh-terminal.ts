/** Runs ssh on a pseudo-terminal of its own, for a window that draws it. */
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { ConnectPlan } from './plan.ts';
import type { Pty, SpawnPty, TerminalSize } from './pty.ts';
import { KILL_AFTER_MS, type SshExit, sshNotStarted } from './ssh-exit.ts';

/** The terminal that a window draws, as ssh sees it. */
export interface SshTerminal {
  readonly spawn: SpawnPty;
  /** As it is when ssh starts; later sizes go to the pty. */
  readonly size: () => TerminalSize;
  /** ssh runs from now on, and can be typed to. */
  onStarted(pty: Pty): void;
  /** What ssh and the hosts write, as it comes, and Glasskey's own lines (see `say`) between. */
  onOutput(bytes: Uint8Array): void;
  /** The device has accepted the login. */
  onOpened(): void;
}

/** One line of our own or of ssh's log: plain, whatever is in it, so that it cannot pass for anything the terminal obeys. */
export function say(terminal: Pick<SshTerminal, 'onOutput'>, line: string): void {
  terminal.onOutput(new TextEncoder().encode(`${line.replace(/\p{Cc}/gu, '\u{FFFD}')}\r\n`));
}

/**
 * Resolves when ssh has ended, with everything it wrote given to `onOutput`. When the signal fires, ssh and its hops, which are
 * one process group, get SIGHUP as from a terminal that is closed, and are killed after a while.
 * @throws GlasskeyError SSH_NOT_STARTED; CANCELLED when the signal fired
 */
export function runOnTerminal(
  path: string,
  plan: Pick<ConnectPlan, 'arguments' | 'configFile'>,
  environment: NodeJS.ProcessEnv,
  terminal: SshTerminal,
  signal: AbortSignal | undefined,
): Promise<SshExit> {
  return new Promise((resolve, reject) => {
    let pty: Pty;
    try {
      pty = terminal.spawn({
        file: path,
        arguments: plan.arguments,
        // Questions are asked here, on the terminal that the person looks at, whatever window the environment names for them.
        environment: { ...withoutTerminalOf(environment), SSH_ASKPASS_REQUIRE: 'never' },
        // Ours, and there as long as ssh is.
        folder: dirname(plan.configFile),
        size: terminal.size(),
      });
    } catch (cause) {
      return reject(sshNotStarted(path, cause));
    }
    let killTimer: NodeJS.Timeout | undefined;
    const abort = () => {
      signalGroup(pty.pid, 'SIGHUP');
      killTimer = setTimeout(() => signalGroup(pty.pid, 'SIGKILL'), KILL_AFTER_MS);
    };
    pty.onOutput((bytes) => terminal.onOutput(bytes));
    pty.onExit(({ exitCode, signal: number }) => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', abort);
      // A hop that ignores the end of its terminal would outlive ssh. Windows has no groups, and gives the id away again at once.
      if (process.platform !== 'win32') signalGroup(pty.pid, 'SIGKILL');
      if (signal?.aborted) return reject(cancelled('The connection', signal.reason));
      const name = signalName(number);
      resolve(name === undefined ? { kind: 'exited', code: exitCode } : { kind: 'signalled', signal: name });
    });
    signal?.addEventListener('abort', abort, { once: true });
    terminal.onStarted(pty);
    if (signal?.aborted) abort();
  });
}

/** What speaks of the terminal that this process was started in: the new one has its own size and type. */
function withoutTerminalOf({ COLUMNS, LINES, TERMCAP, WINDOWID, ...others }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return others;
}

function signalName(number: number | undefined): NodeJS.Signals | undefined {
  if (number === undefined || number === 0) return undefined;
  const names = Object.keys(constants.signals) as NodeJS.Signals[];
  return names.find((name) => constants.signals[name] === number);
}

/**
 * To ssh and the hops it started. Whoever is gone already is no error. By its id, and not by node-pty's kill(): on Windows that
 * forks process.execPath to list the console's processes (windowsPtyAgent.js, _getConsoleProcessList), and with the fuse
 * RunAsNode off that is no Node but a second Glasskey.
 */
function signalGroup(pid: number, signal: 'SIGHUP' | 'SIGKILL'): void {
  try {
    if (process.platform === 'win32') process.kill(pid);
    else process.kill(-pid, signal);
  } catch {
    // Nobody left.
  }
}
