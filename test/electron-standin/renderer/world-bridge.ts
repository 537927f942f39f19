/**
 * contextBridge between two worlds of one document: the same code runs in both, each holding one end.
 *
 * The worlds of a document share its DOM and nothing else. Both ends hold one EventTarget that is in no tree, so that
 * no script of the page can find it, and talk by dispatching events on it. Dispatching is synchronous, and so is a call
 * over the bridge, as in Electron. An event's `detail` is cloned by the browser when the other world reads it.
 *
 * What crosses, as Electron documents it (docs/api/context-bridge, "Parameter / Error / Return Type support"):
 * - plain objects and arrays are copied, own enumerable string keys only, prototypes dropped; `freeze` for an exposed API;
 * - functions become functions that call back across, synchronously; one that comes home is itself again;
 * - promises become promises; errors are copied with their message only;
 * - what the structured clone algorithm takes is copied; symbols are left out;
 * - elements and cyclic values: refused here ("the stand-in has no …"), though Electron takes them.
 *
 * In the page's world this runs before any script of the page and keeps hold of everything it uses, so that a page that
 * replaces `EventTarget.prototype.dispatchEvent` or `Array.prototype.map` later sees nothing pass by. What the
 * page's end sends is trusted no further than the page itself: it can only name functions that were exposed to it.
 */

/** A value on its way. `f` and `p` number functions and promises of the sender, `h` a function of the receiver. */
export type Crossing =
  | { readonly k: 'v'; readonly v: unknown }
  | { readonly k: 'a'; readonly v: readonly Crossing[] }
  | { readonly k: 'o'; readonly v: readonly (readonly [string, Crossing])[] }
  | { readonly k: 'e'; readonly v: string }
  | { readonly k: 'f' | 'h' | 'p'; readonly v: number };

type Message =
  | { readonly t: 'expose'; readonly key: string; readonly api: Crossing }
  | { readonly t: 'call'; readonly call: number; readonly fn: number; readonly args: readonly Crossing[] }
  | { readonly t: 'reply'; readonly call: number; readonly ok: boolean; readonly value: Crossing }
  | { readonly t: 'settle'; readonly promise: number; readonly ok: boolean; readonly value: Crossing }
  | { readonly t: 'free'; readonly fn: number };

type AnyFunction = (...args: unknown[]) => unknown;

interface Settlers {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface WorldEnd {
  /** The shared EventTarget. */
  readonly node: EventTarget;
  /** The names of the events this end listens to and sends. */
  readonly hears: string;
  readonly says: string;
  /** Does the exposing at the page's end; the other end refuses. Returns what was wrong, if anything. */
  readonly expose: (key: string, api: unknown) => string | undefined;
}

export interface Bridge {
  /** Throws what the other end found wrong. */
  expose(key: string, api: unknown): void;
}

/** What this end was given before anybody could touch it. */
const {
  Array: { isArray },
  Error: OwnError,
  Map: OwnMap,
  Object: { defineProperty, freeze, getOwnPropertyNames, getOwnPropertyDescriptor },
  Promise: OwnPromise,
  Reflect: { apply },
  WeakMap: OwnWeakMap,
  FinalizationRegistry: OwnRegistry,
  CustomEvent: OwnCustomEvent,
  EventTarget: { prototype: targetPrototype },
  structuredClone: clone,
} = globalThis;
const { dispatchEvent, addEventListener } = targetPrototype;
const { toString: kindOf } = Object.prototype;
const { then } = OwnPromise.prototype;
const { get: mapGet, set: mapSet, delete: mapDelete } = OwnMap.prototype;
const { get: weakGet, set: weakSet } = OwnWeakMap.prototype;
const { register } = OwnRegistry.prototype;
const readDetail = getOwnPropertyDescriptor(OwnCustomEvent.prototype, 'detail')?.get as () => unknown;

/** Electron's limit, and its words. */
const DEPTH_LIMIT = 1000;
const TOO_DEEP = 'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.';
const NO_EXCEPTION =
  'An unknown exception occurred in the isolated context, an error occurred but a valid exception was not thrown.';

function isElement(value: object): boolean {
  const kind = apply(kindOf, value, []) as string;
  return kind !== '[object Object]' && 'nodeType' in value && 'ownerDocument' in value;
}

function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) return NO_EXCEPTION;
  return typeof thrown.message === 'string' ? thrown.message : NO_EXCEPTION;
}

export function makeBridge(end: WorldEnd): Bridge {
  /** Functions of this world that the other one may call, by number; and promises of the other one, awaited here. */
  const ownFunctions = new OwnMap<number, AnyFunction>();
  const awaited = new OwnMap<number, Settlers>();
  /** Functions here that stand for functions of the other world, and those functions' numbers there. */
  const standFor = new OwnWeakMap<object, number>();
  const replies = new OwnMap<number, Message & { t: 'reply' }>();
  const freed = new OwnRegistry<number>((fn) => say({ t: 'free', fn }));
  let lastNumber = 0;

  function say(message: Message): void {
    apply(dispatchEvent, end.node, [new OwnCustomEvent(end.says, { detail: message })]);
  }

  function pack(value: unknown, depth = 0): Crossing {
    if (typeof value === 'function') return packFunction(value as AnyFunction);
    if (typeof value === 'symbol') return { k: 'v', v: undefined };
    if (typeof value !== 'object' || value === null) return { k: 'v', v: value };
    if (depth >= DEPTH_LIMIT) throw new OwnError(TOO_DEEP);
    if (value instanceof OwnPromise) return packPromise(value);
    if (value instanceof OwnError) return { k: 'e', v: messageOf(value) };
    if (isArray(value)) return packArray(value, depth);
    if (isElement(value)) throw new OwnError('the stand-in has no elements over contextBridge; use real Electron');
    if ((apply(kindOf, value, []) as string) === '[object Object]') return packObject(value, depth);
    return { k: 'v', v: clone(value) };
  }

  function packFunction(fn: AnyFunction): Crossing {
    const home = apply(weakGet, standFor, [fn]) as number | undefined;
    if (home !== undefined) return { k: 'h', v: home };
    lastNumber += 1;
    apply(mapSet, ownFunctions, [lastNumber, fn]);
    return { k: 'f', v: lastNumber };
  }

  function packPromise(promise: Promise<unknown>): Crossing {
    lastNumber += 1;
    const number = lastNumber;
    const settle = (ok: boolean, value: unknown): void => {
      let crossing: Crossing;
      try {
        crossing = pack(value);
      } catch (error) {
        say({ t: 'settle', promise: number, ok: false, value: { k: 'e', v: messageOf(error) } });
        return;
      }
      say({ t: 'settle', promise: number, ok, value: crossing });
    };
    apply(then, promise, [(value: unknown) => settle(true, value), (error: unknown) => settle(false, error)]);
    return { k: 'p', v: number };
  }

  function packArray(array: readonly unknown[], depth: number): Crossing {
    const packed: Crossing[] = [];
    for (let at = 0; at < array.length; at += 1) packed[at] = pack(array[at], depth + 1);
    return { k: 'a', v: packed };
  }

  function packObject(object: object, depth: number): Crossing {
    const packed: (readonly [string, Crossing])[] = [];
    const names = getOwnPropertyNames(object);
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] as string;
      if (getOwnPropertyDescriptor(object, name)?.enumerable !== true) continue;
      const value = (object as Record<string, unknown>)[name];
      if (typeof value !== 'symbol') packed[packed.length] = [name, pack(value, depth + 1)];
    }
    return { k: 'o', v: packed };
  }

  function unpack(crossing: Crossing, frozen = false): unknown {
    switch (crossing.k) {
      case 'v':
        return crossing.v;
      case 'e':
        return new OwnError(crossing.v);
      case 'a':
        return unpackArray(crossing.v, frozen);
      case 'o':
        return unpackObject(crossing.v, frozen);
      case 'h':
        return apply(mapGet, ownFunctions, [crossing.v]);
      case 'p':
        return new OwnPromise((resolve, reject) => {
          apply(mapSet, awaited, [crossing.v, { resolve, reject }]);
        });
      case 'f':
        return frozen ? freeze(unpackFunction(crossing.v)) : unpackFunction(crossing.v);
    }
  }

  function unpackArray(crossings: readonly Crossing[], frozen: boolean): unknown[] {
    const array: unknown[] = [];
    for (let at = 0; at < crossings.length; at += 1) array[at] = unpack(crossings[at] as Crossing, frozen);
    return frozen ? (freeze(array) as unknown[]) : array;
  }

  function unpackObject(entries: readonly (readonly [string, Crossing])[], frozen: boolean): object {
    const object = {};
    for (let at = 0; at < entries.length; at += 1) {
      const [key, crossing] = entries[at] as readonly [string, Crossing];
      const value = unpack(crossing, frozen);
      defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return frozen ? freeze(object) : object;
  }

  function unpackFunction(fn: number): AnyFunction {
    const proxy = (...args: unknown[]): unknown => callAcross(fn, args);
    apply(weakSet, standFor, [proxy, fn]);
    apply(register, freed, [proxy, fn]);
    return proxy;
  }

  function callAcross(fn: number, args: readonly unknown[]): unknown {
    const packed: Crossing[] = [];
    for (let at = 0; at < args.length; at += 1) packed[at] = pack(args[at]);
    lastNumber += 1;
    const call = lastNumber;
    say({ t: 'call', call, fn, args: packed });
    const reply = apply(mapGet, replies, [call]) as (Message & { t: 'reply' }) | undefined;
    apply(mapDelete, replies, [call]);
    if (reply === undefined) throw new OwnError('the other world did not answer');
    if (!reply.ok) throw new OwnError(reply.value.k === 'e' ? reply.value.v : NO_EXCEPTION);
    return unpack(reply.value);
  }

  function answer(call: number, work: () => unknown): void {
    let value: Crossing;
    try {
      value = pack(work());
    } catch (thrown) {
      say({ t: 'reply', call, ok: false, value: { k: 'e', v: messageOf(thrown) } });
      return;
    }
    say({ t: 'reply', call, ok: true, value });
  }

  function carryOutCall(message: Message & { t: 'call' }): void {
    const fn = apply(mapGet, ownFunctions, [message.fn]) as AnyFunction | undefined;
    answer(message.call, () => {
      if (fn === undefined) throw new OwnError('no such function was exposed');
      return apply(fn, undefined, unpackArray(message.args, false));
    });
  }

  function settle(message: Message & { t: 'settle' }): void {
    const settlers = apply(mapGet, awaited, [message.promise]) as Settlers | undefined;
    apply(mapDelete, awaited, [message.promise]);
    const value = unpack(message.value);
    if (message.ok) settlers?.resolve(value);
    else settlers?.reject(value);
  }

  apply(addEventListener, end.node, [
    end.hears,
    (event: Event): void => {
      const message = apply(readDetail, event, []) as Message;
      switch (message.t) {
        case 'call':
          carryOutCall(message);
          return;
        case 'reply':
          apply(mapSet, replies, [message.call, message]);
          return;
        case 'settle':
          settle(message);
          return;
        case 'free':
          apply(mapDelete, ownFunctions, [message.fn]);
          return;
        case 'expose':
          // Only the preload exposes: `end.expose` of the isolated world refuses.
          answer(EXPOSE_CALL, () => end.expose(message.key, unpack(message.api, true)));
      }
    },
  ]);

  return {
    expose(key, api) {
      say({ t: 'expose', key, api: pack(api) });
      const reply = replies.get(EXPOSE_CALL);
      replies.delete(EXPOSE_CALL);
      const wrong = reply === undefined ? 'the page’s world did not answer' : wordsOf(reply);
      if (wrong !== undefined) throw new OwnError(wrong);
    },
  };
}

/** No call has this number. */
const EXPOSE_CALL = 0;

function wordsOf(reply: Message & { t: 'reply' }): string | undefined {
  if (reply.value.k === 'e') return reply.value.v;
  return reply.value.k === 'v' && typeof reply.value.v === 'string' ? reply.value.v : undefined;
}

export { defineProperty as definePropertyEarly };
