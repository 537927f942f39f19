/** `glasskey settings` as scripts and people run it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type InProcessResult, runInProcess } from '../run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-settings-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: readonly string[]): Promise<InProcessResult> =>
  runInProcess(words, { environment: { GLASSKEY_HOME: join(folder, 'data') }, homeFolder: folder });

it('gets one setting with where it comes from, and the same as JSON', async () => {
  const get = ['settings', 'get', 'terminal.fontSize'];
  expect(await run(get)).toEqual({ exitCode: 0, stdout: 'terminal.fontSize  14  [standard]\n', stderr: '' });
  expect((await run(['settings', 'set', 'terminal.fontSize', '16'])).exitCode).toBe(0);
  expect((await run(get)).stdout).toBe('terminal.fontSize  16  [set by you]\n');
  expect(JSON.parse((await run([...get, '--json'])).stdout)).toMatchObject({ value: 16, source: 'user' });
  expect(await run(['settings', 'get', 'banana'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('SETTING_UNKNOWN'),
  });
  expect((await run(['settings', 'list'])).stdout).toBe((await run(['settings'])).stdout);
});

it('takes the name of a saved jump host for the usual one, and no other word', async () => {
  const set = (jump: string) => run(['settings', 'set', 'connect.defaultJump', jump]);
  expect((await set('east')).stderr).toContain(
    'connect.defaultJump cannot be set to that: east is no saved jump host.',
  );
  await run(['targets', 'add', 'east', 'ops@192.0.2.10', '--role', 'jump-host']);
  expect((await set('east')).stdout).toBe('connect.defaultJump  east  [set by you]\n');
});
