/**
 * Settings, each from the best source that has it: the user's own (database), else `settings.json` in the data folder
 * (put there by an administrator or a lab), else the default; for policy (`isPolicy`) the file goes first. A bad value never stops Glasskey: it is reported, and
 * the next source is used.
 */
import { readFileSync, statSync } from 'node:fs';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Database, transaction, withDatabaseErrors } from './database.ts';
import { ASK_POLICIES, FORWARDED_POLICIES } from './key-policy-store.ts';
import {
  among,
  anyMembers,
  checked,
  list,
  mapped,
  nullable,
  number,
  numberFrom,
  readIfOne,
  type Stored,
  StoredFault,
  type StoredForm,
  text,
  truth,
  wholeNumberFrom,
} from './stored-form.ts';

const path = matching(/^\P{Cc}{1,1024}$/u, 'must be a path without control characters, of at most 1024 characters');
const timeOfDay = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00');
const aaguid = mapped(text, {
  read(typed) {
    const lower = typed.toLowerCase();
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lower)) return lower;
    throw new StoredFault('must be AAGUIDs, such as d7781e5d-e353-46aa-afe2-3ca49f13332a');
  },
  write: (value) => value,
});

function matching(pattern: RegExp, fault: string): StoredForm<string> {
  return checked(text, (value) => pattern.test(value), fault);
}

const WEEK_MINUTES = 7 * 24 * 60;

/** From the root, of the home folder, of a drive or a pipe of Windows. */
const OTHER_AGENT = /^(SSH_AUTH_SOCK$|~\/|\/|\\\\|[A-Za-z]:[\\/])/;

/**
 * Every setting: the form of its value, and its default. A new one is needed in these places too: `DESCRIBED` in main/glasskey-settings.ts, its
 * label and explanation in main/texts/english/settings.ts, `WORDS` in renderer/screens/settings/setting-words.ts, and the table in
 * docs/command-line.md. Tests compare all of them.
 */
const SETTINGS = {
  /**
   * Entra's own settings (tenant, client, endpoints): parsed by the entra capability. Its members come from the best source
   * one by one: who sets a client id keeps the hosts of an administrator's file.
   */
  entra: { form: anyMembers, default: {} },
  /** The jump host where a connect names none; `null` for none. */
  'connect.defaultJump': { form: nullable(checked(text, (value) => value !== '', 'must not be empty')), default: null },
  /**
   * Files of the known_hosts form that a team shares: of the hosts that they name, only these keys count. A leading `~/` is the home
   * folder, expanded by whoever uses it.
   */
  'connect.pinnedHostKeys': { form: list(path, 100), default: [] },
  /** How long a host on the way may take for its first words before the next way is tried. */
  'connect.waitSeconds': { form: numberFrom(0.1, 120), default: 8 },
  /** How often each host on the way is asked whether it still answers; 0: never. */
  'connect.keepAliveSeconds': { form: wholeNumberFrom(0, 3600), default: 15 },
  /** So many keep-alives without an answer end the connection. */
  'connect.keepAliveCount': { form: wholeNumberFrom(1, 100), default: 3 },
  /** Whether the agents may be allowed to sign for a whole session; for keys of which their owner has not said it (key-policy-store.ts). */
  'agent.ask': { form: among(ASK_POLICIES), default: 'once-per-session' },
  /** What is done with signatures that other hosts want through a forwarded agent; likewise. */
  'agent.forwarded': { form: among(FORWARDED_POLICIES), default: 'ask' },
  /**
   * The user's other agent, whose keys are offered after our own: path of its socket (a leading `~/` is the home folder) or its pipe, or
   * `SSH_AUTH_SOCK` for the one of the environment that Glasskey was started in; `null` for none.
   */
  'agent.passThrough': {
    form: nullable(
      checked(
        path,
        (value) => OTHER_AGENT.test(value),
        'must be the absolute path of a socket or pipe, or SSH_AUTH_SOCK',
      ),
    ),
    default: null,
  },
  /** Whether every session is recorded from its first line on. */
  'sessions.record': { form: among(['off', 'always']), default: 'off' },
  /** After so many days a key should be replaced. */
  'reminders.credentialAgeDays': { form: wholeNumberFrom(1, 3650), default: 90 },
  /** After so many days without a login or a drill, a device's login should be rehearsed. */
  'reminders.drillAgeDays': { form: wholeNumberFrom(1, 3650), default: 30 },
  /** From when until when nothing but what is critical is notified, in this computer's time; where either is `null`: never. */
  'reminders.quietFrom': { form: nullable(timeOfDay), default: null },
  'reminders.quietTo': { form: nullable(timeOfDay), default: null },
  /** The calendar file that is kept current, `null` for none. A leading `~/` is the home folder, expanded by whoever uses it. */
  'reminders.calendarFile': {
    form: nullable(
      checked(path, (value) => /^(~?\/|[A-Za-z]:\\)/.test(value), 'must be a whole path, from / or ~/ on'),
    ),
    default: null,
  },
  /** How often the fabric reconciles keys, in minutes (azure.md: up to 4 hours). */
  'reconcile.everyMinutes': {
    form: checked(
      number,
      (value) => value > 0 && value <= WEEK_MINUTES,
      `must be a number of minutes above 0, of at most ${WEEK_MINUTES}`,
    ),
    default: 240,
  },
  /** The private key file that an enrollment writes. A leading `~/` is the home folder, expanded by whoever uses it. */
  'ssh.keyFile': {
    form: path,
    default: '~/.ssh/id_ed25519_sk',
  },
  /** What the attestation of a key must prove before it is enrolled. */
  'attestation.require': { form: among(['off', 'valid-signature', 'genuine']), default: 'off' },
  /** The models that may be enrolled; empty: any. */
  'attestation.allowedAaguids': { form: list(aaguid, 1000), default: [] },
  'attestation.minimumFirmware': {
    form: nullable(matching(/^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/, 'must be a version such as 5.7 or 5.7.4')),
    default: null,
  },
  /** PEM files of further root certificates. */
  'attestation.roots': { form: list(path, 100), default: [] },
  /** On Windows: whether security keys are opened by Glasskey itself or reached through Windows; `auto`: as this account may. */
  'windows.securityKeys': { form: among(['auto', 'windows', 'direct']), default: 'auto' },
  'app.appearance': { form: among(['system', 'light', 'dark']), default: 'system' },
  /** Start the desktop app, in the tray, when the user logs in to the computer. */
  'app.openAtLogin': { form: truth, default: false },
  /** Closing the window leaves the app in the tray, where it stays the agent. */
  'app.keepInTray': { form: truth, default: true },
  /** A CSS font family list; `null`: the app's own. Fonts have names of letters, digits, spaces and dashes. */
  'terminal.fontFamily': {
    form: nullable(matching(/^[\p{L}\p{N} ,._'"-]{1,200}$/u, 'must be the names of fonts, separated by commas')),
    default: null,
  },
  /** In CSS pixels. */
  'terminal.fontSize': { form: wholeNumberFrom(8, 40), default: 14 },
  /** Terminals tell screen readers what they show; it costs speed. */
  'terminal.screenReader': { form: truth, default: false },
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<K extends SettingKey> = Stored<(typeof SETTINGS)[K]['form']>;
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

/** Whether an administrator's file decides a setting: what it says of these goes before what the user sets. */
export function isPolicy(key: string): boolean {
  return (
    key.startsWith('attestation.') ||
    key === 'connect.pinnedHostKeys' ||
    key === 'sessions.record' ||
    key === 'reminders.credentialAgeDays' ||
    key === 'reminders.drillAgeDays' ||
    key === 'agent.ask' ||
    key === 'agent.forwarded' ||
    key === 'agent.passThrough' ||
    key === 'windows.securityKeys'
  );
}

/** `SETTING_FIXED`: settings.json decides it. */
export function settingFixed(key: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SETTING_FIXED',
    message: `${key} is decided by settings.json; nothing was changed.`,
    remedy: 'Ask whoever wrote that file to change it there.',
    detail: { key },
  });
}

export interface Settings {
  get<K extends SettingKey>(key: K): Setting<K>;
  /** Stores the user's own value. Throws a `StoredFault` for one that its form refuses. */
  set<K extends SettingKey>(key: K, value: SettingValue<K>): void;
  /** Forgets the user's own value. */
  reset(key: SettingKey): void;
  /** What each source has for the key, unparsed; undefined where it has nothing. */
  layers(key: SettingKey): { readonly user: unknown; readonly file: unknown };
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
    const found = [
      ...(user.found ? [{ source: 'user' as const, value: user.value }] : []),
      ...(Object.hasOwn(fromFile.values, key) ? [{ source: 'file' as const, value: fromFile.values[key] }] : []),
    ];
    return isPolicy(key) ? found.toReversed() : found;
  };

  return {
    get<K extends SettingKey>(key: K): Setting<K> {
      const { form, default: fallback } = SETTINGS[key];
      const usable = candidates(key).flatMap(({ source, value: stored }) => {
        const value = readIfOne(form as StoredForm<unknown>, stored);
        return value === undefined ? [] : [{ value: value as SettingValue<K>, source }];
      });
      const [best, ...others] = usable;
      if (best === undefined) return { value: fallback as SettingValue<K>, source: 'default' };
      if (key !== 'entra') return best;
      const members = Object.assign({}, ...others.map(({ value }) => value), best.value);
      return { value: members as SettingValue<K>, source: best.source };
    },

    layers(key) {
      const found = candidates(key);
      const from = (wanted: 'user' | 'file') => found.find(({ source }) => source === wanted)?.value;
      return { user: from('user'), file: from('file') };
    },

    set(key, value) {
      SETTINGS[key].form.read(value);
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
          const why = faultOf(SETTINGS[key].form, value);
          return why === undefined ? [] : [{ source, what: key, why }];
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
  const values = readIfOne(anyMembers, json);
  if (values === undefined) return unusable('it is not a JSON object');
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(SETTINGS, key));
  const problems = unknown.map((key): SettingProblem => ({ source: 'file', what: key, why: 'no such setting' }));
  return { values, problems };
}

/** It names the hosts that tokens go to: only its owner and root may have written it. */
function isTrusted(file: string): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true; // Windows: access comes from the profile folder's own list
  const { uid, mode } = statSync(file);
  return (uid === user || uid === 0) && (mode & 0o022) === 0;
}

/** Why the form refuses it, without the value itself; undefined where it does not. */
function faultOf({ read }: StoredForm<unknown>, value: unknown): string | undefined {
  try {
    read(value);
    return undefined;
  } catch (error) {
    if (error instanceof StoredFault) return error.message;
    throw error;
  }
}
