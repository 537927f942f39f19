import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownerOnlySteps } from '../../../main/enrollment/owner-only-files.ts';
import { fileSteps, writeFilePair } from '../../../main/storage/whole-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pair = () => ({
  privatePath: join(folder, 'id'),
  privateBytes: new Uint8Array([1]),
  publicPath: join(folder, 'id.pub'),
  publicBytes: new Uint8Array([2]),
});

it('gives a private file to its owner before it has its name, and leaves the public one as its folder says', async () => {
  const given: string[] = [];
  await writeFilePair(
    pair(),
    ownerOnlySteps(fileSteps, async () => (path) => void given.push(basename(path))),
  );
  expect(given).toEqual([expect.stringMatching(/^\.id\.[0-9a-f]{12}\.tmp$/)]);
  expect(await readFile(join(folder, 'id'))).toEqual(Buffer.of(1));
});

it('makes no pair whose private half could not be given to its owner', async () => {
  const steps = ownerOnlySteps(fileSteps, async () => () => {
    throw new Error('refused');
  });
  await expect(writeFilePair(pair(), steps)).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED' });
  await expect(readFile(join(folder, 'id'))).rejects.toThrow();
  await expect(readFile(join(folder, 'id.pub'))).rejects.toThrow();
});
