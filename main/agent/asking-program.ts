/**
 * Which program asks the agent, for the sentence "asked by ssh in bash", and for "this session": the peer of the socket, and
 * its parents up to the leader of its session. A program may call itself what it likes, so the name is that of its executable
 * file where the system tells it. What cannot be found out stays unknown.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, win32 } from 'node:path';
import type { Log } from '../../diagnostics/log.ts';
import type { Client } from './keyring.ts';
import { loadPeerReader, ownUid, type ReadPeer, type Uid } from './peer-credentials.ts';

/** One process, as the system shows it. */
export interface ProcessFacts {
  readonly name: string;
  readonly parent: number;
  /** The process id of its session's leader; 0: none. */
  readonly session: number;
  /** Since the computer started: with the id, it names a process for good. */
  readonly startedAt: string;
}

export type ReadProcess = (pid: number) => ProcessFacts | undefined;

export type ClientOf = (socket: Socket) => Client | 'another-user';

const MOST_PARENTS = 16;
/** What only stands between the program that asks and the one that a person started. */
const SHELL = /^-?(ba|da|z|k|a|fi)?sh$/;

/** The same for this process and this system. Never rejects: what cannot be loaded leaves who asks unknown. */
export async function loadClientOf(log: Log): Promise<ClientOf> {
  const [readPeer, uid, readProcess] = await Promise.all([loadPeerReader(log), ownUid(), processReader()]);
  return clientOf(readPeer, uid, readProcess);
}

/** Who a fresh connection is from. `uid`: the user that this agent serves; a peer of another one is to be turned away. */
export function clientOf(readPeer: ReadPeer, uid: Uid | undefined, readProcess: ReadProcess = readProc): ClientOf {
  return (socket) => {
    const peer = readPeer(socket);
    if (peer === undefined) return {};
    if (uid !== undefined && peer.uid !== uid) return 'another-user';
    return { pid: peer.pid, ...describeProcess(peer.pid, readProcess) };
  };
}

/** `{program: 'ssh', starter: 'git', place: 'bash', session}`; whatever is not known is left out. */
export function describeProcess(pid: number, readProcess: ReadProcess): Omit<Client, 'pid'> {
  const asking = readProcess(pid);
  if (asking === undefined) return {};
  const program = asking.name;
  const leader = asking.session === 0 ? undefined : readProcess(asking.session);
  if (leader === undefined) return { program };
  const starter = starterOf(pid, asking, readProcess);
  return {
    program,
    session: `${asking.session}:${leader.startedAt}`,
    ...(starter === undefined ? {} : { starter }),
    ...(asking.session === pid ? {} : { place: leader.name }),
  };
}

/** The program between the one that asks and its session's leader that was started last, shells aside: git, scp, rsync. */
function starterOf(pid: number, asking: ProcessFacts, readProcess: ReadProcess): string | undefined {
  let one = asking;
  for (let at = pid, steps = 0; steps < MOST_PARENTS; steps += 1) {
    at = at === asking.session ? 0 : one.parent;
    if (at <= 1 || at === asking.session) return undefined;
    const next = readProcess(at);
    if (next === undefined || next.session !== asking.session) return undefined;
    if (!SHELL.test(next.name) && next.name !== asking.name) return next.name;
    one = next;
  }
  return undefined;
}

/** Windows knows no sessions of terminals: what started a program there may have gone, and its id be another's. Its name is certain. */
async function processReader(): Promise<ReadProcess> {
  if (process.platform !== 'win32') return readProc;
  try {
    const processes = await (await import('../../native/windows/processes.ts')).loadProcesses();
    return (pid) => {
      const program = processes.programOf(pid);
      return program === undefined ? undefined : { name: programName(program), parent: 0, session: 0, startedAt: '' };
    };
  } catch {
    return () => undefined;
  }
}

/** `C:\Windows\System32\OpenSSH\ssh.exe` is `ssh`. */
function programName(path: string): string {
  return win32.basename(path).replace(/\.exe$/i, '');
}

/** From /proc of Linux; undefined elsewhere, and for a process that has gone. */
export function readProc(pid: number): ProcessFacts | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), executableOf(pid));
  } catch {
    return undefined;
  }
}

/** proc_pid_stat(5): the name stands in parentheses and may hold anything, so the fields are counted from its last one. */
export function parseStat(stat: string, executable: string | undefined): ProcessFacts | undefined {
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const [, parent, , session, ...rest] = stat.slice(close + 2).split(' ');
  const startedAt = rest[15];
  if (parent === undefined || session === undefined || startedAt === undefined) return undefined;
  const name = executable ?? stat.slice(open + 1, close);
  return { name, parent: Number(parent), session: Number(session), startedAt };
}

function executableOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')) || undefined;
  } catch {
    return undefined; // another user's, or a kernel thread
  }
}
