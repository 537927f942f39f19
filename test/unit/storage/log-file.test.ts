import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogFile, openLogFile } from '../../../main/storage/log-file.ts';

let folder: string;
let path: string;
const logs: LogFile[] = [];
const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6), after: () => () => {} };
const open = (options: { level?: 'debug' | 'info' | 'warn'; maxBytes?: number } = {}) => {
  const file = openLogFile({ path, clock, level: 'info', ...options });
  logs.push(file);
  return file.log;
};
const lines = async (name = path) =>
  (await readFile(name, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  path = join(folder, 'log.jsonl');
});
afterEach(async () => {
  for (const file of logs.splice(0)) file.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the log file', () => {
  it('holds one JSON line for each event of its level or above, and is 0600', async () => {
    const log = open();
    log('debug', 'too.fine');
    log('info', 'agent.listening', { socketPath: '/x\ny', absent: undefined });
    log('error', 'failed');
    expect(await lines()).toEqual([
      { time: '2026-01-02T03:04:05.006Z', level: 'info', event: 'agent.listening', socketPath: '/x\ny' },
      { time: '2026-01-02T03:04:05.006Z', level: 'error', event: 'failed' },
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('refuses bytes, also below its level', async () => {
    const log = open() as (level: string, event: string, facts: unknown) => void;
    expect(() => log('info', 'x', { pin: new Uint8Array(4) })).toThrow(TypeError);
    expect(() => log('debug', 'x', { pin: Buffer.from('1234') })).toThrow(TypeError);
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('begins a new file when it is full and keeps the one before, from several writers too', async () => {
    const writers = [open({ maxBytes: 2000 }), open({ maxBytes: 2000 })];
    for (let event = 0; event < 60; event += 1)
      writers[event % 2]?.('info', `event.${event}`, { filler: 'x'.repeat(40) });
    expect((await readdir(folder)).sort()).toEqual(['log.jsonl', 'log.jsonl.1']);
    const [older, newer] = [await lines(`${path}.1`), await lines()];
    const events = [...older, ...newer].map(({ event }) => Number(event.split('.')[1]));
    expect(events).toEqual(Array.from({ length: events.length }, (_, index) => 60 - events.length + index));
    for (const name of [path, `${path}.1`]) expect((await stat(name)).size).toBeLessThan(2300);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('cuts a runaway fact', async () => {
    open()('info', 'x', { long: 'y'.repeat(1_000_000) });
    expect((await stat(path)).size).toBeLessThan(10_000);
  });

  it('never stops its caller for the disk', async () => {
    const log = open({ maxBytes: 1 });
    log('info', 'first');
    await rm(folder, { recursive: true });
    expect(() => log('info', 'second')).not.toThrow();
    expect(() => log('info', 'third')).not.toThrow();
  });
});
