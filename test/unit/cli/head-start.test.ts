import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginLogin } from '../../../main/cli/head-start.ts';
import { keptLoginsFile, withKeptLogin } from '../../../main/storage/kept-logins.ts';

let folder: string;
let stdin: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-head-'));
  mkdirSync(join(folder, 'connect'), { mode: 0o700 });
  const login = {
    ...{ words: ['connect', 'leaf1', '--pin-stdin'], program: '/nowhere/ssh', arguments: [], environment: {} },
    ...{ configFile: '/nowhere/glasskey-0/ssh_config', configText: '', agentSocket: '/nowhere/1-001.sock' },
    publicKeys: [],
  };
  writeFileSync(keptLoginsFile(folder), withKeptLogin(login, []));
  writeFileSync(join(folder, 'stdin'), '482915\nrest');
  stdin = openSync(join(folder, 'stdin'), 'r');
});
afterEach(() => {
  closeSync(stdin);
  rmSync(folder, { recursive: true });
});

const begin = (...words: string[]) => beginLogin(words, { environment: { GLASSKEY_HOME: folder }, stdin });
const left = () => readFileSync(stdin, 'utf8');

describe('what is done of a login before the command line is loaded', () => {
  it('is nothing by words that were not kept, or with no command behind them: standard input is not read', () => {
    expect(begin('connect', 'leaf2', '--pin-stdin', '--', 'true')).toBeUndefined();
    expect(begin('connect', 'leaf1', '--pin-stdin')).toBeUndefined();
    expect(begin('connect', 'leaf1', '--pin-stdin', '--')).toBeUndefined();
    expect(left()).toBe('482915\nrest');
  });

  it('gives the PIN once, where its ssh could not begin as well, and says of an interrupt that came meanwhile', async () => {
    const listeners = () => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const begun = begin('connect', 'leaf1', '--pin-stdin', '--', 'true');
    expect(begun?.headStart).toBeUndefined();
    expect(new TextDecoder().decode(begun?.takePinLine())).toBe('482915');
    expect(begun?.takePinLine()).toBeUndefined();
    expect(left()).toBe('rest');
    process.emit('SIGHUP');
    expect(begun?.takeInterrupt()).toBe(true);
    expect(listeners()).toEqual(before);
    await begun?.end();
  });
});
