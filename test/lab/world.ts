/** The whole lab: a security key, Entra with Graph, a fabric, and a person's computer to run `glasskey` on. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labFidoRootPem } from './authenticator/attestation-certificates.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from './authenticator/lab-authenticator.ts';
import { type LabEntra, startLabEntra } from './entra/lab-entra.ts';
import { type Fabric, type FabricMode, type FabricOptions, startFabric } from './fabric/fabric.ts';
import { type Answer, type RunningTerminal, startInTerminal, type TerminalResult } from './terminal.ts';

export interface LabOptions {
  /** The security key as it comes from the shop. */
  readonly withoutPin?: boolean;
  readonly authenticator?: Partial<LabAuthenticatorOptions>;
  readonly fabric?: FabricMode | 'auto';
  /** Further machines, other daemons, other accounts; by default one jump host and one device. */
  readonly topology?: Partial<Pick<FabricOptions, 'accounts' | 'deviceName' | 'sshd' | 'further' | 'ipv6'>>;
  readonly reconcileEveryMs?: number;
}

export interface GlasskeyRun {
  readonly answers?: readonly Answer[];
  readonly onOutput?: (text: string) => void;
  readonly timeoutMs?: number;
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A run away from any terminal, as a script or a timer starts it. */
export interface ScriptRun {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ScriptResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Lab {
  readonly folder: string;
  readonly pin: string;
  readonly upn: string;
  readonly authenticator: LabAuthenticator;
  readonly entra: LabEntra;
  readonly fabric: Fabric;
  readonly keyFile: string;
  /** `user@host` as `glasskey connect` takes it. */
  readonly device: string;
  readonly jump: string;
  /** The environment of the person's computer. */
  readonly environment: Readonly<Record<string, string>>;
  /** Types the PIN when asked for it: once, as a connect promises. */
  typePin(times?: number): Answer;
  /** Runs `glasskey` at a terminal of that computer. */
  glasskey(words: readonly string[], run?: GlasskeyRun): Promise<TerminalResult>;
  /** The same, for who wants to type or send signals in between. */
  startGlasskey(words: readonly string[], run?: GlasskeyRun): RunningTerminal;
  /** Runs any program at a terminal of that computer; `glasskey` is on its PATH. */
  startInTerminal(file: string, words: readonly string[], run?: GlasskeyRun): RunningTerminal;
  /** Runs `glasskey` without a terminal. */
  glasskeyScript(words: readonly string[], run?: ScriptRun): Promise<ScriptResult>;
  /** Ends everything, programs at its terminals too. Safe to call twice. */
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./glasskey.ts', import.meta.url));
/** Whose key the lab's accounts take. */
export const UPN = 'alice@lab.example';

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  // Short, because paths of Unix sockets have 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), 'gk-lab-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    for (const one of closers.toReversed()) await one();
  };
  const close = () => {
    closing ??= closeAll();
    return closing;
  };
  try {
    const pin = String(randomInt(100_000_000, 1_000_000_000));
    const authenticator = new LabAuthenticator({
      profile: 'yubikey-5.7',
      ...(options.withoutPin ? {} : { pin }),
      ...options.authenticator,
    });
    const key = join(folder, 'key.sock');
    const served = await authenticator.serve(key);
    closers.push(() => served.close());
    closers.push(async () => authenticator.unplug());

    const entra = await startLabEntra({ folder: join(folder, 'entra') });
    closers.push(() => entra.close());

    const reconcileEveryMs = options.reconcileEveryMs ?? 3_000;
    const fabric = await startFabric({
      folder: join(folder, 'fabric'),
      mode: options.fabric ?? 'auto',
      readProfileKeys: async () => entra.graph.profileKeys(),
      reconcileEveryMs,
      accounts: { jump: [{ user: 'jumper', upn: UPN }], device: [{ user: 'alice', upn: UPN }] },
      ...options.topology,
    });
    closers.push(() => fabric.close());

    const home = join(folder, 'home');
    const data = join(folder, 'data');
    const temporary = join(folder, 'tmp');
    for (const one of [home, data, temporary]) await mkdir(one, { mode: 0o700 });
    const programs = await writePrograms(folder);
    const fidoRoot = join(folder, 'lab-fido-root.pem');
    await writeFile(fidoRoot, labFidoRootPem());
    const settings = {
      entra: entra.settings,
      'ssh.keyFile': join(home, '.ssh', 'id_ed25519_sk'),
      'reconcile.everyMinutes': reconcileEveryMs / 60_000,
      'attestation.roots': [fidoRoot],
    };
    await writeFile(join(data, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
    await writeFile(join(data, 'known_hosts'), fabric.knownHosts, { mode: 0o600 });

    const environment = {
      PATH: `${programs}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      HOME: home,
      TMPDIR: temporary,
      ...(process.env.TZ === undefined ? {} : { TZ: process.env.TZ }),
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      GLASSKEY_HOME: data,
      GLASSKEY_LAB_KEY: key,
      BROWSER: entra.browserProgram,
      ...(await entra.browserEnvironment(UPN)),
    };
    const running = new Set<RunningTerminal>();
    closers.push(async () => {
      for (const { kill } of running) kill('SIGKILL');
      await Promise.allSettled([...running].map(({ ended }) => ended));
    });
    const start = (file: string, words: readonly string[], run: GlasskeyRun = {}) => {
      const terminal = startInTerminal({
        file,
        arguments: words,
        folder: home,
        ...run,
        environment: { ...environment, ...run.environment },
      });
      running.add(terminal);
      const forget = () => running.delete(terminal);
      terminal.ended.then(forget, forget);
      return terminal;
    };
    const startGlasskey = (words: readonly string[], run?: GlasskeyRun) =>
      start(process.execPath, [PROGRAM, ...words], run);
    return {
      folder,
      pin,
      upn: UPN,
      authenticator,
      entra,
      fabric,
      keyFile: settings['ssh.keyFile'],
      device: address(fabric.device),
      jump: address(fabric.jump),
      environment,
      typePin: (times = 1) => ({ when: /PIN of [^\n]*: $/, type: () => `${pin}\r`, times }),
      startInTerminal: start,
      startGlasskey,
      glasskey: (words, run) => startGlasskey(words, run).ended,
      glasskeyScript: (words, run = {}) =>
        runScript([PROGRAM, ...words], { ...run, environment: { ...environment, ...run.environment } }, home),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A folder for PATH with `glasskey` in it. */
async function writePrograms(folder: string): Promise<string> {
  const programs = join(folder, 'bin');
  await mkdir(programs, { mode: 0o700 });
  const quoted = [process.execPath, PROGRAM].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await writeFile(join(programs, 'glasskey'), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o700 });
  return programs;
}

/** In a session of its own: there is no terminal that it could open. */
async function runScript(
  words: readonly string[],
  run: ScriptRun & { readonly environment: Readonly<Record<string, string>> },
  folder: string,
): Promise<ScriptResult> {
  const child = spawn(process.execPath, words, { cwd: folder, env: run.environment, detached: true });
  const timer = setTimeout(() => child.kill('SIGKILL'), run.timeoutMs ?? 30_000);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // It may end without having read what it was given.
  child.stdin.on('error', () => {}).end(run.stdin ?? '');
  const [exitCode] = await once(child, 'close');
  clearTimeout(timer);
  return { exitCode: typeof exitCode === 'number' ? exitCode : -1, ...output };
}

function address({ user, host, port }: { user: string; host: string; port: number }): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}
