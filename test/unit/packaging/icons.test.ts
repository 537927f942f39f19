import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ICNS_SIZES, icnsFile } from '../../../packaging/icons/icns.ts';
import { icoFile } from '../../../packaging/icons/ico.ts';

const ICONS = join(import.meta.dirname, '..', '..', '..', 'packaging', 'icons');
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** Width and height of a PNG, from its first chunk. */
function sizeOf(png: Buffer): readonly number[] {
  expect(png.subarray(0, 8)).toEqual(PNG);
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('icoFile', () => {
  it('lists each picture with its size, its length and where it is', () => {
    const file = icoFile([
      { size: 16, png: Buffer.from('small') },
      { size: 256, png: Buffer.from('the large one') },
    ]);
    expect(file.subarray(0, 6).toString('hex')).toBe('000001000200');
    expect(file.subarray(6, 22).toString('hex')).toBe('1010000001002000' + '05000000' + '26000000');
    // 256 is 0.
    expect(file.subarray(22, 38).toString('hex')).toBe('0000000001002000' + '0d000000' + '2b000000');
    expect(file.subarray(38).toString()).toBe('smallthe large one');
  });

  it('refuses a picture that the format cannot say', () => {
    expect(() => icoFile([{ size: 512, png: PNG }])).toThrow(/512/);
  });
});

describe('icnsFile', () => {
  it('holds each picture under its types, with lengths that count the head', () => {
    const file = icnsFile([{ size: 1024, png: Buffer.from('huge') }]);
    expect(file.toString('latin1')).toBe('icns\0\0\0\x14ic10\0\0\0\x0chuge');
    const twice = icnsFile([{ size: 256, png: Buffer.from('x') }]).toString('latin1');
    expect(twice).toBe('icns\0\0\0\x1aic08\0\0\0\x09xic13\0\0\0\x09x');
  });

  it('refuses a size without a type', () => {
    expect(() => icnsFile([{ size: 48, png: PNG }])).toThrow(/48/);
  });
});

describe('the committed icons', () => {
  it('are as large as they say', async () => {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
      expect(sizeOf(await readFile(join(ICONS, `glasskey-${size}.png`)))).toEqual([size, size]);
    }
  });

  it('hold the committed pictures in .ico and .icns', async () => {
    const picture = async (size: number) => ({ size, png: await readFile(join(ICONS, `glasskey-${size}.png`)) });
    const ico = await Promise.all([16, 24, 32, 48, 64, 128, 256].map(picture));
    expect(await readFile(join(ICONS, 'glasskey.ico'))).toEqual(icoFile(ico));
    const icns = await Promise.all(ICNS_SIZES.map(picture));
    expect(await readFile(join(ICONS, 'glasskey.icns'))).toEqual(icnsFile(icns));
  });
});
