import { describe, expect, it } from 'vitest';
import { ScreenLock } from '../../../main/shell/screen-lock.ts';

describe('the lock of the screen', () => {
  it('lasts through a sleep that ends with the screen still locked, in either order', () => {
    const told: boolean[] = [];
    const lock = new ScreenLock((isLocked) => told.push(isLocked));
    lock.screen(true);
    lock.sleep(true);
    lock.sleep(false);
    expect([lock.isLocked, told]).toEqual([true, [true]]);
    lock.screen(false);
    expect([lock.isLocked, told]).toEqual([false, [true, false]]);
    lock.sleep(true);
    lock.screen(true);
    lock.screen(false);
    expect(lock.isLocked).toBe(true);
    lock.sleep(false);
    expect([lock.isLocked, told]).toEqual([false, [true, false, true, false]]);
  });
});
