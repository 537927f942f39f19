/** `npm run demo` as a process, in a temporary folder of its own: what it leaves behind shows. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Answer, type RunningTerminal, startInTerminal } from '../lab/terminal.ts';

const DEMO = fileURLToPath(new URL('../lab/demo.ts', import.meta.url));

/** A demo whose temporary folder is one of its own: its lab lies in it, and every process of it has it in its environment. */
export class Demo {
  readonly folder: string;
  stdout = '';
  stderr = '';

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs `use`, and checks in the end that nothing is left. */
  static async with(use: (demo: Demo) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'gk-demo-'));
    const demo = new Demo(folder);
    try {
      await use(demo);
      expect(demo.leftovers()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  start(extra: Readonly<Record<string, string>> = {}, words: readonly string[] = []) {
    const env = { ...process.env, TMPDIR: this.folder, ...extra };
    const child = spawn(process.execPath, [DEMO, ...words], { env, detached: true });
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
      });
    }
    return { child, ended: once(child, 'close').then(([code]) => code as number) };
  }

  startAtTerminal(
    words: readonly string[],
    answers: readonly Answer[],
    onOutput?: (text: string) => void,
  ): RunningTerminal {
    return startInTerminal({
      file: process.execPath,
      arguments: [DEMO, ...words],
      environment: { ...process.env, TMPDIR: this.folder } as Record<string, string>,
      timeoutMs: 50_000,
      answers,
      ...(onOutput === undefined ? {} : { onOutput }),
    });
  }

  /** Processes that know the folder, and what lies in it. */
  leftovers(): string[] {
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      // A lab machine in namespaces of its own has its folder mounted; sshd writes its title over its environment.
      .map((pid) => ['cmdline', 'environ', 'mountinfo'].map((name) => readProc(pid, name)))
      .filter((texts) => texts.join('\n').includes(this.folder))
      .map(([commandLine = '']) => commandLine.replaceAll('\0', ' ').slice(0, 100));
    return [...processes, ...readdirSync(this.folder)];
  }
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return ''; // ended in between, or another user's
  }
}
