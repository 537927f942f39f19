/** What reminders say: a text of the catalogue with its values, so that window, command line, notification and calendar say the same. */
import type { TextValue, TextValues } from '../texts/catalogue.ts';
import type { REMINDER } from '../texts/english/reminder.ts';
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

/** The sentence, in the language of `texts`. `said` held its values to its text. */
export function sayReminder(texts: Pick<Texts, 'say'>, { key, values }: Said): string {
  const say: (key: ReminderTextKey, values: Said['values']) => string = texts.say;
  return say(key, values);
}
