/** Runs a program of the operating system and waits for its end: by its words, never through a shell. */
import { execFile } from 'node:child_process';

export type ProgramCall = readonly [program: string, ...words: string[]];

export interface ProgramResult {
  /** Undefined: it is not there, did not end in time, or was ended. */
  readonly exitCode: number | undefined;
  /** What it wrote to standard error, else to standard output. */
  readonly output: string;
}

export type RunProgram = (call: ProgramCall) => Promise<ProgramResult>;

/** The slowest is the desktop's notification service, which the first notification starts. */
const LIMIT_MS = 30_000;

export const runProgram: RunProgram = ([program, ...words]) =>
  new Promise((resolve) => {
    execFile(program, words, { timeout: LIMIT_MS, windowsHide: true }, (error, stdout, stderr) => {
      const output = stderr.trim() === '' ? stdout : stderr;
      const code = error === null ? 0 : error.code;
      resolve({ exitCode: typeof code === 'number' ? code : undefined, output });
    });
  });
