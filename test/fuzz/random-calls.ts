/**
 * Runs in a window: makes random and mutated calls through the bridge that the preload exposes, and counts what comes back.
 * Self-contained, because Playwright carries its source into the page.
 */
import type { CallReply, ContractBridge } from '../../main/ipc/contract.ts';

export interface FuzzPlan {
  readonly seed: number;
  readonly count: number;
  /** Valid inputs by call name: what is mutated, and now and then sent as it is. */
  readonly corpus: Readonly<Record<string, readonly unknown[]>>;
  /** Calls that do real work when they are valid: made less often than the others. */
  readonly heavy: readonly string[];
  /** Names that are no call of this window. */
  readonly foreign: readonly string[];
}

export interface FuzzResult {
  readonly ok: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Refused by the bridge before it left the window: values that cannot be cloned. */
  readonly notSent: number;
  /** Replies that are none. */
  readonly odd: readonly string[];
}

export async function randomCalls({ seed, count, corpus, heavy, foreign }: FuzzPlan): Promise<FuzzResult> {
  const { glasskey } = globalThis as unknown as { readonly glasskey: ContractBridge };
  let state = seed;
  /** mulberry32. */
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  const text = () =>
    String.fromCharCode(...Array.from({ length: below(40) }, () => below(random() < 0.7 ? 128 : 65536)));
  const simple: readonly (() => unknown)[] = [
    () => undefined,
    () => null,
    () => random() < 0.5,
    () => one([0, -1, 1, 2 ** 53, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 0.5, below(1000)]),
    text,
    () => 'x'.repeat(below(5000)),
    () => new Uint8Array(below(2000)),
    () =>
      one(['__proto__', 'constructor', '../../etc/passwd', '-oProxyCommand=x', '%h', "'; rm -rf /", 'a\u0000b', '']),
    () => 10n ** 20n,
    () => new Date(Number.NaN),
    () => new Map([[text(), new Set([1])]]),
    () => /x/,
    () => new Error('x'),
    () => () => 1,
    () => Symbol('x'),
  ];
  const value = (depth: number): unknown => {
    if (depth === 0 || random() < 0.6) return one(simple)();
    if (random() < 0.4) return Array.from({ length: below(5) }, () => value(depth - 1));
    const made: Record<string, unknown> = {};
    for (let members = below(5); members > 0; members--) {
      const name = one([text(), 'id', 'key', 'value', 'name', 'target', 'kind', 'answer', '__proto__']);
      Object.defineProperty(made, name, {
        value: value(depth - 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return made;
  };
  const mutated = (given: unknown): unknown => {
    const roll = random();
    if (typeof given !== 'object' || given === null || given instanceof Uint8Array)
      return roll < 0.5 ? given : value(2);
    if (roll < 0.1) return value(3);
    const copy: Record<string, unknown> = { ...(given as Record<string, unknown>) };
    const names = Object.keys(copy);
    if (roll < 0.3) delete copy[one(names)];
    else if (roll < 0.5) copy[text()] = value(2);
    else if (names.length > 0) {
      const name = one(names);
      copy[name] = mutated(copy[name]);
    }
    return copy;
  };
  const names = Object.keys(corpus).flatMap((name) => Array<string>(heavy.includes(name) ? 1 : 10).fill(name));
  const odd: string[] = [];
  const tally = { ok: {} as Record<string, number>, errors: {} as Record<string, number>, notSent: 0 };
  const add = (to: Record<string, number>, what: string) => {
    to[what] = (to[what] ?? 0) + 1;
  };
  const heed = (name: unknown, reply: CallReply) => {
    if (reply?.ok === true) add(tally.ok, String(name));
    else if (typeof reply?.error?.code === 'string' && reply.error.remedy !== '') add(tally.errors, reply.error.code);
    else odd.push(JSON.stringify(reply)?.slice(0, 200) ?? String(reply));
  };
  let nextId = 1_000_000;
  const call = async () => {
    const name = random() < 0.8 ? one(names) : one<unknown>([...foreign, text(), value(1)]);
    const valid = one((typeof name === 'string' && Object.hasOwn(corpus, name) && corpus[name]) || [{}]);
    const input = random() < 0.15 ? valid : mutated(valid);
    nextId += 1;
    const id = random() < 0.95 ? nextId : value(1);
    if (random() < 0.05) {
      try {
        glasskey.cancel(random() < 0.5 ? nextId - below(50) : (value(1) as number));
      } catch {
        tally.notSent += 1;
      }
    }
    let reply: CallReply;
    try {
      reply = await glasskey.call(id as number, name as string, input);
    } catch {
      tally.notSent += 1;
      return;
    }
    heed(name, reply);
  };
  const AT_ONCE = 200;
  for (let done = 0; done < count; done += AT_ONCE) {
    // What waits for a person must not hold up the rest: it is left behind, as a window may.
    const batch = Promise.all(Array.from({ length: Math.min(AT_ONCE, count - done) }, call));
    await Promise.race([batch, new Promise((resolve) => setTimeout(resolve, 2_000))]);
  }
  return { ...tally, odd };
}
