/**
 * nativeImage: createEmpty, createFromPath, createFromBuffer, createFromDataURL, of PNGs (a file that is missing or no
 * image gives an empty image, as documented). An image knows isEmpty, getSize, getAspectRatio, toPNG, toDataURL,
 * setTemplateImage, isTemplateImage. Nothing is decoded: resize, crop, bitmaps, JPEG and ICO are missing. `@2x` files are
 * not looked for.
 */
import { readFileSync } from 'node:fs';
import { missing } from '../missing.ts';
import { StandInObject } from './standin-object.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** From the IHDR chunk, which comes first (PNG specification, 11.2.1). */
function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 24 || !bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function isOtherImage(bytes: Buffer): boolean {
  const isJpeg = bytes.length > 2 && bytes[0] === 0xff && bytes[1] === 0xd8;
  const isIco = bytes.length > 4 && bytes.readUInt32LE(0) === 0x00010000;
  return isJpeg || isIco;
}

export class NativeImage extends StandInObject {
  static override readonly _apiName = 'NativeImage';

  private readonly _bytes: Buffer;
  private readonly _size: Size;
  private _isTemplate = false;
  /** Where it came from, for a test that asks which icon is shown. */
  readonly _path: string | undefined;

  constructor(bytes: Buffer, path?: string) {
    super();
    const size = pngSize(bytes);
    if (size === undefined && isOtherImage(bytes)) throw missing('images other than PNG', path);
    this._bytes = size === undefined ? Buffer.alloc(0) : bytes;
    this._size = size ?? { width: 0, height: 0 };
    this._path = path;
    // macOS takes files so named for templates.
    this._isTemplate = path !== undefined && /Template(@\d+x)?\.png$/.test(path);
  }

  isEmpty(): boolean {
    return this._bytes.length === 0;
  }

  getSize(): Size {
    return { ...this._size };
  }

  getAspectRatio(): number {
    return this._size.height === 0 ? 1 : this._size.width / this._size.height;
  }

  toPNG(): Buffer {
    return Buffer.from(this._bytes);
  }

  toDataURL(): string {
    return `data:image/png;base64,${this._bytes.toString('base64')}`;
  }

  setTemplateImage(option: boolean): void {
    this._isTemplate = option;
  }

  isTemplateImage(): boolean {
    return this._isTemplate;
  }
}

class NativeImages extends StandInObject {
  static override readonly _apiName = 'nativeImage';

  createEmpty(): NativeImage {
    return new NativeImage(Buffer.alloc(0));
  }

  createFromPath(path: string): NativeImage {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      bytes = Buffer.alloc(0);
    }
    return new NativeImage(bytes, path);
  }

  createFromBuffer(buffer: Buffer, options?: object): NativeImage {
    if (options !== undefined && Object.keys(options).length > 0)
      throw missing('options of nativeImage.createFromBuffer');
    return new NativeImage(Buffer.from(buffer));
  }

  createFromDataURL(dataURL: string): NativeImage {
    const [, base64] = /^data:image\/[a-z+.-]+;base64,(.*)$/s.exec(dataURL) ?? [];
    return new NativeImage(Buffer.from(base64 ?? '', 'base64'));
  }
}

export const nativeImage = new NativeImages();

/** What options take: an image, or the path of one. */
export function imageOf(image: NativeImage | string): NativeImage {
  return typeof image === 'string' ? nativeImage.createFromPath(image) : image;
}
