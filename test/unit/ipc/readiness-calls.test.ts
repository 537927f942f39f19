import { describe, expect, it } from 'vitest';
import type { EnrollmentReport, RotationReport } from '../../../main/enrollment/readiness.ts';
import type { StatusReport } from '../../../main/glasskey.ts';
import { CALLS } from '../../../main/ipc/contract.ts';
import { chainOf, readinessCalls } from '../../../main/ipc/readiness-calls.ts';
import { plainTarget } from '../../../main/storage/target-store.ts';

const NOW = 1_000_000;
const FACTS = { now: NOW, defaultJump: null, pluggedIn: true };

const enrollment = (over: Partial<EnrollmentReport> = {}): EnrollmentReport => ({
  id: 'e1',
  state: 'published',
  origin: 'made',
  createdAt: 100,
  backup: false,
  algorithm: 'ed25519-sk',
  keyFile: '/home/a/.ssh/id',
  product: 'YubiKey 5C',
  fingerprint: 'SHA256:x',
  filesPresent: true,
  account: 'alice@contoso.com',
  publishedAt: 200,
  foundOnProfile: false,
  profileKnown: true,
  reconciledBy: 300,
  replacedAt: undefined,
  lastProven: { at: 400, device: 'alice@leaf1', by: 'window' },
  ...over,
});
const NOT_PUBLISHED = {
  state: 'written',
  account: undefined,
  publishedAt: undefined,
  reconciledBy: undefined,
} as const;
const target = { ...plainTarget('leaf1', 'alice@leaf1', ['ops@jump']), lastUsedAt: 400 };
const status = (over: Partial<StatusReport> = {}): StatusReport => ({
  verdict: 'ready',
  next: '',
  enrollments: [enrollment()],
  targets: [target],
  lastDrill: undefined,
  lastProven: { leaf1: { at: 400, by: 'login' } },
  neverProven: [],
  rotation: undefined,
  ...over,
});
const states = (report: StatusReport, facts = FACTS) => chainOf(report, facts).map(({ state }) => state);

describe('the chain from the key to the device', () => {
  it('is good to its end after a login with this key', () => {
    expect(chainOf(status(), FACTS)).toEqual([
      { link: 'key', state: 'good', name: 'YubiKey 5C', since: 100, pluggedIn: true },
      { link: 'profile', state: 'good', name: 'alice@contoso.com', since: 200 },
      { link: 'reconciliation', state: 'good', since: 300 },
      { link: 'jump-host', state: 'good', name: 'ops@jump', since: 400 },
      { link: 'device', state: 'good', name: 'alice@leaf1', since: 400 },
    ]);
  });

  it('waits at the reconciliation, with the time it ends', () => {
    const waiting = status({ enrollments: [enrollment({ reconciledBy: NOW + 5 })] });
    expect(chainOf(waiting, FACTS)[2]).toEqual({ link: 'reconciliation', state: 'waiting', until: NOW + 5 });
  });

  it('does not know the profile of a key that was found, before anybody has looked', () => {
    const found = enrollment({ ...NOT_PUBLISHED, origin: 'found', profileKnown: false });
    expect(states(status({ verdict: 'unproven', enrollments: [found], targets: [] }))).toEqual([
      'good',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('asks for the profile where nothing is published, and for the key where nothing is enrolled', () => {
    expect(states(status({ enrollments: [enrollment(NOT_PUBLISHED)], targets: [] }))).toEqual([
      'good',
      'todo',
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect(states(status({ enrollments: [], targets: [] }))).toEqual(['todo', 'todo', 'unknown', 'unknown', 'unknown']);
  });

  it('takes a login with an earlier key for no proof of this one', () => {
    const renewed = status({ enrollments: [enrollment({ publishedAt: 500, reconciledBy: 600 })] });
    expect(states(renewed).slice(3)).toEqual(['unknown', 'unknown']);
    // The target was used since, and the device accepted the earlier key.
    const unproven = status({ enrollments: [enrollment({ lastProven: undefined })] });
    expect(states(unproven).slice(3)).toEqual(['unknown', 'unknown']);
  });

  it('is told of the key that a login offers first, whatever was begun since', () => {
    const begun = enrollment({
      ...NOT_PUBLISHED,
      id: 'e2',
      state: 'planned',
      product: undefined,
      fingerprint: undefined,
    });
    expect(states(status({ enrollments: [begun, enrollment()] }))[1]).toBe('good');
  });

  it('names hosts without ssh’s own port, with any other, and what is no host as it stands', () => {
    const names = (device: string, jump: string) =>
      chainOf(status({ targets: [{ ...target, device, ways: [{ kind: 'jump', jumps: [jump] }] }] }), FACTS)
        .slice(3)
        .map(({ name }) => name);
    expect(names('alice@leaf1:22', 'ops@[2001:db8::17]:22')).toEqual(['ops@2001:db8::17', 'alice@leaf1']);
    expect(names('alice@leaf1:2222', 'no host')).toEqual(['no host', 'alice@leaf1:2222']);
  });

  it('names the default jump host where no target is saved', () => {
    const chain = chainOf(status({ targets: [] }), { ...FACTS, defaultJump: 'ops@other' });
    expect(chain[3]).toEqual({ link: 'jump-host', state: 'unknown', name: 'ops@other' });
  });
});

describe('readiness.get', () => {
  const world = (report: StatusReport, pluggedIn: () => Promise<readonly string[]>) => ({
    glasskey: {
      status: async () => report,
      publicKeys: async () => [{ id: 'e1', line: 'sk-ssh… key', randomart: '+--+' }],
      pluggedIn,
      setting: async () => null as never,
    },
    now: () => NOW,
  });
  const get = (report: StatusReport, pluggedIn = async (): Promise<readonly string[]> => []) =>
    readinessCalls(world(report, pluggedIn))['readiness.get']({}, undefined as never);

  it.each([
    ['not-enrolled', { action: 'enroll' }],
    ['unfinished', { action: 'finish-enrollment' }],
    ['not-published', { action: 'publish' }],
    ['unproven', { action: 'connect', target: 'leaf1' }],
    ['waiting-for-devices', { action: 'wait', until: 300 }],
    ['files-missing', { action: 'restore-files', keyFile: '/home/a/.ssh/id' }],
    ['ready', { action: 'connect', target: 'leaf1' }],
  ] as const)('says of %s what to do next', async (verdict, next) => {
    const report = status({ verdict, enrollments: [enrollment({ filesPresent: verdict !== 'files-missing' })] });
    expect(await get(report)).toMatchObject({ verdict, next });
  });

  it('answers also where no key can be listed, and leaves open whether one is plugged in', async () => {
    const { chain, enrollments } = await get(status(), () => Promise.reject(new Error('no library')));
    expect(chain[0]).not.toHaveProperty('pluggedIn');
    expect(enrollments[0]).toMatchObject({ publicLine: 'sk-ssh… key', randomart: '+--+' });
  });

  it('says of each key whether it could be put on the profile, but not of the two of a rotation', async () => {
    const main = enrollment();
    const backup = enrollment({ ...NOT_PUBLISHED, id: 'e2', backup: true });
    const replaced = enrollment({ id: 'e3', replacedAt: 250 });
    const [begun, lost] = [enrollment({ id: 'e4', state: 'made' }), enrollment({ ...NOT_PUBLISHED, id: 'e5' })];
    const enrollments = [main, backup, replaced, { ...begun, filesPresent: false }, { ...lost, filesPresent: false }];
    const told = await get(status({ enrollments }));
    expect(CALLS['readiness.get'].output.parse(told).enrollments[1]).toMatchObject({
      backup: true,
      profileKnown: true,
    });
    expect(told.enrollments.map(({ canBePublished }) => canBePublished)).toEqual([false, true, true, false, false]);

    const rotation = { stage: 'to-prove', leaving: 'old', old: replaced, new: main } as RotationReport;
    const rotating = await get(status({ enrollments, rotation }));
    expect(rotating.enrollments.filter(({ canBePublished }) => canBePublished)).toMatchObject([{ id: 'e2' }]);
  });
});
