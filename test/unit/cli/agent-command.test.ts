/** `glasskey agent status`, `activity` and `policy` as scripts and people run them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startAgentServer } from '../../../main/agent/agent-server.ts';
import { sha256Fingerprint } from '../../../main/openssh/fingerprint.ts';
import { agentActivityStore } from '../../../main/storage/agent-activity-store.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { systemClock } from '../../../time/clock.ts';
import { SoftwareKeyring, softwareKey } from '../agent/software-keyring.ts';
import { type InProcessResult, runInProcess } from './run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-agent-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...words: string[]): Promise<InProcessResult> =>
  runInProcess(['agent', ...words], { environment: { GLASSKEY_HOME: join(folder, 'data') }, homeFolder: folder });

it('says whether an agent answers, and what it offers', async () => {
  const socketPath = join(folder, 'agent', 'a.sock');
  const absent = await run('status', '--socket', socketPath, '--json');
  expect(absent.exitCode).toBe(3);
  expect(JSON.parse(absent.stdout)).toEqual({ state: 'absent', socketPath, keys: [] });
  const key = softwareKey('a key');
  const log = () => {};
  const server = await startAgentServer({ socketPath, keyring: new SoftwareKeyring([key]), clock: systemClock, log });
  try {
    const found = await run('status', '--socket', socketPath, '--json');
    expect(found.exitCode).toBe(0);
    const fingerprint = sha256Fingerprint(key.blob);
    expect(JSON.parse(found.stdout)).toEqual({
      state: 'answers',
      socketPath,
      keys: [{ fingerprint, comment: 'a key', isEnrolled: false }],
    });
    expect((await run('status', '--socket', socketPath)).stdout).toContain(
      `${fingerprint}  a key  (not enrolled here)`,
    );
  } finally {
    await server.close();
  }
});

it('shows what the agents were asked to sign, newest first', async () => {
  expect((await run('activity')).stdout).toBe('No agent was asked for a signature yet.\n');
  const database = openDatabase(join(folder, 'data', 'glasskey.db'));
  const login = {
    at: systemClock.now(),
    endedAt: systemClock.now(),
    agent: 'app',
    key: 'SHA256:key',
    purpose: { kind: 'login', user: 'alice', hostName: 'leaf1' },
    through: [{ name: 'jump' }],
    client: { program: 'ssh', starter: 'git' },
    decision: 'signed',
    reason: undefined,
    asked: true,
  } as const;
  const refused = { ...login, purpose: { kind: 'other' }, through: [], client: {}, decision: 'refused' } as const;
  agentActivityStore(database).add([login, { ...refused, reason: 'data.unrecognized' }]);
  database.close();
  const lines = (await run('activity')).stdout.split('\n');
  expect(lines[0]).toContain('Something that is no login and no signature [data.unrecognized]');
  expect(lines[1]).toContain('Log in as alice on leaf1 through jump, asked by ssh for git');
  const { requests } = JSON.parse((await run('activity', '--limit', '1', '--json')).stdout);
  expect(requests).toMatchObject([{ id: 2, decision: 'refused', reason: 'data.unrecognized' }]);
});

it('has no policy to show or change where no key is enrolled', async () => {
  expect((await run('policy')).stdout).toBe('No key is enrolled on this computer.\n');
  expect((await run('policy', '--ask', 'always')).stderr).toContain('No key is enrolled');
});

it.each([
  [['status', 'more'], 'one word too many'],
  [['watch'], '"watch" is none of'],
  [['activity', '--limit', '0'], '--limit takes'],
  [['policy', '--ask', 'never'], '--ask knows no "never"'],
  [['serve', '--limit', '3'], 'serve has no --limit'],
])('refuses %j', async (words, why) => {
  const { exitCode, stderr } = await run(...words);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(why);
});
