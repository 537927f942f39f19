/**
 * `node packaging/icons/draw.ts`: renders the icons from their SVG files with an installed Chromium and writes them beside
 * them: PNGs, glasskey.ico, glasskey.icns. Run by hand after a change to a drawing; what it writes is committed, so that
 * packaging needs no browser.
 *
 * Windows and Linux show the pane up to the edge of small icons, so these have a drawing of their own.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ICNS_SIZES, icnsFile } from './icns.ts';
import { icoFile, type Picture } from './ico.ts';

const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];

/** Up to this size the drawing with edges on whole pixels is the better one. */
const SMALL = 32;

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join('/usr/bin', name));

async function render(page: Page, svg: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>* { margin: 0 } svg { display: block; width: ${size}px; height: ${size}px }</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true });
}

async function draw(folder: string): Promise<void> {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('drawing needs Chromium; apt-get install chromium');
  const whole = await readFile(join(folder, 'glasskey.svg'), 'utf8');
  const small = await readFile(join(folder, 'glasskey-small.svg'), 'utf8');
  // Our own drawings only, and root (in a container) may not start Chromium's sandbox.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
  try {
    const page = await browser.newPage();
    const pictures: Picture[] = [];
    for (const size of SIZES) {
      pictures.push({ size, png: await render(page, size <= SMALL ? small : whole, size) });
    }
    for (const { size, png } of pictures) await writeFile(join(folder, `glasskey-${size}.png`), png);
    const of = (sizes: readonly number[]) => pictures.filter(({ size }) => sizes.includes(size));
    await writeFile(join(folder, 'glasskey.ico'), icoFile(of(ICO_SIZES)));
    await writeFile(join(folder, 'glasskey.icns'), icnsFile(of(ICNS_SIZES)));
  } finally {
    await browser.close();
  }
}

if (import.meta.main) await draw(import.meta.dirname);
