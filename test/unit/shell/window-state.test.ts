import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onDisplays, type Rectangle } from '../../../main/shell/window-state.ts';

const LEAST = { width: 480, height: 400 };
const LEFT: Rectangle = { x: 0, y: 0, width: 1920, height: 1040 };
const RIGHT: Rectangle = { x: 1920, y: -200, width: 1280, height: 1000 };

describe('the kept bounds, on the displays of today', () => {
  it('stay as they are where a display has them, also half outside it', () => {
    const kept = [
      { x: 10, y: 20, width: 900, height: 700 },
      { x: -400, y: 20, width: 900, height: 700 },
      { x: 2000, y: -150, width: 900, height: 700 },
      { x: 1500, y: 900, width: 900, height: 700 },
    ];
    for (const bounds of kept) expect(onDisplays(bounds, [LEFT, RIGHT], LEAST)).toEqual(bounds);
  });

  it('move to the middle of the first display where theirs is gone', () => {
    const bounds = { x: 2000, y: 0, width: 900, height: 700 };
    expect(onDisplays(bounds, [LEFT], LEAST)).toEqual({ x: 510, y: 170, width: 900, height: 700 });
  });

  it('shrink to a display that has become smaller', () => {
    const bounds = { x: 100, y: 100, width: 3000, height: 2000 };
    expect(onDisplays(bounds, [LEFT], LEAST)).toEqual({ x: 0, y: 0, width: 1920, height: 1040 });
  });

  it('always leave something of the upper edge within reach, and no less than the least size', () => {
    const place = fc.integer({ min: -6000, max: 6000 });
    const length = fc.integer({ min: 1, max: 5000 });
    const area = fc.record({
      x: place,
      y: place,
      width: fc.integer({ min: 640, max: 4000 }),
      height: fc.integer({ min: 480, max: 3000 }),
    });
    fc.assert(
      fc.property(
        fc.record({ x: place, y: place, width: length, height: length }),
        area,
        fc.array(area),
        (bounds, first, more) => {
          const put = onDisplays(bounds, [first, ...more], LEAST);
          expect(put.width).toBeGreaterThanOrEqual(LEAST.width);
          expect(put.height).toBeGreaterThanOrEqual(LEAST.height);
          const reach = [first, ...more].some((one) => {
            const seen = Math.min(put.x + put.width, one.x + one.width) - Math.max(put.x, one.x);
            return seen >= 120 && put.y >= one.y && put.y < one.y + one.height;
          });
          expect(reach).toBe(true);
        },
      ),
    );
  });
});
