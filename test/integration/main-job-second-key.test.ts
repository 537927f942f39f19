/**
 * A second enrollment replaces the first on the profile at once, while devices learn of it only at their next reconciliation
 * (design, decision 2). Until then the first key is the way in, and a login must find it by itself.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseHostSpec, shownHostSpec } from '../../main/connect/host-spec.ts';
import { type Lab, startLab } from '../lab/world.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ reconcileEveryMs: 4 * 60 * 60 * 1000 });
});
afterAll(() => lab?.close());

const login = async () => {
  lab.authenticator.counters.reset();
  const { exitCode, screen } = await lab.glasskey(['connect', lab.device, '--jump', lab.jump, '--', 'show version'], {
    answers: [lab.typePin()],
  });
  return { exitCode, screen, ...lab.authenticator.counters.read() };
};

/** Of the newer key and the older one, whether a device has accepted it: the status says on which. */
async function proven(): Promise<boolean[]> {
  const { stdout } = await lab.glasskeyScript(['status', '--json']);
  const { enrollments } = JSON.parse(stdout) as { enrollments: readonly { lastProven?: { device: string } }[] };
  const device = shownHostSpec(parseHostSpec(lab.device));
  for (const { lastProven } of enrollments) if (lastProven !== undefined) expect(lastProven).toMatchObject({ device });
  return enrollments.map(({ lastProven }) => lastProven !== undefined);
}

it('never locks its owner out between its publication and the reconciliation', { timeout: 60_000 }, async () => {
  expect((await lab.glasskey(['enroll'], { answers: [lab.typePin()] })).exitCode).toBe(0);
  await lab.fabric.reconcile();
  const second = ['enroll', '--new', '--file', join(lab.folder, 'second'), '--replace'];
  expect((await lab.glasskey(second, { answers: [lab.typePin()] })).exitCode).toBe(0);

  const before = await login();
  expect(before.screen).toContain('Software image version');
  // ssh asks each server first whether it knows a key: the one that it does not know costs no touch.
  expect(before).toMatchObject({ exitCode: 0, touches: 2 });

  expect(await proven()).toEqual([false, true]);

  await lab.fabric.reconcile();
  expect(await login()).toMatchObject({ exitCode: 0, touches: 2 });
  expect(await proven()).toEqual([true, true]);
});
