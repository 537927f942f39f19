import { beforeEach, describe, expect, it } from 'vitest';
import type { SigningFacts } from '../../../main/agent/describe-signing.ts';
import { DENIED_AFTER_MS } from '../../../main/agent/question-limits.ts';
import type { EnrollStep } from '../../../main/ipc/contract.ts';
import { type DesktopPeople, desktopPeople } from '../../../main/prompts/desktop-people.ts';
import { DONE_MS } from '../../../main/prompts/prompt-entry.ts';
import { Person, texts } from './person.ts';

const { signal } = new AbortController();
const loginOn = (name: string): SigningFacts => ({
  purpose: { kind: 'login', user: 'alice', host: { name, fingerprint: 'SHA256:abc' } },
  through: [],
  way: 'known',
});

let person: Person;
let steps: EnrollStep[];
let cancelled: number;

beforeEach(() => {
  person = new Person();
  steps = [];
  cancelled = 0;
});
const cancel = () => {
  cancelled += 1;
};

describe('the people of a session', () => {
  const session = (jumps: readonly string[], name?: string, device = 'alice@10.0.0.7'): DesktopPeople =>
    desktopPeople(person.desk, texts, { kind: 'session', name, device, jumps, cancel });

  it('are asked in one prompt: PIN, waiting, a touch for each hop with its whole sentence, done', async () => {
    const people = session(['ops@192.0.2.10']);
    const asked = people.signingPin({ why: 'needed', product: 'YubiKey 5' }, signal);
    const { id } = person.sees;
    expect(person.sees).toMatchObject({
      title: 'Log in to 10.0.0.7',
      sentences: [
        'Log in to alice@10.0.0.7, through ops@192.0.2.10.',
        'It takes the PIN and 2 touches, one for each host on the way.',
      ],
      state: 'asking',
      field: { kind: 'pin', label: 'PIN of YubiKey 5' },
    });
    await person.press('once', '493815');
    expect(person.sees).toMatchObject({ id, state: 'waiting' });
    people.touchWanted('', loginOn('jump-east'));
    expect(person.sees).toMatchObject({
      id,
      state: 'touch',
      sentences: ['Log in as alice on jump-east (SHA256:abc).'],
    });
    people.touchDone('signed');
    expect(person.sees).toMatchObject({ id, state: 'waiting', status: 'Logging in…' });
    people.touchWanted('', loginOn('ce1-rack4'));
    expect(person.sees).toMatchObject({
      id,
      state: 'touch',
      sentences: ['Log in as alice on ce1-rack4 (SHA256:abc).'],
    });
    people.touchDone('signed');
    expect(person.sees).toMatchObject({ id, state: 'done' });
    await person.clock.pass(DONE_MS);
    expect(person.seesNothing).toBe(true);
    (await asked)?.wipe();
  });

  const onward = (reason: 'forwarded-known-host' | 'forwarded-way-new-host-key') => ({
    reason,
    purpose: '',
    facts: { ...loginOn('ce2-rack4'), through: [{ name: 'ce1-rack4', fingerprint: 'SHA256:dev' }] },
    client: { program: 'ssh', place: 'glasskey' },
    waiting: 0,
  });

  it('are asked in a prompt of its own for a login that was not planned, with its chain and the program', async () => {
    const people = session([]);
    const asked = people.approveUnplanned?.(onward('forwarded-known-host'), signal);
    expect(person.sees).toMatchObject({ title: 'Log in to ce2-rack4', state: 'asking' });
    expect(person.sees.sentences).toEqual([
      'Log in as alice on ce2-rack4 (SHA256:abc), through ce1-rack4 (SHA256:dev), asked by ssh in glasskey.',
    ]);
    expect(person.sees.buttons.map(({ answer }) => answer)).toEqual(['once', 'deny']);
    await person.press('once');
    expect(await asked).toBe(true);
    expect(person.seesNothing).toBe(true);
  });

  it('deny such a login by silence, and say of a device’s new key that it is to be compared', async () => {
    const people = session([]);
    const asked = people.approveUnplanned?.(onward('forwarded-way-new-host-key'), signal);
    expect(person.sees.sentences[0]).toContain('Compare its fingerprint');
    await person.clock.pass(DENIED_AFTER_MS);
    expect(await asked).toBe(false);
  });

  it.each([
    ['alice@198.18.17.118', '198.18.17.118'],
    ['alice@198.18.17.118:2222', '[198.18.17.118]:2222'],
    ['alice@[2001:db8::1]:2222', '[2001:db8::1]:2222'],
    ['alice@2001:db8::1', '2001:db8::1'],
    ['alice@CE1-rack4', 'ce1-rack4'],
  ])('name a saved device first (%s), and its host with the fingerprint still', (device, known) => {
    const people = session(['jumper@jump-east'], 'leaf1', device);
    void people.signingPin({ why: 'needed', product: 'A key' }, signal);
    expect(person.sees.title).toBe('Log in to leaf1');
    expect(person.sees.sentences[0]).toBe(`Log in to leaf1 (${device}), through jumper@jump-east.`);
    people.touchWanted('', loginOn('jump-east'));
    expect(person.sees.sentences).toEqual(['Log in as alice on jump-east (SHA256:abc).']);
    people.touchWanted('', loginOn(known));
    expect(person.sees.sentences).toEqual([`Log in as alice on leaf1 at ${known} (SHA256:abc).`]);
  });

  it('say why a PIN is asked for again whose key was unplugged meanwhile, and that it was not tried', async () => {
    const people = session([]);
    void people.signingPin({ why: 'replugged', product: 'A key' }, signal);
    expect(person.sees.problem).toMatch(/^The security key was unplugged meanwhile\. What you typed was not tried/);
    void people.signingPin({ why: 'replugged', product: 'A key', triesLeft: 7 }, signal);
    expect(person.sees.problem).toMatch(/not tried.* 7 tries are left/);
  });

  it('say a wrong PIN with the tries that are left, and the last try clearly', async () => {
    const people = session([]);
    const problem = () => person.sees.problem;
    void people.signingPin({ why: 'needed', product: 'A key' }, signal);
    expect(problem()).toBeUndefined();
    void people.signingPin({ why: 'wrong', product: 'A key', triesLeft: 7 }, signal);
    expect(problem()).toBe('That is not the PIN of this key. 7 tries are left before the key is blocked for good.');
    void people.signingPin({ why: 'needed', product: 'A key', triesLeft: 1 }, signal);
    expect(problem()).toBe('This is the last try: after another wrong PIN the key is blocked for good.');
  });

  it('decline by no, and by silence', async () => {
    const people = session([]);
    const first = people.signingPin({ why: 'needed', product: 'A key' }, signal);
    await person.press('deny');
    expect(await first).toBeUndefined();
    expect(person.seesNothing).toBe(true);
    const second = people.signingPin({ why: 'needed', product: 'A key' }, signal);
    await person.clock.pass(DENIED_AFTER_MS);
    expect(await second).toBeUndefined();
    expect(person.seesNothing).toBe(true);
  });

  it('end the session when they cancel while it waits for the key', async () => {
    const people = session([]);
    people.touchWanted('', loginOn('ce1-rack4'));
    await person.press('cancel');
    expect(cancelled).toBe(1);
    people.end('failed');
    expect(person.seesNothing).toBe(true);
  });

  it('see a prompt of its own for each touch once the login is through', async () => {
    const people = session(['ops@192.0.2.10']);
    people.touchWanted('', loginOn('jump-east'));
    people.touchDone('signed');
    people.end('done');
    expect(person.sees.state).toBe('done');
    await person.clock.pass(DONE_MS);
    people.touchWanted('', { ...loginOn('inner'), through: [{ name: 'ce1-rack4', fingerprint: 'SHA256:def' }] });
    expect(person.sees.sentences).toEqual(['Log in as alice on inner (SHA256:abc), through ce1-rack4 (SHA256:def).']);
    people.touchDone('signed');
    expect(person.sees.state).toBe('done');
  });

  it('see what a forwarded login is for where its PIN is asked for again, and not what the session was begun for', async () => {
    const people = session(['ops@192.0.2.10']);
    people.end('done');
    const facts: SigningFacts = { ...loginOn('inner'), through: [{ name: 'ce1-rack4', fingerprint: 'SHA256:def' }] };
    const asked = people.signingPin({ why: 'needed', product: 'A key', facts }, signal);
    const words = {
      title: 'Log in to inner',
      sentences: ['Log in as alice on inner (SHA256:abc), through ce1-rack4 (SHA256:def).'],
    };
    expect(person.sees).toMatchObject({ state: 'asking', ...words });
    await person.press('once', '493815');
    (await asked)?.wipe();
    people.touchWanted('', facts);
    expect(person.sees).toMatchObject({ state: 'touch', ...words });
  });

  it('are rid of the prompt when a forwarded login comes to nothing', () => {
    const people = session([]);
    people.end('done');
    people.touchWanted('', loginOn('inner'));
    people.touchDone('not-signed');
    expect(person.seesNothing).toBe(true);
  });

  it('see only who, where and through which hop where Windows asks for PIN and touch', () => {
    const people = session(['ops@192.0.2.10']);
    people.touchWanted('', { ...loginOn('jump-east'), systemAsks: true });
    expect(person.sees).toMatchObject({
      title: 'Log in to 10.0.0.7',
      sentences: ['Log in as alice on jump-east (SHA256:abc).'],
      state: 'touch',
      status: 'Windows asks for PIN and touch: follow its dialog.',
    });
    expect(person.sees.field).toBeUndefined();
    people.touchDone('signed');
    expect(person.sees).toMatchObject({
      state: 'waiting',
      sentences: [
        'Log in to alice@10.0.0.7, through ops@192.0.2.10.',
        'Windows asks 2 times for PIN and touch, once for each host on the way.',
      ],
    });
  });

  it('are not told that it is done when the touch did not come', () => {
    const people = session([]);
    people.touchWanted('', loginOn('ce1-rack4'));
    people.touchDone('not-signed');
    expect(person.sees.state).toBe('waiting');
  });
});

describe('the people of an enrollment', () => {
  let people: DesktopPeople;
  beforeEach(() => {
    const step = (one: EnrollStep) => void steps.push(one);
    people = desktopPeople(person.desk, texts, { kind: 'enrollment', step, cancel });
  });
  const kinds = () => steps.map(({ kind }) => kind);

  it('go from the PIN over the touch to the credential in one prompt, with each step told', async () => {
    people.tell({ kind: 'key-found', product: 'YubiKey 5', firmware: '5.7.1', model: undefined });
    expect(person.seesNothing).toBe(true);
    const first = people.requestPin({ product: 'YubiKey 5', triesLeft: undefined, wasWrong: false }, signal);
    const { id } = person.sees;
    await person.press('once', '000000');
    (await first).wipe();
    const second = people.requestPin({ product: 'YubiKey 5', triesLeft: 7, wasWrong: true }, signal);
    expect(person.sees).toMatchObject({ id, state: 'asking', problem: expect.stringContaining('7 tries') });
    await person.press('once', '493815');
    (await second).wipe();
    people.tell({ kind: 'touch-wanted' });
    expect(person.sees).toMatchObject({ id, state: 'touch', status: 'Touch the security key now: it blinks.' });
    people.tell({ kind: 'touched' });
    expect(person.sees.state).toBe('waiting');
    people.tell({ kind: 'credential-made' });
    expect(person.sees).toMatchObject({ id, state: 'done' });
    expect(kinds()).toEqual([
      'key-found',
      'pin-wanted',
      'pin-given',
      'pin-wanted',
      'pin-given',
      'touch-wanted',
      'touched',
      'credential-made',
    ]);
  });

  it('are asked for no PIN, and told of no blinking key, where Windows asks', () => {
    people.tell({ kind: 'touch-wanted', systemAsks: true });
    expect(person.sees).toMatchObject({
      state: 'touch',
      sentences: ['Glasskey makes an SSH key on your security key, through Windows.'],
      status: 'Windows asks for PIN and touch: follow its dialog.',
    });
    expect(steps).toEqual([{ kind: 'touch-wanted', systemAsks: true }]);
    people.tell({ kind: 'credential-made' });
    expect(person.sees.state).toBe('done');
  });

  it('are told the rules of a first PIN before they break one', async () => {
    const asked = people.requestNewPin({ product: 'YubiKey 5', minLength: 6 }, signal);
    const { field, rules } = person.sees;
    expect(field).toMatchObject({ kind: 'new-pin', minLength: 6, maxBytes: 63, repeatLabel: 'The same PIN again' });
    expect(rules.join(' ')).toMatch(/At least 6 characters.*At most 63 bytes.*exactly as typed.*for each login/);
    await person.press('once', '12345');
    expect(person.sees).toMatchObject({ state: 'asking', problem: 'A PIN has at least 6 characters.' });
    // Two characters of four bytes each count as two.
    await person.press('once', '12\u{1F511}\u{1F511}');
    expect(person.sees.state).toBe('asking');
    await person.press('once', '1234\u{1F511}\u{1F511}');
    expect((await asked).codePoints).toBe(6);
    expect(steps[0]).toEqual({ kind: 'pin-wanted', isNew: true });
  });

  it('have longer than a minute to invent a PIN', async () => {
    const asked = people.requestNewPin({ product: 'A key', minLength: 4 }, signal);
    const declined = expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await person.clock.pass(4 * DENIED_AFTER_MS);
    expect(person.sees.state).toBe('asking');
    await person.press('deny');
    await declined;
  });

  it('reject with CANCELLED when they decline, or the enrollment was stopped', async () => {
    const asked = people.requestPin({ product: 'A key', triesLeft: undefined, wasWrong: false }, signal);
    const declined = expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await person.press('deny');
    await declined;
    const stop = new AbortController();
    const stopped = people.requestPin({ product: 'A key', triesLeft: undefined, wasWrong: false }, stop.signal);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(person.seesNothing).toBe(true);
  });

  it('are asked whose key is replaced, which one it is and what that means, with a pause of its own', async () => {
    people.tell({ kind: 'touch-wanted' });
    people.tell({ kind: 'credential-made' });
    await person.clock.pass(DONE_MS);
    const conflict = {
      account: 'alice@lab.example',
      present: 'sk-ssh-ed25519@openssh.com AAAA',
      fingerprint: 'SHA256:old',
      enrolledHere: true,
      ofRotation: false,
      ours: undefined,
      agreeBy: '',
    };
    const replaced = people.mayReplaceProfileKey(conflict, signal);
    expect(person.sees.title).toBe('Replace the key on the profile of alice@lab.example?');
    expect(person.sees.sentences.join(' ')).toMatch(/SHA256:old.*this computer too.*next reconciliation/);
    expect(person.sees.buttons.map(({ answer }) => answer)).toEqual(['once', 'deny']);
    person.desk.answer(person.sees.id, { kind: 'allow', keep: 'once' });
    expect(person.sees.state).toBe('asking');
    await person.press('once');
    expect(await replaced).toBe(true);
    expect(person.seesNothing).toBe(true);
    const kept = people.mayReplaceProfileKey({ ...conflict, fingerprint: undefined, enrolledHere: false }, signal);
    expect(person.sees.sentences[0]).toContain('no security key');
    await person.press('deny');
    expect(await kept).toBe(false);
  });

  it('see no prompt while the browser has the sign-in', () => {
    people.tell({ kind: 'touch-wanted' });
    people.signInWanted(undefined);
    expect(person.seesNothing).toBe(true);
    people.signInWanted('https://login.example/x');
    expect(steps.slice(1)).toEqual([
      { kind: 'sign-in-wanted' },
      { kind: 'sign-in-wanted', url: 'https://login.example/x' },
    ]);
  });

  it('leave nothing drawn when it has failed', async () => {
    const asked = people.requestPin({ product: 'A key', triesLeft: undefined, wasWrong: false }, signal);
    await person.press('once', '493815');
    (await asked).wipe();
    people.end('failed');
    people.end('failed');
    expect(person.seesNothing).toBe(true);
  });
});
