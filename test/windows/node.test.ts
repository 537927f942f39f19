import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { WindowsUser, windowsPath } from './wine.ts';

const PROGRAM = `
import { homedir, tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
const { two } = new DatabaseSync(':memory:').prepare('SELECT 1 + 1 AS two').get() as { two: number };
const stdin = await text(process.stdin);
const { GIVEN: given } = process.env;
console.log(JSON.stringify({ platform: process.platform, home: homedir(), temp: tmpdir(), two, stdin, given, argv: process.argv.slice(2) }));
process.exitCode = 3;
`;

describe('Node under Wine', () => {
  let user: WindowsUser;

  beforeAll(async () => {
    user = await WindowsUser.create(inject('windows'));
  });

  it('runs TypeScript as its own user, with arguments, environment and input, and says how it ended', async () => {
    const script = join(user.home, 'program.ts');
    await writeFile(script, PROGRAM);
    const { status, stdout, stderr } = await user.run(script, ['a', 'b c'], {
      environment: { GIVEN: 'value' },
      input: 'line\n',
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      platform: 'win32',
      home: windowsPath(user.home),
      temp: windowsPath(join(user.home, 'Temp')),
      two: 2,
      stdin: 'line\n',
      given: 'value',
      argv: ['a', 'b c'],
    });
    expect(status).toBe(3);
  });

  it('ends a program whose time is up', async () => {
    const script = join(user.home, 'endless.ts');
    await writeFile(script, 'setInterval(() => {}, 1000);');
    expect(await user.run(script, [], { seconds: 2 })).toMatchObject({ status: null });
  });
});
