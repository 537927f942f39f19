import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DENIED_AFTER_MS } from '../../../main/agent/question-limits.ts';
import type { PromptAnswer } from '../../../main/ipc/contract.ts';
import type { Allowed, OpenPrompt, PromptQuestion } from '../../../main/prompts/prompt.ts';
import { PromptDesk } from '../../../main/prompts/prompt-desk.ts';
import { PAUSE_MS } from '../../../main/prompts/prompt-entry.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';

const texts = textsFor(['en']);
const field = {
  kind: 'pin',
  label: '',
  minLength: 4,
  maxBytes: 63,
  tooShort: '',
  tooLong: '',
  notTheSame: '',
} as const;
const once = { answer: 'once', label: 'Once' } as const;
const QUESTIONS: readonly PromptQuestion[] = [
  { buttons: [once] },
  { buttons: [once, { answer: 'session', label: 'Session' }] },
  { buttons: [once], field },
];

type Step =
  | { readonly do: 'open' | 'lock' | 'unlock' | 'denyAll' }
  | { readonly do: 'ask'; readonly at: number; readonly question: number }
  | { readonly do: 'abort' | 'touch' | 'waiting' | 'done' | 'fail' | 'close'; readonly at: number }
  | {
      readonly do: 'answer';
      readonly at: number;
      readonly kind: 'once' | 'session' | 'deny' | 'cancel';
      readonly after: number;
      /** `fitting`: one where the prompt has a field for it. */
      readonly pin: string | undefined;
    }
  | { readonly do: 'pass'; readonly ms: number };

const at = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('open', 'open', 'open', 'unlock', 'unlock', 'lock', 'denyAll') }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('ask'), at, question: fc.nat(QUESTIONS.length - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('abort', 'touch', 'waiting', 'done', 'fail', 'close'), at }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('answer'),
      at: fc.constantFrom(0, 0, 1, 2),
      after: fc.constantFrom(0, PAUSE_MS),
      kind: fc.constantFrom('once', 'once', 'session', 'deny', 'cancel'),
      pin: fc.constantFrom('fitting', 'fitting', 'fitting', undefined, '123456', '12', 'ä'.repeat(40)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass'),
      ms: fc.constantFrom(1, PAUSE_MS, PAUSE_MS, 5_000, DENIED_AFTER_MS),
    }),
  },
);

interface Asked {
  readonly prompt: OpenPrompt;
  readonly stop: AbortController;
  isSettled: boolean;
}

/** Plays the steps, and checks after each what must hold at any time. */
async function play(steps: readonly Step[]): Promise<{ readonly allowed: number }> {
  const clock = new ManualClock();
  const desk = new PromptDesk({ clock, texts });
  const opened: OpenPrompt[] = [];
  const asked: Asked[] = [];
  const received: Uint8Array[] = [];
  const pins: NonNullable<Allowed['pin']>[] = [];
  /** Allowing answers that were given, by whoever could see what they allow. */
  let mayHaveAllowed = 0;
  let allowed = 0;
  let isLocked = false;
  let seen: { id: string; since: number } | undefined;

  const check = () => {
    const { prompts } = desk.view();
    expect(new Set(prompts.map(({ id }) => id)).size).toBe(prompts.length);
    for (const { state, buttons, deniedInMs } of prompts) {
      expect(buttons.some(({ answer }) => answer === 'deny')).toBe(state === 'asking');
      expect(deniedInMs !== undefined).toBe(state === 'asking');
    }
    const [top] = prompts;
    // Nothing that wants a person waits behind something that does not.
    if (top?.state === 'waiting')
      expect(prompts.some(({ state }) => state === 'asking' || state === 'touch')).toBe(false);
    expect(received.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  };
  desk.onChange(() => {
    const [top] = desk.view().prompts;
    if (top?.id !== seen?.id) seen = top && { id: top.id, since: clock.now() };
  });
  const drawnAsking = () => {
    const [top] = desk.view().prompts;
    return top?.state === 'asking' ? top.id : undefined;
  };

  for (const one of steps) {
    const before = drawnAsking();
    switch (one.do) {
      case 'open':
        opened.push(desk.open({ title: String(opened.length), sentences: [], cancel: () => {} }));
        break;
      case 'lock':
        isLocked = true;
        desk.lock();
        break;
      case 'unlock':
        if (isLocked && seen !== undefined) seen = { ...seen, since: clock.now() };
        isLocked = false;
        desk.unlock();
        break;
      case 'denyAll':
        desk.denyAll();
        break;
      case 'ask': {
        const prompt = opened.at(-1 - one.at);
        const question = QUESTIONS[one.question];
        if (prompt === undefined || question === undefined) break;
        const entry: Asked = { prompt, stop: new AbortController(), isSettled: false };
        asked.push(entry);
        void prompt.ask(question, entry.stop.signal).then((answer) => {
          entry.isSettled = true;
          if (answer === undefined) return;
          allowed += 1;
          if (answer.pin !== undefined) pins.push(answer.pin);
        });
        break;
      }
      case 'abort':
        asked.at(-1 - one.at)?.stop.abort();
        break;
      case 'answer': {
        await clock.pass(one.after);
        const to = desk.view().prompts[one.at];
        const id = to?.id ?? 'none';
        const typed = one.pin === 'fitting' ? to?.field && '123456' : one.pin;
        const pin = typed === undefined ? undefined : new TextEncoder().encode(typed);
        if (pin !== undefined) received.push(pin);
        const isAllowing = one.kind === 'once' || one.kind === 'session';
        const answer: PromptAnswer = isAllowing
          ? { kind: 'allow', keep: one.kind, ...(pin === undefined ? {} : { pin }) }
          : { kind: one.kind };
        if (!isAllowing) pin?.fill(0);
        const isSeen = id === seen?.id && clock.now() - seen.since >= PAUSE_MS;
        if (isAllowing && isSeen && !isLocked) mayHaveAllowed += 1;
        desk.answer(id, answer);
        break;
      }
      case 'pass':
        await clock.pass(one.ms);
        break;
      case 'fail':
        opened.at(-1 - one.at)?.fail('failed');
        break;
      default:
        opened.at(-1 - one.at)?.[one.do]();
    }
    check();
    await settle();
    expect(allowed).toBeLessThanOrEqual(mayHaveAllowed);
    // Whatever was asking stays on top for as long as it asks.
    if (before !== undefined && desk.view().prompts.some(({ id, state }) => id === before && state === 'asking')) {
      expect(drawnAsking()).toBe(before);
    }
  }
  desk.unlock();
  await clock.pass(DENIED_AFTER_MS * (asked.length + 2));
  for (const prompt of opened) prompt.close();
  await settle();
  expect(desk.view().prompts).toEqual([]);
  expect(asked.every(({ isSettled }) => isSettled)).toBe(true);
  for (const pin of pins) pin.wipe();
  expect(received.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  return { allowed };
}

describe('the prompt desk, whatever happens in whatever order', () => {
  it('draws one at a time, allows nothing that was not allowed before it could be seen, settles every question, wipes every PIN', async () => {
    let allowed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
        allowed += (await play([{ do: 'open' }, { do: 'open' }, ...steps])).allowed;
      }),
      { numRuns: 400 },
    );
    // Else the sequences have become too random to show anything.
    expect(allowed).toBeGreaterThan(30);
  }, 60_000);
});
