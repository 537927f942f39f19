/** A real OpenSSH server on the virtual machine's loopback, to which the engineer logs in with verify-required keys. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { sshdVersion } from '../lab/fabric/daemon.ts';
import { sshdConfig } from '../lab/fabric/sshd-config.ts';
import { GUEST_USER } from '../lab/vm/image.ts';
import { engineerFolder, mustRunAsRoot } from './programs.ts';

const FOLDER = '/run/lab-sshd';
const SSHD = '/usr/sbin/sshd';
export const PORT = 2222;

export interface LoginServer {
  /** From now on these lines log in, and no others. */
  authorize(publicLines: readonly string[]): Promise<void>;
  log(): Promise<string>;
  /** The words of a login by plain ssh, up to the command; `more` are its options. */
  ssh(...more: readonly string[]): readonly string[];
  close(): Promise<void>;
}

export async function startLoginServer(): Promise<LoginServer> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER);
  // sshd lets nobody into an account that is locked, which one without a password is.
  await mustRunAsRoot(['usermod', '-p', '*', GUEST_USER.name]);
  await mustRunAsRoot(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${FOLDER}/host_key`]);
  const config = sshdConfig({
    listenAddresses: ['127.0.0.1'],
    port: PORT,
    hostKeyFile: `${FOLDER}/host_key`,
    authorizedKeysFile: `${FOLDER}/authorized_keys`,
    strictModes: true,
    rootMayLogIn: false,
    permitTty: true,
    bannerFile: `${FOLDER}/banner`,
    version: await sshdVersion(SSHD),
  });
  await writeFile(`${FOLDER}/sshd_config`, config);
  await writeFile(`${FOLDER}/authorized_keys`, '');
  const sshd = spawn(SSHD, ['-D', '-f', `${FOLDER}/sshd_config`, '-E', `${FOLDER}/log`], { stdio: 'ignore' });
  await untilItListens(sshd);
  const home = await engineerFolder('.ssh');
  // Each server has a host key of its own.
  await rm(`${home}/known_hosts_lab`, { force: true });
  return {
    authorize: (lines) => writeFile(`${FOLDER}/authorized_keys`, `${lines.map((line) => line.trim()).join('\n')}\n`),
    log: () => readFile(`${FOLDER}/log`, 'utf8'),
    ssh: (...more) => [
      ...['ssh', '-F', 'none', '-p', String(PORT), '-o', `UserKnownHostsFile=${home}/known_hosts_lab`],
      ...['-o', 'StrictHostKeyChecking=accept-new', '-o', 'PreferredAuthentications=publickey', ...more],
      `${GUEST_USER.name}@127.0.0.1`,
    ],
    async close() {
      sshd.kill();
      await once(sshd, 'exit');
    },
  };
}

async function untilItListens(sshd: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && sshd.exitCode === null; tries += 1) {
    const socket = createConnection(PORT, '127.0.0.1');
    const listens = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (listens) return;
    await pause(50);
  }
  throw new Error(`sshd does not listen:\n${await readFile(`${FOLDER}/log`, 'utf8').catch(() => '')}`);
}
