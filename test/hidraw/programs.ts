/** Programs run in the virtual machine, each with a transcript for whoever reads a failure. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { runInTerminal, type TerminalRun } from '../lab/terminal.ts';
import { GUEST_USER } from '../lab/vm/image.ts';
import { PIN } from './plugged-in-key.ts';

/** libfido2 sends a last CANCEL as it closes the key, which arrives after its program has ended. */
const LAST_CANCEL_MS = 500;
const TIMEOUT_MS = 90_000;

export const ENGINEER_HOME = `/home/${GUEST_USER.name}`;
/** What goes before the words of a program that the engineer runs, who is not root. */
export const AS_ENGINEER = [
  'setpriv',
  '--reuid',
  String(GUEST_USER.uid),
  '--regid',
  String(GUEST_USER.uid),
  '--init-groups',
];
export const ENGINEER_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: ENGINEER_HOME,
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};

/** The built command line, as whoever installed it starts it. */
export const GLASSKEY = ['node', '/repository/bin/glasskey.js'] as const;

export interface ProgramRun {
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams as they came, after the command line. */
  readonly transcript: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly onOutput?: (text: string) => void;
}

/** Runs a program as the engineer, who is not root. Never rejects for how it ends. */
export function runAsEngineer(words: readonly string[], options: RunOptions = {}): Promise<ProgramRun> {
  const [program = '', ...rest] = [...AS_ENGINEER, ...words];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: options.folder ?? ENGINEER_HOME,
      env: { ...ENGINEER_ENVIRONMENT, ...options.environment },
      timeout: TIMEOUT_MS,
    });
    let stdout = '';
    let transcript = `$ ${words.join(' ')}\n`;
    const onOutput = (chunk: Buffer) => {
      transcript += chunk;
      options.onOutput?.(String(chunk));
    };
    child.stdout.on('data', (chunk) => (stdout += chunk)).on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, stdout, transcript: `${transcript}(ended with ${code ?? signal})` });
    });
  });
}

/** The same, for a program that must succeed; the assertion's message is the transcript. */
export async function mustRun(words: readonly string[], options?: RunOptions): Promise<ProgramRun> {
  const ran = await runAsEngineer(words, options);
  assert.equal(ran.code, 0, ran.transcript);
  return ran;
}

/** One of Debian's OpenSSH programs, whose questions for the PIN are answered; it must succeed. */
export async function mustRunOpenSsh(words: readonly string[], options: RunOptions = {}): Promise<ProgramRun> {
  const ran = await mustRun(words, {
    ...options,
    environment: {
      SSH_ASKPASS: '/repository/test/hidraw/askpass.sh',
      SSH_ASKPASS_REQUIRE: 'force',
      GLASSKEY_TEST_PIN: PIN,
      ...options.environment,
    },
  });
  await pause(LAST_CANCEL_MS);
  return ran;
}

/** fido2-token, which asks for the PIN at a terminal; it must succeed. Returns what its screen showed. */
export async function mustRunFido2Token(words: readonly string[]): Promise<string> {
  const [file = '', ...rest] = AS_ENGINEER;
  const run: TerminalRun = {
    file,
    arguments: [...rest, 'fido2-token', ...words],
    environment: ENGINEER_ENVIRONMENT,
    answers: [{ when: /PIN for .*: ?$/, type: () => `${PIN}\r` }],
    timeoutMs: TIMEOUT_MS,
  };
  const { exitCode, screen } = await runInTerminal(run);
  assert.equal(exitCode, 0, `$ fido2-token ${words.join(' ')}\n${screen}`);
  return screen;
}

/** A new folder of the engineer's. */
export async function engineerFolder(name: string): Promise<string> {
  const folder = `${ENGINEER_HOME}/${name}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mustRunAsRoot(['chown', '-R', `${GUEST_USER.uid}:${GUEST_USER.uid}`, folder]);
  return folder;
}

export async function mustRunAsRoot(words: readonly string[]): Promise<string> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  assert.equal(code, 0, `# ${words.join(' ')}\n${said}`);
  return said;
}
