/** A second security key of another model as backup: prepared in time, and switched to on the day on which the first is lost. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { type Lab, startLab } from '../lab/world.ts';

let lab: Lab;
let backup: LabAuthenticator;
let served: { close(): Promise<unknown> };
beforeAll(async () => {
  lab = await startLab({ reconcileEveryMs: 4 * 60 * 60 * 1000 });
  backup = new LabAuthenticator({ profile: 'yubikey-5.4', pin: lab.pin });
  served = await backup.serve(join(lab.folder, 'backup.sock'));
});
afterAll(async () => {
  await backup?.unplug();
  await served?.close();
  await lab?.close();
});

/** With the backup plugged in, and the first security key not. */
const withBackup = () => ({ environment: { GLASSKEY_LAB_KEY: join(lab.folder, 'backup.sock') } });

const connect = (run: object = {}) =>
  lab.glasskey(['connect', lab.device, '--jump', lab.jump, '--', 'show version'], { answers: [lab.typePin()], ...run });

const LOGGED_IN = 'Software image version';

it('is not made before there is a key that it could stand in for', async () => {
  const refused = await lab.glasskeyScript(['enroll', '--backup', '--json'], withBackup());
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'BACKUP_WITHOUT_KEY' } });
  expect(backup.counters.read().packetsOut).toBe(0);
});

it('is used by whoever plugs it in, once the profile holds it', { timeout: 120_000 }, async () => {
  expect((await lab.glasskey(['enroll'], { answers: [lab.typePin()] })).exitCode).toBe(0);
  await lab.fabric.reconcile();

  // The security key that holds the first refuses, and nothing is left of that.
  const same = await lab.glasskey(['enroll', '--backup'], { answers: [lab.typePin()] });
  expect(same.exitCode, same.screen).toBe(1);
  expect(same.screen).toContain('[BACKUP_NEEDS_ANOTHER_KEY]');
  expect(same.screen).not.toContain('Touch the security key');
  for (const command of ['status', 'keys']) {
    expect((await lab.glasskeyScript([command])).stdout).not.toMatch(/backup|not made yet|unfinished/);
  }

  const made = await lab.glasskey(['enroll', '--backup'], { answers: [lab.typePin()], ...withBackup() });
  expect(made.exitCode, made.screen).toBe(0);
  expect(backup.credentials()).toHaveLength(1);

  // The first is the one that the profile holds, and nothing is wrong with that.
  const keys = await lab.glasskeyScript(['keys']);
  expect(keys.stdout).toContain(`on the profile of ${lab.upn}`);
  expect(keys.stdout).toContain('backup: on no profile');
  expect((await connect()).screen).toContain(LOGGED_IN);
  backup.counters.reset();
  const tooEarly = await connect(withBackup());
  expect(tooEarly.screen).not.toContain(LOGGED_IN);
  expect(backup.counters.read().touches).toBe(0);

  const file = `${lab.keyFile}_backup`;
  const switched = await lab.glasskeyScript(['publish', '--key', file, '--replace', '--json'], withBackup());
  expect(switched.exitCode, switched.stdout).toBe(0);
  await lab.fabric.reconcile();
  lab.authenticator.counters.reset();
  expect((await connect(withBackup())).screen).toContain(LOGGED_IN);
  expect(lab.authenticator.counters.read().packetsOut).toBe(0);
});
