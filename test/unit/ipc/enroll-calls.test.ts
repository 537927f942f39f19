import { beforeEach, describe, expect, it } from 'vitest';
import { cancelled, GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { EnrollOutlook, EnrollRequest, Glasskey, GlasskeyPeople } from '../../../main/glasskey.ts';
import type { KeyWay } from '../../../main/glasskey-key-way.ts';
import { CALLS, type EnrollStep, type EventName } from '../../../main/ipc/contract.ts';
import { enrollCalls } from '../../../main/ipc/enroll-calls.ts';
import { written } from '../enrollment/sample-enrollment.ts';
import { settle } from '../lab/authenticator/manual-clock.ts';
import { Person, texts } from '../prompts/person.ts';
import { sampleKey } from '../security-keys/sample-key.ts';

const REPORT = {
  id: 'ab12',
  state: 'written',
  keyFile: '/home/alice/.ssh/id_ed25519_sk',
  publicLine: 'sk-ssh-ed25519@openssh.com AAAA',
  fingerprint: 'SHA256:abc',
  randomart: '+--+',
  account: undefined,
  reconciledBy: undefined,
  next: 'Run glasskey publish',
} as const;
const input = { algorithm: 'ed25519-sk', publish: false, fresh: false, overwrite: false } as const;

let person: Person;
let steps: EnrollStep[];
let events: EventName[];
let enrolled: number;
let outlook: EnrollOutlook;
let requests: EnrollRequest[];
let published: (string | undefined)[];
let keyWay: KeyWay | undefined;
/** What the enrollment does with its people. */
let work: (people: GlasskeyPeople, signal: AbortSignal) => Promise<void>;

const glasskey: Pick<Glasskey, 'keys' | 'enroll' | 'publish' | 'enrollOutlook'> = {
  keys: async () => ({
    enrolled: [],
    rotation: undefined,
    pluggedIn: [sampleKey({ path: '/dev/hidraw3', product: 'YubiKey 5' })],
    keyWay,
  }),
  enrollOutlook: async () => outlook,
  async enroll(request, people, signal) {
    requests.push(request);
    await work(people, signal);
    return REPORT;
  },
  async publish(people, signal, key) {
    published.push(key);
    await work(people, signal);
    const { fingerprint } = REPORT;
    return { account: 'alice', fingerprint, publishedAt: 1, reconciledBy: 2, previousLine: null, alreadyThere: false };
  },
};

const calls = () =>
  enrollCalls({
    glasskey,
    desk: person.desk,
    texts,
    tell: (name) => void events.push(name),
    enrolled: () => {
      enrolled += 1;
    },
  });
const context = (signal = new AbortController().signal) => ({
  signal,
  windowId: 1,
  progress: (step: EnrollStep) => void steps.push(step),
});

beforeEach(() => {
  person = new Person();
  steps = [];
  events = [];
  enrolled = 0;
  requests = [];
  published = [];
  keyWay = undefined;
  outlook = {
    keyFile: REPORT.keyFile,
    keyFileTaken: false,
    unfinished: undefined,
    backup: undefined,
    publishObstacle: undefined,
  };
  work = async () => {};
});

describe('enroll.look', () => {
  it('says what is plugged in and what lies in the way, as agreed', async () => {
    const look = await calls()['enroll.look']({}, context());
    expect(CALLS['enroll.look'].output.parse(look)).toEqual(look);
    expect(look).toEqual({
      pluggedIn: [{ path: '/dev/hidraw3', product: 'YubiKey 5', firmware: '5.7.1', pinSet: true, pinTriesLeft: 8 }],
      enrolled: 0,
      keyFile: REPORT.keyFile,
      keyFileTaken: false,
    });
  });

  it('says that Windows finds the key, where it does', async () => {
    keyWay = { way: 'windows', because: 'not-elevated', obstacle: undefined };
    const look = await calls()['enroll.look']({}, context());
    expect(CALLS['enroll.look'].output.parse(look)).toEqual(look);
    expect(look).toMatchObject({ keyWay: { way: 'windows', because: 'not-elevated' } });
  });

  it('says what an earlier run left, and why nothing can be published yet', async () => {
    const publishObstacle = new GlasskeyError({ code: 'ENTRA_NOT_CONFIGURED', message: 'No app.', remedy: 'Get one.' });
    outlook = { ...outlook, unfinished: written(), publishObstacle };
    const look = await calls()['enroll.look']({}, context());
    expect(CALLS['enroll.look'].output.parse(look)).toEqual(look);
    expect(look.unfinished).toMatchObject({ state: 'written', product: expect.any(String) });
    expect(look.publishObstacle).toMatchObject({ code: 'ENTRA_NOT_CONFIGURED' });
  });
});

describe('enroll.look at a backup', () => {
  it('says where its files go, what was begun of one, and whether one is prepared', async () => {
    const backup = { keyFile: `${REPORT.keyFile}_backup`, keyFileTaken: true, isPrepared: true } as const;
    outlook = { ...outlook, backup: { ...backup, unfinished: undefined } };
    const prepared = await calls()['enroll.look']({}, context());
    expect(CALLS['enroll.look'].output.parse(prepared)).toEqual(prepared);
    expect(prepared.backup).toEqual(backup);
    expect(prepared.keyFileTaken).toBe(false);

    outlook = { ...outlook, backup: { ...backup, unfinished: written() } };
    const begun = await calls()['enroll.look']({}, context());
    expect(CALLS['enroll.look'].output.parse(begun)).toEqual(begun);
    expect(begun.backup?.unfinished).toMatchObject({ state: 'written' });
    expect(begun.unfinished).toBeUndefined();
  });
});

describe('enroll.run', () => {
  it('asks by the prompts, tells each step, and reports without what the window has no use for', async () => {
    work = async (people, signal) => {
      const pin = await people.requestPin({ product: 'YubiKey 5', triesLeft: undefined, wasWrong: false }, signal);
      pin.wipe();
      people.tell({ kind: 'files-written', keyFile: REPORT.keyFile, fingerprint: 'SHA256:abc', keptOld: [] });
    };
    const run = Promise.resolve(calls()['enroll.run'](input, context()));
    await settle();
    await person.press('once', '493815');
    const report = await run;
    expect(CALLS['enroll.run'].output.parse(report)).toEqual(report);
    expect(report).not.toHaveProperty('next');
    expect(steps.map(({ kind }) => kind)).toEqual(['pin-wanted', 'pin-given', 'files-written']);
    for (const step of steps) expect(CALLS['enroll.run'].progress.parse(step)).toEqual(step);
    expect(enrolled).toBe(1);
    expect(events).toContain('readiness.changed');
    expect(person.seesNothing).toBe(true);
    expect(requests[0]).toEqual({ ...input, backup: false, device: undefined, keyFile: undefined });
  });

  it('makes a backup where that is asked for', async () => {
    await calls()['enroll.run']({ ...input, backup: true, device: '/dev/hidraw4' }, context());
    expect(requests[0]).toMatchObject({ backup: true, publish: false, device: '/dev/hidraw4', keyFile: undefined });
  });

  it('is cancelled by the window, with the prompt gone', async () => {
    const stop = new AbortController();
    work = async (people, signal) => {
      await people.requestPin({ product: 'YubiKey 5', triesLeft: undefined, wasWrong: false }, signal);
    };
    const failed = expect(calls()['enroll.run'](input, context(stop.signal))).rejects.toMatchObject({
      code: 'CANCELLED',
      kind: 'cancelled',
    });
    await settle();
    stop.abort();
    await failed;
    expect(person.seesNothing).toBe(true);
  });

  it('is cancelled by the prompt while the key waits for a touch', async () => {
    work = async (people, signal) => {
      people.tell({ kind: 'touch-wanted' });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw cancelled('The enrollment');
    };
    const failed = expect(calls()['enroll.run'](input, context())).rejects.toMatchObject({ code: 'CANCELLED' });
    await settle();
    await person.press('cancel');
    await failed;
    expect(person.seesNothing).toBe(true);
  });
});

it('publish.run publishes the enrollment that is named, or the one that is meant for the profile, and reports as agreed', async () => {
  await calls()['publish.run']({ enrollment: 'ab12' }, context());
  const report = await calls()['publish.run']({}, context());
  expect(CALLS['publish.run'].output.parse(report)).toEqual(report);
  expect(report).toMatchObject({ account: 'alice', alreadyThere: false });
  expect(published).toEqual(['ab12', undefined]);
});
