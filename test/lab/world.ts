/** The whole lab: a security key, Entra with Graph, a jump host and a device, and a person's computer to run `glasskey` on. */
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabAuthenticator, type LabAuthenticatorOptions } from './authenticator/lab-authenticator.ts';
import { type LabEntra, startLabEntra } from './entra/lab-entra.ts';
import { type Fabric, type FabricMode, startFabric } from './fabric/fabric.ts';
import { type Answer, runInTerminal, type TerminalResult } from './terminal.ts';

export interface LabOptions {
  readonly authenticator?: Partial<LabAuthenticatorOptions>;
  readonly fabric?: FabricMode | 'auto';
  readonly reconcileEveryMs?: number;
}

export interface GlasskeyRun {
  readonly answers?: readonly Answer[];
  readonly onOutput?: (text: string) => void;
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
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
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./glasskey.ts', import.meta.url));
const UPN = 'alice@lab.example';

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  // Short, because paths of Unix sockets have 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), 'gk-lab-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const one of closers.toReversed()) await one();
  };
  try {
    const pin = String(randomInt(100_000_000, 1_000_000_000));
    const authenticator = new LabAuthenticator({ profile: 'yubikey-5.7', pin, ...options.authenticator });
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
    });
    closers.push(() => fabric.close());

    const home = join(folder, 'home');
    const data = join(folder, 'data');
    await mkdir(home, { mode: 0o700 });
    await mkdir(data, { mode: 0o700 });
    const settings = {
      entra: entra.settings,
      'ssh.keyFile': join(home, '.ssh', 'id_ed25519_sk'),
      'reconcile.everyMinutes': reconcileEveryMs / 60_000,
    };
    await writeFile(join(data, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
    await writeFile(join(data, 'known_hosts'), fabric.knownHosts, { mode: 0o600 });

    const environment = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      GLASSKEY_HOME: data,
      GLASSKEY_LAB_KEY: key,
      BROWSER: entra.browserProgram,
      ...(await entra.browserEnvironment(UPN)),
    };
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
      glasskey: (words, run = {}) =>
        runInTerminal({
          file: process.execPath,
          arguments: [PROGRAM, ...words],
          folder: home,
          ...run,
          environment: { ...environment, ...run.environment },
        }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function address({ user, host, port }: { user: string; host: string; port: number }): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}
