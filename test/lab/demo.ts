/**
 * `npm run demo`: the main job, for real, against the lab: enroll, publish, wait for the fabric, log in through the jump host; then
 * rehearse that login, and let ssh know the device.
 * Whatever it started, it ends, also when it fails or is stopped. `--interactive` leaves the lab up, with a prompt on the
 * person's computer. `--window` does it in the desktop app (demo-window.ts).
 */
import { execFile, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify, styleText } from 'node:util';
import { interactiveShell } from './interactive/shell.ts';
import { type Lab, startLab } from './world.ts';

const USAGE = 'npm run demo [-- --interactive | --window [--keep]]';

function readOptions() {
  try {
    return parseArgs({
      options: {
        interactive: { type: 'boolean', default: false },
        window: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    // Node's first sentence says what is wrong; the others are of no use here.
    const [wrong] = (error instanceof Error ? error.message : String(error)).split('. ');
    process.stderr.write(`${wrong}. Usage: ${USAGE}\n`);
    process.exit(2);
  }
}

const values = readOptions();

const RECONCILE_EVERY_MS = 4_000;

const run = promisify(execFile);

const began = performance.now();

function title(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`\n${styleText('bold', `== ${text}`)} ${styleText('dim', `(at ${seconds} s)`)}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Shows the command as a person would type it, and its terminal as they would see it. */
async function glasskey(lab: Lab, words: readonly string[], expected: readonly number[] = [0]): Promise<string> {
  say(styleText('cyan', `$ glasskey ${words.map(quoted).join(' ')}`));
  const { exitCode, screen } = await lab.glasskey(words, {
    answers: [lab.typePin()],
    columns: process.stdout.columns || 120,
    // What is written to a file or a pipe has no lines that come and go.
    ...(process.stdout.isTTY ? {} : { environment: { TERM: 'dumb' } }),
    onOutput: (text) => process.stdout.write(text),
  });
  if (!expected.includes(exitCode)) throw new Error(`glasskey ${words[0]} ended with ${exitCode}, not ${expected}`);
  return screen;
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:@[\],-]+$/.test(word) ? word : `'${word}'`;
}

async function untilPublishedIsOnDevices(lab: Lab): Promise<void> {
  const report = await lab.fabric.reconcile();
  for (const { machine, user, change } of report.accounts) {
    // On a slow computer the fabric has reconciled by itself before we asked it to.
    const told = change === 'unchanged' ? 'there already, added meanwhile' : change;
    say(`  account ${user} on the ${machine === 'jump' ? 'jump host' : 'device'}: key ${told}`);
  }
}

async function showProof(lab: Lab, from: number): Promise<void> {
  const log = (await lab.fabric.deviceLog()).slice(from);
  const accepted = /Accepted publickey for .*/.exec(log)?.[0];
  const flags = /sk_counter = \d+, sk_flags = 0x[0-9a-f]+/.exec(log)?.[0];
  if (accepted?.includes('ED25519-SK') !== true || flags?.endsWith('0x05') !== true) {
    throw new Error("the device's log shows no accepted security key with touch and PIN");
  }
  say(`  device's sshd: ${accepted}`);
  say(`  device's sshd: ${flags} (touched, and its owner verified by PIN)`);
}

function describeLab(lab: Lab): void {
  title('The lab is up');
  say('  security key   a software YubiKey 5.7 that speaks CTAPHID packets (PIN set; touched 0.3 s after it blinks)');
  say(`  Entra, Graph   ${lab.entra.authority}`);
  say(`  jump host      ${lab.jump}`);
  say(`  device         ${lab.device} (${lab.fabric.deviceName})`);
  say(`  network        ${lab.fabric.why}`);
}

async function main(lab: Lab): Promise<void> {
  title('Enroll: a key on the security key, its files, its publication');
  await glasskey(lab, ['enroll']);
  const published = performance.now();

  title('Is it ready? Not before the devices have taken the key');
  // 0 on a computer that is so slow that the devices have had their time.
  await glasskey(lab, ['status'], [3, 0]);

  title(`Wait for the fabric to reconcile (up to 4 hours in real life, ${RECONCILE_EVERY_MS / 1000} seconds here)`);
  await untilPublishedIsOnDevices(lab);
  // Only then does Glasskey, too, take it that all devices have it.
  await new Promise((resolve) => setTimeout(resolve, published + RECONCILE_EVERY_MS - performance.now()));

  title('Log in to the device through the jump host: one PIN, one touch per hop');
  const before = (await lab.fabric.deviceLog()).length;
  lab.authenticator.counters.reset();
  const words = ['connect', lab.device, '--jump', lab.jump, '--save', 'leaf1', '--', 'show version'];
  const screen = await glasskey(lab, words);
  if (!/Software image version/i.test(screen)) throw new Error('the device did not answer show version');
  const { touches, pinChecks } = lab.authenticator.counters.read();
  say('');
  say(`  typed the PIN once; the key checked it ${pinChecks} times and was touched ${touches} times`);
  await showProof(lab, before);
  if (touches !== 2) throw new Error(`${touches} touches instead of one per hop`);

  // Whoever stays in the lab tries these by hand.
  if (!values.interactive) await showWhatElseThereIs(lab);

  title('What one reads at 3 a.m.');
  await glasskey(lab, ['status']);
}

async function showWhatElseThereIs(lab: Lab): Promise<void> {
  title('Rehearse it: would the login work tomorrow? No shell is opened');
  await glasskey(lab, ['drill', 'leaf1']);

  title('Let every program that uses ssh know the device by its name');
  await glasskey(lab, ['ssh-config', 'install', '--yes']);
  await showWhatSshKnows(lab);
}

/** What ssh makes of the name now: the person's own configuration, read by ssh itself. */
async function showWhatSshKnows(lab: Lab): Promise<void> {
  const configFile = join(lab.folder, 'home', '.ssh', 'config');
  // ssh finds the file by the account, not by $HOME: it must be told of the lab's.
  const words = ['-F', configFile, '-G', 'leaf1'];
  say(styleText('cyan', `$ ssh ${words.map(quoted).join(' ')}`));
  const { stdout } = await run('ssh', words);
  const told = stdout.split('\n').filter((line) => /^(user|hostname|port|proxyjump|identityagent) /.test(line));
  for (const line of told) say(`  ${line}`);
  if (!told.some((line) => line.startsWith('identityagent '))) throw new Error('ssh does not know leaf1');
}

/** Runs `work` upon a lab, and ends the lab with it, whichever way it ends. Returns the exit code. */
async function upon(
  work: (lab: Lab, stop: AbortSignal, closers: (() => Promise<unknown>)[]) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    // Ctrl-C in the lab's shell is the shell's own matter.
    if (signal === 'SIGINT' && values.interactive && shellHasTerminal) return;
    stoppedBy ??= signal;
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(new Error(`stopped by ${stoppedBy}`)), { once: true });
  });
  stopped.catch(() => {});
  let lab: Lab | undefined;
  const closers: (() => Promise<unknown>)[] = [];
  try {
    lab = await startLab({ authenticator: { touch: { afterMs: 300 } }, reconcileEveryMs: RECONCILE_EVERY_MS });
    if (stop.signal.aborted) await stopped;
    describeLab(lab);
    await Promise.race([work(lab, stop.signal, closers), stopped]);
  } catch (error) {
    process.stderr.write(
      `\n${styleText('red', 'The demo failed:', { stream: process.stderr })} ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return stoppedBy === undefined ? 1 : 128 + constants.signals[stoppedBy];
  } finally {
    for (const close of closers) await close();
    await lab?.close();
  }
  title('Done. Everything the demo started has ended');
  return 0;
}

/** `npm run demo` has run the setup already, without knowing of --window. It says itself what it cannot install. */
function installBrowser(): void {
  const setup = fileURLToPath(new URL('../../scripts/setup.ts', import.meta.url));
  spawnSync(process.execPath, [setup, '--for=window'], { stdio: 'inherit' });
}

let shellHasTerminal = false;
if (values.help) {
  say(
    `${USAGE}

Does the main job against the lab: enroll, publish, log in, rehearse. Starts and ends all it needs.
  --interactive  leaves the lab up, with a shell in which glasskey is the lab's, lab-key plugs its security keys in and out,
                 and lab-computer is another computer
  --window       in the desktop app; where Electron is not installed, headless, with pictures of each step
  --keep         leaves the headless app up until Ctrl-C`,
  );
} else {
  if (values.window) installBrowser();
  // Whoever reads the output may stop reading (npm run demo | head): the lab must still be ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const exitCode = await upon(async (lab, stop, closers) => {
    if (values.window) {
      // Loaded here: the command line's demo needs no browser.
      const { demoWindow } = await import('./demo-window.ts');
      await demoWindow({ lab, title, say, keep: values.keep, closers });
      return;
    }
    await main(lab);
    if (!values.interactive) return;
    shellHasTerminal = true;
    title('The lab stays up until you leave this shell');
    await interactiveShell({ lab, say, stop, closers });
  });
  // What was under way when somebody stopped the demo is not waited for.
  process.exit(exitCode);
}
