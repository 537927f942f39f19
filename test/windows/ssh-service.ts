/**
 * What stands behind the ssh.exe of the tests (ssh-exe.c): this computer's own ssh. What Windows names otherwise is translated, and nothing
 * else: paths, pipes and the hop's ssh.exe in the configuration, the paths behind -F and -E, the working directory. A pipe becomes a Unix
 * socket, and each client of that one a client of the pipe, in the ssh.exe that was called. A hop's ssh is this computer's too: ssh starts it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

export interface SshServiceOptions {
  /** For configurations and sockets; it is made, and its path is to be short. */
  readonly folder: string;
  /** What this computer calls a path of that Windows. */
  readonly pathHere: (path: string) => string;
}

/** How an ssh.exe was called, in Windows's own words. */
export interface SshCall {
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly path: string;
  readonly authSock: string | undefined;
  /** The text of the file behind -F. */
  readonly config: string;
}

const PIPE = /^\\\\\.\\pipe\\/;
const HEAD_BYTES = 5;

export class SshService {
  readonly calls: SshCall[] = [];
  readonly #options: SshServiceOptions;
  readonly #server: Server;
  readonly #running = new Set<Run>();
  /** Clients of a Unix socket that wait for their pipe, by number. */
  readonly #waiting = new Map<string, Socket>();
  #count = 0;

  private constructor(options: SshServiceOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => void this.#serve(socket));
  }

  static async start(options: SshServiceOptions): Promise<SshService> {
    const service = new SshService(options);
    await mkdir(options.folder);
    await listening(service.#server, { host: '127.0.0.1' });
    return service;
  }

  /** For an ssh.exe that is to find it. */
  get environment(): Readonly<Record<string, string>> {
    const address = this.#server.address();
    return { GLASSKEY_TEST_SSH_PORT: typeof address === 'object' && address !== null ? `${address.port}` : '' };
  }

  async close(): Promise<void> {
    for (const run of this.#running) run.end();
    for (const client of this.#waiting.values()) client.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => socket.destroy());
    const fields = await readFields(socket);
    const [number] = fields.get('agent') ?? [];
    if (number === undefined) return this.#run(socket, fields);
    const client = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (client === undefined) return void socket.destroy();
    socket.pipe(client).pipe(socket);
    socket.once('close', () => client.destroy());
    client.once('close', () => socket.destroy());
  }

  async #run(socket: Socket, fields: Fields): Promise<void> {
    const run = new Run(socket);
    this.#running.add(run);
    try {
      const call = await this.#callOf(fields);
      this.calls.push(call);
      await run.start(await this.#translated(call, run));
    } catch (error) {
      run.fail(String(error));
    } finally {
      this.#running.delete(run);
    }
  }

  async #callOf(fields: Fields): Promise<SshCall> {
    const args = fields.get('argument') ?? [];
    const [authSock] = fields.get('authSock') ?? [];
    const config = await readFile(this.#options.pathHere(behind('-F', args)), 'utf8');
    return { arguments: args, folder: only(fields, 'folder'), path: only(fields, 'path'), authSock, config };
  }

  async #translated(call: SshCall, run: Run): Promise<Command> {
    const { pathHere } = this.#options;
    this.#count += 1;
    const folder = join(this.#options.folder, String(this.#count));
    await mkdir(folder);
    const sockets = new Map<string, string>();
    for (const pipe of new Set([...pathsIn(call.config), call.authSock ?? ''].filter((path) => PIPE.test(path)))) {
      const socket = join(folder, `${sockets.size}.sock`);
      sockets.set(pipe, socket);
      run.ends(await this.#listenFor(pipe, socket, run));
    }
    const configFile = join(folder, 'ssh_config');
    const named = behind('-F', call.arguments);
    const here = (path: string) => sockets.get(path) ?? (path === named ? configFile : pathHere(path));
    await writeFile(configFile, withPaths(call.config, here));
    return {
      arguments: call.arguments.map((word, at) =>
        ['-F', '-E'].includes(call.arguments[at - 1] ?? '') ? here(word) : word,
      ),
      folder: pathHere(call.folder),
      environment: call.authSock === undefined ? {} : { SSH_AUTH_SOCK: here(call.authSock) },
    };
  }

  async #listenFor(pipe: string, socket: string, run: Run): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      this.#count += 1;
      client.on('error', () => client.destroy());
      this.#waiting.set(String(this.#count), client);
      run.openPipe(String(this.#count), pipe);
    });
    await listening(server, { path: socket });
    return server;
  }
}

interface Command {
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** One ssh.exe, and the ssh that runs for it. */
class Run {
  readonly #socket: Socket;
  readonly #servers: Server[] = [];
  #child: ChildProcess | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Closed with it. */
  ends(server: Server): void {
    this.#servers.push(server);
  }

  openPipe(number: string, pipe: string): void {
    this.#tell('a', Buffer.from(`${number} ${pipe}`));
  }

  /** To its end. */
  start({ arguments: args, folder, environment }: Command): Promise<void> {
    const env = { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', SHELL: '/bin/sh', ...environment };
    const child = spawn('ssh', args, { cwd: folder, env, detached: true, stdio: 'pipe' });
    this.#child = child;
    child.stdin.on('error', () => {});
    child.stdout.on('data', (bytes: Buffer) => this.#tell('o', bytes));
    child.stderr.on('data', (bytes: Buffer) => this.#tell('e', bytes));
    let read = Buffer.alloc(0);
    this.#socket.on('data', (piece) => {
      read = Buffer.concat([read, piece]);
      while (read.length >= HEAD_BYTES && read.length >= HEAD_BYTES + read.readUInt32BE(1)) {
        const end = HEAD_BYTES + read.readUInt32BE(1);
        if (end === HEAD_BYTES) child.stdin.end();
        else child.stdin.write(read.subarray(HEAD_BYTES, end));
        read = read.subarray(end);
      }
    });
    // The task manager has ended it.
    this.#socket.once('close', () => this.end());
    this.#socket.resume();
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => {
        const code = Buffer.alloc(4);
        code.writeUInt32BE(status ?? 255);
        this.#tell('x', code);
        this.#close();
        resolve();
      });
    });
  }

  fail(why: string): void {
    this.#tell('e', Buffer.from(`${why}\n`));
    this.#close();
  }

  end(): void {
    const pid = this.#child?.pid;
    try {
      // With the ssh of its hops.
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // All gone.
    }
    this.#close();
  }

  #close(): void {
    for (const server of this.#servers.splice(0)) server.close();
    this.#socket.end();
  }

  #tell(kind: 'o' | 'e' | 'a' | 'x', bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(kind);
    head.writeUInt32BE(bytes.length, 1);
    this.#socket.write(Buffer.concat([head, bytes]));
  }
}

type Fields = ReadonlyMap<string, readonly string[]>;

/** The lines before the empty one. What follows stays in the socket, which is paused. */
function readFields(socket: Socket): Promise<Fields> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (piece: Buffer) => {
      text += piece.toString('latin1');
      const end = text.indexOf('\n\n');
      if (end < 0) return;
      socket.off('data', take).pause();
      if (end + 2 < text.length) socket.unshift(Buffer.from(text.slice(end + 2), 'latin1'));
      const fields = new Map<string, string[]>();
      for (const line of text.slice(0, end).split('\n')) {
        const [name = '', hex = ''] = line.split('=');
        fields.set(name, [...(fields.get(name) ?? []), Buffer.from(hex, 'hex').toString('utf8')]);
      }
      resolve(fields);
    };
    socket.on('data', take).resume();
    socket.once('close', () => reject(new Error('an ssh.exe has gone')));
  });
}

function only(fields: Fields, name: string): string {
  const [value] = fields.get(name) ?? [];
  if (value === undefined) throw new Error(`an ssh.exe did not say its ${name}`);
  return value;
}

function behind(option: string, args: readonly string[]): string {
  const value = args[args.indexOf(option) + 1];
  if (!args.includes(option) || value === undefined) throw new Error(`ssh.exe was called without ${option}`);
  return value;
}

/**
 * Paths stand in quotes, where ssh reads two backslashes as one and %% as %; in the command of a hop, which ssh hands on as it is, single
 * ones do. A pipe whose backslashes were not doubled is none then, and the ssh.exe fails.
 */
const QUOTED = /"([A-Z]:[^"]*|\\\\[^"]*)"/g;
/** CreateProcessW finds it beside the ssh.exe that runs. */
const HOP = /(?<=^ *ProxyCommand )"ssh\.exe"(?= )/gm;

function pathsIn(config: string): readonly string[] {
  return [...config.matchAll(QUOTED)].map(([, quoted = '']) => unquoted(quoted));
}

function withPaths(config: string, here: (path: string) => string): string {
  return config.replaceAll(HOP, 'ssh').replaceAll(QUOTED, (_, quoted: string) => `"${here(unquoted(quoted))}"`);
}

/** OpenSSH's misc.c, argv_split: before a backslash or a quotation mark a backslash is none; and its `%` tokens. */
function unquoted(text: string): string {
  return text.replace(/\\([\\"])/g, '$1').replaceAll('%%', '%');
}

function listening(server: Server, where: { readonly host: string } | { readonly path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen('path' in where ? where : { ...where, port: 0 }, () => resolve());
  });
}
