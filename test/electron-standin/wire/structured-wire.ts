/**
 * The structured clone algorithm as text, because what crosses between Chromium and this process crosses as strings.
 * Runs on both sides: in the preload's isolated world and in the main process.
 *
 * What Electron's IPC carries (docs: ipc-renderer, "Arguments will be serialized with the Structured Clone Algorithm")
 * crosses with its type: undefined, -0 and NaN, bigint, Date, RegExp, Map, Set, ArrayBuffer and views, Error (name,
 * message, stack), arrays with their holes, shared and cyclic references. Prototypes are dropped. Functions, promises,
 * symbols, weak collections and anything of the DOM are refused with Electron's own words.
 *
 * Form: JSON. null, booleans, strings and ordinary numbers stand for themselves; everything else is an array that begins
 * with a tag. Objects are numbered in the order in which they are met, so that `['ref', n]` can point back.
 */

type Json = null | boolean | number | string | Json[];

const ERROR_NAMES: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError: EvalError as ErrorConstructor,
  RangeError: RangeError as ErrorConstructor,
  ReferenceError: ReferenceError as ErrorConstructor,
  SyntaxError: SyntaxError as ErrorConstructor,
  TypeError: TypeError as ErrorConstructor,
  URIError: URIError as ErrorConstructor,
};

type ViewConstructor = new (buffer: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView;

const VIEWS: Readonly<Record<string, ViewConstructor>> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

/** Electron's words for what the structured clone algorithm refuses. */
export function notCloneable(): Error {
  return new Error('An object could not be cloned.');
}

const CHUNK = 0x8000;

function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer === 'function') {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** Chromium has it since 140, Node 24 not yet. */
interface Base64Reader {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const atOnce = (Uint8Array as Base64Reader).fromBase64?.(text);
  if (atOnce !== undefined) return atOnce;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

class Encoder {
  private readonly seen = new Map<object, number>();

  encode(value: unknown): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'undefined':
        return ['u'];
      case 'bigint':
        return ['i', value.toString()];
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : ['n', Object.is(value, -0) ? '-0' : `${value}`];
      case 'object':
        return value === null ? null : this.encodeObject(value);
      default:
        throw notCloneable();
    }
  }

  private encodeObject(value: object): Json {
    const before = this.seen.get(value);
    if (before !== undefined) return ['ref', before];
    this.seen.set(value, this.seen.size);
    if (Array.isArray(value)) return this.encodeArray(value);
    if (ArrayBuffer.isView(value)) return this.encodeView(value);
    if (value instanceof Error) return this.encodeError(value);
    return this.encodeByKind(value, kindOf(value));
  }

  private encodeByKind(value: object, kind: string): Json {
    switch (kind) {
      case 'Object':
      case 'Arguments':
        return ['o', ...Object.entries(value).flatMap(([key, each]) => [key, this.encode(each)])];
      case 'Date':
        return ['d', this.encode((value as Date).getTime())];
      case 'RegExp':
        return ['r', (value as RegExp).source, (value as RegExp).flags];
      case 'Map':
        return ['m', ...[...(value as Map<unknown, unknown>)].flatMap(([k, v]) => [this.encode(k), this.encode(v)])];
      case 'Set':
        return ['s', ...[...(value as Set<unknown>)].map((each) => this.encode(each))];
      case 'ArrayBuffer':
        return ['b', toBase64(new Uint8Array(value as ArrayBuffer))];
      case 'Boolean':
      case 'Number':
      case 'String':
      case 'BigInt':
        return ['x', this.encode(value.valueOf())];
      default:
        throw notCloneable();
    }
  }

  private encodeArray(array: readonly unknown[]): Json {
    const items: Json[] = [];
    for (let at = 0; at < array.length; at += 1) items.push(at in array ? this.encode(array[at]) : ['h']);
    return ['a', ...items];
  }

  private encodeView(view: ArrayBufferView): Json {
    const kind = kindOf(view);
    if (!(kind in VIEWS)) throw notCloneable();
    return ['v', kind, toBase64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))];
  }

  private encodeError(error: Error): Json {
    const name = error.name in ERROR_NAMES ? error.name : 'Error';
    return ['e', name, `${error.message}`, typeof error.stack === 'string' ? error.stack : null];
  }
}

function malformed(): Error {
  return new Error('the stand-in received a message that is no structured clone');
}

class Decoder {
  private readonly met: unknown[] = [];

  decode(json: unknown): unknown {
    if (!Array.isArray(json)) {
      if (typeof json === 'object' && json !== null) throw malformed();
      return json;
    }
    const [tag, ...rest] = json as unknown[];
    switch (tag) {
      case 'u':
        return undefined;
      case 'i':
        return BigInt(String(rest[0]));
      case 'n':
        return Number(rest[0]);
      case 'ref':
        return this.met[Number(rest[0])];
      default:
        return this.decodeObject(tag, rest);
    }
  }

  private meet<T>(value: T): T {
    this.met.push(value);
    return value;
  }

  private decodeObject(tag: unknown, rest: readonly unknown[]): unknown {
    switch (tag) {
      case 'o':
        return this.decodePlain(rest);
      case 'a':
        return this.decodeArray(rest);
      case 'd':
        return this.meet(new Date(Number(this.decode(rest[0]))));
      case 'r':
        return this.meet(new RegExp(String(rest[0]), String(rest[1])));
      case 'm':
        return this.decodeMap(rest);
      case 's': {
        const set = this.meet(new Set());
        for (const each of rest) set.add(this.decode(each));
        return set;
      }
      case 'b':
        return this.meet(fromBase64(String(rest[0])).buffer);
      case 'v':
        return this.decodeView(String(rest[0]), String(rest[1]));
      case 'e':
        return this.decodeError(String(rest[0]), String(rest[1]), rest[2]);
      case 'x':
        return this.meet(Object(this.decode(rest[0])));
      default:
        throw malformed();
    }
  }

  private decodePlain(rest: readonly unknown[]): object {
    const object = this.meet({});
    for (let at = 0; at + 1 < rest.length; at += 2) {
      // Defined, not set: a key may be `__proto__`.
      const value = this.decode(rest[at + 1]);
      Object.defineProperty(object, String(rest[at]), { value, writable: true, enumerable: true, configurable: true });
    }
    return object;
  }

  private decodeArray(rest: readonly unknown[]): unknown[] {
    const array = this.meet(new Array<unknown>(rest.length));
    rest.forEach((each, at) => {
      if (!(Array.isArray(each) && each[0] === 'h')) array[at] = this.decode(each);
    });
    return array;
  }

  private decodeMap(rest: readonly unknown[]): Map<unknown, unknown> {
    const map = this.meet(new Map<unknown, unknown>());
    for (let at = 0; at + 1 < rest.length; at += 2) map.set(this.decode(rest[at]), this.decode(rest[at + 1]));
    return map;
  }

  private decodeView(kind: string, base64: string): ArrayBufferView {
    const View = VIEWS[kind];
    if (View === undefined) throw malformed();
    return this.meet(new View(fromBase64(base64).buffer));
  }

  private decodeError(name: string, message: string, stack: unknown): Error {
    const error = this.meet(new (ERROR_NAMES[name] ?? Error)(message));
    if (typeof stack === 'string') {
      Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
    }
    return error;
  }
}

/** Throws Electron's 'An object could not be cloned.' for what cannot cross. */
export function encode(value: unknown): string {
  try {
    return JSON.stringify(new Encoder().encode(value));
  } catch (error) {
    // Nested deeper than the stack: no clone either.
    throw error instanceof RangeError ? notCloneable() : error;
  }
}

/** Throws for text that `encode` did not write. */
export function decode(text: string): unknown {
  return new Decoder().decode(JSON.parse(text));
}
