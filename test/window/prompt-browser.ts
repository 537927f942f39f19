/**
 * The built prompt document in Chromium, under the headers it has in the app, over a scripted `window.glasskey`: the other side
 * of the bridge is here, in the test.
 */

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { PromptAnswer, PromptQueueView, PromptView } from '../../main/ipc/contract.ts';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { builtDocuments } from '../lab/built-documents.ts';
import { launchBrowser } from './launch-browser.ts';

const ORIGIN = 'https://prompt.app.test';
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
};
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** What the document sent. */
export type PromptCall =
  | { readonly name: 'prompts.show' }
  | { readonly name: 'prompts.fit'; readonly height: number }
  | {
      readonly name: 'prompts.answer';
      readonly id: string;
      readonly answer: PromptAnswer;
      /** The bytes of the PIN as they were when the call was made; undefined where there was none. */
      readonly pin: string | undefined;
    };

/** The page's end of the script, put there before the document's own. */
interface ScriptedWindow {
  scripted: {
    calls: PromptCall[];
    /** What the document handed over, by reference. */
    pins: Uint8Array[];
    first: PromptQueueView;
    replies: 'at-once' | 'held' | 'refused';
    release: (() => void)[];
    tell: (queue: PromptQueueView) => void;
  };
}

export class PromptBrowser {
  readonly #folder: string;
  readonly #browser: Browser;

  private constructor(folder: string, browser: Browser) {
    this.#folder = folder;
    this.#browser = browser;
  }

  /** Builds the document, unless it is built, and starts the browser. */
  static async start(): Promise<PromptBrowser> {
    const folder = join(await builtDocuments(), 'prompt');
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('no Chromium is installed');
    return new PromptBrowser(folder, await launchBrowser(executablePath));
  }

  async open(first: PromptQueueView, options: BrowserContextOptions = {}): Promise<OpenPrompt> {
    const context = await this.#browser.newContext({ viewport: { width: 420, height: 560 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.route('**', async (route) => {
      const { pathname, origin } = new URL(route.request().url());
      if (origin !== ORIGIN) return route.abort();
      const contentType = TYPES[extname(pathname)];
      if (contentType === undefined) return route.fulfill({ status: 404 });
      const body = await readFile(join(this.#folder, pathname));
      return route.fulfill({ body, contentType, headers: HEADERS });
    });
    // It goes on by itself as well: tests that use `after` leave it a margin.
    await page.clock.install();
    await page.addInitScript(scriptBridge, first);
    await page.goto(`${ORIGIN}/index.html`);
    return new OpenPrompt(page, complaints);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

export class OpenPrompt {
  readonly page: Page;
  /** What the browser or the document wrote to its console, violations of the CSP among it. */
  readonly complaints: readonly string[];

  constructor(page: Page, complaints: readonly string[]) {
    this.page = page;
    this.complaints = complaints;
  }

  tell(...prompts: readonly PromptView[]): Promise<void> {
    return this.page.evaluate(
      (queue) => (globalThis as unknown as ScriptedWindow).scripted.tell(queue),
      queueOf(...prompts),
    );
  }

  calls(): Promise<PromptCall[]> {
    return this.page.evaluate(() => (globalThis as unknown as ScriptedWindow).scripted.calls);
  }

  async answers(): Promise<Extract<PromptCall, { name: 'prompts.answer' }>[]> {
    return (await this.calls()).filter((one) => one.name === 'prompts.answer');
  }

  /** The bytes of every PIN that was handed over, as they are now. */
  pinsNow(): Promise<number[][]> {
    return this.page.evaluate(() => (globalThis as unknown as ScriptedWindow).scripted.pins.map((pin) => [...pin]));
  }

  /** How calls of `prompts.answer` are answered from now on; what was held is let go. */
  replies(how: ScriptedWindow['scripted']['replies']): Promise<void> {
    return this.page.evaluate((now) => {
      const { scripted } = globalThis as unknown as ScriptedWindow;
      scripted.replies = now;
      for (const release of scripted.release.splice(0)) release();
    }, how);
  }

  /** Passes time in the document. */
  after(ms: number): Promise<void> {
    return this.page.clock.runFor(ms);
  }

  /** From now on time passes by `after` alone. */
  async stopTime(): Promise<void> {
    await this.page.clock.pauseAt((await this.page.evaluate(() => Date.now())) + 1_000);
  }

  /** What has the focus: an id, or a button's answer. */
  focus(): Promise<string> {
    return this.page.evaluate('document.activeElement?.dataset.answer ?? document.activeElement?.id');
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export function queueOf(...prompts: readonly PromptView[]): PromptQueueView {
  return {
    prompts: [...prompts],
    position: prompts.length > 1 ? `1 of ${prompts.length}` : '',
    language: 'en',
  };
}

/** Runs in the page. */
function scriptBridge(first: PromptQueueView): void {
  const listeners: ((message: unknown) => void)[] = [];
  const scripted: ScriptedWindow['scripted'] = {
    calls: [],
    pins: [],
    first,
    replies: 'at-once',
    release: [],
    tell: (queue) => {
      for (const listener of listeners) listener({ name: 'prompts.changed', payload: queue });
    },
  };
  const call = async (_id: number, name: string, input: { id: string; answer: PromptAnswer }) => {
    const pin = input.answer?.kind === 'allow' ? input.answer.pin : undefined;
    if (pin !== undefined) scripted.pins.push(pin);
    // As the real bridge does, it has taken its copy by the time it returns.
    const text = pin === undefined ? undefined : new TextDecoder().decode(pin);
    scripted.calls.push({ name, ...structuredClone(input), pin: text } as unknown as PromptCall);
    if (name === 'prompts.show') return { ok: true, output: scripted.first };
    if (name === 'prompts.answer' && scripted.replies === 'held') {
      await new Promise<void>((resolve) => scripted.release.push(resolve));
    }
    if (name === 'prompts.answer' && scripted.replies === 'refused') {
      return { ok: false, error: { code: 'PROMPT_GONE', message: 'Gone.', remedy: 'None.', kind: 'expected' } };
    }
    return { ok: true, output: {} };
  };
  const onEvent = (listener: (message: unknown) => void): void => {
    listeners.push(listener);
  };
  Object.assign(globalThis, { scripted, glasskey: { call, cancel: () => {}, onProgress: () => {}, onEvent } });
}
