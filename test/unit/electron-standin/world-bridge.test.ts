/** The two ends of contextBridge in one world: the worlds themselves are Chromium's (test/integration/electron-standin-page). */
import { describe, expect, it } from 'vitest';
import { makeBridge } from '../../electron-standin/renderer/world-bridge.ts';

/** A page's global object, and a preload that exposes to it. */
function bridged(): { page: Record<string, unknown>; expose: (key: string, api: unknown) => void } {
  const node = new EventTarget();
  const page: Record<string, unknown> = {};
  makeBridge({
    node,
    hears: 'to-page',
    says: 'to-preload',
    expose: (key, api) => {
      if (key in page) return 'taken';
      page[key] = api;
      return undefined;
    },
  });
  const preload = makeBridge({ node, hears: 'to-preload', says: 'to-page', expose: () => 'only a preload exposes' });
  return { page, expose: (key, api) => preload.expose(key, api) };
}

describe('the bridge', () => {
  it('calls across and back, synchronously, however deep', () => {
    const { page, expose } = bridged();
    expose('api', { count: (down: (n: number) => number, n: number): number => (n === 0 ? 0 : 1 + down(n - 1)) });
    const { count } = page.api as { count: (down: (n: number) => number, n: number) => number };
    const down = (n: number): number => count(down, n);
    expect(count(down, 20)).toBe(20);
  });

  it('freezes what is exposed, at every depth', () => {
    const { page, expose } = bridged();
    expose('api', { list: [{ a: 1 }], run: () => 1 });
    const api = page.api as { list: object[]; run: object };
    expect([api, api.list, api.list[0], api.run].every(Object.isFrozen)).toBe(true);
  });

  it('copies: neither side sees what the other changes', () => {
    const { page, expose } = bridged();
    const data = { list: [1] };
    expose('api', { data, read: () => data });
    data.list.push(2);
    const { data: copy, read } = page.api as { data: { list: number[] }; read: () => { list: number[] } };
    expect(copy.list).toEqual([1]);
    const answer = read();
    answer.list.push(3);
    expect([answer.list, data.list]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
  });

  it('says in Electron’s words when something was thrown that is no error', () => {
    const { page, expose } = bridged();
    expose('api', {
      fail: () => {
        throw 'text';
      },
    });
    expect(() => (page.api as { fail: () => void }).fail()).toThrow(/a valid exception was not thrown/);
  });

  it('passes promises both ways, kept and broken', async () => {
    const { page, expose } = bridged();
    expose('api', { addLater: async (promise: Promise<number>) => 1 + (await promise) });
    const { addLater } = page.api as { addLater: (promise: Promise<number>) => Promise<number> };
    expect(await addLater(Promise.resolve(1))).toBe(2);
    await expect(addLater(Promise.reject(new RangeError('no')))).rejects.toThrow(new Error('no'));
  });

  it('rejects when a promise came to something that cannot cross', async () => {
    const { page, expose } = bridged();
    expose('api', { later: async () => new WeakMap() });
    await expect((page.api as { later: () => Promise<unknown> }).later()).rejects.toThrow(/could not be cloned/);
  });

  it('leaves symbols out, as keys and as values', () => {
    const { page, expose } = bridged();
    expose('api', { [Symbol('key')]: 1, value: Symbol('value'), kept: 1 });
    expect(page.api).toEqual({ kept: 1 });
    expect(Object.getOwnPropertySymbols(page.api)).toEqual([]);
  });

  it('tells the preload what the page’s end found wrong', () => {
    const { expose } = bridged();
    expose('api', {});
    expect(() => expose('api', {})).toThrow('taken');
  });
});
