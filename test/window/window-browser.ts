/** The browser of a file of window tests: there before the first, closed after the last. */
import { afterAll, beforeAll, vi } from 'vitest';
import { startWindowBrowser, type WindowBrowser } from './open-window.ts';

/** To be called at the top of the file. Its tests get the time that axe takes where the processors are shared. */
export function windowBrowser(): Pick<WindowBrowser, 'open'> {
  let browser: WindowBrowser;
  vi.setConfig({ testTimeout: 90_000 });
  beforeAll(async () => {
    browser = await startWindowBrowser();
  });
  afterAll(() => browser[Symbol.asyncDispose]());
  return { open: (options) => browser.open(options) };
}
