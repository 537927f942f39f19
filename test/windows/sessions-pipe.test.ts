/** `glasskey sessions` against the sessions of another program, by the pipe of the data folder. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type WindowsProgram, WindowsUser } from './wine.ts';

let user: WindowsUser;
let app: WindowsProgram;

const lines = async () =>
  (await app.output())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  user = await WindowsUser.create(inject('windows'));
  app = await user.start(join(import.meta.dirname, 'serve-sessions.ts'), [], { seconds: 180 });
  await vi.waitUntil(async () => (await lines()).length > 0, 60_000);
});
afterAll(async () => {
  app?.kill();
  await app?.ended;
});

describe('the sessions on a pipe', () => {
  it('have a name of their user’s own', async () => {
    expect((await lines())[0].socketPath).toMatch(/^\\\\\.\\pipe\\glasskey-sessions-[0-9a-f]{16}$/);
  });

  it('are found and ended by the command line of the same account', async () => {
    const words = ['sessions', 'end', 'leaf1', '--json'];
    const { status, stdout, stderr } = await user.run(join(import.meta.dirname, 'glasskey.ts'), words);
    expect(status, stdout + stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ended: true });
    expect((await lines()).at(-1)).toEqual({ states: ['ended'] });
  });
});
