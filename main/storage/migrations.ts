/**
 * The database's history, in order. A migration that has been released is never changed: a mistake is mended by the
 * next one. `user_version` counts how many have been applied.
 */
export interface Migration {
  /** What it brings, for the log. */
  readonly name: string;
  /** Statements, run within one transaction together with the raised version. */
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'enrollments, targets and settings',
    sql: `
      CREATE TABLE enrollments (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        data TEXT NOT NULL CHECK (json_valid(data))
      ) STRICT;

      -- A journal: nothing here is ever changed or deleted, and the triggers hold whoever forgets it to that.
      CREATE TABLE enrollment_steps (
        enrollment_id TEXT NOT NULL REFERENCES enrollments (id),
        seq INTEGER NOT NULL,
        step TEXT NOT NULL,
        at INTEGER NOT NULL,
        data TEXT NOT NULL CHECK (json_valid(data)),
        PRIMARY KEY (enrollment_id, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TRIGGER enrollment_steps_never_change BEFORE UPDATE ON enrollment_steps
        BEGIN SELECT RAISE(ABORT, 'enrollment_steps is append-only'); END;
      CREATE TRIGGER enrollment_steps_never_go BEFORE DELETE ON enrollment_steps
        BEGIN SELECT RAISE(ABORT, 'enrollment_steps is append-only'); END;

      CREATE TABLE targets (
        name TEXT PRIMARY KEY,
        device TEXT NOT NULL,
        jumps TEXT NOT NULL CHECK (json_valid(jumps)),
        last_used_at INTEGER
      ) STRICT;

      CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL CHECK (json_valid(value))
      ) STRICT;
    `,
  },
  {
    name: 'ways, roles, tags, notes and favourites of targets',
    // A jump host that was a bare word was a host; from now on a bare word is the name of a saved jump host, so it gets ssh's own port.
    sql: `
      CREATE TABLE targets_with_ways (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        device TEXT NOT NULL,
        ways TEXT NOT NULL CHECK (json_valid(ways)),
        tags TEXT NOT NULL CHECK (json_valid(tags)),
        notes TEXT NOT NULL,
        is_favourite INTEGER NOT NULL,
        last_used_at INTEGER
      ) STRICT;
      INSERT INTO targets_with_ways
        SELECT name, 'other', device,
          json_array(json_object('kind', 'jump', 'jumps', json((
            SELECT json_group_array(CASE WHEN value GLOB '*[@:.]*' THEN value ELSE value || ':22' END)
            FROM json_each(targets.jumps)
          )))),
          '[]', '', 0, last_used_at
        FROM targets;
      DROP TABLE targets;
      ALTER TABLE targets_with_ways RENAME TO targets;
    `,
  },
  {
    name: 'drills',
    // A drill follows its target to another name, and goes with it.
    sql: `
      CREATE TABLE drills (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        target TEXT NOT NULL,
        device TEXT NOT NULL,
        way TEXT NOT NULL CHECK (json_valid(way)),
        at INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        steps TEXT NOT NULL CHECK (json_valid(steps))
      ) STRICT;
      CREATE INDEX drills_by_target ON drills (target, id);
      CREATE TRIGGER drills_follow_their_target AFTER UPDATE OF name ON targets WHEN NEW.name <> OLD.name
        BEGIN UPDATE drills SET target = NEW.name WHERE target = OLD.name; END;
      CREATE TRIGGER drills_go_with_their_target AFTER DELETE ON targets
        BEGIN DELETE FROM drills WHERE target = OLD.name; END;
    `,
  },
  {
    name: 'requests to the agents',
    sql: `
      CREATE TABLE agent_requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        agent TEXT NOT NULL,
        key TEXT,
        purpose TEXT NOT NULL CHECK (json_valid(purpose)),
        through TEXT NOT NULL CHECK (json_valid(through)),
        client TEXT NOT NULL CHECK (json_valid(client)),
        decision TEXT NOT NULL,
        reason TEXT,
        asked INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    name: 'policies of keys',
    sql: `
      CREATE TABLE key_policies (
        key TEXT PRIMARY KEY,
        ask TEXT,
        forwarded TEXT
      ) STRICT;
    `,
  },
  {
    name: 'reminders: what was told, answered and done',
    // Times are REAL: what is derived from settings may be no whole number of milliseconds.
    sql: `
      CREATE TABLE reminders_told (
        reminder TEXT NOT NULL,
        since REAL NOT NULL,
        severity TEXT NOT NULL,
        round INTEGER NOT NULL,
        claimed_by TEXT NOT NULL,
        claimed_at REAL NOT NULL,
        told_at REAL,
        PRIMARY KEY (reminder, since, severity, round)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE reminder_answers (
        reminder TEXT PRIMARY KEY,
        since REAL NOT NULL,
        severity TEXT NOT NULL,
        at REAL NOT NULL,
        round INTEGER NOT NULL,
        kind TEXT NOT NULL,
        until REAL,
        because TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE reminders_seen (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        reminder TEXT NOT NULL,
        since REAL NOT NULL,
        rule TEXT NOT NULL,
        subject TEXT NOT NULL,
        title TEXT NOT NULL CHECK (json_valid(title)),
        begun_at REAL NOT NULL,
        ended_at REAL
      ) STRICT;
      CREATE INDEX reminders_seen_ended ON reminders_seen (ended_at);
    `,
  },
  {
    name: 'observations',
    sql: `
      CREATE TABLE observations (
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        value TEXT NOT NULL CHECK (json_valid(value)),
        since REAL NOT NULL,
        seen_at REAL NOT NULL,
        PRIMARY KEY (kind, subject)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    name: 'the calendar of reminders',
    sql: `
      CREATE TABLE reminder_calendar (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        reminder TEXT NOT NULL UNIQUE,
        uid TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        changed_at REAL NOT NULL,
        is_cancelled INTEGER NOT NULL,
        start REAL NOT NULL,
        summary TEXT NOT NULL,
        description TEXT NOT NULL,
        alarms TEXT NOT NULL CHECK (json_valid(alarms))
      ) STRICT;
    `,
  },
];
