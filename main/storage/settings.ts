/**
 * Settings, each from the best source that has it: the user's own (database), else `settings.json` in the data folder
 * (put there by an administrator or a lab), else the default. A bad value never stops Glasskey: it is reported, and
 * the next source is used.
 */
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { type Database, transaction, withDatabaseErrors } from './database.ts';

/** Every setting: its schema and its default. */
const SETTINGS = {
  /** Entra's own settings (tenant, client, endpoints): parsed by the entra capability. */
  entra: { schema: z.record(z.string(), z.unknown()), default: {} },
  /** The jump host where a connect names none; `null` for none. */
  'connect.defaultJump': { schema: z.string().min(1).nullable(), default: null },
  /** How often the fabric reconciles keys, in minutes (azure.md: up to 4 hours). */
  'reconcile.everyMinutes': {
    schema: z
      .number()
      .positive()
      .max(7 * 24 * 60),
    default: 240,
  },
  /** The private key file that an enrollment writes. A leading `~/` is the home folder, expanded by whoever uses it. */
  'ssh.keyFile': { schema: z.string().min(1), default: '~/.ssh/id_ed25519_sk' },
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<K extends SettingKey> = z.output<(typeof SETTINGS)[K]['schema']>;
export type SettingSource = 'default' | 'file' | 'user';

export interface Setting<K extends SettingKey> {
  readonly value: SettingValue<K>;
  readonly source: SettingSource;
}

/** A value that was there and could not be used. */
export interface SettingProblem {
  readonly source: Exclude<SettingSource, 'default'>;
  /** The setting's key, or the file's path where the whole file is unreadable. */
  readonly what: string;
  /** One sentence's worth: why. Never the value. */
  readonly why: string;
}

export interface Settings {
  get<K extends SettingKey>(key: K): Setting<K>;
  /** Stores the user's own value. Throws a ZodError for one that its schema refuses: parse before. */
  set<K extends SettingKey>(key: K, value: SettingValue<K>): void;
  /** Forgets the user's own value. */
  reset(key: SettingKey): void;
  /** What was found to be unusable in file and database. */
  problems(): readonly SettingProblem[];
}

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The file is read once, now; the database at each `get`. A missing file is no problem. */
export function openSettings(database: Database, file: string): Settings {
  const fromFile = readSettingsFile(file);
  const { sqlite } = database;

  const stored = (key: SettingKey): { found: boolean; value?: unknown } =>
    withDatabaseErrors(database.file, () => {
      const row = sqlite.prepare('SELECT value FROM settings WHERE key = ?').get(key);
      return row ? { found: true, value: JSON.parse(String(row.value)) } : { found: false };
    });

  const candidates = (key: SettingKey): { source: 'user' | 'file'; value: unknown }[] => {
    const user = stored(key);
    return [
      ...(user.found ? [{ source: 'user' as const, value: user.value }] : []),
      ...(Object.hasOwn(fromFile.values, key) ? [{ source: 'file' as const, value: fromFile.values[key] }] : []),
    ];
  };

  return {
    get<K extends SettingKey>(key: K): Setting<K> {
      const { schema, default: fallback } = SETTINGS[key];
      for (const { source, value } of candidates(key)) {
        const parsed = schema.safeParse(value);
        if (parsed.success) return { value: parsed.data as SettingValue<K>, source };
      }
      return { value: fallback as SettingValue<K>, source: 'default' };
    },

    set(key, value) {
      SETTINGS[key].schema.parse(value);
      transaction(database, () =>
        sqlite
          .prepare(
            'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
          )
          .run(key, JSON.stringify(value)),
      );
    },

    reset(key) {
      transaction(database, () => sqlite.prepare('DELETE FROM settings WHERE key = ?').run(key));
    },

    problems() {
      const bad = SETTING_KEYS.flatMap((key) =>
        candidates(key).flatMap(({ source, value }): SettingProblem[] => {
          const parsed = SETTINGS[key].schema.safeParse(value);
          return parsed.success ? [] : [{ source, what: key, why: whyNot(parsed.error) }];
        }),
      );
      return [...fromFile.problems, ...bad];
    },
  };
}

interface FileSettings {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly SettingProblem[];
}

function readSettingsFile(file: string): FileSettings {
  const unusable = (why: string): FileSettings => ({ values: {}, problems: [{ source: 'file', what: file, why }] });
  let text: string;
  try {
    if (!isTrusted(file)) return unusable('others may write to it: make it yours alone (chmod 600)');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { values: {}, problems: [] };
    return unusable('it cannot be read');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return unusable('it is not JSON');
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(json);
  if (!parsed.success) return unusable('it is not a JSON object');
  const unknown = Object.keys(parsed.data).filter((key) => !Object.hasOwn(SETTINGS, key));
  const problems = unknown.map((key): SettingProblem => ({ source: 'file', what: key, why: 'no such setting' }));
  return { values: parsed.data, problems };
}

/** It names the hosts that tokens go to: only its owner and root may have written it. */
function isTrusted(file: string): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true; // Windows: access comes from the profile folder's own list
  const { uid, mode } = statSync(file);
  return (uid === user || uid === 0) && (mode & 0o022) === 0;
}

/** zod's messages say what was expected and of which type the value is, not the value. */
function whyNot(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
}
