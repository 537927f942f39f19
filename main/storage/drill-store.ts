/** Drills: rehearsed logins, each with what every step of it said. */
import { type Database, transaction, withDatabaseErrors } from './database.ts';
import { among, asJson, list, members, number, optional, type Stored, text } from './stored-form.ts';
import { WAY_KINDS } from './target-store.ts';

/**
 * In the order in which they are taken. The last three are of each hop:
 * - `way`: the way can be planned, and rehearsed,
 * - `key`: the security key is plugged in, `pin`: it took the PIN, `credential`: it signs with the enrolled credential,
 * - `profile`: the key is the one that was published last, as far as is noted here,
 * - `agent`: the drill's own agent answers, `app-agent`: the app's does,
 * - `reach`: an SSH server answers, `host-key`: its key is the known one, `login`: it accepts the key.
 */
export const DRILL_STEPS = [
  'way',
  'key',
  'pin',
  'credential',
  'profile',
  'agent',
  'app-agent',
  'reach',
  'host-key',
  'login',
] as const;
export type DrillStepName = (typeof DRILL_STEPS)[number];

const StoredStep = members({
  step: among(DRILL_STEPS),
  /** `user@host`, with the port where it is not ssh's own. Of the steps that are of a hop. */
  hop: optional(text),
  state: among(['passed', 'failed', 'skipped']),
  /** How long it took, in milliseconds; 0 of a skipped one. What several targets of one drill have in common is taken once, and stands in each. */
  ms: number,
  /** Of a failed one: a code of docs/errors.md. */
  code: optional(text),
  /** What happened, or why it was skipped. */
  message: optional(text),
  remedy: optional(text),
});
export type DrillStep = Readonly<Stored<typeof StoredStep>>;

export const DRILL_VERDICTS = ['passed', 'failed', 'not-tried'] as const;
export type DrillVerdict = (typeof DRILL_VERDICTS)[number];

/** One way to one target, rehearsed. */
export interface DrillRecord {
  readonly id: number;
  /** Its saved name, or as it was typed. */
  readonly target: string;
  /** The target's own address as it was then: a name that got another device later was not proven. */
  readonly device: string;
  readonly way: {
    readonly kind: (typeof WAY_KINDS)[number];
    /** Where it goes, hop by hop, the device last, as people read it. Empty where it could not be planned. */
    readonly hops: readonly string[];
  };
  /** When it was begun, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly verdict: DrillVerdict;
  readonly steps: readonly DrillStep[];
}

export interface DrillStore {
  add(drill: Omit<DrillRecord, 'id'>): DrillRecord;
  /** Newest first; of one target, or of all. */
  list(target?: string): readonly DrillRecord[];
  /** The newest of all. */
  last(): DrillRecord | undefined;
  /** When each device was last rehearsed with success, under each name that it was rehearsed by. */
  lastPassed(): readonly PassedDrill[];
}

export type PassedDrill = Pick<DrillRecord, 'target' | 'device' | 'at'>;

/** A year of a drill a week for some hundred targets; what is older goes. */
const KEPT = 5000;

const Row = members({
  id: number,
  target: text,
  device: text,
  way: asJson(members({ kind: among(WAY_KINDS), hops: list(text) })),
  at: number,
  verdict: among(DRILL_VERDICTS),
  steps: asJson(list(StoredStep)),
});

const Passed = members({ target: text, device: text, at: number });

/** With `max`, SQLite takes the other columns from the row that has it (sqlite.org/lang_select.html, "Bare columns in an aggregate query"). */
const LAST_PASSED = "SELECT target, device, at, max(id) FROM drills WHERE verdict = 'passed' GROUP BY target, device";
const INSERT = 'INSERT INTO drills (target, device, way, at, verdict, steps) VALUES (?, ?, ?, ?, ?, ?)';

export function drillStore(database: Database): DrillStore {
  const { sqlite } = database;
  return {
    add: (drill) =>
      transaction(database, () => {
        const { target, device, way, at, verdict, steps } = drill;
        const added = sqlite
          .prepare(INSERT)
          .run(target, device, JSON.stringify(way), at, verdict, JSON.stringify(steps));
        const id = Number(added.lastInsertRowid);
        sqlite.prepare('DELETE FROM drills WHERE id <= ?').run(id - KEPT);
        return { id, ...drill };
      }),
    list: (target) =>
      withDatabaseErrors(database.file, () => {
        const rows =
          target === undefined
            ? sqlite.prepare('SELECT * FROM drills ORDER BY id DESC').all()
            : sqlite.prepare('SELECT * FROM drills WHERE target = ? ORDER BY id DESC').all(target);
        return list(Row).read(rows);
      }),
    last: () =>
      withDatabaseErrors(database.file, () => {
        const row = sqlite.prepare('SELECT * FROM drills ORDER BY id DESC LIMIT 1').get();
        return row && Row.read(row);
      }),
    lastPassed: () => withDatabaseErrors(database.file, () => list(Passed).read(sqlite.prepare(LAST_PASSED).all())),
  };
}
