import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options, flipFuses } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUSES, wrongFuses } from '../../../packaging/fuses.ts';
import { electronProgram } from '../../integration/electron-distribution.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasskey-fuses-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program with the product's fuses, and then these. */
async function programWith(change: Partial<Record<FuseV1Options, boolean>>): Promise<string> {
  const file = join(folder, `program-${JSON.stringify(change).replaceAll(/\W/g, '')}`);
  await writeFile(file, electronProgram('45.0.0'));
  await flipFuses(file, { ...FUSES, ...change });
  return file;
}

const EACH = Object.values(FuseV1Options).filter((index) => typeof index === 'number');

describe('wrongFuses', () => {
  it('finds nothing in a program that the product’s fuses were set in', async () => {
    expect(await wrongFuses(await programWith({}))).toEqual([]);
  });

  it.each(EACH.map((index) => [FuseV1Options[index], index] as const))(
    'finds %s set otherwise',
    async (name, index) => {
      const program = await programWith({ [index]: !FUSES[index] });
      expect(await wrongFuses(program)).toEqual([expect.stringContaining(`fuse ${name} is`)]);
    },
  );

  it('finds what nobody set', async () => {
    const file = join(folder, 'as-downloaded');
    await writeFile(file, electronProgram('45.0.0'));
    expect((await wrongFuses(file)).length).toBeGreaterThan(3);
  });

  it('finds a fuse that it does not know, and one that is missing', async () => {
    const longer = join(folder, 'longer');
    await writeFile(longer, electronProgram('99.0.0', '0100110011'));
    expect(await wrongFuses(longer)).toContain('fuse 9 is one that packaging/fuses.ts does not know');
    const shorter = join(folder, 'shorter');
    await writeFile(shorter, electronProgram('40.0.0', '01001100'));
    expect(await wrongFuses(shorter)).toEqual(['fuse WasmTrapHandlers is missing, not on']);
  });

  it('turns off every way to run other code in the program', () => {
    expect(FUSES[FuseV1Options.RunAsNode]).toBe(false);
    expect(FUSES[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(false);
    expect(FUSES[FuseV1Options.EnableNodeCliInspectArguments]).toBe(false);
    expect(FUSES[FuseV1Options.OnlyLoadAppFromAsar]).toBe(true);
    expect(FUSES[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(true);
  });
});
