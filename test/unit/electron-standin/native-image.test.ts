import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nativeImage } from '../../electron-standin/api/native-image.ts';

const ICON = fileURLToPath(new URL('../../electron-standin/fixture/icon.png', import.meta.url));

describe('an image', () => {
  it('has its size from the file, and is the same by buffer and data URL', () => {
    const image = nativeImage.createFromPath(ICON);
    expect([image.isEmpty(), image.getSize(), image.getAspectRatio()]).toEqual([false, { width: 16, height: 16 }, 1]);
    expect(nativeImage.createFromBuffer(image.toPNG()).toDataURL()).toBe(image.toDataURL());
    expect(nativeImage.createFromDataURL(image.toDataURL()).getSize()).toEqual({ width: 16, height: 16 });
  });

  it('is empty when the file is not there or is no image', () => {
    expect(nativeImage.createFromPath('/nowhere.png').isEmpty()).toBe(true);
    expect(nativeImage.createFromPath(fileURLToPath(import.meta.url)).isEmpty()).toBe(true);
  });

  it('is not pretended to be read when it is no PNG, nor to be resized', () => {
    expect(() => nativeImage.createFromBuffer(Buffer.from([0xff, 0xd8, 0xff]))).toThrow('images other than PNG');
    expect(() => (nativeImage.createFromPath(ICON) as unknown as { resize(): void }).resize()).toThrow(
      'the stand-in has no NativeImage.resize',
    );
  });
});
