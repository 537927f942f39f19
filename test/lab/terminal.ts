/** A person at a terminal: runs a program on a real pseudo-terminal and types answers when it asks. */
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';

export interface Answer {
  /** What the screen shows, at its end, when this is to be typed. */
  readonly when: RegExp;
  /** What is typed; given when it is, so that a secret is nowhere before. */
  readonly type: () => string;
  /** How often at most; once unless said. */
  readonly times?: number;
}

export interface TerminalRun {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly columns?: number;
  readonly answers?: readonly Answer[];
  /** Called with everything that appears, as it does. */
  readonly onOutput?: (text: string) => void;
  readonly timeoutMs?: number;
}

export interface TerminalResult {
  /** As a shell counts: 128 and the signal's number for a program that a signal ended. */
  readonly exitCode: number;
  /** Everything that appeared, without colours and cursor movements. */
  readonly screen: string;
  /** Everything that appeared, byte for byte. */
  readonly raw: string;
}

/** A program that runs at a terminal. */
export interface RunningTerminal {
  readonly pid: number;
  /** Rejects when the program has not ended within the time limit (30 s unless said), with what the screen showed. */
  readonly ended: Promise<TerminalResult>;
  type(text: string): void;
  kill(signal: NodeJS.Signals): void;
}

export function runInTerminal(run: TerminalRun): Promise<TerminalResult> {
  return startInTerminal(run).ended;
}

export function startInTerminal(run: TerminalRun): RunningTerminal {
  const { timeoutMs = 30_000 } = run;
  const answers = (run.answers ?? []).map((answer) => ({ ...answer, left: answer.times ?? 1 }));
  const terminal = spawn(run.file, [...run.arguments], {
    env: { ...run.environment },
    cols: run.columns ?? 120,
    rows: 40,
    ...(run.folder === undefined ? {} : { cwd: run.folder }),
  });
  const ended = new Promise<TerminalResult>((resolve, reject) => {
    let raw = '';
    let unanswered = '';
    const screen = () => stripVTControlCharacters(raw);
    const timer = setTimeout(() => {
      terminal.kill('SIGKILL');
      reject(new Error(`${run.arguments.join(' ')} did not end within ${timeoutMs} ms. The screen:\n${screen()}`));
    }, timeoutMs);
    terminal.onData((data) => {
      run.onOutput?.(data);
      raw += data;
      unanswered += stripVTControlCharacters(data);
      const due = answers.find(({ when, left }) => left > 0 && when.test(unanswered));
      if (due === undefined) return;
      due.left -= 1;
      unanswered = '';
      terminal.write(due.type());
    });
    terminal.onExit(({ exitCode, signal }) => {
      clearTimeout(timer);
      resolve({ exitCode: signal ? 128 + signal : exitCode, screen: screen(), raw });
    });
  });
  return {
    pid: terminal.pid,
    ended,
    type: (text) => terminal.write(text),
    kill: (signal) => terminal.kill(signal),
  };
}
