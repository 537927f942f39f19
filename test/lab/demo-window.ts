/**
 * `npm run demo -- --window`: the desktop app upon the lab. On real Electron the window is the person's; the stand-in shows none,
 * so there the demo does the main job by itself, through the window, rehearses the login, lets ssh know the device, and leaves pictures.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LabDesktop, startDesktop } from './desktop-app.ts';
import { Person } from './desktop-person.ts';
import type { Lab } from './world.ts';

export interface WindowDemo {
  readonly lab: Lab;
  readonly title: (text: string) => void;
  readonly say: (text: string) => void;
  /** Stays up when the job is done, until somebody stops the demo. */
  readonly keep: boolean;
  /** What has to be ended with the demo, however it ends. */
  readonly closers: (() => Promise<unknown>)[];
}

export async function demoWindow(demo: WindowDemo): Promise<void> {
  const { lab, title, say, keep, closers } = demo;
  title('The desktop app starts upon the lab');
  const starting = startDesktop(lab);
  // Before it has started, so that a demo that is stopped meanwhile ends it as well.
  closers.push(async () => (await starting.catch(() => undefined))?.stop());
  const desktop = await starting;
  if (desktop.standIn === undefined) {
    lab.authenticator.setTouch({ afterMs: 1_000 });
    tellPerson(demo);
    await desktop.exited;
    return;
  }
  say('  Electron is not installed: the app runs on its stand-in, in a headless browser. No window is shown.');
  say('  So the demo presses the buttons itself, and takes pictures.');
  await doMainJob(demo, desktop);
  if (!keep) return;
  tellPerson(demo);
  await desktop.exited;
}

function tellPerson({ lab, title, say }: WindowDemo): void {
  title('The lab and the app stay up until you quit the app, or press Ctrl-C here');
  say(`  PIN of the lab's security key: ${lab.pin}`);
  say(`  device, to add on the screen Devices: ${lab.device}, jump host ${lab.jump}`);
}

async function doMainJob({ lab, title, say }: WindowDemo, desktop: LabDesktop): Promise<void> {
  const person = new Person('mouse', lab, desktop);
  const folder = await mkdtemp(join(tmpdir(), 'glasskey-demo-'));
  say(`  pictures       ${folder}`);
  let count = 0;
  const picture = async (of: 'window' | 'prompt', name: string) => {
    const page = of === 'window' ? desktop.window : await desktop.prompt();
    count += 1;
    const file = `${String(count).padStart(2, '0')}-${name}.png`;
    await page.screenshot({ path: join(folder, file) });
    say(`  ${file}`);
  };

  title('Enroll: a key on the security key, its files, its publication');
  await person.heading('No key enrolled');
  await picture('window', 'readiness-before');
  await person.beginEnrolling();
  await (await desktop.prompt()).locator('input').waitFor();
  await picture('prompt', 'prompt-pin');
  // Touched when the picture is taken, however slow this computer is.
  lab.authenticator.setTouch('by-hand');
  await person.typePin();
  await (await desktop.prompt()).locator('main[data-state="touch"]').waitFor();
  await picture('prompt', 'prompt-touch');
  lab.authenticator.setTouch({ afterMs: 300 });
  lab.authenticator.touch();
  await person.heading('Enrolled and published');
  await picture('window', 'enrolled');

  title('Wait for the fabric to reconcile');
  const { accounts } = await lab.fabric.reconcile();
  for (const { machine, user, change } of accounts) {
    say(`  account ${user} on the ${machine === 'jump' ? 'jump host' : 'device'}: key ${change}`);
  }
  await person.untilReady();
  await picture('window', 'readiness-after');

  title('Log in to the device through the jump host: one PIN, one touch per hop');
  await person.addDevice('leaf1', lab.device, lab.jump);
  await picture('window', 'devices');
  lab.authenticator.counters.reset();
  await person.connect('leaf1');
  await (await desktop.prompt()).locator('input').waitFor();
  await picture('prompt', 'prompt-login');
  await person.typePin();
  await person.untilConnected();
  await person.typeInTerminal('show version');
  const screen = await person.untilOnScreen(/Software image version/i);
  await picture('window', 'session');
  for (const line of screen.split('\n')) if (/version/i.test(line)) say(`  ${line.trim()}`);
  const { touches } = lab.authenticator.counters.read();
  say(`  typed the PIN once; the key was touched ${touches} times`);
  if (touches !== 2) throw new Error(`${touches} touches instead of one per hop`);

  title('Rehearse it: would the login work tomorrow? No shell is opened');
  await person.go('Devices');
  await person.press(person.button('Rehearse'));
  await desktop.window.getByRole('menuitem', { name: 'All devices' }).click();
  await person.typePin();
  const rehearsal = desktop.window.getByRole('alertdialog', { name: 'Rehearse all devices' });
  await rehearsal.getByText('1 of 1 login would work').waitFor();
  await picture('window', 'rehearsed');
  await person.press(rehearsal.getByRole('button', { name: 'Close' }));

  title('Let every program that uses ssh know the device by its name');
  await person.go('Settings');
  await person.press(person.button('Add the line…'));
  const asked = await desktop.prompt();
  const agree = asked.getByRole('button', { name: 'Add it' });
  await agree.waitFor();
  await picture('prompt', 'prompt-ssh-config');
  await person.press(agree);
  const byName = desktop.window.getByRole('region', { name: 'By the names of your devices' });
  await byName.getByText('ssh knows your devices').scrollIntoViewIfNeeded();
  await picture('window', 'other-programs');
}
