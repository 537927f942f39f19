/** Formats the catalogue's messages for what the main process itself shows: tray, menus, notifications, dialogs, prompts. */
import { IntlMessageFormat } from 'intl-messageformat';
import { CATALOGUES, type Catalogue, ENGLISH, type TextKey, type TextValues } from './catalogue.ts';

export interface Texts {
  /** BCP 47: which of the languages there are was taken. */
  readonly language: string;
  readonly catalogue: Catalogue;
  say<K extends TextKey>(key: K, ...values: TextValues<K>): string;
}

/** The best language of those asked for (BCP 47, best first), English else. `timeZone`: the computer's unless given. */
export function textsFor(languages: readonly string[], timeZone?: string): Texts {
  const language = languages.map(primary).find((one) => Object.hasOwn(CATALOGUES, one)) ?? 'en';
  const catalogue = CATALOGUES[language] ?? ENGLISH;
  // Numbers and times as that region writes them: en-GB has other dates than en-US.
  const region = languages.find((one) => primary(one) === language) ?? language;
  const formats = new Map<TextKey, IntlMessageFormat>();
  return {
    language: region,
    catalogue,
    say(key, ...[values]) {
      let format = formats.get(key);
      if (format === undefined) {
        format = new IntlMessageFormat(catalogue[key], region, zoned(timeZone), { ignoreTag: true });
        formats.set(key, format);
      }
      return String(format.format(values));
    },
  };
}

function primary(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}

function zoned(timeZone: string | undefined) {
  if (timeZone === undefined) return {};
  const { time, date } = IntlMessageFormat.formats;
  const inZone = <T extends object>(formats: Record<string, T>) =>
    Object.fromEntries(Object.entries(formats).map(([name, one]) => [name, { ...one, timeZone }]));
  return { time: inZone(time), date: inZone(date) };
}
