/** What reminders say: a text of the catalogue with its values, so that window, command line, notification and calendar say the same. */
import type { TextValue, TextValues } from '../texts/catalogue.ts';
import { REMINDER } from '../texts/english/reminder.ts';
import type { Texts } from '../texts/texts.ts';

export type ReminderTextKey = keyof typeof REMINDER;

export interface Said {
  readonly key: ReminderTextKey;
  /** Times as Date. Names in it may be a stranger's: who shows them makes them harmless. */
  readonly values: Readonly<Record<string, TextValue>>;
}

export function said<K extends ReminderTextKey>(key: K, ...[values]: TextValues<K>): Said {
  return { key, values: values ?? {} };
}

/** A title, which has no times in it: it can be kept as JSON, and said again when its reminder has gone. */
export interface Title {
  readonly key: ReminderTextKey;
  readonly values: Readonly<Record<string, string | number>>;
}

export function title<K extends ReminderTextKey>(key: K, ...[values]: TextValues<K>): Title {
  const plain = Object.entries<TextValue>(values ?? {}).map(([name, value]) => {
    return [name, value instanceof Date ? value.getTime() : value] as const;
  });
  return { key, values: Object.fromEntries(plain) };
}

/** One that was kept; undefined where there is no such text any more. */
export function saidAgain({
  key,
  values,
}: {
  readonly key: string;
  readonly values: Title['values'];
}): Said | undefined {
  return Object.hasOwn(REMINDER, key) ? { key: key as ReminderTextKey, values } : undefined;
}

/** The sentence, in the language of `texts`. `said` held its values to its text. */
export function sayReminder(texts: Pick<Texts, 'say'>, { key, values }: Said): string {
  const say: (key: ReminderTextKey, values: Said['values']) => string = texts.say;
  return say(key, values);
}
