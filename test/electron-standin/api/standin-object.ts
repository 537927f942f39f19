/**
 * The base classes of everything the stand-in exports to a main process.
 *
 * Reading or setting a member that a subclass does not define throws `MissingInStandIn`, and so does listening for an
 * event it never emits. It works by the prototype chain: where an ordinary chain ends, these end in a Proxy, which sees
 * only what nobody before it answered. Instances stay ordinary objects (`===`, private fields, `instanceof` all work).
 *
 * Members whose names begin with `_` are the stand-in's own and no part of Electron's interface.
 */
import { EventEmitter } from 'node:events';
import { missing } from '../missing.ts';

/** What runtimes and inspectors ask of any object; answering `undefined` promises nothing. */
const PROBES: ReadonlySet<string> = new Set(['then', 'toJSON', 'inspect', 'nodeType', 'tagName', 'domain', '$$typeof']);

function apiNameOf(receiver: unknown): string {
  const made = typeof receiver === 'function' ? receiver : Object(receiver).constructor;
  return String(made?._apiName ?? made?.name ?? 'electron');
}

function endOfChain<T extends object>(end: T): T {
  return new Proxy(end, {
    get(target, member, receiver) {
      if (member in target || typeof member === 'symbol') return Reflect.get(target, member, receiver);
      if (member.startsWith('_') || PROBES.has(member)) return undefined;
      throw missing(`${apiNameOf(receiver)}.${member}`);
    },
    set(target, member, value, receiver) {
      if (typeof member === 'symbol' || member.startsWith('_') || member in target) {
        return Reflect.defineProperty(receiver, member, {
          value,
          writable: true,
          configurable: true,
          enumerable: true,
        });
      }
      throw missing(`${apiNameOf(receiver)}.${member}`);
    },
  });
}

/** A module or object without events. */
// biome-ignore lint/complexity/noStaticOnlyClass: it is the end of a prototype chain, and made to be extended.
export class StandInObject {
  /** As the documentation names it, for errors. */
  static readonly _apiName: string | undefined = undefined;
}
Object.setPrototypeOf(StandInObject.prototype, endOfChain({}));
Object.setPrototypeOf(StandInObject, endOfChain(Function.prototype));

type Listener = (...args: never[]) => void;

/** An event emitter that knows which events it emits. */
export class StandInEmitter extends EventEmitter {
  static readonly _apiName: string | undefined = undefined;

  /** The events this object emits by itself or by a test's hand; `undefined` for any (IPC channels). */
  protected _events_(): ReadonlySet<string> | undefined {
    return new Set();
  }

  private _checkEvent(event: string | symbol): void {
    const known = this._events_();
    if (typeof event === 'symbol' || known === undefined || known.has(event)) return;
    if (event === 'newListener' || event === 'removeListener') return;
    throw missing(`event '${event}' of ${apiNameOf(this)}`);
  }

  override on(event: string | symbol, listener: Listener): this {
    this._checkEvent(event);
    return super.on(event, listener as (...args: unknown[]) => void);
  }

  override addListener(event: string | symbol, listener: Listener): this {
    return this.on(event, listener);
  }

  override prependListener(event: string | symbol, listener: Listener): this {
    this._checkEvent(event);
    return super.prependListener(event, listener as (...args: unknown[]) => void);
  }

  override once(event: string | symbol, listener: Listener): this {
    this._checkEvent(event);
    return super.once(event, listener as (...args: unknown[]) => void);
  }

  override prependOnceListener(event: string | symbol, listener: Listener): this {
    this._checkEvent(event);
    return super.prependOnceListener(event, listener as (...args: unknown[]) => void);
  }
}
Object.setPrototypeOf(StandInEmitter.prototype, endOfChain(EventEmitter.prototype));
Object.setPrototypeOf(StandInEmitter, endOfChain(EventEmitter));

/** A whole module that the stand-in lacks: importing it is fine, touching it throws. */
export function missingModule(name: string): object {
  const refuse = (member: string | symbol): never => {
    throw missing(`${name}${typeof member === 'string' ? `.${member}` : ''}`);
  };
  // A function, so that `new TouchBar()` and `class X extends BaseWindow` reach the traps too.
  return new Proxy(function missingClass() {}, {
    get: (_target, member) => {
      if (typeof member === 'symbol' || PROBES.has(member) || member === 'prototype') return undefined;
      return refuse(member);
    },
    set: (_target, member) => refuse(member),
    apply: () => refuse('()'),
    construct: () => refuse('constructor'),
  });
}
