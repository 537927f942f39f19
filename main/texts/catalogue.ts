/**
 * Every text of the windows, the tray, the menus, the notifications and the prompts, as ICU messages by key, one file for each
 * part of the app. A further language is a further object of the same keys: `Catalogue` is what it must have.
 *
 * In a branch of plural or select, write more than one bare word (`{# keys}`, not `{keys}`): the types below would take a bare
 * word for an argument; test/unit/texts compares them with a real ICU parser.
 */
import { DEVICES } from './english/devices.ts';
import { DRILL } from './english/drill.ts';
import { ENROLL } from './english/enroll.ts';
import { FRAME } from './english/frame.ts';
import { KEYS } from './english/keys.ts';
import { PROMPT } from './english/prompt.ts';
import { READINESS } from './english/readiness.ts';
import { RECORDINGS } from './english/recordings.ts';
import { RECOVERY } from './english/recovery.ts';
import { REMEDY } from './english/remedy.ts';
import { REMINDER } from './english/reminder.ts';
import { REMINDERS } from './english/reminders.ts';
import { ROTATION } from './english/rotation.ts';
import { SESSION_WAITS } from './english/session-waits.ts';
import { SESSIONS } from './english/sessions.ts';
import { SETTINGS } from './english/settings.ts';
import { SHELL } from './english/shell.ts';

export const ENGLISH = {
  ...FRAME,
  ...READINESS,
  ...ENROLL,
  ...KEYS,
  ...RECOVERY,
  ...ROTATION,
  ...REMINDERS,
  ...DEVICES,
  ...RECORDINGS,
  ...DRILL,
  ...SESSIONS,
  ...SESSION_WAITS,
  ...SETTINGS,
  ...PROMPT,
  ...SHELL,
  ...REMEDY,
  ...REMINDER,
} as const;

export type TextKey = keyof typeof ENGLISH;
export type Catalogue = Readonly<Record<TextKey, string>>;

/** By BCP 47 language, `en` first: what none of them fits gets English. */
export const CATALOGUES: Readonly<Record<string, Catalogue>> = { en: ENGLISH };

/** What a message's arguments may be: numbers for plurals, dates as Date. */
export type TextValue = string | number | Date;

type NameOf<Rest> = Rest extends `${infer A},${string}`
  ? A extends `${infer B}}${string}`
    ? B
    : A
  : Rest extends `${infer B}}${string}`
    ? B
    : never;
type IfName<N> = N extends '' | `${string} ${string}` | `#${string}` ? never : N;
type NamesIn<S> = S extends `${string}{${infer Rest}` ? IfName<NameOf<Rest>> | NamesIn<Rest> : never;

/** The arguments of a message, by its text. */
export type TextArguments<K extends TextKey> = NamesIn<(typeof ENGLISH)[K]>;

/** The values that go with a key: none for a message without arguments. */
export type TextValues<K extends TextKey> = [TextArguments<K>] extends [never]
  ? []
  : [values: Readonly<Record<TextArguments<K> & string, TextValue>>];
