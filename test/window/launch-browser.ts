/** A headless Chromium for Playwright, without the pages that the browser keeps ready for a person who is not there: they cost a processor. */
import { type Browser, chromium } from 'playwright-core';
import { FEATURES_OFF } from '../electron-standin/chromium/launch-chromium.ts';

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // Root has no sandbox (.ci/run runs as root).
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--disable-features=${FEATURES_OFF.join(',')}`,
    ],
  });
}
