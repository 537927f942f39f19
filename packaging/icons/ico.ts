/** Windows' icon file: a directory and pictures. Since Windows Vista each picture may be a PNG (MS-ICO: ICONDIR, ICONDIRENTRY). */

export interface Picture {
  /** Width and height in pixels. */
  readonly size: number;
  readonly png: Uint8Array;
}

const DIRECTORY_BYTES = 6;
const ENTRY_BYTES = 16;
const ICON = 1;

/** The icon file that holds these pictures, in their order. Throws for one over 256 pixels, which the format cannot say. */
export function icoFile(pictures: readonly Picture[]): Buffer {
  const head = Buffer.alloc(DIRECTORY_BYTES + ENTRY_BYTES * pictures.length);
  head.writeUInt16LE(ICON, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [index, { size, png }] of pictures.entries()) {
    if (size > 256) throw new RangeError(`a picture of ${size} pixels does not fit into an .ico file`);
    const at = DIRECTORY_BYTES + ENTRY_BYTES * index;
    // 256 is written as 0: a byte has no room for it.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4); // colour planes
    head.writeUInt16LE(32, at + 6); // bits for a pixel
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}
