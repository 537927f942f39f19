/** What a window shows before its document has drawn anything: the documents' own backgrounds, so that nothing flashes. */
import { nativeTheme } from 'electron';

const LIGHT = '#FAFAFA';
const DARK = '#1F1F1F';

export function backgroundColour(): string {
  return nativeTheme.shouldUseDarkColors ? DARK : LIGHT;
}
