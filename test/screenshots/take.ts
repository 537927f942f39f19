/**
 * `npm run screenshots`: takes every picture of docs/screenshots anew, or those whose names hold one of the words given. Nothing
 * in them is of this computer or this day, so that a change of a picture is a change of the app (or of the fonts).
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startWindowBrowser } from '../window/open-window.ts';
import { PromptBrowser } from '../window/prompt-browser.ts';
import { fileName, SCHEMES } from './picture.ts';
import { queueAt, SAMPLE_PROMPTS } from './sample-prompts.ts';
import { openWindowPicture, WINDOW_PICTURES } from './window-pictures.ts';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
/** As main/shell/prompt-window.ts has it; its height is what the document asks for. */
const PROMPT_WIDTH = 440;

await mkdir(FOLDER, { recursive: true });
const words = process.argv.slice(2);
const isWanted = ({ name }: { readonly name: string }) =>
  words.length === 0 || words.some((word) => name.includes(word));
const windows = WINDOW_PICTURES.filter(isWanted);
const prompts = SAMPLE_PROMPTS.filter(isWanted);
if (words.length === 0) {
  for (const file of await readdir(FOLDER)) if (file.endsWith('.png')) await rm(join(FOLDER, file));
}
if (windows.length > 0) await takeWindows();
if (prompts.length > 0) await takePrompts();

async function takeWindows(): Promise<void> {
  await using browser = await startWindowBrowser();
  for (const picture of windows) {
    await using window = await openWindowPicture(browser, picture);
    await inBothSchemes(picture.name, window.page, () => window.page.screenshot({ animations: 'disabled' }));
    if (window.faults.length > 0) throw new Error(`${picture.name}: ${window.faults.join('\n')}`);
  }
}

async function takePrompts(): Promise<void> {
  const browser = await PromptBrowser.start();
  try {
    for (const sample of prompts) {
      const viewport = { width: PROMPT_WIDTH, height: 800 };
      await using prompt = await browser.open(await queueAt(sample), { viewport, reducedMotion: 'reduce' });
      // Past the pause in which nothing can be allowed.
      await prompt.after(2_000);
      const height = await prompt.page
        .locator('main')
        .evaluate((main) => Math.ceil(main.getBoundingClientRect().height));
      await prompt.page.setViewportSize({ width: PROMPT_WIDTH, height });
      await inBothSchemes(sample.name, prompt.page, () => prompt.page.screenshot({ animations: 'disabled' }));
    }
  } finally {
    await browser.close();
  }
}

async function inBothSchemes(name: string, page: Page, take: () => Promise<Buffer>): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    // The document hears of it before the next frame is drawn.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    const file = fileName(name, colorScheme);
    await writeFile(join(FOLDER, file), await take());
    process.stdout.write(`${file}\n`);
  }
}
