/**
 * A simulated year in steps of a minute: sleeps, jumps of clock and zone, restarts, deaths, facts and answers that change, at random
 * from a seed. Each stage of each occurrence is told exactly once, none is lost, none comes after its cause is gone, and of those that
 * are not critical no two notifications come within an hour.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY_MS, type KeyFact } from '../../../main/reminders/facts.ts';
import { stageAt } from '../../../main/reminders/reminder.ts';
import { type Database, openDatabase } from '../../../main/storage/database.ts';
import { reminderStore } from '../../../main/storage/reminder-store.ts';
import { AAGUID, AGES, BACKUP, BEGIN, HOUR_MS, keyFact, NO_FACTS, targetFact } from './sample-facts.ts';
import { type Fate, type Given, keyOf, MINUTE_MS, SimulatedComputer } from './simulated-computer.ts';

const YEAR_MINUTES = 365 * 24 * 60;
/** A claim of a process that died is taken over after two minutes, at the next tick or the next look. */
const OVERDUE_MINUTES = 62;

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-year-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  database.sqlite.exec('PRAGMA synchronous = OFF');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Year {
  readonly computer: SimulatedComputer;
  readonly #random: () => number;
  /** How long each has been waiting to be told, in minutes in which it could have been. */
  readonly #waiting = new Map<string, number>();
  /** What was told, by which fate last, and when by the computer's clock. */
  readonly told = new Map<string, { readonly fate: Fate; readonly at: number }>();
  repeatedAfterDeath = 0;
  readonly events: Record<string, number> = {};
  #checked = 0;
  #lastNonCritical: Given | undefined;
  /** Minutes by which the clock was set forward since the last that was not critical. */
  #forward = 0;
  /** Extra minutes that jumps and deaths may cost whatever waits now. */
  #grace = 0;
  #awakeAgainIn = 0;
  #startsAgainIn = 0;
  #keys = 0;

  constructor(seed: number) {
    this.#random = random(seed);
    this.computer = new SimulatedComputer(BEGIN, NO_FACTS, AGES, reminderStore(database));
    this.computer.quiet = { from: 22 * 60, to: 7 * 60 };
  }

  async run(minutes: number): Promise<void> {
    this.computer.startApp();
    await this.computer.settle();
    for (let minute = 0; minute < minutes; minute += 1) {
      await this.#happen();
      await this.computer.step();
      this.#check();
    }
    await this.computer.stopApp();
  }

  #chance(once: number): boolean {
    return this.#random() * once < 1;
  }

  #between(least: number, most: number): number {
    return Math.floor(least + this.#random() * (most - least));
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random() * all.length)];
  }

  #count(event: string): void {
    this.events[event] = (this.events[event] ?? 0) + 1;
  }

  async #happen(): Promise<void> {
    const { computer } = this;
    if (this.#awakeAgainIn > 0) {
      this.#awakeAgainIn -= 1;
      if (this.#awakeAgainIn === 0) await computer.resume();
      return;
    }
    if (this.#startsAgainIn > 0) {
      this.#startsAgainIn -= 1;
      if (this.#startsAgainIn === 0) computer.startApp();
      if (this.#startsAgainIn === 0) await computer.settle();
    } else if (!computer.isAppRunning) {
      this.#startsAgainIn = this.#between(1, 300); // it died
      this.#grace += OVERDUE_MINUTES;
    }
    if (this.#chance(600)) await this.#disturb();
    if (this.#chance(400)) this.#changeFacts();
    if (this.#chance(1500)) this.#answer();
  }

  /** What happens to a computer. */
  async #disturb(): Promise<void> {
    const { computer } = this;
    switch (this.#between(0, 9)) {
      case 0:
      case 1:
        this.#count('sleep');
        computer.isAwake = false;
        this.#awakeAgainIn = this.#between(1, this.#chance(10) ? 6 * 24 * 60 : 14 * 60);
        break;
      case 2:
      case 3: {
        const jump = this.#between(-1, 2) * this.#between(1, this.#chance(8) ? 3 * 24 * 60 : 180);
        this.#count(jump < 0 ? 'clock set back' : 'clock set forward');
        computer.skew += jump * MINUTE_MS;
        if (jump > 0) this.#forward += jump;
        this.#grace += OVERDUE_MINUTES;
        break;
      }
      case 4:
        this.#count('zone');
        computer.offset = this.#pick([-480, -300, 0, 60, 120, 330, 540]) ?? 0;
        break;
      case 5:
        this.#count('restart');
        await computer.stopApp();
        this.#startsAgainIn = this.#between(1, this.#chance(5) ? 5 * 24 * 60 : 120);
        break;
      case 6:
        this.#count('check by the system');
        await computer.check();
        break;
      case 7:
        this.#count('death at a notification');
        computer.fate = this.#chance(2) ? 'dies-before' : 'dies-after';
        this.#grace += OVERDUE_MINUTES;
        break;
      default:
        this.#count('notification refused');
        computer.fate = 'refused';
        this.#grace += OVERDUE_MINUTES;
    }
  }

  #changeFacts(): void {
    const { computer } = this;
    const { keys, targets, rotation } = computer.facts;
    const { now } = computer;
    const inUse = keys.filter(({ isBackup, replacedAt }) => !isBackup && replacedAt === undefined);
    const newest = inUse.at(-1);
    switch (this.#between(0, 13)) {
      case 0: {
        if (newest !== undefined && now - newest.createdAt < 20 * DAY_MS) break;
        this.#count('key made');
        this.#keys += 1;
        const made: KeyFact = keyFact({
          id: `key-${this.#keys}`,
          createdAt: now,
          publishedAt: now,
          reconciledBy: now + 4 * HOUR_MS,
          provenAt: undefined,
        });
        computer.change({ keys: [...keys.map((one) => ({ ...one, replacedAt: one.replacedAt ?? now })), made] });
        break;
      }
      case 1:
        if (newest === undefined || !this.#chance(6)) break;
        this.#count('key proven');
        computer.change({ keys: keys.map((one) => (one === newest ? { ...one, provenAt: now } : one)) });
        break;
      case 2:
        if (newest === undefined || !this.#chance(8)) break;
        this.#count('key published again');
        computer.change({
          keys: keys.map((one) =>
            one === newest ? { ...one, publishedAt: now, reconciledBy: now + 4 * HOUR_MS, provenAt: undefined } : one,
          ),
        });
        break;
      case 3:
        this.#count('backup');
        computer.change({
          keys: keys.some(({ isBackup }) => isBackup)
            ? keys.filter(({ isBackup }) => !isBackup)
            : [...keys, { ...BACKUP, createdAt: now }],
        });
        break;
      case 4:
        this.#count('target');
        computer.change({
          targets:
            targets.length > 6
              ? targets.slice(1)
              : [...targets, targetFact({ name: `leaf${this.#between(0, 1000)}`, provenAt: undefined })].filter(
                  (one, index, all) => all.findIndex(({ name }) => name === one.name) === index,
                ),
        });
        break;
      case 5: {
        const drilled = this.#pick(targets);
        this.#count('drill');
        computer.change({ targets: targets.map((one) => (one === drilled ? { ...one, provenAt: now } : one)) });
        break;
      }
      case 6:
        this.#count('favourite');
        computer.change({
          targets: targets.map((one) => (this.#chance(3) ? { ...one, isFavourite: !one.isFavourite } : one)),
        });
        break;
      case 7:
        this.#count('profile read');
        computer.change({
          profiles: this.#chance(2)
            ? []
            : [{ account: 'alice@contoso.example', fingerprint: 'SHA256:foreign', since: now, seenAt: now }],
        });
        break;
      case 8: {
        const tries = this.#between(0, 9);
        this.#count('PIN asked for');
        const state = tries === 0 ? 'blocked' : 'set';
        const product = 'YubiKey 5';
        computer.change({ pins: [{ key: 'one', product, aaguid: AAGUID, state, triesLeft: tries, since: now }] });
        break;
      }
      case 9:
        this.#count('host key');
        computer.change({
          changedHostKeys: this.#chance(2) ? [] : [{ host: '10.0.0.7', since: now, target: undefined }],
        });
        break;
      case 10:
        this.#count('files');
        computer.change({
          keys: keys.map((one) =>
            one === newest ? { ...one, filesMissingSince: one.filesMissingSince === undefined ? now : undefined } : one,
          ),
        });
        break;
      case 11:
        this.#count('settings');
        computer.set({
          credentialAgeMs: this.#between(10, 120) * DAY_MS,
          drillAgeMs: this.#between(7, 60) * DAY_MS,
        });
        break;
      default:
        if (newest === undefined) break;
        this.#count('rotation');
        computer.change({
          rotation:
            rotation === undefined
              ? {
                  old: newest.id,
                  new: 'none',
                  leaving: 'old',
                  stage: this.#pick(['making', 'waiting', 'to-retire', 'retiring'] as const) ?? 'making',
                  since: now,
                  reconciledBy: now + 4 * HOUR_MS,
                  isProven: this.#chance(2),
                }
              : undefined,
        });
    }
  }

  #answer(): void {
    const { computer } = this;
    const one = this.#pick(computer.all.filter((reminder) => stageAt(reminder, computer.now) !== undefined));
    if (one === undefined) return;
    const kind = this.#pick(['snoozed', 'snoozed', 'dismissed', 'restored'] as const) ?? 'restored';
    this.#count(kind);
    computer.answer(one.id, kind, computer.now + this.#between(10, 4 * 24 * 60) * MINUTE_MS);
  }

  #check(): void {
    const { computer } = this;
    for (const given of computer.given.slice(this.#checked)) this.#checkGiven(given);
    this.#checked = computer.given.length;
    if (!computer.isAwake || !computer.isAppRunning) return;
    const pending = computer.pending();
    const keys = new Set(pending.map(({ key }) => key));
    for (const key of this.#waiting.keys()) if (!keys.has(key)) this.#waiting.delete(key);
    let isWaiting = false;
    for (const { key, severity, at } of pending) {
      if (this.#isTold(key, at)) {
        this.#waiting.delete(key);
        continue;
      }
      isWaiting = true;
      if (severity !== 'critical' && computer.isQuiet) continue;
      const minutes = (this.#waiting.get(key) ?? 0) + 1;
      this.#waiting.set(key, minutes);
      const most = (severity === 'critical' ? 3 : OVERDUE_MINUTES) + this.#grace;
      if (minutes > most) expect.fail(`lost: ${key} has been waiting for ${minutes} minutes at ${computer.minute}`);
    }
    if (!isWaiting) this.#grace = 0;
  }

  /**
   * Or a weightier stage of the same: with the clock set back, the lighter one says nothing new. Not where it began `at` a time after
   * that: a setting has moved its day.
   */
  #isTold(key: string, at: number): boolean {
    const [id, since, rank, round] = key.split(' ');
    return [0, 1, 2, 3].some((more) => {
      const told = this.told.get(`${id} ${since} ${Number(rank) + more} ${round}`);
      return told !== undefined && told.at >= at;
    });
  }

  #checkGiven(given: Given): void {
    const { computer } = this;
    const { telling, minute, fate } = given;
    const pending = new Map(computer.pending().map(({ key, at }) => [key, at]));
    for (const reminder of telling.reminders) {
      const key = keyOf(reminder, reminder.severity, reminder.round);
      // Checked in the minute in which it was given: nothing has changed since.
      const begins = pending.get(key);
      if (begins === undefined) expect.fail(`told though its cause is gone or answered: ${key}`);
      const before = this.told.get(key);
      if (before?.fate === 'dies-after') this.repeatedAfterDeath += 1;
      else if (this.#isTold(key, begins)) expect.fail(`told twice: ${key} at ${minute}`);
      this.told.set(key, { fate, at: given.at });
      expect(telling.critical).toBe(reminder.severity === 'critical');
    }
    if (telling.critical) return;
    expect(computer.isQuiet, 'told in quiet hours').toBe(false);
    const last = this.#lastNonCritical;
    const passed = last === undefined ? Number.POSITIVE_INFINITY : minute - last.minute + this.#forward;
    if (passed < 60) expect.fail(`two notifications within an hour: at ${last?.minute} and ${minute}`);
    this.#lastNonCritical = given;
    this.#forward = 0;
  }
}

it.each([1])(
  'tells in a year each stage of each reminder exactly once (seed %i)',
  { timeout: 60_000 },
  async (seed) => {
    const year = new Year(seed);
    await year.run(YEAR_MINUTES);
    const { computer, told, repeatedAfterDeath, events } = year;
    // It was no idle year.
    expect(Math.min(...Object.values(events))).toBeGreaterThan(2);
    expect(told.size).toBeGreaterThan(60);
    expect(computer.given.some(({ telling }) => telling.critical)).toBe(true);
    expect(computer.given.some(({ telling }) => telling.reminders.length > 1)).toBe(true);
    const lastWords = computer.given.filter(({ fate }) => fate === 'dies-after');
    expect(repeatedAfterDeath).toBeLessThanOrEqual(lastWords.flatMap(({ telling }) => telling.reminders).length);
  },
);
