/** The catalogue in the window: `app.start` brings the messages, this formats them. */
import { IntlMessageFormat } from 'intl-messageformat';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { TextKey, TextValues } from '../main/ipc/contract.ts';

export interface WindowTexts {
  /** BCP 47. */
  readonly language: string;
  say<K extends TextKey>(key: K, ...values: TextValues<K>): string;
}

/** Messages by key as they crossed. A key that is missing is said as itself: better a bare name than a window that fails. */
export function windowTexts(messages: Readonly<Record<string, string>>, language: string): WindowTexts {
  const formats = new Map<TextKey, IntlMessageFormat>();
  return {
    language,
    say(key, ...[values]) {
      let format = formats.get(key);
      if (format === undefined) {
        format = new IntlMessageFormat(messages[key] ?? key, language, {}, { ignoreTag: true });
        formats.set(key, format);
      }
      return String(format.format(values));
    },
  };
}

const TextsContext = createContext<WindowTexts | undefined>(undefined);

export function TextsProvider({
  messages,
  language,
  children,
}: {
  readonly messages: Readonly<Record<string, string>>;
  readonly language: string;
  readonly children: ReactNode;
}) {
  const texts = useMemo(() => windowTexts(messages, language), [messages, language]);
  return <TextsContext value={texts}>{children}</TextsContext>;
}

export function useTexts(): WindowTexts {
  const texts = useContext(TextsContext);
  if (texts === undefined) throw new Error('useTexts outside of TextsProvider');
  return texts;
}
