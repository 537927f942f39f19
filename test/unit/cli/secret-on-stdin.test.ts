import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecretLine, readSecretLineAtOnce } from '../../../main/cli/secret-on-stdin.ts';
import { thrownCode } from './thrown-code.ts';

let folder: string;
let fd: number | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-stdin-'));
});
afterEach(() => {
  if (fd !== undefined) closeSync(fd);
  fd = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function given(text: string): number {
  writeFileSync(join(folder, 'input'), text);
  fd = openSync(join(folder, 'input'), 'r');
  return fd;
}

const WAYS = {
  'read bit by bit': (from: number) => readSecretLine(from, new AbortController().signal),
  'read at once': async (from: number) => readSecretLineAtOnce(from),
};

describe.each(Object.entries(WAYS))('a secret on standard input, %s,', (_name, readLine) => {
  const read = async (text: string) => new TextDecoder().decode(await readLine(given(text)));

  it('is the first line without its end', async () => {
    expect(await read('1234\n')).toBe('1234');
    expect(await read('1234\r\nmore')).toBe('1234');
    expect(await read('1234')).toBe('1234');
  });

  it('leaves what stands behind it to whoever reads next', async () => {
    await read('1234\nfor the remote command');
    const rest = Buffer.alloc(100);
    expect(rest.toString('utf8', 0, readSync(fd ?? -1, rest))).toBe('for the remote command');
  });

  it('that is empty, or cannot be read, is an error with a code', async () => {
    for (const text of ['', '\n', '\r\n']) {
      expect(await thrownCode(readLine(given(text)))).toBe('NO_PIN_ON_STDIN');
    }
    expect(await thrownCode(readLine(2 ** 30))).toBe('NO_PIN_ON_STDIN');
  });
});

describe('a secret on standard input', () => {
  it('that comes late is waited for, also where nothing else is done meanwhile', async () => {
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    // For reading and writing: so it is open before anybody writes, and a read without anything there is EAGAIN.
    fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = spawn('sh', ['-c', `sleep 0.1; printf '1234\\nrest' > '${pipe}'`]);
    const ended = once(writer, 'exit');
    expect(new TextDecoder().decode(readSecretLineAtOnce(fd))).toBe('1234');
    await ended;
  });

  it('is not waited for once somebody cancelled', async () => {
    expect(await thrownCode(readSecretLine(given('1234\n'), AbortSignal.abort()))).toBe('CANCELLED');
  });
});
