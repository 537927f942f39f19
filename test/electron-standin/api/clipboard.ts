/**
 * clipboard: readText, writeText, has, clear, of text, kept in this process (in Electron 45 reading and writing are asynchronous).
 * The pages' own `navigator.clipboard` is headless Chromium's, which is another. Rich formats and the selection are missing.
 */
import { registry } from './registry.ts';
import { StandInObject } from './standin-object.ts';

let text = '';

class Clipboard extends StandInObject {
  static override readonly _apiName = 'clipboard';

  async readText(): Promise<string> {
    return text;
  }

  async writeText(written: string): Promise<void> {
    if (typeof written !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    text = written;
    registry.changes.emit('change');
  }

  async has(mimetype: string): Promise<boolean> {
    return mimetype === 'text/plain' && text !== '';
  }

  clear(): void {
    text = '';
  }
}

export const clipboard = new Clipboard();

export function clipboardText(): string {
  return text;
}
