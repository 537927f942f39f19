import { afterEach, describe, expect, it } from 'vitest';
import type { Enrollment, WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { enrolledKey, enrollmentNamed } from '../../main/glasskey-enrolled-key.ts';
import { Computer } from './enrollment/enrollment-world.ts';

const open: Computer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((computer) => computer.close()));
});

async function enrolled(): Promise<WrittenEnrollment> {
  const computer = await Computer.start();
  open.push(computer);
  return computer.enroll();
}

describe('an enrolled key', () => {
  it('is meant by fingerprint, id or key file; the newest is meant without a name', async () => {
    const [first, second] = [await enrolled(), await enrolled()];
    const named = (name?: string) => enrollmentNamed([first, second], name, (path) => path);
    expect(named()).toBe(second);
    for (const name of [first.id, first.files.fingerprint, first.plan.keyFile]) expect(named(name)).toBe(first);
    expect(() => named('SHA256:nobody')).toThrow(expect.objectContaining({ code: 'ENROLLED_KEY_UNKNOWN' }));
  });

  it('that is named before it has key files says so, and which command goes on with it', async () => {
    const { plan } = await enrolled();
    const begun = (some: object): Enrollment => ({
      id: 'begun',
      createdAt: 1,
      plan: { ...plan, keyFile: '/home/alice/.ssh/begun', ...some },
      state: 'requested',
      challenge: new Uint8Array(32),
    });
    const named = (some: object) => () => enrollmentNamed([begun(some)], '/home/alice/.ssh/begun', (path) => path);
    const unfinished = (command: string) =>
      expect.objectContaining({ code: 'ENROLLMENT_UNFINISHED', remedy: `Go on with it: glasskey ${command}` });
    expect(named({})).toThrow(unfinished('enroll'));
    expect(named({ backup: true, publish: false })).toThrow(unfinished('enroll --backup'));
    expect(named({ replaces: 'other' })).toThrow(unfinished('rotate'));
  });

  it('is missing where none is enrolled, whatever the name', async () => {
    const computer = await Computer.start();
    open.push(computer);
    for (const name of [undefined, 'SHA256:nobody']) {
      expect(() => enrolledKey(name, computer)).toThrow(expect.objectContaining({ code: 'NOT_ENROLLED' }));
    }
    const one = await computer.enroll();
    expect(enrolledKey(undefined, computer).id).toBe(one.id);
  });
});
