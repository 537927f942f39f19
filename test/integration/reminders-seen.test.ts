/** What logins, drills and publications meet is remembered, and `glasskey reminders` tells it afterwards without a key and without a network. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RemindersReport } from '../../main/glasskey-reminders.ts';
import { type Lab, startLab } from '../lab/world.ts';

const WRONG = '00000000';

let lab: Lab;
let knownHosts: string;
beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback', reconcileEveryMs: 200 });
  knownHosts = join(lab.folder, 'data', 'known_hosts');
  const enrolled = await script(['enroll']);
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
  const words = ['connect', lab.device, '--jump', lab.jump, '--save', 'leaf1', '--', 'show hostname'];
  const first = await script(words);
  expect(first.exitCode, first.stderr).toBe(0);
});
afterAll(() => lab?.close());

const script = ([command = '', ...words]: readonly string[], pin = lab.pin) =>
  lab.glasskeyScript([command, '--pin-stdin', ...words], { stdin: `${pin}\n` });
const connect = (pin = lab.pin) => script(['connect', 'leaf1', '--', 'show hostname'], pin);

/** How pressing the reminders of a rule are now, by the command line; the security key is asked nothing for it. */
async function open(rule: string): Promise<readonly string[]> {
  const { inits } = lab.authenticator.counters.read();
  const { stdout } = await lab.glasskeyScript(['reminders', '--json']);
  expect(lab.authenticator.counters.read().inits).toBe(inits);
  const report = JSON.parse(stdout) as Pick<RemindersReport, 'open'>;
  return report.open.filter((one) => one.rule === rule).map(({ severity }) => severity);
}

it('reminds of few PIN tries after a wrong PIN in a login, and no more after the right one', async () => {
  lab.authenticator.setPinState({ pinRetries: 5 });
  expect((await connect(WRONG)).exitCode).not.toBe(0);
  expect(lab.authenticator.pinRetries).toBe(4);
  expect(await open('pin-tries')).toEqual([]);
  expect((await connect(WRONG)).exitCode).not.toBe(0);
  expect(await open('pin-tries')).toEqual(['due']);
  const right = await connect();
  expect(right.exitCode, right.stderr).toBe(0);
  expect(await open('pin-tries')).toEqual([]);
});

it('reminds of the last PIN try after a wrong PIN in a drill, where nobody asked the key for its tries afterwards', async () => {
  lab.authenticator.setPinState({ pinRetries: 2 });
  expect((await script(['drill', 'leaf1'], WRONG)).exitCode).toBe(1);
  expect(await open('pin-tries')).toEqual(['critical']);
});

it('reminds of a blocked PIN that an enrollment met, which sent it none', async () => {
  lab.authenticator.setPinState({ pinRetries: 8 });
  expect((await script(['drill', 'leaf1'])).exitCode).toBe(0);
  expect(await open('pin-tries')).toEqual([]);
  lab.authenticator.setPinState({ pinRetries: 0 });
  const { exitCode, stderr } = await script(['enroll', '--backup', '--no-publish']);
  expect(exitCode, stderr).toBe(1);
  expect(stderr).toContain('[PIN_BLOCKED]');
  expect(await open('pin-tries')).toEqual(['critical']);
  lab.authenticator.setPinState({ pinRetries: 8 });
});

it('reminds of a host that showed another key in a login, until it shows the known one again', async () => {
  const before = readFileSync(knownHosts, 'utf8');
  const [jumpLine = '', deviceLine = ''] = before.split('\n');
  writeFileSync(knownHosts, `${jumpLine.split(' ')[0]} ${deviceLine.split(' ').slice(1).join(' ')}\n${deviceLine}\n`);
  const refused = await connect();
  expect(refused.stderr).toContain('[CONNECT_HOST_KEY_CHANGED]');
  expect(await open('host-key-changed')).toEqual(['due']);
  writeFileSync(knownHosts, before);
  const again = await connect();
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await open('host-key-changed')).toEqual([]);
});

it('reminds of a profile on which a publication found somebody else’s key and left it, until ours is there again', async () => {
  lab.entra.graph.setExtension(lab.upn, { publicKey: 'sk-ssh-ed25519@openssh.com AAAA somebody-else' });
  const kept = await lab.glasskey(['publish'], { answers: [{ when: /Replace it\? \[y\/N\] $/, type: () => 'n\r' }] });
  expect(kept.screen).toContain('[PROFILE_KEY_KEPT]');
  // Devices have reconciled since the publication: they refuse our key by now.
  expect(await open('profile-drift')).toEqual(['critical']);
  const published = await lab.glasskeyScript(['publish', '--replace']);
  expect(published.exitCode, published.stderr).toBe(0);
  expect(await open('profile-drift')).toEqual([]);
});
