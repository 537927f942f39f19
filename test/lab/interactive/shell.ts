/**
 * `npm run demo -- --interactive`: a shell on the person's computer, with the two commands by which a person does in the lab what
 * one does with hands: `lab-key` plugs security keys in and out, `lab-computer` sits down at another computer.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveControl } from '../authenticator/control-server.ts';
import { LabAuthenticator } from '../authenticator/lab-authenticator.ts';
import type { Lab } from '../world.ts';
import { controlSocket } from './keys.ts';
import { SSH_BY_HOME } from './ssh-by-home.ts';

const PROFILE_OF_SECOND = 'yubikey-bio';
const PROGRAMS = { key: program('lab-key.ts'), computer: program('lab-computer.ts') };

export interface InteractiveShell {
  readonly lab: Lab;
  readonly say: (text: string) => void;
  readonly stop: AbortSignal;
  /** What is to be ended before the lab is. */
  readonly closers: (() => Promise<unknown>)[];
}

/** A shell in which `glasskey` is the lab's, until the person leaves it. */
export async function interactiveShell({ lab, say, stop, closers }: InteractiveShell): Promise<void> {
  const touch = { afterMs: 1_000 } as const;
  lab.authenticator.setTouch(touch);
  const second = new LabAuthenticator({ profile: PROFILE_OF_SECOND, pin: lab.pin, fingers: 1, touch });
  await second.unplug();
  const secondSocket = join(lab.folder, 'second.sock');
  const served = [
    await second.serve(secondSocket),
    await serveControl(lab.authenticator, controlSocket(lab.folder, 'first')),
    await serveControl(second, controlSocket(lab.folder, 'second')),
  ];
  closers.push(async () => {
    await second.unplug();
    await Promise.all(served.map((one) => one.close()));
  });

  await writeCommand(lab, 'lab-key', `exec ${words(process.execPath, PROGRAMS.key, lab.folder)} "$@"`);
  // The computer's shell takes the place of this script: a hang-up reaches it as it reaches any job of the first shell.
  await writeCommand(
    lab,
    'lab-computer',
    `start=$(${words(process.execPath, PROGRAMS.computer, lab.folder)} "$@") || exit\nexec bash --noprofile --rcfile "$start" -i`,
  );
  const start = join(lab.folder, 'shell-start');
  await writeFile(start, `cd\n${SSH_BY_HOME}PS1='glasskey lab$ '\n`);
  const environment = {
    ...lab.environment,
    GLASSKEY_LAB_KEY: `${lab.environment.GLASSKEY_LAB_KEY}:${secondSocket}=${PROFILE_OF_SECOND}`,
  };
  const shellWords = ['bash', '--noprofile', '--rcfile', start, '-i'] as const;
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  await writeCommand(lab, 'lab-shell', `exec env ${words(...assignments, ...shellWords)}`);

  say(`PIN of the lab's security keys: ${lab.pin}`);
  say('The lab touches a security key by itself, a second after it blinks.');
  say('');
  say('  glasskey connect leaf1     log in again; glasskey --help has the other commands');
  say('  lab-key second             plug in a second security key, a YubiKey Bio with one finger enrolled');
  say('  lab-key unplug, plug       pull the first key out, put it in again; lab-key --help has more');
  say('  lab-computer               sit down at a new laptop (try glasskey recover there); exit comes back');
  say(
    '  ssh leaf1                  once glasskey ssh-config install has run here, and glasskey agent runs in a second shell',
  );
  say('');
  // What waits for the key to be pulled out has this shell's prompt.
  say(`From another terminal, while a command waits here: ${join(lab.folder, 'bin', 'lab-key')} unplug`);
  say(`A second shell of this lab, from another terminal:  ${join(lab.folder, 'bin', 'lab-shell')}`);
  const [bash, ...bashWords] = shellWords;
  const shell = spawn(bash, bashWords, { stdio: 'inherit', cwd: join(lab.folder, 'home'), env: environment });
  stop.addEventListener('abort', () => hangUp(shell), { once: true });
  if (stop.aborted) hangUp(shell);
  await once(shell, 'close');
}

/** An interactive bash ignores SIGTERM. */
function hangUp(shell: ChildProcess): void {
  shell.kill('SIGHUP');
}

function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function writeCommand(lab: Lab, name: string, script: string): Promise<void> {
  return writeFile(join(lab.folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
}

function words(...all: readonly string[]): string {
  return all.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
