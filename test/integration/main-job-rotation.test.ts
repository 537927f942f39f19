/** A rotation as a person does it, at a real terminal, upon the whole lab: both daemons say which key they let in. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RotationReport } from '../../main/enrollment/readiness.ts';
import type { Answer } from '../lab/terminal.ts';
import { type Lab, startLab } from '../lab/world.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ reconcileEveryMs: 4 * 60 * 60 * 1000 });
});
afterAll(() => lab?.close());

const YES: Answer = { when: /\[y\/N\] ?$/, type: () => 'y\r', times: 5 };

async function login() {
  const before = { jump: (await lab.fabric.jumpLog()).length, device: (await lab.fabric.deviceLog()).length };
  const words = ['connect', lab.device, '--jump', lab.jump, '--', 'show version'];
  const { exitCode, screen } = await lab.glasskey(words, { answers: [lab.typePin(2)] });
  expect(exitCode, screen).toBe(0);
  const accepted = (log: string) => /Accepted publickey .*(SHA256:\S+)/.exec(log)?.[1];
  return {
    jump: accepted((await lab.fabric.jumpLog()).slice(before.jump)),
    device: accepted((await lab.fabric.deviceLog()).slice(before.device)),
  };
}

async function status(): Promise<{ rotation: RotationReport | null; next: string }> {
  const { stdout, exitCode, stderr } = await lab.glasskeyScript(['rotate', '--status', '--json']);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('a rotation on one security key', () => {
  let old: string | undefined;
  let fresh: string | undefined;

  it('publishes a new key beside the old one, and says where it lies', { timeout: 60_000 }, async () => {
    const enrolled = await lab.glasskey(['enroll'], { answers: [lab.typePin()] });
    expect(enrolled.exitCode, enrolled.screen).toBe(0);
    old = /SHA256:\S+/.exec(enrolled.screen)?.[0];
    await lab.fabric.reconcile();
    const rotated = await lab.glasskey(['rotate'], { answers: [lab.typePin()], columns: 200 });
    expect(rotated.exitCode, rotated.screen).toBe(0);
    expect(rotated.screen).toContain(`${lab.keyFile}.new`);
    expect(rotated.screen).toContain('Wait until the devices have reconciled');
    const { rotation } = await status();
    expect(rotation).toMatchObject({ stage: 'waiting', leaving: 'old', proven: false, old: { fingerprint: old } });
    fresh = rotation?.new.fingerprint;
    expect(fresh).not.toBe(old);
  });

  it('logs in with the old key before the reconciliation and with the new one after, which proves it', async () => {
    expect(await login()).toEqual({ jump: old, device: old });
    expect((await status()).rotation).toMatchObject({ proven: false, old: { lastProven: { by: 'command-line' } } });
    const early = await lab.glasskeyScript(['rotate', '--retire', '--yes', '--json']);
    expect(JSON.parse(early.stdout)).toMatchObject({ error: { code: 'ROTATION_TOO_EARLY' } });
    await lab.fabric.reconcile();
    expect(await login()).toEqual({ jump: fresh, device: fresh });
    expect((await status()).rotation).toMatchObject({ stage: 'waiting', proven: true });
    // The four hours are over.
    await lab.glasskeyScript(['settings', 'set', 'reconcile.everyMinutes', '0.001']);
    expect((await status()).rotation).toMatchObject({ stage: 'to-retire', proven: true });
  }, 60_000);

  it('keeps the old key where its owner says no', async () => {
    const no: Answer = { when: /\[y\/N\] ?$/, type: () => '\r' };
    const kept = await lab.glasskey(['rotate'], { answers: [no], columns: 200 });
    expect(kept.exitCode, kept.screen).toBe(0);
    expect(kept.screen).toContain(`The old key ${old}`);
    expect(kept.screen).toContain('Nothing was changed.');
    expect(lab.authenticator.credentials()).toHaveLength(2);
  });

  it('deletes it where its owner agrees, and plain ssh finds the new key in the old place', async () => {
    const retired = await lab.glasskey(['rotate'], { answers: [YES, lab.typePin()], columns: 200 });
    expect(retired.exitCode, retired.screen).toBe(0);
    expect(retired.screen).toContain('The rotation is at its end.');
    expect(lab.authenticator.credentials()).toHaveLength(1);
    expect(await readFile(`${lab.keyFile}.pub`, 'utf8')).toBe(lab.entra.graph.profileKeys().get(lab.upn));
    expect(await login()).toEqual({ jump: fresh, device: fresh });
    expect((await status()).rotation).toBeNull();
    expect(JSON.parse((await lab.glasskeyScript(['status', '--json'])).stdout).verdict).toBe('ready');
  }, 60_000);
});

it('refuses words that do not go together', async () => {
  for (const words of [['--status', '--retire'], ['--yes'], ['--lost'], ['more'], ['--algorithm', 'rsa']]) {
    expect((await lab.glasskeyScript(['rotate', ...words])).exitCode, words.join(' ')).toBe(2);
  }
});
