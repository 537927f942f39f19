/** macOS' icon file: `icns`, the length of all, then pictures, each with a type of four letters and its length. */
import type { Picture } from './ico.ts';

/** The types that hold PNGs, by pixels (Apple's iconutil writes the same). Two types: the picture at once and at twice its size. */
const TYPES: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** Pixels of the pictures that an icns file wants. */
export const ICNS_SIZES: readonly number[] = Object.keys(TYPES).map(Number);

/** The icon file that holds these pictures. Throws for a size that the format has no type for. */
export function icnsFile(pictures: readonly Picture[]): Buffer {
  const chunks = pictures.flatMap(({ size, png }) => {
    const types = TYPES[size];
    if (types === undefined) throw new RangeError(`an .icns file has no place for a picture of ${size} pixels`);
    return types.map((type) => chunk(type, png));
  });
  return chunk('icns', Buffer.concat(chunks));
}

function chunk(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(head.length + content.length, 4);
  return Buffer.concat([head, content]);
}
