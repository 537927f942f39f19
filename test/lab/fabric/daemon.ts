/** One running sshd of the lab, however it was started: its files, its log, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, requireProgram, run } from './programs.ts';

export interface SshdVersion {
  readonly major: number;
  readonly minor: number;
}

/** An sshd that cannot say its version (before 9.2 it prints its usage, which has it too) counts as old. */
export async function sshdVersion(sshd: string): Promise<SshdVersion> {
  const said = await run(sshd, ['-V']).catch((error: Error) => error.message);
  const child = /OpenSSH_(\d+)\.(\d+)/.exec(said);
  if (child !== null) return { major: Number(child[1]), minor: Number(child[2]) };
  // `sshd -V` says it on stderr, which a run that succeeds does not return; ssh is of the same release.
  const ssh = /OpenSSH_(\d+)\.(\d+)/.exec(await stderrOf(await requireProgram('ssh'), ['-V']));
  return { major: Number(ssh?.[1] ?? 8), minor: Number(ssh?.[2] ?? 4) };
}

async function stderrOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return text;
}

/** Makes an ed25519 host key at `file` and returns its public half, `type base64`. */
export async function makeHostKey(file: string): Promise<string> {
  await run(await requireProgram('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  const [type, blob] = (await readFile(`${file}.pub`, 'utf8')).trim().split(' ');
  return `${type} ${blob}`;
}

/**
 * Starts a process that the kernel ends when this one is gone, however it went (setpriv --pdeathsig). Its stderr and
 * stdout are pipes.
 */
export async function spawnTied(program: string, args: readonly string[]): Promise<ChildProcess> {
  const setpriv = await findProgram('setpriv');
  const [first, ...rest] =
    setpriv === undefined ? [program, ...args] : [setpriv, '--pdeathsig', 'KILL', program, ...args];
  return spawn(first ?? program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Resolves when a server sends its SSH banner there; rejects when the process ends first or nothing comes in 10 s. */
export async function waitForBanner(host: string, port: number, process: ChildProcess, log: () => Promise<string>) {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (process.exitCode !== null || process.signalCode !== null) {
      throw new Error(`sshd ended at its start:\n${(await log()).split('\n').slice(-10).join('\n')}`);
    }
    if (await sendsBanner(host, port)) return;
    await sleep(20);
  }
  throw new Error(`no SSH server answers at ${host} port ${port}:\n${(await log()).split('\n').slice(-10).join('\n')}`);
}

/** Resolves when sshd's log says that it listens; rejects as waitForBanner does. */
export async function waitUntilListening(process: ChildProcess, log: () => Promise<string>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const said = await log().catch(() => '');
    if (said.includes('Server listening on')) return;
    if (process.exitCode !== null || process.signalCode !== null || Date.now() > deadline) {
      throw new Error(`sshd does not listen:\n${said.split('\n').slice(-10).join('\n')}`);
    }
    await sleep(20);
  }
}

function sendsBanner(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('data', (bytes: Buffer) => finish(bytes.toString('latin1').startsWith('SSH-2.0-')));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/** Ends a process and everything it started, sessions of logged-in users included, and waits until it is gone. */
export async function endTree(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  await signalTree(child, 'SIGKILL');
  await ended;
}

/** Sends a signal to a process and to everything it started. */
export async function signalTree(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return;
  const below = await descendantsOf(child.pid);
  child.kill(signal);
  for (const pid of below) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone by itself in the meantime.
    }
  }
}

/** From /proc, where there is one: a session leaves its daemon's process group, so groups do not find it. */
async function descendantsOf(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // pid (name, which may hold spaces and parentheses) state ppid …
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found: number[] = [];
  let level = [root];
  while (level.length > 0) {
    level = [...parents].filter(([, parent]) => level.includes(parent)).map(([pid]) => pid);
    found.push(...level);
  }
  return found;
}
