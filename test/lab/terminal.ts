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
  readonly answers?: readonly Answer[];
  /** Called with everything that appears, as it does. */
  readonly onOutput?: (text: string) => void;
  readonly timeoutMs?: number;
}

export interface TerminalResult {
  readonly exitCode: number;
  /** Everything that appeared, without colours and cursor movements. */
  readonly screen: string;
}

/** Rejects when the program has not ended within the time limit (30 s unless said), with what the screen showed. */
export function runInTerminal(run: TerminalRun): Promise<TerminalResult> {
  const { timeoutMs = 30_000 } = run;
  const answers = (run.answers ?? []).map((answer) => ({ ...answer, left: answer.times ?? 1 }));
  return new Promise((resolve, reject) => {
    const terminal = spawn(run.file, [...run.arguments], {
      env: { ...run.environment },
      cols: 120,
      rows: 40,
      ...(run.folder === undefined ? {} : { cwd: run.folder }),
    });
    let screen = '';
    let unanswered = '';
    const timer = setTimeout(() => {
      terminal.kill('SIGKILL');
      reject(new Error(`${run.arguments.join(' ')} did not end within ${timeoutMs} ms. The screen:\n${screen}`));
    }, timeoutMs);
    terminal.onData((data) => {
      run.onOutput?.(data);
      const text = stripVTControlCharacters(data);
      screen += text;
      unanswered += text;
      const due = answers.find(({ when, left }) => left > 0 && when.test(unanswered));
      if (due === undefined) return;
      due.left -= 1;
      unanswered = '';
      terminal.write(due.type());
    });
    terminal.onExit(({ exitCode }) => {
      clearTimeout(timer);
      resolve({ exitCode, screen });
    });
  });
}
