/** The peer: OpenSSH's own ssh-agent with a key, and ssh -J that logs in with it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { requireProgram } from '../../lab/fabric/programs.ts';
import type { TimedProgram } from './timed-program.ts';

const run = promisify(execFile);

export interface RunningSshAgent {
  readonly socket: string;
  /** How often it has asked for a PIN so far. */
  pinPrompts(): Promise<number>;
  end(): Promise<void>;
}

/** `environment` is added to its own. A PIN is given whenever it is asked for one, by a program as a person would have it. */
export async function startSshAgent(
  folder: string,
  keyFile: string,
  pin: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningSshAgent> {
  const [socket, askpass, asked] = ['agent', 'agent-askpass', 'asked'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(asked, '');
  // What only tells of a touch is no question (reference openssh-sk.md, section 11).
  const answer = `[ "$SSH_ASKPASS_PROMPT" = none ] && exit 0\necho asked >> '${asked}'\necho "$GLASSKEY_BENCH_PIN"`;
  await writeFile(askpass, `#!/bin/sh\n${answer}\n`, { mode: 0o700 });
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: folder,
    DISPLAY: ':none',
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
    GLASSKEY_BENCH_PIN: pin,
    ...environment,
  };
  // Debian's is set-group-ID, so that LD_PRELOAD would be ignored: a copy is not.
  const program = join(folder, 'ssh-agent');
  await copyFile(await requireProgram('ssh-agent'), program);
  await chmod(program, 0o700);
  const agent = spawn(program, ['-D', '-a', socket], { env, stdio: 'ignore' });
  while (!existsSync(socket)) {
    if (agent.exitCode !== null) throw new Error('ssh-agent did not start');
    await pause(10);
  }
  try {
    await run('ssh-add', ['-q', keyFile], { env: { ...env, SSH_AUTH_SOCK: socket } });
  } catch (error) {
    await end(agent);
    throw error;
  }
  return {
    socket,
    pinPrompts: async () => (await readFile(asked, 'utf8')).split('\n').length - 1,
    end: () => end(agent),
  };
}

/** `ssh -J jump device command`, with everything that both hops need in one configuration. */
export async function sshThroughJump(login: {
  readonly folder: string;
  readonly agentSocket: string;
  readonly publicKeyFile: string;
  readonly knownHostsFile: string;
  /** Each `user@host:port`. */
  readonly jump: string;
  readonly device: string;
  readonly command: readonly string[];
}): Promise<TimedProgram> {
  const config = join(login.folder, 'ssh_config');
  const lines = [
    ...[`IdentityAgent ${login.agentSocket}`, `IdentityFile ${login.publicKeyFile}`, 'IdentitiesOnly yes'],
    ...[`UserKnownHostsFile ${login.knownHostsFile}`, 'StrictHostKeyChecking yes', 'BatchMode yes'],
    // As Glasskey does it: no other way in is tried, and the agent is forwarded to the device.
    ...['PreferredAuthentications publickey', 'UpdateHostKeys no'],
  ];
  await writeFile(config, `Host *\n${lines.map((line) => `  ${line}\n`).join('')}`);
  return {
    file: 'ssh',
    arguments: ['-F', config, '-A', '-J', login.jump, `ssh://${login.device}`, ...login.command],
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: login.folder },
  };
}

async function end(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const ended = once(agent, 'exit');
  agent.kill('SIGTERM');
  await ended;
}
