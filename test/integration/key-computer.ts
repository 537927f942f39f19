/** A computer with nothing but security keys plugged in and a terminal: no Entra, no devices. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../lab/authenticator/lab-authenticator.ts';
import { type Answer, type RunningTerminal, startInTerminal } from '../lab/terminal.ts';

const PROGRAM = fileURLToPath(new URL('../lab/glasskey.ts', import.meta.url));
export const PIN = '271828';

export interface KeyComputer {
  readonly keys: readonly LabAuthenticator[];
  /** The paths of the keys, as `--device` takes them. */
  readonly paths: readonly string[];
  start(words: readonly string[], answers?: readonly Answer[], onOutput?: (text: string) => void): RunningTerminal;
  close(): Promise<void>;
}

export async function startKeyComputer(options: readonly LabAuthenticatorOptions[]): Promise<KeyComputer> {
  const folder = await mkdtemp(join(tmpdir(), 'gk-keys-'));
  for (const name of ['home', 'data', 'tmp']) mkdirSync(join(folder, name), { mode: 0o700 });
  const keys = options.map((one) => new LabAuthenticator({ pin: PIN, ...one }));
  const paths = keys.map((_, index) => join(folder, `key${index}.sock`));
  const served = await Promise.all(keys.map((key, index) => key.serve(paths[index] ?? '')));
  const running = new Set<RunningTerminal>();
  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    GLASSKEY_HOME: join(folder, 'data'),
    GLASSKEY_LAB_KEY: paths.join(':'),
  };
  return {
    keys,
    paths,
    start(words, answers = [], onOutput = () => {}) {
      const file = process.execPath;
      const terminal = startInTerminal({ file, arguments: [PROGRAM, ...words], environment, answers, onOutput });
      running.add(terminal);
      const forget = () => running.delete(terminal);
      terminal.ended.then(forget, forget);
      return terminal;
    },
    async close() {
      for (const { kill } of running) kill('SIGKILL');
      await Promise.allSettled([...running].map(({ ended }) => ended));
      for (const key of keys) await key.unplug();
      for (const one of served) await one.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
