import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecordingFile, recordingStore } from '../../../main/storage/recording-store.ts';

const run = promisify(execFile);
const AT = Date.UTC(2026, 10, 30, 5, 40, 12, 345);

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gk-rec-'));
  folder = join(home, 'recordings');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the files of recordings', () => {
  it('are the user’s alone, named by date and target, never over another, and there as they are written', () => {
    const store = recordingStore(folder);
    expect(store.list()).toEqual([]);
    const one = store.create('leaf1', AT);
    const other = store.create('leaf1', AT);
    one.append('header\n');
    one.append('é\n');
    expect(readFileSync(one.path, 'utf8')).toBe('header\né\n');
    expect([one.path, other.path]).toEqual([
      join(folder, '2026-11-30T05-40-12Z-leaf1.cast'),
      join(folder, '2026-11-30T05-40-12Z-leaf1-2.cast'),
    ]);
    expect([folder, one.path].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['700', '600']);
    one.close();
    one.close();
    expect(() => one.append('x')).toThrow(expect.objectContaining({ code: 'RECORDING_WRITE_FAILED' }));
  });

  it.each([
    ['../../etc/passwd', 'etc-passwd'],
    ['alice@[2001:db8::1]:22', 'alice-2001-db8-1-22'],
    ['Brücke 7', 'Br-cke-7'],
    ['…', 'session'],
    ['x'.repeat(500), 'x'.repeat(60)],
  ])('have plain names, whatever the target is called: %s', (target, name) => {
    const { path, close } = recordingStore(folder).create(target, AT);
    close();
    expect(path).toBe(join(folder, `2026-11-30T05-40-12Z-${name}.cast`));
  });

  it('are listed newest first also where several began in the same second', () => {
    const store = recordingStore(folder);
    const made = Array.from({ length: 11 }, () => {
      const file = store.create('leaf1', AT);
      file.close();
      return basename(file.path);
    });
    expect(store.list().map(({ name }) => name)).toEqual(made.toReversed());
  });

  it('are listed newest first, read, copied out and removed by name', async () => {
    const store = recordingStore(folder);
    for (const [target, at] of [
      ['b', AT],
      ['a', AT + 1000],
    ] as const) {
      const file = store.create(target, at);
      file.append(`${target}: the whole text of it\n`);
      file.close();
    }
    writeFileSync(join(folder, 'notes.txt'), 'not ours');
    symlinkSync('/etc/hostname', join(folder, 'link.cast'));
    const [newest, older] = store.list().map(({ name }) => name);
    expect(store.list()).toHaveLength(2);
    expect([newest, older]).toEqual(['2026-11-30T05-40-13Z-a.cast', '2026-11-30T05-40-12Z-b.cast']);
    expect(Buffer.from(store.read(newest ?? '')).toString()).toBe('a: the whole text of it\n');
    expect(store.ends(newest ?? '', 5)).toEqual({ head: 'a: th', tail: 'f it\n' });
    const copy = join(home, 'copy.cast');
    await store.exportTo(newest ?? '', copy, false);
    expect(readFileSync(copy, 'utf8')).toBe('a: the whole text of it\n');
    await expect(store.exportTo(newest ?? '', copy, false)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    await store.exportTo(older ?? '', copy, true);
    expect(readFileSync(copy, 'utf8')).toContain('b: ');
    expect([store.remove(newest ?? ''), store.remove(newest ?? '')]).toEqual([true, false]);
    expect(store.list().map(({ name }) => name)).toEqual([older]);
  });

  it.each(['../glasskey.db', '/etc/passwd', '.hidden.cast', 'a.txt', 'a/b.cast', '', 'link.cast', 'none.cast'])(
    'are nothing but what is in the folder: %j is unknown',
    (name) => {
      const store = recordingStore(folder);
      store.create('x', AT).close();
      symlinkSync('/etc/hostname', join(folder, 'link.cast'));
      const unknown = expect.objectContaining({ code: 'RECORDING_UNKNOWN' });
      expect(() => store.read(name)).toThrow(unknown);
      expect(() => store.ends(name, 10)).toThrow(unknown);
    },
  );

  it('are not begun where the folder cannot be made', () => {
    writeFileSync(folder, 'a file');
    expect(() => recordingStore(folder).create('x', AT)).toThrow(
      expect.objectContaining({ code: 'RECORDING_WRITE_FAILED' }),
    );
  });

  it.skipIf(process.platform === 'win32')(
    'take a line whole or not at all: a full disk leaves what was there before',
    async () => {
      const store = new URL('../../../main/storage/recording-store.ts', import.meta.url).href;
      const path = join(home, 'own.cast');
      // A file may have 4 KiB: the second line is written in part, and then there is no more room.
      const script = `
      const { createRecordingFile } = await import(${JSON.stringify(store)});
      const file = createRecordingFile(${JSON.stringify(path)});
      file.append('x'.repeat(3000) + '\\n');
      try { file.append('y'.repeat(3000) + '\\n'); } catch (error) { console.log(error.code, error.detail.errno); }
      file.append('z\\n');`;
      const shell = `ulimit -f 4; exec "$0" --input-type=module -e "$1"`;
      const { stdout } = await run('/bin/bash', ['-c', shell, process.execPath, script]);
      expect(stdout).toBe('RECORDING_WRITE_FAILED EFBIG\n');
      expect(readFileSync(path, 'utf8')).toBe(`${'x'.repeat(3000)}\nz\n`);
    },
  );

  it('of the caller’s own choice are made anew, and never over another', () => {
    const path = join(home, 'own.cast');
    createRecordingFile(path).close();
    expect(() => createRecordingFile(path)).toThrow(expect.objectContaining({ code: 'FILE_EXISTS' }));
    expect(() => createRecordingFile(join(home, 'none', 'x.cast'))).toThrow(
      expect.objectContaining({ code: 'RECORDING_WRITE_FAILED' }),
    );
  });
});
