/**
 * The queue of prompts: what is asked of the person at this computer, one prompt for each transaction. Pure state over a clock
 * and the texts; the shell shows the prompt window while `view().prompts` is not empty, and hands answers in.
 *
 * One is drawn at a time. One that asks, or whose key blinks, stays on top until it is over: nothing is swapped away under
 * somebody's typing. One that wants nothing of the person gives way to any that does.
 */
import { type Log, silentLog } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { PromptAnswer, PromptQueueView, PromptView } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import type { Allowed, OpenPrompt, PromptQuestion, PromptSubject, TouchShown } from './prompt.ts';
import { DENIAL_TOLD_MS, type Entry, givesWay, isOver, PAUSE_MS, type State, timeOf } from './prompt-entry.ts';
import { promptView } from './prompt-view.ts';
import { typedPin } from './typed-pin.ts';

export interface PromptDeskWorld {
  readonly clock: Clock;
  readonly texts: Texts;
  readonly log?: Log;
}

export class PromptDesk {
  readonly #clock: Clock;
  readonly #texts: Texts;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  /** In the order they were opened. */
  readonly #entries: Entry[] = [];
  #drawn: Entry | undefined;
  #isLocked = false;
  #count = 0;

  constructor({ clock, texts, log = silentLog }: PromptDeskWorld) {
    this.#clock = clock;
    this.#texts = texts;
    this.#log = log;
  }

  /** What the prompt window draws: the first of `prompts`. Empty: nothing to draw. */
  view(): PromptQueueView {
    const drawn = this.#drawn;
    const others = this.#seen().filter((entry) => entry !== drawn);
    const entries = drawn === undefined ? [] : [drawn, ...others];
    const blinking = this.#entries.find(({ state }) => state === 'touch');
    const world = { texts: this.#texts, now: this.#clock.now(), blinking };
    const count = entries.filter(({ state }) => !isOver(state)).length;
    return {
      prompts: entries.map((entry) => promptView(entry, world)),
      position:
        count > 1 && drawn !== undefined && !isOver(drawn.state) ? this.#texts.say('prompt.position', { count }) : '',
      language: this.#texts.language,
    };
  }

  /**
   * Takes an answer from the window; a PIN in it is wiped here, whatever becomes of it. Ignored where the prompt is gone, or
   * did not ask that: allowing counts only for the prompt that is drawn, with a button that it has, after its pause, while
   * the screen is not locked; one that came too early is said to be so, because what was typed is gone. `deny` and `cancel`
   * count for each.
   */
  answer(id: string, answer: PromptAnswer): void {
    try {
      const entry = this.#entries.find((one) => one.id === id);
      if (entry === undefined) return;
      if (entry.state === 'asking') {
        if (answer.kind === 'allow') this.#allow(entry, answer);
        else this.#settle(entry, undefined);
      } else if (answer.kind === 'cancel') this.#cancel(entry);
    } finally {
      if (answer.kind === 'allow') answer.pin?.fill(0);
    }
  }

  /** Called after each change of `view()`. The returned function ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The screen is locked: nobody is denied for silence, and nothing is allowed. */
  lock(): void {
    this.#isLocked = true;
    this.#arrange();
  }

  /** Each question has its whole time again. */
  unlock(): void {
    if (!this.#isLocked) return;
    this.#isLocked = false;
    for (const entry of this.#entries) entry.seenAt = undefined;
    this.#arrange();
  }

  /** No to every question that stands, as when the app ends. What is being done without a question goes on. */
  denyAll(): void {
    for (const entry of [...this.#entries]) if (entry.state === 'asking') this.#settle(entry, undefined);
  }

  /** Opens the prompt of one transaction. Nothing is drawn before it asks or wants a touch. */
  open(subject: PromptSubject): OpenPrompt {
    this.#count += 1;
    const entry: Entry = {
      id: `prompt-${this.#count}`,
      subject,
      state: 'unseen',
      status: '',
      sentences: subject.sentences,
      chain: subject.chain,
      problem: undefined,
      question: undefined,
      settle: undefined,
      seenAt: undefined,
      showings: 0,
      isCancelled: false,
      systemAsks: false,
      timer: undefined,
    };
    this.#entries.push(entry);
    return {
      ask: (question, signal) => this.#ask(entry, question, signal),
      waiting: (status = this.#texts.say('prompt.waiting')) => {
        if (entry.state !== 'unseen') this.#become(entry, 'waiting', status);
      },
      touch: ({ sentences = subject.sentences, chain = subject.chain, systemAsks = false } = {}) =>
        this.#become(entry, 'touch', this.#texts.say(systemAsks ? 'prompt.system-asks' : 'prompt.touch'), {
          sentences,
          chain,
          systemAsks,
        }),
      done: (status = this.#texts.say('prompt.done')) => this.#end(entry, 'done', status),
      fail: (what) => this.#end(entry, 'failed', what),
      close: () => this.#remove(entry),
    };
  }

  #ask(entry: Entry, question: PromptQuestion, signal: AbortSignal): Promise<Allowed | undefined> {
    if (signal.aborted || !this.#isOpen(entry)) return Promise.resolve(undefined);
    // A question in place of another is no moment at which the prompt may be swapped away.
    entry.settle?.(undefined);
    return new Promise((resolve) => {
      const takeBack = () => this.#settle(entry, undefined);
      signal.addEventListener('abort', takeBack, { once: true });
      entry.question = question;
      entry.problem = question.problem;
      entry.settle = (allowed) => {
        signal.removeEventListener('abort', takeBack);
        resolve(allowed);
      };
      this.#become(entry, 'asking', '');
    });
  }

  #allow(entry: Entry, { keep, pin }: Extract<PromptAnswer, { kind: 'allow' }>): void {
    const { question, seenAt } = entry;
    const isTooEarly = seenAt === undefined || this.#clock.now() - seenAt < PAUSE_MS;
    const isOffered = question?.buttons.some((button) => button.answer === keep) ?? false;
    const isWhole = (question?.field === undefined) === (pin === undefined);
    if (entry !== this.#drawn || this.#isLocked || isTooEarly || !isOffered || !isWhole) {
      this.#log('info', 'prompt.answer.ignored', { isTooEarly, isOffered, isWhole, isLocked: this.#isLocked });
      if (entry === this.#drawn && isOffered && isWhole) this.#sayTooQuick(entry);
      return;
    }
    const given = pin === undefined || question?.field === undefined ? undefined : typedPin(pin, question.field);
    if (given !== undefined && 'problem' in given) this.#refuse(entry, given.problem);
    else this.#settle(entry, { keep, pin: given });
  }

  /** What the question says of tries that are left stays: it may be the last. */
  #sayTooQuick(entry: Entry): void {
    const { field, problem } = entry.question ?? {};
    const tooQuick = this.#texts.say(field === undefined ? 'prompt.too-quick' : 'prompt.pin-too-quick');
    entry.problem = problem === undefined ? tooQuick : `${tooQuick} ${problem}`;
    this.#arrange();
  }

  #refuse(entry: Entry, problem: string): void {
    entry.problem = problem;
    this.#stopTimer(entry);
    this.#arrange();
  }

  #settle(entry: Entry, allowed: Allowed | undefined): void {
    const { settle } = entry;
    if (settle === undefined) return;
    entry.settle = undefined;
    entry.question = undefined;
    entry.problem = undefined;
    this.#become(entry, 'waiting', this.#texts.say('prompt.waiting'));
    settle(allowed);
  }

  #cancel(entry: Entry): void {
    if (isOver(entry.state)) {
      this.#remove(entry);
      return;
    }
    if (entry.isCancelled) return;
    entry.isCancelled = true;
    entry.status = this.#texts.say('prompt.cancelling');
    this.#arrange();
    entry.subject.cancel();
  }

  #become(
    entry: Entry,
    state: PromptView['state'],
    status: string,
    { sentences, chain, systemAsks = false }: Pick<PromptSubject, 'sentences' | 'chain'> & TouchShown = entry.subject,
  ): void {
    if (!this.#isOpen(entry)) return;
    if (state !== 'asking') this.#settle(entry, undefined);
    this.#stopTimer(entry);
    entry.state = state;
    entry.status = status;
    entry.sentences = sentences;
    entry.chain = chain;
    entry.systemAsks = systemAsks;
    this.#arrange();
  }

  /** The end is worth showing only to whoever has it before them. */
  #end(entry: Entry, state: 'done' | 'failed', status: string): void {
    if (state === 'done' && entry !== this.#drawn) this.#remove(entry);
    else this.#become(entry, state, status);
  }

  #remove(entry: Entry): void {
    const at = this.#entries.indexOf(entry);
    if (at < 0) return;
    this.#settle(entry, undefined);
    this.#stopTimer(entry);
    this.#entries.splice(at, 1);
    this.#arrange();
  }

  #isOpen(entry: Entry): boolean {
    return this.#entries.includes(entry) && !isOver(entry.state);
  }

  #seen(): readonly Entry[] {
    return this.#entries.filter(({ state }) => state !== 'unseen');
  }

  /** Who is drawn, and whose time runs. */
  #arrange(): void {
    const seen = this.#seen();
    const first = (state: State) => {
      const those = seen.filter((entry) => entry.state === state);
      // No program can bury what the person has begun under requests of its own.
      return those.find(({ subject }) => subject.isForeign !== true) ?? those[0];
    };
    const current = seen.find((entry) => entry === this.#drawn);
    if (current === undefined || givesWay(current, first)) {
      this.#drawn = first('touch') ?? first('asking') ?? first('failed') ?? current ?? seen[0];
    }
    const drawn = this.#drawn;
    if (drawn !== undefined && !this.#isLocked && drawn.seenAt === undefined) {
      drawn.seenAt = this.#clock.now();
      drawn.showings += 1;
    }
    for (const entry of this.#entries) {
      if (entry !== drawn) entry.seenAt = undefined;
      if (entry === drawn && !this.#isLocked) this.#startTimer(entry);
      else this.#stopTimer(entry);
    }
    this.#tellChange();
  }

  #tellChange(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #startTimer(entry: Entry): void {
    if (entry.timer !== undefined) return;
    const ms = timeOf(entry);
    if (ms === undefined) return;
    const stopEnd = this.#clock.after(ms, () => {
      this.#stopTimer(entry);
      if (entry.state === 'asking') this.#settle(entry, undefined);
      else this.#remove(entry);
    });
    const timer = {
      endsAt: this.#clock.now() + ms,
      isNear: false,
      stop() {
        stopEnd();
        stopTelling?.();
      },
    };
    const tellDenial = () => {
      timer.isNear = true;
      this.#tellChange();
    };
    const stopTelling =
      entry.state === 'asking' ? this.#clock.after(Math.max(ms - DENIAL_TOLD_MS, 0), tellDenial) : undefined;
    entry.timer = timer;
  }

  #stopTimer(entry: Entry): void {
    entry.timer?.stop();
    entry.timer = undefined;
  }
}
