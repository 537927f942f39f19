import { beforeEach, describe, expect, it } from 'vitest';
import { DENIED_AFTER_MS } from '../../../main/agent/question-limits.ts';
import type { PromptAnswer } from '../../../main/ipc/contract.ts';
import type { OpenPrompt, PromptQuestion } from '../../../main/prompts/prompt.ts';
import { PromptDesk } from '../../../main/prompts/prompt-desk.ts';
import { DENIAL_TOLD_MS, DONE_MS, FAILED_MS, PAUSE_MS } from '../../../main/prompts/prompt-entry.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const texts = textsFor(['en']);
const { signal } = new AbortController();
const approval: PromptQuestion = { buttons: [{ answer: 'once', label: 'Once' }] };
const either: PromptQuestion = { buttons: [...approval.buttons, { answer: 'session', label: 'Session' }] };
const pinField = {
  kind: 'pin',
  label: 'PIN',
  minLength: 4,
  maxBytes: 63,
  tooShort: 'too short',
  tooLong: 'too long',
  notTheSame: 'not the same',
} as const;
const forPin: PromptQuestion = { ...approval, field: pinField };

const allow: PromptAnswer = { kind: 'allow', keep: 'once' };
const bytes = (text: string) => new TextEncoder().encode(text);
const withPin = (pin: Uint8Array<ArrayBuffer>): PromptAnswer => ({ ...allow, pin });
const isZero = (data: Uint8Array) => data.every((byte) => byte === 0);

let clock: ManualClock;
let desk: PromptDesk;
let cancelled: string[];

const open = (title: string): OpenPrompt =>
  desk.open({ title, sentences: [`${title}.`], cancel: () => void cancelled.push(title) });
const drawn = () => desk.view().prompts[0];
const titles = () => desk.view().prompts.map(({ title }) => title);
const topId = () => drawn()?.id ?? '';

beforeEach(() => {
  clock = new ManualClock();
  desk = new PromptDesk({ clock, texts });
  cancelled = [];
});

describe('a prompt', () => {
  it('is not drawn before it asks for something, even while it waits', () => {
    const prompt = open('A');
    prompt.waiting();
    expect(desk.view()).toMatchObject({ prompts: [], position: '' });
    void prompt.ask(approval, signal);
    expect(drawn()).toMatchObject({ title: 'A', state: 'asking', pauseMs: PAUSE_MS, deniedInMs: DENIED_AFTER_MS });
  });

  it('goes from the question over waiting and touch to done, which stays for a moment', async () => {
    const prompt = open('A');
    const answer = prompt.ask(forPin, signal);
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), withPin(bytes('123456')));
    const allowed = await answer;
    expect(allowed).toMatchObject({ keep: 'once' });
    expect(drawn()).toMatchObject({ state: 'waiting', buttons: [{ answer: 'cancel' }] });
    expect(drawn()?.deniedInMs).toBeUndefined();
    prompt.touch({ sentences: ['Log in on the jump host.'] });
    expect(drawn()).toMatchObject({ state: 'touch', sentences: ['Log in on the jump host.'] });
    prompt.waiting();
    prompt.touch({ sentences: ['Log in on the device.'] });
    expect(drawn()).toMatchObject({ state: 'touch', sentences: ['Log in on the device.'] });
    prompt.done();
    expect(drawn()).toMatchObject({ state: 'done', buttons: [] });
    await clock.pass(DONE_MS - 1);
    expect(titles()).toEqual(['A']);
    await clock.pass(1);
    expect(titles()).toEqual([]);
    allowed?.pin?.wipe();
  });

  it('that failed says so until it is closed, or for some seconds', async () => {
    open('A').fail('The key is not plugged in.');
    expect(drawn()).toMatchObject({ state: 'failed', status: 'The key is not plugged in.' });
    desk.answer(topId(), { kind: 'cancel' });
    expect(titles()).toEqual([]);
    open('B').fail('The key is not plugged in.');
    await clock.pass(FAILED_MS);
    expect(titles()).toEqual([]);
    expect(cancelled).toEqual([]);
  });

  it('that ended asks nothing any more: the answer is no', async () => {
    const prompt = open('A');
    prompt.close();
    expect(await prompt.ask(approval, signal)).toBeUndefined();
    prompt.touch();
    expect(titles()).toEqual([]);
  });

  it('tells who listens of each change, until they listen no more', () => {
    let changes = 0;
    const stop = desk.onChange(() => {
      changes += 1;
    });
    const prompt = open('A');
    void prompt.ask(approval, signal);
    expect(changes).toBe(1);
    stop();
    prompt.close();
    expect(changes).toBe(1);
  });
});

describe('silence', () => {
  it('denies after a minute', async () => {
    const answer = open('A').ask(approval, signal);
    await clock.pass(DENIED_AFTER_MS - 1);
    expect(drawn()).toMatchObject({ state: 'asking', deniedInMs: 1 });
    await clock.pass(1);
    expect(await answer).toBeUndefined();
  });

  it('counts only while the prompt is drawn', async () => {
    const first = open('A');
    void first.ask(approval, signal);
    const second = open('B').ask(approval, signal);
    await clock.pass(DENIED_AFTER_MS);
    first.close();
    expect(drawn()).toMatchObject({ title: 'B', deniedInMs: DENIED_AFTER_MS });
    await clock.pass(DENIED_AFTER_MS);
    expect(await second).toBeUndefined();
  });

  it('stands still while the screen is locked, and begins anew after', async () => {
    const answer = open('A').ask(approval, signal);
    await clock.pass(DENIED_AFTER_MS - 1);
    desk.lock();
    await clock.pass(10 * DENIED_AFTER_MS);
    expect(drawn()).toMatchObject({ state: 'asking', deniedInMs: DENIED_AFTER_MS });
    desk.unlock();
    await clock.pass(DENIED_AFTER_MS - 1);
    expect(drawn()?.state).toBe('asking');
    await clock.pass(1);
    expect(await answer).toBeUndefined();
  });

  it('is about to deny: said once, fifteen seconds before, in words that stay until then', async () => {
    const prompt = open('A');
    const answer = prompt.ask(approval, signal);
    let changes = 0;
    desk.onChange(() => {
      changes += 1;
    });
    await clock.pass(DENIED_AFTER_MS - DENIAL_TOLD_MS - 1);
    expect(drawn()?.status).toBe('');
    await clock.pass(1);
    expect(drawn()).toMatchObject({
      status: 'Denied within 15 seconds unless you answer.',
      deniedInMs: DENIAL_TOLD_MS,
    });
    await clock.pass(DENIAL_TOLD_MS - 1);
    expect(drawn()?.status).toBe('Denied within 15 seconds unless you answer.');
    expect(changes).toBe(1);
    await clock.pass(1);
    expect(await answer).toBeUndefined();
    // Another question has its whole time, and says nothing of denial yet.
    void prompt.ask(forPin, signal);
    expect(drawn()?.status).toBe('');
    await clock.pass(DENIED_AFTER_MS - DENIAL_TOLD_MS);
    expect(drawn()?.status).toMatch(/^Denied within/);
    await clock.pass(0);
    desk.answer(topId(), withPin(bytes('123')));
    expect(drawn()).toMatchObject({ problem: 'too short', status: '' });
  });

  it('that is near hides no blinking key', async () => {
    void open('A').ask(approval, signal);
    open('B').touch({ sentences: ['Log in as bob.'] });
    await clock.pass(DENIED_AFTER_MS - DENIAL_TOLD_MS);
    expect(drawn()?.status).toBe(
      'The security key blinks for something else: Log in as bob. Denied within 15 seconds unless you answer.',
    );
  });

  it('that is near hides no dialog of Windows for somebody else', () => {
    void open('A').ask(approval, signal);
    open('B').touch({ sentences: ['Log in as bob.'], systemAsks: true });
    expect(drawn()?.status).toBe('Windows asks for PIN and touch for something else: Log in as bob.');
  });

  it('is told of nobody who answered, or whose screen is locked', async () => {
    const prompt = open('A');
    void prompt.ask(approval, signal);
    await clock.pass(PAUSE_MS);
    desk.lock();
    await clock.pass(DENIED_AFTER_MS);
    expect(drawn()?.status).toBe('');
    desk.unlock();
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), allow);
    prompt.touch();
    await clock.pass(DENIED_AFTER_MS);
    expect(drawn()?.status).toBe('Touch the security key now: it blinks.');
  });

  it('may be longer for a question that says so', async () => {
    void open('A').ask({ ...approval, deniedAfterMs: 300_000 }, signal);
    await clock.pass(299_999);
    expect(drawn()?.state).toBe('asking');
  });
});

describe('an allowing answer', () => {
  it('is refused before the pause is over, and its PIN is wiped', async () => {
    const answer = open('A').ask(forPin, signal);
    await clock.pass(PAUSE_MS - 1);
    const early = bytes('123456');
    desk.answer(topId(), withPin(early));
    expect(drawn()).toMatchObject({ state: 'asking', problem: 'Too quick: please type it again.' });
    expect(isZero(early)).toBe(true);
    await clock.pass(1);
    desk.answer(topId(), withPin(bytes('123456')));
    expect((await answer)?.pin?.codePoints).toBe(6);
  });

  it('has a pause anew after the screen was unlocked, and is refused while it is locked', async () => {
    void open('A').ask(approval, signal);
    await clock.pass(PAUSE_MS);
    desk.lock();
    desk.answer(topId(), allow);
    expect(drawn()?.state).toBe('asking');
    desk.unlock();
    desk.answer(topId(), allow);
    expect(drawn()?.state).toBe('asking');
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), allow);
    expect(drawn()?.state).toBe('waiting');
  });

  it('that came too early says so, and does not hide how many tries are left', async () => {
    const prompt = open('A');
    void prompt.ask({ ...forPin, problem: 'This is the last try.' }, signal);
    for (const _ of [1, 2]) {
      desk.answer(topId(), withPin(bytes('123456')));
      expect(drawn()?.problem).toBe('Too quick: please type it again. This is the last try.');
    }
    void prompt.ask(approval, signal);
    desk.answer(topId(), allow);
    expect(drawn()?.problem).toBe('Too quick: please choose again.');
  });

  it('has a pause anew with each showing, which is counted: the window begins its own anew then', async () => {
    const first = open('A');
    void first.ask(approval, signal);
    expect(drawn()).toMatchObject({ title: 'A', showing: 1 });
    desk.lock();
    desk.unlock();
    expect(drawn()).toMatchObject({ title: 'A', showing: 2 });
    const second = open('B');
    second.touch();
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), allow);
    expect(drawn()?.title).toBe('B');
    void first.ask(forPin, signal);
    second.close();
    expect(drawn()).toMatchObject({ title: 'A', state: 'asking', showing: 3 });
    desk.answer(topId(), withPin(bytes('123456')));
    expect(drawn()).toMatchObject({ state: 'asking', showing: 3 });
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), withPin(bytes('123456')));
    expect(drawn()?.state).toBe('waiting');
  });

  it('counts for the prompt that is drawn alone: nobody has seen the next one', async () => {
    void open('A').ask(approval, signal);
    void open('B').ask(approval, signal);
    await clock.pass(PAUSE_MS);
    const [, second] = desk.view().prompts;
    desk.answer(second?.id ?? '', allow);
    expect(desk.view().prompts.map(({ state }) => state)).toEqual(['asking', 'asking']);
  });

  it('must be one of those that were offered', async () => {
    void open('A').ask(approval, signal);
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), { kind: 'allow', keep: 'session' });
    expect(drawn()?.state).toBe('asking');
  });

  it('says for how long', async () => {
    const answer = open('A').ask(either, signal);
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), { kind: 'allow', keep: 'session' });
    expect(await answer).toEqual({ keep: 'session', pin: undefined });
  });

  it('without the PIN that was asked for, or with one that was not, is ignored', async () => {
    const prompt = open('A');
    void prompt.ask(forPin, signal);
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), allow);
    expect(drawn()?.state).toBe('asking');
    void prompt.ask(approval, signal);
    const unasked = bytes('123456');
    desk.answer(topId(), withPin(unasked));
    expect(drawn()?.state).toBe('asking');
    expect(isZero(unasked)).toBe(true);
  });

  it.each([
    ['123', 'too short'],
    ['x'.repeat(64), 'too long'],
    ['12\u{0}456', 'too short'],
  ])('with %j, which can be no PIN, leaves the question standing and says why', async (typed, problem) => {
    void open('A').ask(forPin, signal);
    await clock.pass(PAUSE_MS);
    const given = bytes(typed);
    desk.answer(topId(), withPin(given));
    expect(drawn()).toMatchObject({ state: 'asking', problem, deniedInMs: DENIED_AFTER_MS });
    expect(isZero(given)).toBe(true);
  });

  it('gives the PIN as a copy: what was received is wiped at once', async () => {
    const answer = open('A').ask(forPin, signal);
    await clock.pass(PAUSE_MS);
    const received = bytes('123456');
    desk.answer(topId(), withPin(received));
    expect(isZero(received)).toBe(true);
    const pin = (await answer)?.pin;
    expect(pin?.isWiped).toBe(false);
    pin?.wipe();
  });

  it('to a prompt that is gone, unknown or waiting is ignored, and its bytes are wiped', async () => {
    const prompt = open('A');
    void prompt.ask(forPin, signal);
    const id = topId();
    await clock.pass(PAUSE_MS);
    prompt.waiting();
    for (const to of [id, 'no-such-prompt']) {
      const given = bytes('123456');
      desk.answer(to, withPin(given));
      expect(isZero(given)).toBe(true);
    }
    prompt.close();
    const late = bytes('123456');
    desk.answer(id, withPin(late));
    expect(isZero(late)).toBe(true);
  });
});

describe('no', () => {
  it('needs no pause, and stands beside every way to allow, after them', async () => {
    const answer = open('A').ask(either, signal);
    expect(drawn()?.buttons.map((button) => button.answer)).toEqual(['once', 'session', 'deny']);
    desk.answer(topId(), { kind: 'deny' });
    expect(await answer).toBeUndefined();
  });

  it('comes of an aborted signal, before and after it was asked', async () => {
    const stop = new AbortController();
    const prompt = open('A');
    const answer = prompt.ask(approval, stop.signal);
    stop.abort();
    expect(await answer).toBeUndefined();
    expect(await prompt.ask(approval, stop.signal)).toBeUndefined();
  });

  it('to all leaves nothing asking, and lets go on what waits', async () => {
    const waiting = open('A');
    waiting.touch();
    const answers = [open('B').ask(approval, signal), open('C').ask(forPin, signal)];
    desk.denyAll();
    expect(await Promise.all(answers)).toEqual([undefined, undefined]);
    expect(drawn()).toMatchObject({ title: 'A', state: 'touch' });
    expect(cancelled).toEqual([]);
  });
});

describe('cancel', () => {
  it('ends what is under way, once, and says that it is being stopped', () => {
    const prompt = open('A');
    prompt.touch();
    desk.answer(topId(), { kind: 'cancel' });
    desk.answer(topId(), { kind: 'cancel' });
    expect(cancelled).toEqual(['A']);
    expect(drawn()).toMatchObject({ status: 'Stopping…', buttons: [] });
  });

  it('ends each one on its own, also one that is not drawn', () => {
    open('A').touch();
    open('B').touch();
    desk.answer(desk.view().prompts[1]?.id ?? '', { kind: 'cancel' });
    expect(cancelled).toEqual(['B']);
  });
});

describe('several prompts', () => {
  it('queue, in the order they came, and say so', () => {
    void open('A').ask(approval, signal);
    expect(desk.view().position).toBe('');
    void open('B').ask(approval, signal);
    expect(titles()).toEqual(['A', 'B']);
    expect(desk.view().position).toBe('1 of 2');
  });

  it('never swap away the one that asks, whatever another wants', () => {
    const first = open('A');
    void first.ask(forPin, signal);
    const second = open('B');
    second.touch({ sentences: ['Log in as bob.'] });
    expect(drawn()).toMatchObject({ title: 'A', state: 'asking' });
    expect(drawn()?.status).toBe('The security key blinks for something else: Log in as bob.');
    second.done();
    expect(drawn()).toMatchObject({ title: 'A', status: '' });
  });

  it('give way while they only wait, to the one whose key blinks first', async () => {
    const first = open('A');
    void first.ask(approval, signal);
    void open('B').ask(approval, signal);
    const third = open('C');
    third.touch();
    await clock.pass(PAUSE_MS);
    desk.answer(topId(), allow);
    expect(drawn()).toMatchObject({ title: 'C', state: 'touch' });
    third.waiting();
    expect(drawn()).toMatchObject({ title: 'B', state: 'asking' });
  });

  it('show the end of the one that is drawn before the next one asks', async () => {
    const first = open('A');
    first.touch();
    void open('B').ask(approval, signal);
    first.done();
    expect(drawn()).toMatchObject({ title: 'A', state: 'done' });
    await clock.pass(DONE_MS);
    expect(drawn()).toMatchObject({ title: 'B', state: 'asking', deniedInMs: DENIED_AFTER_MS });
  });
});
