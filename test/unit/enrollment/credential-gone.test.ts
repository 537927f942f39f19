/** What becomes of enrollments, and of a rotation that is open, when the credential of one is deleted from its security key. */
import { afterEach, describe, expect, it } from 'vitest';
import { noteCredentialGone } from '../../../main/enrollment/credential-gone.ts';
import type { Enrollment } from '../../../main/enrollment/enrollment.ts';
import { readiness } from '../../../main/enrollment/readiness.ts';
import { rotate } from '../../../main/glasskey-rotation.ts';
import { ACCOUNT } from './enrollment-world.ts';
import { FOUR_HOURS, Rotating } from './rotation-world.ts';

let rotating: Rotating | undefined;
afterEach(async () => {
  await rotating?.computer.close();
  rotating = undefined;
});

async function start(): Promise<Rotating> {
  rotating = await Rotating.start();
  rotating.computer.people.mayReplace = true;
  return rotating;
}

function goneOf({ computer, clock }: Rotating, { id }: { readonly id: string }): void {
  noteCredentialGone(id, { journal: computer.journal, clock });
}

function status({ computer, clock }: Rotating) {
  const facts = { enrollments: computer.journal.list(), proofs: computer.journal.lastProofs(), now: clock.now() };
  return readiness({ ...facts, filesPresent: () => true, reconcileEveryMs: FOUR_HOURS });
}

const states = ({ computer }: Rotating) => computer.journal.list().map(({ state }) => state);
const lineOnProfile = ({ computer }: Rotating) => computer.profiles.lines.get(ACCOUNT);

/** Stopped when the new key has its files, and before it is published. */
async function stoppedAtFiles(rotation: Rotating): Promise<void> {
  const { profiles, journal } = rotation.computer;
  profiles.onRead = async () => {
    const isThere = journal.list().some(({ state, plan }) => state === 'written' && plan.replaces !== undefined);
    if (isThere) throw new Error('away');
  };
  await expect(rotation.rotate()).rejects.toThrow('away');
  profiles.onRead = async () => {};
}

/** Stopped when the new key has its credential, and no files. */
async function stoppedAtCredential({ world }: Rotating): Promise<void> {
  const save = (enrollment: Enrollment) => {
    if (enrollment.state === 'attested') throw new Error('power cut');
    world.journal.save(enrollment);
  };
  const stopping = { ...world, journal: { ...world.journal, save } };
  const request = { algorithm: undefined, device: undefined };
  await expect(rotate(request, stopping, new AbortController().signal)).rejects.toThrow('power cut');
}

describe('a key whose credential is gone', () => {
  it('is ready no more, nor is the one that it had replaced on the profile', async () => {
    const rotation = await start();
    const { computer } = rotation;
    const second = await computer.enroll({ fresh: true, keyFile: `${computer.keyFile}_2` });
    rotation.reconcile();
    expect(status(rotation).verdict).toBe('ready');
    goneOf(rotation, second);
    expect(states(rotation)).toEqual(['published', 'abandoned']);
    expect(status(rotation)).toMatchObject({
      verdict: 'not-published',
      enrollments: [{ replacedAt: expect.any(Number) }],
    });
    const [first] = computer.journal.list();
    if (first?.state !== 'published') throw new Error('the first is not there');
    await computer.publish(first);
    expect(status(rotation).verdict).toBe('waiting-for-devices');
  });

  it('of another than those of the rotation is given up alone', async () => {
    const rotation = await start();
    const { computer } = rotation;
    const other = await computer.enroll({ fresh: true, publish: false, keyFile: `${computer.keyFile}_2` });
    await rotation.rotate();
    goneOf(rotation, other);
    expect(states(rotation)).toEqual(['published', 'abandoned', 'published']);
    expect(status(rotation).rotation?.stage).toBe('waiting');
  });
});

describe('a rotation whose old credential is gone', () => {
  it('counts on the new key alone, and is finished without asking anybody', async () => {
    const rotation = await start();
    await rotation.rotate();
    expect(status(rotation).verdict).toBe('ready');
    goneOf(rotation, rotation.old);
    expect(status(rotation)).toMatchObject({
      verdict: 'waiting-for-devices',
      rotation: { stage: 'retiring', leaving: 'old' },
    });
    expect(await rotation.rotate()).toBe('retired');
    expect(rotation.people.retireQuestions).toEqual([]);
    expect(states(rotation)).toEqual(['retired', 'published']);
    expect(rotation.old).toMatchObject({ retirement: { credential: 'gone' } });
  });

  it('before the new one was published leaves that to be published', async () => {
    const rotation = await start();
    await stoppedAtFiles(rotation);
    goneOf(rotation, rotation.old);
    expect(await rotation.rotate()).toBe('retired');
    expect(status(rotation)).toMatchObject({ verdict: 'not-published', rotation: undefined });
    await rotation.computer.publish(rotation.replacement);
    expect(lineOnProfile(rotation)).toBe(rotation.replacement.files.publicLine);
  });

  it('before the new one was made leaves an enrollment like any other', async () => {
    const rotation = await start();
    await stoppedAtCredential(rotation);
    goneOf(rotation, rotation.old);
    expect(status(rotation)).toMatchObject({ verdict: 'unfinished', rotation: undefined });
    expect(rotation.computer.journal.list()[1]?.plan.replaces).toBeUndefined();
  });

  it('goes forward again where it had been given up', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    expect(await rotation.giveUp()).toBe('turned-back');
    goneOf(rotation, rotation.old);
    expect(status(rotation).rotation).toMatchObject({ stage: 'retiring', leaving: 'old' });
    expect(await rotation.rotate()).toBe('retired');
    expect(status(rotation).verdict).toBe('not-published');
    await rotation.computer.publish(rotation.replacement);
    expect(lineOnProfile(rotation)).toBe(rotation.replacement.files.publicLine);
  });
});

describe('a rotation whose new credential is gone', () => {
  it('turns back: the old key is not called ready before it is on the profile again', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    const { old, replacement } = rotation;
    goneOf(rotation, replacement);
    expect(status(rotation)).toMatchObject({
      verdict: 'not-published',
      next: 'Put the old key back on your profile: glasskey rotate --abandon',
      rotation: { stage: 'to-publish', leaving: 'new' },
    });
    await expect(rotation.retire()).rejects.toMatchObject({ code: 'ROTATION_UNFINISHED' });
    expect(await rotation.rotate()).toBe('retired');
    expect(rotation.people.giveUpQuestions).toEqual([]);
    expect(lineOnProfile(rotation)).toBe(old.files.publicLine);
    expect(states(rotation)).toEqual(['published', 'retired']);
    expect(status(rotation)).toMatchObject({ verdict: 'waiting-for-devices', rotation: undefined });
  });

  it('is at its end where it was never published', async () => {
    const rotation = await start();
    await stoppedAtFiles(rotation);
    goneOf(rotation, rotation.replacement);
    expect(await rotation.giveUp()).toBe('retired');
    expect(rotation.computer.profiles.writes).toBe(1);
    expect(status(rotation)).toMatchObject({ verdict: 'ready', rotation: undefined });
  });

  it.each(['old', 'new'])('is at its end with it where both are gone, the %s one first', async (first) => {
    const rotation = await start();
    await rotation.rotateAndProve();
    const both = [rotation.old, rotation.replacement];
    for (const one of first === 'old' ? both : both.toReversed()) goneOf(rotation, one);
    expect(states(rotation)).toEqual(['abandoned', 'abandoned']);
    expect(status(rotation)).toMatchObject({ verdict: 'not-enrolled', rotation: undefined });
  });
});
