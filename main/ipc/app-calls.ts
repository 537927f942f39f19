/** What a window needs to draw itself, and the clipboard. */
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers } from './call-server.ts';

export interface AppWorld {
  readonly version: string;
  readonly platform: string;
  readonly texts: Pick<Texts, 'language' | 'catalogue'>;
  readonly copy: (text: string) => void | Promise<void>;
}

export function appCalls({ version, platform, texts, copy }: AppWorld): Pick<CallHandlers, 'app.start' | 'app.copy'> {
  return {
    'app.start': () => ({ version, platform, language: texts.language, texts: { ...texts.catalogue } }),
    async 'app.copy'({ text }) {
      await copy(text);
      return {};
    },
  };
}
