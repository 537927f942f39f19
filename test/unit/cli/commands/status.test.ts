/** `glasskey status` as people read it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runInProcess } from '../run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-status-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('has one empty line between its parts, also where targets are saved and none was rehearsed', async () => {
  const run = (...words: string[]) =>
    runInProcess(words, { environment: { GLASSKEY_HOME: join(folder, 'data') }, homeFolder: folder });
  await run('targets', 'add', 'leaf1', 'alice@10.0.0.7');
  const { exitCode, stdout } = await run('status');
  expect(exitCode).toBe(3);
  expect(stdout).toContain('\n\n  Saved targets\n    glasskey connect leaf1  alice@10.0.0.7\n\n');
  expect(stdout).not.toContain('\n\n\n');
});
