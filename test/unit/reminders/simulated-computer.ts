/**
 * A computer on which reminders are told, minute by minute: it sleeps, is switched off, its clock and zone are set, processes end or
 * die, and what is known changes. Schedule, telling, rules and store are the product's own.
 */
import { silentLog } from '../../../diagnostics/log.ts';
import { dismiss, restore, snooze } from '../../../main/reminders/answer.ts';
import { type Answer, isAnswered, type Telling } from '../../../main/reminders/delivery.ts';
import type { Facts, PolicyAges } from '../../../main/reminders/facts.ts';
import { type QuietHours, quietUntil } from '../../../main/reminders/quiet-hours.ts';
import { type Reminder, rankOf, type Severity, stageAt } from '../../../main/reminders/reminder.ts';
import { remindersOf } from '../../../main/reminders/rules.ts';
import { type Schedule, startSchedule } from '../../../main/reminders/schedule.ts';
import { tell } from '../../../main/reminders/telling.ts';
import type { ReminderStore } from '../../../main/storage/reminder-store.ts';
import type { Clock } from '../../../time/clock.ts';

export const MINUTE_MS = 60_000;

/** What a notification is to do: be given; not be given; or its process dies before or after it is given. */
export type Fate = 'given' | 'refused' | 'dies-before' | 'dies-after';

/** One notification that reached the person. */
export interface Given {
  /** True time, in minutes since the beginning. */
  readonly minute: number;
  /** By the computer's clock. */
  readonly at: number;
  readonly telling: Telling;
  readonly fate: Fate;
}

interface Process {
  readonly by: string;
  schedule: Schedule | undefined;
  isDead: boolean;
}

export class SimulatedComputer {
  readonly store: ReminderStore;
  ages: PolicyAges;
  facts: Facts;
  quiet: { readonly from: number; readonly to: number } | undefined;
  /** True time: minutes since the beginning. */
  minute = 0;
  /** By how much the clock is wrong, in milliseconds. */
  skew = 0;
  /** Local time ahead of UTC, in minutes. */
  offset = 60;
  isAwake = true;
  looks = 0;
  /** What becomes of the next notification. */
  fate: Fate = 'given';
  readonly given: Given[] = [];
  readonly #begin: number;
  #processes = 0;
  #app: Process | undefined;
  #hasChanged = false;
  #all: readonly Reminder[] | undefined;
  #timers: { at: number; run: () => void }[] = [];
  /** What runs on only while the computer is awake. */
  #uptime = 0;
  readonly #looking = new Set<Promise<unknown>>();

  constructor(begin: number, facts: Facts, ages: PolicyAges, store: ReminderStore) {
    this.#begin = begin;
    this.facts = facts;
    this.ages = ages;
    this.store = store;
  }

  get now(): number {
    return this.#begin + this.minute * MINUTE_MS + this.skew;
  }

  get isAppRunning(): boolean {
    return this.#app !== undefined;
  }

  get quietHours(): QuietHours | undefined {
    return this.quiet && { ...this.quiet, offsetAt: () => this.offset };
  }

  get isQuiet(): boolean {
    const quiet = this.quietHours;
    return quiet !== undefined && quietUntil(this.now, quiet) !== undefined;
  }

  /** All reminders of what is known now. */
  get all(): readonly Reminder[] {
    this.#all ??= remindersOf(this.facts, this.ages);
    return this.#all;
  }

  change(facts: Partial<Facts>): void {
    this.facts = { ...this.facts, ...facts };
    this.#all = undefined;
    this.#pending = undefined;
    this.#hasChanged = true;
  }

  set(ages: Partial<PolicyAges>): void {
    this.ages = { ...this.ages, ...ages };
    this.change({});
  }

  answer(id: string, kind: Answer['kind'], until: number): void {
    const reminder = this.all.find((one) => one.id === id);
    const stage = reminder && stageAt(reminder, this.now);
    if (reminder === undefined || stage === undefined) return;
    const before = this.store.answers().find((one) => one.id === id && one.since === reminder.since);
    const asked = { reminder, stage, before, now: this.now };
    const answer =
      kind === 'snoozed' ? snooze(asked, until) : kind === 'dismissed' ? dismiss(asked, 'because') : restore(asked);
    this.store.answer(answer);
    this.#answers = undefined;
    this.#pending = undefined;
    this.#hasChanged = true;
  }

  #answers: ReadonlyMap<string, Answer> | undefined;

  get answers(): ReadonlyMap<string, Answer> {
    this.#answers ??= new Map(this.store.answers().map((one) => [one.id, one]));
    return this.#answers;
  }

  /** What is to be told or was, as it is now: with its round. */
  pending(): readonly { readonly key: string; readonly severity: Severity; readonly at: number }[] {
    const { now } = this;
    const known = this.#pending;
    if (known === undefined || now < known.from || now >= known.to) {
      const ends = [
        ...this.all.flatMap(({ stages }) => stages.map(({ at }) => at)),
        ...[...this.answers.values()].map((one) => (one.kind === 'snoozed' ? one.until : now)),
      ];
      const to = Math.min(...ends.filter((at) => at > now));
      this.#pending = { from: now, to, stages: this.#pendingAt(now) };
    }
    return this.#pending?.stages ?? [];
  }

  /** Holds until a stage begins, a snooze ends, or something is changed. */
  #pending: { from: number; to: number; stages: ReturnType<SimulatedComputer['pending']> } | undefined;

  #pendingAt(now: number): ReturnType<SimulatedComputer['pending']> {
    return this.all.flatMap((one) => {
      const stage = stageAt(one, now);
      if (stage === undefined || stage.severity === 'note') return [];
      const found = this.answers.get(one.id);
      const answer = found?.since === one.since ? found : undefined;
      if (isAnswered(answer, stage, now)) return [];
      return [{ key: keyOf(one, stage.severity, answer?.round ?? 0), ...stage }];
    });
  }

  startApp(): void {
    const process: Process = { by: this.#newName(), schedule: undefined, isDead: false };
    this.#app = process;
    this.#hasChanged = false;
    const look = (): Promise<number | undefined> => {
      this.looks += 1;
      this.#hasChanged = false;
      return this.#look(process);
    };
    const clock: Clock = { now: () => this.now, after: (ms, run) => this.#after(ms, run) };
    const offsetAt = () => this.offset;
    process.schedule = startSchedule({ clock, offsetAt, hasChanged: () => this.#hasChanged, look });
  }

  async stopApp(): Promise<void> {
    void this.#app?.schedule?.close();
    this.#app = undefined;
    await this.settle();
  }

  /** The check that the system starts while the app is closed, or while it runs. */
  async check(): Promise<void> {
    void this.#look({ by: this.#newName(), schedule: undefined, isDead: false });
    await this.settle();
  }

  async resume(): Promise<void> {
    this.isAwake = true;
    void this.#app?.schedule?.lookNow();
    await this.settle();
  }

  /** A minute passes. */
  async step(): Promise<void> {
    this.minute += 1;
    if (!this.isAwake) return;
    this.#uptime += MINUTE_MS;
    if (this.#app === undefined || this.#timers.every(({ at }) => at > this.#uptime)) return;
    const due = this.#timers.filter(({ at }) => at <= this.#uptime);
    this.#timers = this.#timers.filter(({ at }) => at > this.#uptime);
    const before = this.looks;
    for (const { run } of due) run();
    if (this.looks !== before) await this.settle();
  }

  /** Nothing that looks waits for more than a turn; one that is dead goes nowhere. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 100 && this.#looking.size > 0; turn += 1) await Promise.resolve();
    for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
  }

  #newName(): string {
    this.#processes += 1;
    return `process ${this.#processes}`;
  }

  #look(process: Process): Promise<number | undefined> {
    const { now } = this;
    const open = this.all.filter((one) => stageAt(one, now) !== undefined);
    this.store.noteSeen(open, this.all, now);
    const looking = tell(this.all, now, {
      store: this.store,
      by: process.by,
      quiet: this.quietHours,
      log: silentLog,
      notify: (telling) => this.#notify(telling, process),
    });
    // Where the clock was set back, what was put off is so for as long from here.
    this.#answers = undefined;
    this.#pending = undefined;
    if (process.isDead) return looking;
    this.#looking.add(looking);
    return looking.finally(() => this.#looking.delete(looking));
  }

  #notify(telling: Telling, process: Process): Promise<void> | void {
    const { fate } = this;
    this.fate = 'given';
    if (fate === 'refused') throw new Error('the notification service is not there');
    if (fate !== 'dies-before') this.given.push({ minute: this.minute, at: this.now, telling, fate });
    if (fate === 'given') return;
    process.isDead = true;
    if (this.#app === process) {
      this.#app = undefined;
      this.#timers = [];
    }
    this.#looking.clear();
    return new Promise(() => {}); // nothing of it goes on
  }

  #after(ms: number, run: () => void): () => void {
    const timer = { at: this.#uptime + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }
}

/** One stage of one occurrence, in one round. */
export function keyOf({ id, since }: Pick<Reminder, 'id' | 'since'>, severity: Severity, round: number): string {
  return `${id} ${since} ${rankOf(severity)} ${round}`;
}
