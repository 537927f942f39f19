/** Opens the built window in Chromium over a scripted bridge, and keeps what went wrong in it. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { contentSecurityPolicy } from '../../main/shell/document-server.ts';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { builtDocuments } from '../lab/built-documents.ts';
import { launchBrowser } from './launch-browser.ts';
import { type ScriptedBridge, type ScriptedCalls, scriptBridge } from './scripted-bridge.ts';
import { answerDocuments, WINDOW_URL } from './window-documents.ts';

/** The shell's own policy, and stricter in one point: the window needs no trusted-types policy at all. */
const policy = (nonce: string) => `${contentSecurityPolicy('main', nonce)}; trusted-types 'none'`;

export interface WindowOptions {
  readonly calls: ScriptedCalls;
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: 'active' | 'none';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly width?: number;
  readonly height?: number;
  /** What the page's clock shows at first; it then goes by `page.clock` alone. */
  readonly now?: number;
  /** It stays at `now`: only timers go on. */
  readonly isTimeStopped?: boolean;
}

export interface OpenWindow extends AsyncDisposable {
  readonly page: Page;
  readonly bridge: ScriptedBridge;
  /** Errors of the page and its console, refusals of the CSP among them. Empty in a good test. */
  readonly faults: readonly string[];
}

export interface WindowBrowser extends AsyncDisposable {
  open(options: WindowOptions): Promise<OpenWindow>;
}

/** One browser for the tests of a file. */
export async function startWindowBrowser(): Promise<WindowBrowser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: apt-get install chromium');
  const folder = join(await builtDocuments(), 'window');
  const browser = await launchBrowser(executablePath);
  return {
    open: (options) => openWindow(browser, folder, options),
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}

async function openWindow(browser: Browser, folder: string, options: WindowOptions): Promise<OpenWindow> {
  const {
    calls,
    colorScheme = 'light',
    forcedColors = 'none',
    reducedMotion = 'no-preference',
    now,
    isTimeStopped,
  } = options;
  const { width = 1100, height = 760 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    forcedColors,
    reducedMotion,
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  await answerDocuments(context, folder, policy);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  if (now !== undefined) await (isTimeStopped ? page.clock.setFixedTime(now) : page.clock.install({ time: now }));
  const bridge = await scriptBridge(page, calls);
  await page.goto(WINDOW_URL);
  return {
    page,
    bridge,
    faults,
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}

/** What is used of the page: these sources have no types of the DOM. */
interface AxeWindow {
  readonly axe: typeof import('axe-core');
  requestAnimationFrame(callback: () => void): number;
  readonly document: {
    getAnimations(): readonly {
      readonly playState: string;
      readonly finished: Promise<unknown>;
      readonly effect: { getComputedTiming(): { readonly endTime: number } };
    }[];
  };
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * What axe-core finds wrong, one line for each; the page's CSP does not hold it back. Left out are Fluent's guards around an open menu,
 * which are hidden and can have the focus: it never stays there (window-devices.test.ts), and axe cannot know that.
 */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const end = globalThis as unknown as AxeWindow;
    // In the middle of a fade colours are neither the old nor the new ones. What goes on for ever is not waited for. A fade may begin once
    // another one has ended, or only with what is drawn next.
    const fades = () =>
      // What has ended and keeps its last picture is still among them.
      end.document
        .getAnimations()
        .filter((one) => one.playState === 'running' && Number.isFinite(one.effect.getComputedTiming().endTime));
    const drawn = () =>
      new Promise<void>((done) => end.requestAnimationFrame(() => end.requestAnimationFrame(() => done())));
    do {
      await Promise.allSettled(fades().map(({ finished }) => finished));
      await drawn();
    } while (fades().length > 0);
    const { axe } = end;
    const { violations } = await axe.run({ exclude: [['[data-tabster-dummy]']] }, { preload: false });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

/** The same in light and in dark, each line with its scheme. The page is left in dark. */
export async function axeViolationsInBothSchemes(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The window hears of it before the next frame is drawn.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    found.push(...(await axeViolations(page)).map((line) => `${colorScheme}: ${line}`));
  }
  return found;
}
