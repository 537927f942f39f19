/** `glasskey agent status`, `activity` and `policy` as scripts and people run them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgentServer } from '../../../../main/agent/agent-server.ts';
import { sha256Fingerprint } from '../../../../main/openssh/fingerprint.ts';
import { agentActivityStore } from '../../../../main/storage/agent-activity-store.ts';
import { openDatabase } from '../../../../main/storage/database.ts';
import { systemClock } from '../../../../time/clock.ts';
import { SoftwareKeyring, softwareKey } from '../../agent/software-keyring.ts';
import { type InProcessResult, runInProcess } from '../run-in-process.ts';

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
  expect(JSON.parse(absent.stdout)).toEqual({
    state: 'absent',
    socketPath,
    keys: [],
    passThrough: { setting: null, state: 'off', keys: [] },
  });
  expect((await run('status', '--socket', socketPath)).stdout).toBe(
    `No agent is there: ${socketPath}\n  To have one there, run: glasskey agent --socket ${socketPath}\n`,
  );
  expect((await run('status')).stdout).toMatch(
    /^No agent is there: \S+agent\.sock\n {2}Start Glasskey, or run: glasskey agent\n$/,
  );
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
      passThrough: { setting: null, state: 'off', keys: [] },
    });
    expect((await run('status', '--socket', socketPath)).stdout).toContain(
      `${fingerprint}  a key  (not enrolled here)`,
    );
  } finally {
    await server.close();
  }
});

describe('the other agent, whose keys are passed through', () => {
  const status = (socketPath: string, environment = {}) =>
    runInProcess(['agent', 'status', '--socket', socketPath], {
      environment: { GLASSKEY_HOME: join(folder, 'data'), ...environment },
      homeFolder: folder,
    });
  const serving = (name: string, comment: string) =>
    startAgentServer({
      socketPath: join(folder, name, 'a.sock'),
      keyring: new SoftwareKeyring([softwareKey(comment)]),
      clock: systemClock,
      log: () => {},
    });

  it('is told, with its keys, and in words where it is not there or is the agent itself', async () => {
    const [own, other] = [await serving('own', 'ours'), await serving('other', 'theirs')];
    const environment = { SSH_AUTH_SOCK: other.socketPath };
    try {
      await runInProcess(['settings', 'set', 'agent.passThrough', 'SSH_AUTH_SOCK'], {
        environment: { GLASSKEY_HOME: join(folder, 'data') },
        homeFolder: folder,
      });
      const answers = `Your other agent answers, with one key: ${other.socketPath}`;
      expect((await status(own.socketPath, environment)).stdout).toContain(answers);
      expect((await status(own.socketPath)).stdout).toContain('is not there: SSH_AUTH_SOCK is not set here');
      expect((await status(other.socketPath, environment)).stdout).toContain('leads to this agent itself here');
      await other.close();
      expect((await status(own.socketPath, environment)).stdout).toContain(`is not there: ${other.socketPath}`);
    } finally {
      await own.close();
      await other.close();
    }
  });

  it('can be set to a path of the home folder, and to nothing that is no path', async () => {
    const other = await serving('other', 'theirs');
    try {
      const world = { environment: { GLASSKEY_HOME: join(folder, 'data') }, homeFolder: folder };
      const set = (value: string) => runInProcess(['settings', 'set', 'agent.passThrough', value], world);
      expect(await set('agent.sock')).toMatchObject({ exitCode: 1 });
      expect(await set('~/other/a.sock')).toMatchObject({ exitCode: 0 });
      const { stdout } = await run('status', '--json');
      expect(JSON.parse(stdout).passThrough).toMatchObject({
        setting: '~/other/a.sock',
        state: 'answers',
        socketPath: other.socketPath,
        keys: [{ comment: 'theirs' }],
      });
    } finally {
      await other.close();
    }
  });
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
  const own = { ...login, agent: 'connect', through: [], client: {}, asked: false } as const;
  agentActivityStore(database).add([own, login, { ...refused, reason: 'data.unrecognized' }]);
  database.close();
  const lines = (await run('activity')).stdout.split('\n');
  expect(lines[0]).toMatch(
    /Something that is no login and no signature, asked by a program that could not be told; you were asked \[data\.unrecognized\]$/,
  );
  expect(lines[1]).toMatch(/ {2}Log in as alice on leaf1 through jump, asked by ssh for git; you were asked$/);
  expect(lines[2]).toMatch(/ {2}Log in as alice on leaf1, asked by a login of Glasskey$/);
  const { requests } = JSON.parse((await run('activity', '--limit', '1', '--json')).stdout);
  expect(requests).toMatchObject([{ id: 3, decision: 'refused', reason: 'data.unrecognized' }]);
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
