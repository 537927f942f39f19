import { describe, expect, it } from 'vitest';
import type { Enrollment } from '../../../main/enrollment/enrollment.ts';
import { type ReadinessFacts, readiness } from '../../../main/enrollment/readiness.ts';
import { found, published, written } from './sample-enrollment.ts';

const FOUR_HOURS = 4 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 23);
const { plan, credential, attestation } = written();

function verdict(enrollments: readonly Enrollment[], facts: Partial<ReadinessFacts> = {}) {
  return report(enrollments, facts).verdict;
}

function report(enrollments: readonly Enrollment[], facts: Partial<ReadinessFacts> = {}) {
  const standard = { filesPresent: () => true, proofs: new Map(), now: NOW, reconcileEveryMs: FOUR_HOURS };
  return readiness({ enrollments, ...standard, ...facts });
}

/** With files of its own. */
function at<E extends Enrollment>(enrollment: E, keyFile: string): E {
  return { ...enrollment, plan: { ...enrollment.plan, keyFile } };
}

describe('readiness', () => {
  it('without an enrollment, or only an abandoned one, is not enrolled', () => {
    expect(verdict([])).toBe('not-enrolled');
    const only = report([{ id: 'x', createdAt: 1, plan, state: 'abandoned' }]);
    expect(only).toMatchObject({ verdict: 'not-enrolled', enrollments: [] });
    // On a new laptop a second key would be the wrong one to make.
    expect(only.next).toMatch(/glasskey recover.*glasskey enroll$/);
  });

  it.each<[string, Enrollment]>([
    ['requested', { id: 'x', createdAt: 1, plan, state: 'requested', challenge: new Uint8Array(32) }],
    ['made', { id: 'x', createdAt: 1, plan, state: 'made', credential }],
    ['attested', { id: 'x', createdAt: 1, plan, state: 'attested', credential, attestation }],
  ])('of one that is %s is unfinished', (_state, enrollment) => {
    expect(verdict([enrollment])).toBe('unfinished');
  });

  it('of one that is written only is not published, and needs its files', () => {
    expect(verdict([written()])).toBe('not-published');
    expect(verdict([written()], { filesPresent: () => false })).toBe('files-missing');
  });

  it('of one that is published waits for the devices until the last of them has reconciled, to the millisecond', () => {
    const publishedAt = NOW - FOUR_HOURS;
    expect(verdict([published(1, publishedAt + 1)])).toBe('waiting-for-devices');
    expect(verdict([published(1, publishedAt)])).toBe('ready');
    expect(verdict([published(1, NOW)])).toBe('waiting-for-devices');
    // connect and the agent sign without them.
    expect(verdict([published(1, publishedAt)], { filesPresent: () => false })).toBe('ready');
  });

  it('counts an older key that works for more than a newer one that is half made', () => {
    const older = published(1, NOW - FOUR_HOURS);
    expect(verdict([older, { id: 'x', createdAt: 2, plan, state: 'made', credential }])).toBe('ready');
  });

  it('of a key that another took the place of on the profile counts while devices may still know it, and no longer', () => {
    const older = at(published(1, NOW - 3 * FOUR_HOURS), '/home/alice/.ssh/old');
    const newer = published(2, NOW - 1);
    expect(verdict([older, newer])).toBe('ready');
    const replacedTooEarly = published(1, NOW - 10);
    expect(verdict([replacedTooEarly, newer])).toBe('waiting-for-devices');
    const otherModel = { ...newer, credential: { ...newer.credential, aaguid: 'another' } };
    // A login offers the one that is plugged in.
    expect(verdict([older, otherModel])).toBe('ready');
    const replacedLongAgo = published(2, NOW - FOUR_HOURS);
    expect(verdict([older, replacedLongAgo], { reconcileEveryMs: FOUR_HOURS })).toBe('ready');
    const [newest, replaced] = report([older, newer]).enrollments;
    expect([newest?.replacedAt, replaced?.replacedAt]).toEqual([undefined, NOW - 1]);
  });

  it('of a key on another account’s profile counts', () => {
    const older = at(published(1, NOW - FOUR_HOURS, 'alice@other.example'), '/home/alice/.ssh/old');
    expect(verdict([older, published(2, NOW - 1)])).toBe('ready');
  });

  it('of a key whose files were overwritten by a later one does not take the later one’s files for its own', () => {
    const later = written('ed25519-sk', 2);
    const [overwritten] = report([published(1, NOW - FOUR_HOURS), later]).enrollments.filter(
      ({ state }) => state === 'published',
    );
    expect(overwritten?.filesPresent).toBe(false);
    expect(verdict([published(1, NOW - FOUR_HOURS), at(later, '/home/alice/.ssh/later')])).toBe('ready');
  });

  it('of one that was found is unproven until somebody has looked at the profile', () => {
    expect(verdict([found()])).toBe('unproven');
    expect(verdict([found()], { filesPresent: () => false })).toBe('unproven');
    expect(verdict([{ ...found(), profilesBefore: [{ account: 'alice@lab.example', line: null }] }])).toBe(
      'not-published',
    );
    expect(verdict([found(), published(2, NOW)])).toBe('waiting-for-devices');
  });

  it('of one that was found on the profile is unproven until the devices have it for certain', () => {
    const foundThere = (at: number): Enrollment => {
      const { publication } = published(1, at);
      return { ...found(), state: 'published', publication: { ...publication, found: true } };
    };
    expect(verdict([foundThere(NOW)])).toBe('unproven');
    expect(verdict([foundThere(NOW - FOUR_HOURS + 1)])).toBe('unproven');
    const proof = { at: NOW, device: 'alice@10.0.0.7', by: 'window' } as const;
    for (const one of [found(), foundThere(NOW)]) {
      expect(verdict([one], { proofs: new Map([[one.id, proof]]) })).toBe('ready');
    }
    expect(verdict([foundThere(NOW - FOUR_HOURS)])).toBe('ready');
    expect(report([foundThere(NOW)]).next).toMatch(/next reconciliation\.$/);
    expect(report([found()]).next).toMatch(/whether your profile holds the key\.$/);
    expect(report([foundThere(NOW)]).enrollments).toMatchObject([
      { origin: 'found', publishedAt: NOW, foundOnProfile: true, profileKnown: true, reconciledBy: NOW + FOUR_HOURS },
    ]);
  });

  it('of a backup that is on no profile is no fault of the key that is', () => {
    const given = at(written('ed25519-sk', 2), '/home/alice/.ssh/id_ed25519_sk_backup');
    const backup: Enrollment = { ...given, plan: { ...plan, publish: false, backup: true } };
    expect(verdict([published(1, NOW - FOUR_HOURS), backup])).toBe('ready');
    expect(verdict([{ id: 'x', createdAt: 1, plan, state: 'planned' }, backup])).toBe('unfinished');
    expect(verdict([backup])).toBe('not-published');
  });

  it('of a backup is that of what is left, where no other key is a way in', () => {
    const given = at(written('ed25519-sk', 2), '/home/alice/.ssh/id_ed25519_sk_backup');
    const backup: Enrollment = { ...given, plan: { ...plan, publish: false, backup: true } };
    const retirement = { by: backup.id, begunAt: NOW, credential: 'gone' } as const;
    const main = published(1, NOW - FOUR_HOURS);
    expect(verdict([{ ...main, state: 'retiring', retirement }, backup])).toBe('not-published');
  });

  it('does not count a backup that was only asked for, and names the command that finishes one that was made', () => {
    const backup = { ...plan, publish: false, backup: true } as const;
    const challenge = new Uint8Array(32);
    const asked: Enrollment = { id: 'b', createdAt: 3, plan: backup, state: 'requested', challenge };
    expect(verdict([published(1, NOW - FOUR_HOURS), asked])).toBe('ready');
    expect(verdict([asked])).toBe('not-enrolled');
    const made: Enrollment = { id: 'b', createdAt: 3, plan: backup, state: 'made', credential };
    expect(report([made])).toMatchObject({
      verdict: 'unfinished',
      next: 'Finish the enrollment: glasskey enroll --backup',
    });
    expect(verdict([published(1, NOW - FOUR_HOURS), made])).toBe('ready');
  });

  it('reports the newest first, with what is known of each', () => {
    const { enrollments, next } = report([published(1, NOW), { id: 'x', createdAt: 2, plan, state: 'planned' }]);
    expect(next).toMatch(/^Wait until the devices have reconciled/);
    expect(enrollments).toMatchObject([
      { state: 'planned', product: undefined, fingerprint: undefined, filesPresent: false, reconciledBy: undefined },
      {
        state: 'published',
        product: 'Yubico YubiKey',
        fingerprint: 'SHA256:1',
        filesPresent: true,
        account: 'alice@lab.example',
        publishedAt: NOW,
        reconciledBy: NOW + FOUR_HOURS,
      },
    ]);
  });

  it('says how a rotation stands and what is next in it, and no longer lists what was retired', () => {
    const old = published(1, NOW - FOUR_HOURS);
    const fresh = published(2, NOW);
    const replacement = { ...at(fresh, '/home/alice/.ssh/new'), plan: { ...fresh.plan, replaces: old.id } };
    expect(report([old, replacement])).toMatchObject({
      verdict: 'ready',
      next: expect.stringMatching(/^Wait until the devices have reconciled, then prove the new key/),
      rotation: { stage: 'waiting', leaving: 'old', old: { id: old.id }, new: { id: replacement.id } },
    });
    const { publication, ...members } = old;
    const retirement = { by: replacement.id, begunAt: NOW, credential: 'deleted' } as const;
    const retired = { ...members, publication, state: 'retired', retirement, retiredAt: NOW } as const;
    const after = report([retired, replacement], { now: NOW + FOUR_HOURS });
    expect(after).toMatchObject({ verdict: 'ready', rotation: undefined, enrollments: [{ id: replacement.id }] });
    expect(after.next).toMatch(/^Log in with/);
  });

  it('says which login with which key a device accepted last', () => {
    const proof = { at: NOW, device: 'alice@10.0.0.7', by: 'window' } as const;
    const one = published(1, NOW);
    const [proven, other] = report([{ ...one, id: 'unproven' }, one], {
      proofs: new Map([[one.id, proof]]),
    }).enrollments;
    expect([proven?.lastProven, other?.lastProven].filter((found) => found !== undefined)).toEqual([proof]);
  });
});
