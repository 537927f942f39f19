/** `glasskey ssh-config install` and `status` say whether an agent is there, without which no name works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startAgentServer } from '../../../../main/agent/agent-server.ts';
import { systemClock } from '../../../../time/clock.ts';
import { SoftwareKeyring } from '../../agent/software-keyring.ts';
import { type InProcessResult, runInProcess } from '../run-in-process.ts';

const NO_AGENT = 'No agent answers yet: start Glasskey, or run glasskey agent.';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-ssh-config-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = async (...words: string[]): Promise<InProcessResult> => {
  // What is to be written is tried with the system's ssh.
  const environment = { GLASSKEY_HOME: join(folder, 'data'), PATH: process.env.PATH ?? '' };
  const result = await runInProcess(['ssh-config', ...words], { environment, homeFolder: folder });
  expect(result.exitCode, result.stderr).toBe(0);
  return result;
};
const told = async (...words: string[]): Promise<unknown> => JSON.parse((await run(...words, '--json')).stdout);

it('says that no agent answers, and what to do, once it has installed what needs one', async () => {
  expect(await told('status')).toMatchObject({ state: 'absent', agent: 'absent' });
  expect((await run('status')).stdout).not.toContain(NO_AGENT);
  expect((await run('install', '--yes')).stdout).toContain(NO_AGENT);
  expect(await told('install', '--yes')).toMatchObject({ state: 'installed', agent: 'absent' });
  expect((await run('status')).stdout).toContain(NO_AGENT);
});

it('says nothing of the agent where one answers on the socket that the entries name', async () => {
  const socketPath = join(folder, 'data', 'agent', 'agent.sock');
  const served = { socketPath, keyring: new SoftwareKeyring([]), clock: systemClock, log: () => {} };
  await run('install', '--yes');
  const server = await startAgentServer(served);
  try {
    expect(await told('status')).toMatchObject({ agentSocket: socketPath, agent: 'answers' });
    expect((await run('status')).stdout).not.toMatch(/agent/i);
    expect((await run('install', '--yes')).stdout).not.toContain(NO_AGENT);
  } finally {
    await server.close();
  }
});
