/**
 * `npm run demo`: the main job, for real, against the lab: enroll, publish, wait for the fabric, log in through the jump host.
 * Whatever it started, it ends. `--interactive` leaves the lab up, with a prompt on the person's computer.
 */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { type Lab, startLab } from './world.ts';

const { values } = parseArgs({ options: { interactive: { type: 'boolean', default: false } } });

const began = performance.now();

function title(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`\n${styleText('bold', `== ${text}`)} ${styleText('dim', `(${seconds} s)`)}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Shows the command as a person would type it, and its terminal as they would see it. */
async function glasskey(lab: Lab, words: readonly string[], expected = 0): Promise<string> {
  say(styleText('cyan', `$ glasskey ${words.join(' ')}`));
  const { exitCode, screen } = await lab.glasskey(words, {
    answers: [lab.typePin()],
    onOutput: (text) => process.stdout.write(text),
  });
  if (exitCode !== expected) throw new Error(`glasskey ${words[0]} ended with ${exitCode}, not ${expected}`);
  return screen;
}

async function untilPublishedIsOnDevices(lab: Lab): Promise<void> {
  const report = await lab.fabric.reconcile();
  for (const { machine, user, change } of report.accounts) say(`  account ${user} on the ${machine}: key ${change}`);
}

async function showProof(lab: Lab, from: number): Promise<void> {
  const log = (await lab.fabric.deviceLog()).slice(from);
  const proof = log.split('\n').filter((line) => /sk_counter|sk_flags|Accepted publickey/.test(line));
  for (const line of new Set(proof)) say(`  device's sshd: ${line.trim()}`);
  if (!proof.some((line) => line.includes('Accepted publickey for') && line.includes('ED25519-SK'))) {
    throw new Error("the device's log shows no accepted security key");
  }
}

async function main(lab: Lab): Promise<void> {
  title('The lab is up');
  say(`  security key   a software YubiKey 5.7 that speaks CTAPHID packets (PIN set; touched 0.3 s after it blinks)`);
  say(`  Entra, Graph   ${lab.entra.authority}`);
  say(`  jump host      ${lab.jump}`);
  say(`  device         ${lab.device} (${lab.fabric.deviceName})`);
  say(`  network        ${lab.fabric.why}`);

  title('Enroll: a key on the security key, its files, its publication');
  await glasskey(lab, ['enroll']);

  title('Is it ready? Not before the devices have taken the key');
  await glasskey(lab, ['status'], 3);

  title('Wait for the fabric to reconcile (4 hours in real life, 3 seconds here)');
  await untilPublishedIsOnDevices(lab);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await glasskey(lab, ['status']);

  title('Log in to the device through the jump host: one PIN, one touch per hop');
  const before = (await lab.fabric.deviceLog()).length;
  lab.authenticator.counters.reset();
  const screen = await glasskey(lab, ['connect', lab.device, '--jump', lab.jump, '--', 'show version']);
  if (!/Software image version/i.test(screen)) throw new Error('the device did not answer show version');
  const { touches, pinChecks } = lab.authenticator.counters.read();
  say(`  ${touches} touches; the key checked the PIN ${pinChecks} times, typed once`);
  await showProof(lab, before);
  if (touches !== 2) throw new Error(`${touches} touches instead of one per hop`);
}

/** A shell in which `glasskey` is the lab's, until the person leaves it. */
async function interactive(lab: Lab): Promise<void> {
  title('The lab stays up until you leave this shell');
  lab.authenticator.setTouch({ afterMs: 1_000 });
  const program = new URL('./glasskey.ts', import.meta.url).pathname;
  const commands = join(lab.folder, 'shell-start');
  await writeFile(
    commands,
    [`glasskey() { '${process.execPath}' '${program}' "$@"; }`, `PS1='glasskey lab$ '`, 'export PS1'].join('\n'),
  );
  say(`PIN of the lab's security key: ${lab.pin}`);
  say(`Try: glasskey connect ${lab.device} --jump ${lab.jump}`);
  const shell = spawn('bash', ['--rcfile', commands, '-i'], {
    stdio: 'inherit',
    cwd: join(lab.folder, 'home'),
    env: { ...lab.environment },
  });
  await new Promise((resolve) => shell.once('close', resolve));
}

const lab = await startLab({ authenticator: { touch: { afterMs: 300 } } });
let failed = false;
try {
  await main(lab);
  if (values.interactive) await interactive(lab);
} catch (error) {
  failed = true;
  process.stderr.write(
    `\n${styleText('red', 'The demo failed:')} ${error instanceof Error ? error.message : String(error)}\n`,
  );
} finally {
  await lab.close();
}
if (!failed) title('Done. Everything the demo started has ended');
process.exitCode = failed ? 1 : 0;
