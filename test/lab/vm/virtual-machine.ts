/**
 * One run of the lab's virtual machine: it boots, does one job as root, powers off. Emulated throughout (TCG), because CI's
 * computers often have no virtualization; it has no network but its own loopback, and what it wrote on its disk is forgotten.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { requireProgram } from '../fabric/programs.ts';
import type { MachineImage } from './image.ts';

const MEMORY_MIB = 2048;
/** As `nice` counts. */
const PRIORITY = 3;
/** A second of the machine's is given so many here, where other things may keep the computer busy. */
const REAL_TIME_FACTOR = 3;

export interface MachineJob {
  /** For bash, in the checkout at /repository (read-only). Small files it leaves in /run-folder are in `files`. */
  readonly script: string;
  /** Seconds, of the machine's own time, after which it is ended. */
  readonly seconds: number;
  /** The checkout to show. */
  readonly repository: string;
  /** Everything the job prints, as it does. */
  readonly onOutput: (text: string) => void;
  /** Ends the machine at once. */
  readonly signal?: AbortSignal;
  /** Names of files to bring back from /run-folder, where the job wrote them. */
  readonly bring?: readonly string[];
}

export interface MachineRun {
  /** The job's exit code; 124 when its time was up. */
  readonly status: number;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs one job. Throws, with what the console said, when the machine ended without a result. */
export async function runInMachine(image: MachineImage, job: MachineJob): Promise<MachineRun> {
  const qemu = await requireProgram('qemu-system-x86_64');
  const setpriv = await requireProgram('setpriv');
  const folder = await mkdtemp('/tmp/gk-vm-');
  const console = join(folder, 'console');
  const output = await serveOutput(join(folder, 'output'), job.onOutput);
  const runFolder = await mkdtemp(join(folder, 'run-'));
  try {
    await writeFile(join(runFolder, 'job'), job.script);
    await writeFile(join(runFolder, 'seconds'), `${job.seconds}\n`);
    const said = await runQemu(
      setpriv,
      [
        // However this process ends, the machine ends with it.
        ...['--pdeathsig', 'KILL', qemu],
        ...['-machine', 'q35,accel=tcg', '-cpu', 'max', '-smp', '1', '-m', String(MEMORY_MIB)],
        // The machine's clock counts the work it does, an instruction a nanosecond: on a computer that is busy with other things,
        // all of it goes slower, and no time limit in it ends early.
        ...['-icount', 'shift=0,sleep=on'],
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-rtc', 'base=utc', '-nic', 'none'],
        ...['-kernel', image.kernel, '-initrd', image.initramfs],
        ...['-append', 'console=ttyS0 quiet loglevel=4 mitigations=off random.trust_cpu=on panic=-1'],
        ...['-drive', `file=${image.disk},format=raw,if=virtio,snapshot=on,cache=unsafe`],
        ...['-virtfs', `local,path=${runFolder},mount_tag=run-folder,security_model=none`],
        ...[
          '-virtfs',
          `local,path=${job.repository},mount_tag=repository,security_model=none,readonly=on,multidevs=remap`,
        ],
        ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
        ...[
          '-chardev',
          `socket,id=job,path=${join(folder, 'output')}`,
          '-device',
          'virtserialport,chardev=job,name=job',
        ],
        ...['-serial', `file:${console}`],
      ],
      job.seconds * REAL_TIME_FACTOR * 1000,
      job.signal,
    );
    await output.ended();
    const status = await readFile(join(runFolder, 'status'), 'utf8').catch(() => undefined);
    if (status === undefined) {
      const last = await readFile(console, 'utf8').catch(() => '');
      throw new Error(`the virtual machine ended without a result. ${said}\n${last.split('\n').slice(-40).join('\n')}`);
    }
    const files: Record<string, string> = {};
    for (const name of job.bring ?? []) files[name] = await readFile(join(runFolder, name), 'utf8').catch(() => '');
    return { status: Number(status), files };
  } finally {
    output.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves with what qemu had to say when it ended by itself, was aborted or has used up its time. */
function runQemu(
  program: string,
  args: readonly string[],
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
      ...(signal === undefined ? {} : { signal }),
    });
    // An emulated computer keeps this one busy: whoever works at it comes first, but not by much.
    if (child.pid !== undefined) setPriority(child.pid, PRIORITY);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (_code, killedBy) => resolve(killedBy === null ? said : `${said}(ended by ${killedBy})`));
  });
}

interface Output {
  /** When all that was printed has been told; at once where nothing ever came. */
  ended(): Promise<void>;
  close(): void;
}

/** qemu connects here and passes on what the job prints. */
async function serveOutput(path: string, onOutput: (text: string) => void): Promise<Output> {
  let open = Promise.resolve();
  const server = createServer((socket) => {
    const decoder = new StringDecoder('utf8');
    socket.on('data', (chunk: Buffer) => onOutput(decoder.write(chunk)));
    socket.on('error', () => {});
    open = new Promise((resolve) => socket.on('close', () => resolve()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return { ended: () => open, close: () => server.close() };
}
