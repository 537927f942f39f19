/**
 * The part of the Reflect metadata proposal that @peculiar/x509 needs at its import (its own dependency, tsyringe,
 * refuses to load without): metadata kept per class and key. Import this before it. A real polyfill, when one is
 * loaded, stays.
 */
type Metadata = Map<unknown, unknown>;

const stored = new WeakMap<object, Metadata>();

const reflect = Reflect as unknown as Record<string, unknown>;

if (reflect.getMetadata === undefined) {
  reflect.getOwnMetadata = own;
  reflect.getMetadata = inherited;
  reflect.defineMetadata = define;
  reflect.metadata = (key: unknown, value: unknown) => (target: object) => define(key, value, target);
}

function own(key: unknown, target: object): unknown {
  return stored.get(target)?.get(key);
}

function inherited(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    if (stored.get(at)?.has(key)) return own(key, at);
  }
  return undefined;
}

function define(key: unknown, value: unknown, target: object): void {
  const metadata = stored.get(target) ?? new Map<unknown, unknown>();
  stored.set(target, metadata.set(key, value));
}
