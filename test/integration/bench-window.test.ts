import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canRunDesktop } from '../e2e/lab-desktop.ts';
import { builtDocuments } from '../lab/built-documents.ts';

const RUN = fileURLToPath(new URL('../bench/run.ts', import.meta.url));

const reportSchema = z.strictObject({ name: z.literal('window'), figures: z.record(z.string(), z.number()) });

/** Times are not judged here: a machine on which all tests run at once is not one to measure on. */
describe.skipIf(!canRunDesktop)('npm run bench -- window', { timeout: 30_000 }, () => {
  let figures: Readonly<Record<string, number>>;
  let said: string;
  const figure = (name: string) => figures[name] ?? Number.NaN;

  beforeAll(async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [RUN, 'window', '--json'], {
      // Not the runner's NODE_ENV is to decide what is built.
      env: { ...process.env, NODE_ENV: 'test', GLASSKEY_BENCH_SMALL: '1' },
    });
    figures = reportSchema.parse(JSON.parse(stdout)).figures;
    said = stderr;
  }, 300_000);

  it('finds the script of the window within 400 kB, gzipped, and that of the prompt far below', () => {
    expect(figure('script.window.in_all_kb')).toBeLessThanOrEqual(400);
    expect(figure('script.window.at_start_kb')).toBeGreaterThan(50);
    expect(figure('script.window.at_start_kb')).toBeLessThan(figure('script.window.in_all_kb'));
    expect(figure('script.prompt_kb')).toBeGreaterThan(0.5);
    expect(figure('script.prompt_kb')).toBeLessThan(20);
  });

  it('has measured what is shipped: no development React, although the test runner sets NODE_ENV', async () => {
    const assets = join(await builtDocuments(), 'window', 'assets');
    const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(scripts.map((name) => readFile(join(assets, name), 'utf8')));
    expect(texts.filter((text) => /jsxDEV|react\.development/.test(text))).toEqual([]);
    expect(texts.some((text) => text.includes('Minified React error'))).toBe(true);
  });

  it('sees the window drawn first and answering then', () => {
    expect(figure('start.document_ms')).toBeGreaterThan(0);
    expect(figure('start.heading_ms')).toBeGreaterThan(0);
    expect(figure('start.interactive_ms')).toBeGreaterThanOrEqual(figure('start.heading_ms'));
    expect(figure('start.interactive_ms')).toBeGreaterThan(figure('start.document_ms'));
  });

  it('times each keystroke, and of it the script and all work', () => {
    for (const name of ['keystroke', 'work', 'script']) {
      expect(figure(`filter.${name}.median_ms`)).toBeGreaterThan(0);
      expect(figure(`filter.${name}.worst_ms`)).toBeGreaterThanOrEqual(figure(`filter.${name}.median_ms`));
    }
    expect(figure('filter.script.median_ms')).toBeLessThan(figure('filter.work.median_ms'));
    expect(figure('filter.work.median_ms')).toBeLessThanOrEqual(figure('filter.keystroke.median_ms'));
  });

  it('has every line drawn, and tells how long others waited', () => {
    expect(figure('terminal.throughput_mb_per_s')).toBeGreaterThan(0);
    expect(figure('terminal.page_stall.worst_ms')).toBeGreaterThan(0);
    expect(figure('terminal.main_stall.worst_ms')).toBeGreaterThan(0);
    expect(figure('terminal.main_work.worst_ms')).toBeGreaterThan(0);
  });

  it.runIf(process.platform === 'linux')('tells the memory in the tray, of the main process and of all', () => {
    expect(figure('tray.main_mib')).toBeGreaterThan(20);
    expect(figure('tray.in_all_mib')).toBeCloseTo(figure('tray.main_mib') + figure('tray.others_mib'), 3);
  });

  it('says on what it ran, how loaded the machine was, and of each goal whether it is met', () => {
    expect(said).toMatch(/^On (Electron|the stand-in)/);
    expect(said).toMatch(/Load of this machine: [\d.]+ on \d+ processors/);
    expect(said.match(/ (met|MISSED)$/gm)).toHaveLength(5);
  });
});
