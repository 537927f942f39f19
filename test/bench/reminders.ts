/** `npm run bench -- reminders`: what counting reminders costs, and how long a year of telling takes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planDelivery } from '../../main/reminders/delivery.ts';
import type { Facts } from '../../main/reminders/facts.ts';
import { remindersOf } from '../../main/reminders/rules.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { reminderStore } from '../../main/storage/reminder-store.ts';
import { AGES, BEGIN, facts, HOUR_MS, keyFact, targetFact } from '../unit/reminders/sample-facts.ts';
import { SimulatedComputer } from '../unit/reminders/simulated-computer.ts';
import type { Benchmark, Figures } from './benchmark.ts';

const FACTS = 10_000;
const ROUNDS = 50;
const DAY_MINUTES = 24 * 60;
const YEAR_MINUTES = 365 * DAY_MINUTES;
const MIB = 1024 * 1024;

export const reminders: Benchmark = {
  name: 'reminders',
  summary: 'Reminders: 10,000 facts evaluated, a year simulated in steps of a minute, memory',
  async run(say) {
    const many = manyFacts();
    const heapBefore = process.memoryUsage().heapUsed;
    const times: number[] = [];
    let count = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const begin = performance.now();
      const all = remindersOf(many, AGES);
      planDelivery(all, { told: [], answers: [], lastToldAt: undefined }, BEGIN + 40 * 24 * HOUR_MS, undefined);
      times.push(performance.now() - begin);
      count = all.length;
    }
    say(`${FACTS} facts give ${count} reminders; each round evaluates all rules and plans what to tell.`);
    const year = await simulateYear();
    say(
      `The year: ${YEAR_MINUTES} steps, ${year.looks} looks, ${year.told} notifications, on SQLite in a temporary folder.`,
    );
    const figures: Figures = {
      'evaluate_10000.median_ms': times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? 0,
      'evaluate_10000.first_ms': times[0] ?? 0,
      'year.wall_ms': year.ms,
      'memory.heap_grown_mib': Math.max(0, process.memoryUsage().heapUsed - heapBefore) / MIB,
      'memory.resident_mib': process.memoryUsage().rss / MIB,
    };
    return figures;
  },
};

/** A hundred keys, and targets for the rest. */
export function manyFacts(): Facts {
  const keys = Array.from({ length: 100 }, (_, at) => keyFact({ id: `key-${at}`, fingerprint: `SHA256:${at}` }));
  const targets = Array.from({ length: FACTS - keys.length }, (_, at) =>
    targetFact({ name: `leaf${at}`, provenAt: at % 3 === 0 ? undefined : BEGIN + at * 1_000 }),
  );
  return facts({ keys, targets });
}

/** A computer that sleeps at night, on which a login is rehearsed now and then. */
async function simulateYear(): Promise<{ readonly ms: number; readonly looks: number; readonly told: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'gk-bench-reminders-'));
  const database = openDatabase(join(folder, 'glasskey.db'));
  try {
    const targets = Array.from({ length: 20 }, (_, at) => targetFact({ name: `leaf${at}` }));
    const computer = new SimulatedComputer(BEGIN, facts({ targets }), AGES, reminderStore(database));
    computer.quiet = { from: 22 * 60, to: 7 * 60 };
    const begin = performance.now();
    computer.startApp();
    for (let minute = 1; minute <= YEAR_MINUTES; minute += 1) {
      await computer.step();
      const ofDay = minute % DAY_MINUTES;
      if (ofDay === 19 * 60) computer.isAwake = false;
      else if (ofDay === 7 * 60) await computer.resume();
      else if (ofDay === 10 * 60) rehearseOne(computer, Math.floor(minute / DAY_MINUTES));
    }
    await computer.stopApp();
    return { ms: performance.now() - begin, looks: computer.looks, told: computer.given.length };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rehearseOne(computer: SimulatedComputer, day: number): void {
  const { targets } = computer.facts;
  const drilled = day % (targets.length * 2);
  computer.change({ targets: targets.map((one, at) => (at === drilled ? { ...one, provenAt: computer.now } : one)) });
}
