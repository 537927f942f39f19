import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecretLine } from '../../../main/cli/secret-on-stdin.ts';
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

const read = async (text: string) =>
  new TextDecoder().decode(await readSecretLine(given(text), new AbortController().signal));

describe('a secret on standard input', () => {
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
    const signal = new AbortController().signal;
    for (const text of ['', '\n', '\r\n']) {
      expect(await thrownCode(readSecretLine(given(text), signal))).toBe('NO_PIN_ON_STDIN');
    }
    expect(await thrownCode(readSecretLine(2 ** 30, signal))).toBe('NO_PIN_ON_STDIN');
  });

  it('is not waited for once somebody cancelled', async () => {
    expect(await thrownCode(readSecretLine(given('1234\n'), AbortSignal.abort()))).toBe('CANCELLED');
  });
});
