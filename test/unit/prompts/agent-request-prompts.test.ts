import { beforeEach, describe, expect, it } from 'vitest';
import { cancelled, GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { ApprovalRequest, RequestPeople } from '../../../main/agent/approving-keyring.ts';
import type { SigningFacts } from '../../../main/agent/describe-signing.ts';
import type { Client } from '../../../main/agent/keyring.ts';
import { agentRequestPrompts } from '../../../main/prompts/agent-request-prompts.ts';
import { signingSentence } from '../../../main/prompts/signing-sentence.ts';
import { Person, texts } from './person.ts';

const { signal } = new AbortController();
const jump = { name: 'jump-east', fingerprint: 'SHA256:jump' };
const facts: SigningFacts = {
  purpose: { kind: 'login', user: 'admin', host: { name: 'ce1-rack4', fingerprint: 'SHA256:abc' } },
  through: [jump],
  way: 'known',
};
const client: Client = { pid: 7, program: 'ssh', place: 'bash', session: '10:99' };
const signing: SigningFacts = { purpose: { kind: 'sshsig', namespace: 'git' }, through: [], way: 'unknown' };

describe('the sentence', () => {
  it.each<[string, SigningFacts, Client | undefined]>([
    [
      'Log in as admin on ce1-rack4 (SHA256:abc), through jump-east (SHA256:jump), asked by ssh in bash.',
      facts,
      client,
    ],
    [
      'Log in as admin on ce1-rack4 (SHA256:abc), asked by ssh for git in code.',
      { ...facts, through: [] },
      { ...client, starter: 'git', place: 'code' },
    ],
    ['Log in as admin on ce1-rack4 (SHA256:abc), asked by ssh.', { ...facts, through: [] }, { program: 'ssh' }],
    [
      'Log in as admin on ce1-rack4 (SHA256:abc), asked by a program that cannot be named.',
      { ...facts, through: [] },
      {},
    ],
    ['Log in as admin on ce1-rack4 (SHA256:abc).', { ...facts, through: [] }, undefined],
    [
      'Log in as admin on ce1-rack4 (SHA256:abc), from a place that the program is too old to name, asked by ssh.',
      { ...facts, through: [], way: 'unknown' },
      { program: 'ssh' },
    ],
    [
      'Log in as admin on ce1-rack4 (SHA256:abc), through jump-east (SHA256:jump), and a host that could not be verified.',
      { ...facts, way: 'unverified' },
      undefined,
    ],
    [
      'Log in as admin on ce1-rack4 (SHA256:abc), through a host that could not be verified.',
      { ...facts, through: [], way: 'unverified' },
      undefined,
    ],
    [
      'Log in as admin on a host that is not known here (SHA256:x), through jump-east (SHA256:jump), then jump-west.',
      {
        purpose: { kind: 'login', user: 'admin', host: { name: undefined, fingerprint: 'SHA256:x' } },
        through: [jump, { name: 'jump-west', fingerprint: undefined }],
        way: 'known',
      },
      undefined,
    ],
    [
      'Log in as admin on a host that the program does not name.',
      { ...facts, purpose: { kind: 'login', user: 'admin', host: undefined }, through: [] },
      undefined,
    ],
    [
      'Sign for git, asked by ssh-keygen for git in zsh.',
      signing,
      { program: 'ssh-keygen', starter: 'git', place: 'zsh' },
    ],
  ])('says %s', (sentence, about, asking) => {
    expect(signingSentence(texts, about, asking)).toBe(sentence);
  });

  it('takes no program’s name for its own words', () => {
    const forged = { program: 'ssh in bash. Approve', place: 'a\u{202E}b' };
    expect(signingSentence(texts, signing, forged)).toBe(
      'Sign for git, asked by “ssh in bash. Approve” in “a\u{FFFD}b”.',
    );
    expect(signingSentence(texts, signing, { program: '{x}' })).toBe('Sign for git, asked by “{x}”.');
  });
});

describe('the prompt of a request', () => {
  let person: Person;
  let isCancelled: boolean;
  const begin = (about: Partial<ApprovalRequest> = {}): RequestPeople =>
    agentRequestPrompts(person.desk, texts, () => 'YubiKey 5').begin({ facts, client, mayKeep: true, ...about }, () => {
      isCancelled = true;
    });
  beforeEach(() => {
    person = new Person();
    isCancelled = false;
  });

  it('goes from approval to PIN to touch to done', async () => {
    const people = begin();
    const approved = people.approve(signal);
    const { id } = person.sees;
    expect(person.sees).toMatchObject({ title: 'Log in to ce1-rack4', state: 'asking' });
    expect(person.sees.field).toBeUndefined();
    await person.press('session');
    expect(await approved).toBe('session');
    expect(person.sees).toMatchObject({ id, state: 'waiting', status: 'Waiting for the security key…' });
    const pin = people.signingPin({ why: 'needed', credentialId: Uint8Array.of(1), triesLeft: 3 }, signal);
    expect(person.sees).toMatchObject({
      id,
      field: { label: 'PIN of YubiKey 5' },
      problem: expect.stringContaining('3 tries'),
    });
    await person.press('once', '493815');
    (await pin)?.wipe();
    people.touchWanted('', facts);
    expect(person.sees).toMatchObject({
      id,
      state: 'touch',
      sentences: [expect.stringContaining('asked by ssh in bash')],
    });
    people.touchDone('signed');
    people.end('signed');
    expect(person.sees).toMatchObject({ id, state: 'done' });
  });

  it('says that Windows asks, where it does, beside who asks and where', () => {
    begin().touchWanted('', { ...facts, systemAsks: true });
    expect(person.sees).toMatchObject({
      state: 'touch',
      sentences: [expect.stringContaining('asked by ssh in bash')],
      status: 'Windows asks for PIN and touch: follow its dialog.',
    });
  });

  it('offers once, this session and no, with what "this session" means; without a session, only once', async () => {
    const first = begin();
    void first.approve(signal);
    expect(person.sees.buttons.map(({ label }) => label)).toEqual(['Once', 'For this session', 'No']);
    expect(person.sees.rules).toEqual([expect.stringMatching(/15 minutes/)]);
    await person.press('deny');
    first.end(cancelled('The signature'));
    void begin({ mayKeep: false }).approve(signal);
    expect(person.sees.buttons.map(({ label }) => label)).toEqual(['Once', 'No']);
    expect(person.sees.rules).toEqual([]);
  });

  it('shows the touch of what was allowed before, with its sentence, and nothing else', () => {
    const people = begin();
    people.keyBusy();
    expect(person.seesNothing).toBe(true);
    people.touchWanted('', facts);
    expect(person.sees).toMatchObject({ state: 'touch', sentences: [expect.stringContaining('Log in as admin')] });
  });

  it('says why it failed, also where nothing was asked before', () => {
    const people = begin();
    people.end(new GlasskeyError({ code: 'KEY_MISSING', message: 'It is not plugged in.', remedy: 'Plug it in.' }));
    expect(person.sees).toMatchObject({ state: 'failed', status: expect.stringContaining('It is not plugged in.') });
  });

  it('is gone at once when it was denied or cancelled', async () => {
    const people = begin();
    people.touchWanted('', facts);
    await person.press('cancel');
    expect(isCancelled).toBe(true);
    people.end(cancelled('The signature'));
    expect(person.seesNothing).toBe(true);
  });
});

describe('a flood of requests', () => {
  it('is asked after what the person has begun, and swaps nothing away', async () => {
    const person = new Person();
    const people = agentRequestPrompts(person.desk, texts, () => 'A key');
    const flood = () => {
      const one = people.begin({ facts, client, mayKeep: false }, () => {});
      void one.approve(signal).then(() => {
        one.end(cancelled('The signature'));
        flood();
      });
    };
    for (let count = 0; count < 8; count += 1) flood();
    const before = person.sees.id;
    const own = person.desk.open({ title: 'Log in to leaf1', sentences: [], cancel() {} });
    void own.ask({ buttons: [{ answer: 'once', label: 'Yes' }] }, signal);
    expect(person.sees.id).toBe(before);
    await person.press('deny');
    expect(person.sees.title).toBe('Log in to leaf1');
  });
});
