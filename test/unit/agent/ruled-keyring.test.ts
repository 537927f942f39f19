import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { DEFAULT_KEY_POLICY } from '../../../main/agent/agent-rules.ts';
import type { SignRequest } from '../../../main/agent/keyring.ts';
import { MOST_REQUESTS } from '../../../main/agent/question-limits.ts';
import { RuledKeyring, type RuledKeyringParts, type UnplannedQuestion } from '../../../main/agent/ruled-keyring.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';
import { sessionHost, sshsigData } from './session-host.ts';
import { type SoftwareKey, SoftwareKeyring, softwareKey } from './software-keyring.ts';

const { signal } = new AbortController();

let clock: ManualClock;
let key: SoftwareKey;
let inner: SoftwareKeyring;
let questions: (UnplannedQuestion & { readonly answer: (isApproved: boolean) => void })[];
let remarks: string[];
let ended: number;
let keyring: RuledKeyring;

beforeEach(() => {
  clock = new ManualClock();
  key = softwareKey();
  inner = new SoftwareKeyring([key]);
  questions = [];
  remarks = [];
  ended = 0;
  keyring = new RuledKeyring(parts());
});

const parts = (): RuledKeyringParts => ({
  keyring: inner,
  expected: () => undefined,
  policyOf: () => DEFAULT_KEY_POLICY,
  isKnownHost: () => false,
  nameHost: () => undefined,
  clock,
  log: silentLog,
  people: {
    asksInTurn: true,
    approveUnplanned: (question) => new Promise((answer) => questions.push({ ...question, answer })),
    approvedEnded: () => {
      ended += 1;
    },
    remark: (text) => void remarks.push(text),
  },
});

function file(namespace: string, over: Partial<SignRequest> = {}): SignRequest {
  return {
    keyBlob: key.blob,
    data: sshsigData(namespace),
    purpose: { kind: 'sshsig', namespace },
    forwardedThrough: [],
    isPathProven: false,
    throughUnverifiedHost: false,
    client: { program: 'ssh-keygen' },
    ...over,
  };
}

const asked = () =>
  questions.map(
    ({ facts: { purpose }, waiting }) => `${purpose.kind === 'sshsig' && purpose.namespace}, ${waiting} more`,
  );

describe('requests that are asked about in turn', () => {
  it('wait for the end of the one before them, and not for its answer alone', async () => {
    const touched = Promise.withResolvers<void>();
    inner.wait = () => touched.promise;
    const signed = [keyring.sign(file('a'), signal), keyring.sign(file('b'), signal)];
    await settle();
    expect(asked()).toEqual(['a, 1 more']);
    questions[0]?.answer(true);
    await settle();
    expect(questions).toHaveLength(1);
    expect(ended).toBe(0);
    touched.resolve();
    await signed[0];
    await settle();
    expect(ended).toBe(1);
    expect(asked()).toEqual(['a, 1 more', 'b, 0 more']);
    questions[1]?.answer(false);
    await expect(signed[1]).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(inner.requests).toHaveLength(1);
    expect(ended).toBe(1);
  });

  it('are never asked about where their program has gone meanwhile', async () => {
    const gone = new AbortController();
    const first = keyring.sign(file('a'), signal);
    const second = keyring.sign(file('b'), gone.signal);
    const third = keyring.sign(file('c'), signal);
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    questions[0]?.answer(true);
    await first;
    await settle();
    expect(asked().at(-1)).toBe('c, 0 more');
    questions[1]?.answer(true);
    await third;
  });

  it('are no more than a person can see through; those that are refused wait for nobody', async () => {
    const waiting = Array.from({ length: MOST_REQUESTS }, (_, at) => keyring.sign(file(String(at)), signal));
    await settle();
    await expect(keyring.sign(file('more'), signal)).rejects.toMatchObject({ code: 'AGENT_TOO_MANY_REQUESTS' });
    const forwarded = file('git', { forwardedThrough: [sessionHost().blob], isPathProven: true });
    await expect(keyring.sign(forwarded, signal)).rejects.toMatchObject({ code: 'AGENT_FORWARDED_REFUSED' });
    expect(questions).toHaveLength(1);
    for (let at = 0; at < waiting.length; at += 1) {
      questions[at]?.answer(false);
      await expect(waiting[at]).rejects.toMatchObject({ code: 'CANCELLED' });
      await settle();
    }
  });
});

describe('requests that are asked about beside one another', () => {
  it('are no more than a person can see through, and each that ends makes room', async () => {
    keyring = new RuledKeyring({ ...parts(), people: { ...parts().people, asksInTurn: false } });
    const waiting = Array.from({ length: MOST_REQUESTS }, (_, at) => keyring.sign(file(String(at)), signal));
    await settle();
    await expect(keyring.sign(file('more'), signal)).rejects.toMatchObject({ code: 'AGENT_TOO_MANY_REQUESTS' });
    expect(questions).toHaveLength(MOST_REQUESTS);
    questions[0]?.answer(false);
    await expect(waiting[0]).rejects.toMatchObject({ code: 'CANCELLED' });
    waiting[0] = keyring.sign(file('more'), signal);
    await settle();
    for (const question of questions) question.answer(true);
    expect(await Promise.all(waiting)).toHaveLength(MOST_REQUESTS);
  });
});

describe('what is refused', () => {
  it('is told once in a minute, and again after it', async () => {
    const forwarded = file('git', { forwardedThrough: [sessionHost().blob], isPathProven: true });
    const refused = () =>
      expect(keyring.sign(forwarded, signal)).rejects.toMatchObject({ detail: { reason: 'forwarded-signature' } });
    for (let times = 0; times < 5; times += 1) await refused();
    expect(remarks).toHaveLength(1);
    await clock.pass(60_000);
    await refused();
    expect(remarks).toHaveLength(2);
  });

  it('fills no terminal by being another thing each time', async () => {
    for (let times = 0; times < 40; times += 1) {
      const forwarded = file(`git ${times}`, { forwardedThrough: [sessionHost().blob], isPathProven: true });
      await expect(keyring.sign(forwarded, signal)).rejects.toMatchObject({ code: 'AGENT_FORWARDED_REFUSED' });
    }
    expect(remarks.length).toBeLessThan(20);
  });
});
