/** Which modules a run of the command line loaded: files by their path, Node's own as `node:…`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs before the program, within its process, and notes every module that is imported or required. */
const WATCH = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const loaded = [];
registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
process.on('exit', () => writeFileSync(process.env.GLASSKEY_BENCH_LOADED, JSON.stringify(loaded)));
`;

export interface WatchedRun {
  readonly loaded: readonly string[];
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of Node's (a script and its arguments) to its end. */
export function watchLoading(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  folder?: string,
): WatchedRun {
  const notes = mkdtempSync(join(tmpdir(), 'gk-loaded-'));
  try {
    const list = join(notes, 'list');
    const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
    const run = spawnSync(process.execPath, ['--import', watch, ...words], {
      env: { ...environment, GLASSKEY_BENCH_LOADED: list },
      encoding: 'utf8',
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    if (run.error !== undefined) throw run.error;
    const urls: readonly string[] = JSON.parse(readFileSync(list, 'utf8'));
    const loaded = urls.map((url) => (url.startsWith('file:') ? fileURLToPath(url) : url));
    return { loaded, exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}
