/** What a notification says: of one reminder its own words, of several how many there are and which. */
import type { Texts } from '../texts/texts.ts';
import { type Said, sayReminder } from './said.ts';

export interface NoticeWords {
  readonly title: string;
  readonly body: string;
}

/** So many are named; desktops cut what is longer. */
const NAMED = 4;

/** `reminders`: the weightiest first. */
export function noticeWords(
  reminders: readonly { readonly title: Said; readonly sentence: Said }[],
  texts: Pick<Texts, 'say'>,
): NoticeWords {
  const [only, ...others] = reminders;
  if (only !== undefined && others.length === 0) {
    return { title: sayReminder(texts, only.title), body: sayReminder(texts, only.sentence) };
  }
  const named = reminders.slice(0, NAMED).map(({ title }) => sayReminder(texts, title));
  const more = reminders.length - named.length;
  return {
    title: texts.say('reminders.home', { count: reminders.length }),
    body: [...named, ...(more > 0 ? [texts.say('reminders.notice-more', { count: more })] : [])].join('\n'),
  };
}
