/** `npm run demo` as a process: what it shows, how long it takes, and that nothing of it is left, however it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Answer, type RunningTerminal, startInTerminal } from '../lab/terminal.ts';

const DEMO = fileURLToPath(new URL('../lab/demo.ts', import.meta.url));
const PROMPT = /glasskey lab\$ $/;

/** A demo whose temporary folder is one of its own: its lab lies in it, and every process of it has it in its environment. */
class Demo {
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

  start(extra: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, TMPDIR: this.folder, ...extra };
    const child = spawn(process.execPath, [DEMO], { env, detached: true });
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

describe.concurrent('the demo', { timeout: 60_000 }, () => {
  it('does the main job within a minute, shows the device’s proof, ends with 0, and leaves nothing', () =>
    Demo.with(async (demo) => {
      const began = performance.now();
      const exitCode = await demo.start().ended;
      expect(exitCode, demo.stdout + demo.stderr).toBe(0);
      expect(performance.now() - began).toBeLessThan(60_000);
      expect(demo.stdout).toContain('Software image version: 4.31.5M');
      expect(demo.stdout).toContain('the key checked it 2 times and was touched 2 times');
      expect(demo.stdout).toMatch(/Accepted publickey for \S+ .* ED25519-SK SHA256:/);
      expect(demo.stdout).toMatch(/sk_flags = 0x05/);
      expect(demo.stdout).toContain('Done. Everything the demo started has ended');
      expect(demo.stdout, 'a pipe gets plain text').not.toContain('\x1b');
      expect(demo.stderr).toBe('');
    }));

  it('ends with 1 when something fails, says what, and leaves nothing', () =>
    Demo.with(async (demo) => {
      // A folder that is not there: the lab cannot even be started.
      expect(await demo.start({ TMPDIR: join(demo.folder, 'gone') }).ended, demo.stdout).toBe(1);
      expect(demo.stderr).toContain('The demo failed:');
    }));

  it('ends with 1 when a command of it fails, and leaves nothing', () =>
    Demo.with(async (demo) => {
      // Without ssh on the PATH there is no login.
      expect(await demo.start({ PATH: '/nonexistent' }).ended, demo.stdout).toBe(1);
      expect(demo.stderr).toContain('The demo failed: glasskey connect ended with 1, not 0');
      expect(demo.stdout).toContain('SSH_MISSING');
    }));

  it.each([
    ['SIGTERM', 143, 'as it starts the lab', undefined],
    ['SIGINT', 130, 'as it enrolls', '$ glasskey enroll'],
    ['SIGHUP', 129, 'as it logs in', '$ glasskey connect'],
  ] as const)('stopped by %s ends with %i %s, and leaves nothing', (signal, code, _, when) =>
    Demo.with(async (demo) => {
      const { child, ended } = demo.start();
      const hasBegun = () => (when === undefined ? readdirSync(demo.folder).length > 0 : demo.stdout.includes(when));
      await expect.poll(hasBegun, { timeout: 40_000, interval: 5 }).toBe(true);
      // Or there would be nothing to be left.
      if (when !== undefined) expect(demo.leftovers().join('\n')).toContain('sshd');
      child.kill(signal);
      expect(await ended, demo.stdout + demo.stderr).toBe(code);
    }),
  );

  it('stopped at its terminal by Ctrl-C leaves nothing', () =>
    Demo.with(async (demo) => {
      const answers = [{ when: /\$ glasskey enroll/, type: () => '\x03' }];
      const { exitCode, screen } = await demo.startAtTerminal([], answers).ended;
      expect(exitCode, screen).toBe(130);
    }));

  it('--interactive gives a shell in which glasskey is the lab’s, and ends with it', () =>
    Demo.with(async (demo) => {
      const { exitCode, screen } = await demo.startAtTerminal(
        ['--interactive'],
        [
          { when: PROMPT, type: () => 'glasskey status\r' },
          // Ctrl-C at the prompt is the shell's own matter. Where it comes before bash has begun to read, bash shows no new
          // prompt and eats the next key: two empty lines bring it back either way.
          { when: /Ready: [\s\S]*glasskey lab\$ $/, type: () => '\x03' },
          { when: /\^C/, type: () => '\r\r' },
          { when: PROMPT, type: () => 'exit\r' },
        ],
      ).ended;
      expect(exitCode, screen).toBe(0);
      expect(screen.split('The lab stays up')[1]).toContain('Log in with: glasskey connect leaf1');
      expect(screen).toContain('Done. Everything the demo started has ended');
    }));

  it('--interactive ends, with its shell, when it is told to terminate', () =>
    Demo.with(async (demo) => {
      const answers = [{ when: PROMPT, type: () => 'echo shell-is-up\r' }];
      const terminal = demo.startAtTerminal(['--interactive'], answers, (text) => {
        if (/^shell-is-up/m.test(text)) terminal.kill('SIGTERM');
      });
      const { exitCode, screen } = await terminal.ended;
      expect(exitCode, screen).toBe(143);
    }));
});
