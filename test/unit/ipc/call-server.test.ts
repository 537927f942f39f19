/** The binder: what it refuses, what it strips, how calls end. The wire is a pair of arrays. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { LogFacts } from '../../../diagnostics/log.ts';
import { type Caller, type CallHandlers, CallServer } from '../../../main/ipc/call-server.ts';
import { CALLS, type CallName, type EventMessage, type ProgressMessage } from '../../../main/ipc/contract.ts';

const MAIN: Caller = { windowId: 1, kind: 'main' };
const PROMPT: Caller = { windowId: 2, kind: 'prompt' };
const STRANGER: Caller = { windowId: 3, kind: undefined };

interface Line {
  readonly level: string;
  readonly event: string;
  readonly facts: LogFacts | undefined;
}

/** Every call has a handler that notes it was run; a test gives those it is about. */
function serve(handlers: Partial<CallHandlers> = {}, mostUnderWay?: number) {
  const ran: { name: string; input: unknown }[] = [];
  const progress: { windowId: number; message: ProgressMessage }[] = [];
  const events: { to: string; message: EventMessage }[] = [];
  const log: Line[] = [];
  const all = Object.fromEntries(
    (Object.keys(CALLS) as CallName[]).map((name) => [
      name,
      (input: unknown, context: unknown) => {
        ran.push({ name, input });
        const own = handlers[name] as ((...args: unknown[]) => unknown) | undefined;
        return own === undefined ? {} : own(input, context);
      },
    ]),
  ) as unknown as CallHandlers;
  const server = new CallServer({
    handlers: all,
    wire: {
      progress: (windowId, message) => progress.push({ windowId, message }),
      event: (to, message) => events.push({ to, message }),
    },
    log: (level, event, facts) => log.push({ level, event, facts }),
    ...(mostUnderWay === undefined ? {} : { mostUnderWay }),
  });
  return { server, ran, progress, events, log };
}

const refusal = (code: string) => ({ ok: false, error: expect.objectContaining({ code, kind: 'expected' }) });
/** A handler that ends when it is aborted. */
const untilAborted = (_input: unknown, { signal }: { signal: AbortSignal }) =>
  new Promise<never>((_resolve, reject) => {
    const end = () => reject(new GlasskeyError({ code: 'CANCELLED', message: 'm', remedy: 'r', kind: 'cancelled' }));
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });

describe('a call', () => {
  it('runs with its parsed input, and its output crosses without what the contract does not name', async () => {
    const { server, ran } = serve({
      'targets.command': () => ({ command: 'ssh -J a b', secret: 'stays here' }),
    });
    const reply = await server.receive(MAIN, { id: 0, name: 'targets.command', input: { target: 'rack4' } });
    expect(reply).toEqual({ ok: true, output: { command: 'ssh -J a b' } });
    expect(ran).toEqual([{ name: 'targets.command', input: { target: 'rack4' } }]);
    expect(server.countUnderWay(1)).toBe(0);
  });

  it('is answered with code, sentence and remedy where it fails as the world fails', async () => {
    const { server, log } = serve({
      'readiness.get': () => {
        throw new GlasskeyError({
          code: 'KEY_MISSING',
          message: 'No key.',
          remedy: 'Plug it in.',
          detail: { path: 'x' },
        });
      },
    });
    const reply = await server.receive(MAIN, { id: 1, name: 'readiness.get', input: {} });
    const error = { code: 'KEY_MISSING', message: 'No key.', remedy: 'Plug it in.', kind: 'expected' };
    expect(reply).toEqual({ ok: false, error });
    expect(log).toEqual([]);
  });

  it('says nothing of a bug to the window but that there is one, and logs its stack', async () => {
    const { server, log } = serve({
      'readiness.get': () => {
        throw new TypeError('the row of alice@example.com is undefined');
      },
    });
    const reply = await server.receive(MAIN, { id: 1, name: 'readiness.get', input: {} });
    expect(reply).toEqual({ ok: false, error: expect.objectContaining({ code: 'INTERNAL', kind: 'bug' }) });
    expect(JSON.stringify(reply)).not.toContain('alice');
    expect(log).toEqual([
      {
        level: 'error',
        event: 'ipc.bug',
        facts: { code: 'INTERNAL', call: 'readiness.get', stack: expect.stringContaining('call-server.test.ts') },
      },
    ]);
  });

  it('whose handler answers outside the contract is a bug, and none of the answer crosses', async () => {
    const { server, log } = serve({ 'targets.command': () => ({ commands: 'hidden' }) as never });
    const reply = await server.receive(MAIN, { id: 1, name: 'targets.command', input: { target: 'rack4' } });
    expect(reply).toEqual({ ok: false, error: expect.objectContaining({ code: 'INTERNAL', kind: 'bug' }) });
    expect(log).toEqual([
      {
        level: 'error',
        event: 'ipc.not-as-agreed',
        facts: { what: 'output', name: 'targets.command', where: 'command' },
      },
    ]);
  });
});

describe('refused', () => {
  const unknown = ['nothing.here', 'toString', '__proto__', 'constructor', 'hasOwnProperty', ''];
  it.each(unknown)('is a call of the unknown name %o', async (name) => {
    const { server, ran, log } = serve();
    expect(await server.receive(MAIN, { id: 1, name, input: {} })).toEqual(refusal('CALL_UNKNOWN'));
    expect(ran).toEqual([]);
    expect(log).toEqual([
      { level: 'warn', event: 'ipc.refused', facts: { code: 'CALL_UNKNOWN', window: 1, call: undefined, times: 1 } },
    ]);
  });

  it('is logged ten times, then ever more rarely, so that a window gone wild leaves room for all else', async () => {
    const { server, log } = serve();
    for (let id = 0; id < 1_000; id++) await server.receive(MAIN, { id, name: 'nothing.here', input: {} });
    expect(log.map(({ facts }) => facts?.times)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 1_000]);
  });

  it('is every call of a page that is none of ours', async () => {
    const { server, ran } = serve();
    for (const name of Object.keys(CALLS)) {
      expect(await server.receive(STRANGER, { id: 1, name, input: {} })).toEqual(refusal('CALL_FOREIGN'));
    }
    expect(ran).toEqual([]);
  });

  it('is each call that is open to the other document only', async () => {
    const { server, ran } = serve();
    for (const [name, { from }] of Object.entries(CALLS)) {
      const other = from === 'main' ? PROMPT : MAIN;
      expect(await server.receive(other, { id: 1, name, input: {} }), name).toEqual(refusal('CALL_FOREIGN'));
    }
    expect(ran).toEqual([]);
  });

  const malformed = {
    'no message': undefined,
    'a text': 'readiness.get',
    'no id': { name: 'readiness.get', input: {} },
    'a negative id': { id: -1, name: 'readiness.get', input: {} },
    'a fraction for an id': { id: 0.5, name: 'readiness.get', input: {} },
    'a name that is no text': { id: 1, name: ['readiness.get'], input: {} },
    'a member too many': { id: 1, name: 'readiness.get', input: {}, windowId: 2 },
    'an input that is too much': { id: 1, name: 'readiness.get', input: { all: true } },
    'an input of another type': { id: 1, name: 'targets.command', input: { target: 7 } },
    'an input of control characters': { id: 1, name: 'targets.command', input: { target: 'a\u0000b' } },
    'a prototype for an input': {
      id: 1,
      name: 'targets.command',
      input: JSON.parse('{"target":"a","__proto__":{"x":1}}'),
    },
  };
  it.each(Object.entries(malformed))('is %s', async (_what, message) => {
    const { server, ran } = serve();
    expect(await server.receive(MAIN, message)).toEqual(refusal('CALL_MALFORMED'));
    expect(ran).toEqual([]);
  });

  it('never puts what was sent into the log, and a PIN in it is wiped', async () => {
    const { server, log } = serve();
    const pin = new TextEncoder().encode('314159');
    const answer = { kind: 'allow', keep: 'for ever: 314159', pin };
    const reply = await server.receive(PROMPT, { id: 1, name: 'prompts.answer', input: { id: 'p', answer } });
    expect(reply).toEqual(refusal('CALL_MALFORMED'));
    expect(JSON.stringify(log)).not.toContain('314159');
    expect([...pin]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is an id that is under way, and it is free again afterwards', async () => {
    const { server } = serve({ 'readiness.get': untilAborted });
    const first = server.receive(MAIN, { id: 7, name: 'readiness.get', input: {} });
    expect(await server.receive(MAIN, { id: 7, name: 'targets.list', input: {} })).toEqual(refusal('CALL_ID_TAKEN'));
    server.cancel(MAIN, 7);
    await first;
    const again = server.receive(MAIN, { id: 7, name: 'readiness.get', input: {} });
    expect(server.countUnderWay(1)).toBe(1);
    server.cancel(MAIN, 7);
    await again;
  });

  it('is one call more than a window may have under way; another window still may', async () => {
    const { server } = serve({ 'readiness.get': untilAborted, 'prompts.fit': () => ({}) }, 3);
    const calls = [0, 1, 2].map((id) => server.receive(MAIN, { id, name: 'readiness.get', input: {} }));
    expect(await server.receive(MAIN, { id: 3, name: 'readiness.get', input: {} })).toEqual(refusal('CALL_TOO_MANY'));
    const other = await server.receive(PROMPT, { id: 3, name: 'prompts.fit', input: { height: 10 } });
    expect(other).toEqual({ ok: true, output: {} });
    server.close();
    await Promise.all(calls);
  });
});

describe('cancelling', () => {
  it('aborts the one call of that window and id', async () => {
    const { server } = serve({ 'readiness.get': untilAborted });
    const other: Caller = { windowId: 9, kind: 'main' };
    const mine = server.receive(MAIN, { id: 1, name: 'readiness.get', input: {} });
    const theirs = server.receive(other, { id: 1, name: 'readiness.get', input: {} });
    for (const nonsense of [2, '1', null, {}, Number.NaN]) server.cancel(MAIN, nonsense);
    server.cancel({ windowId: 1, kind: undefined }, 1);
    expect([server.countUnderWay(1), server.countUnderWay(9)]).toEqual([1, 1]);
    server.cancel(MAIN, 1);
    expect(await mine).toEqual({ ok: false, error: expect.objectContaining({ code: 'CANCELLED', kind: 'cancelled' }) });
    expect([server.countUnderWay(1), server.countUnderWay(9)]).toEqual([0, 1]);
    server.close();
    await theirs;
  });

  it('happens to all calls of a window that goes, whose numbers are free at once', async () => {
    const aborted: number[] = [];
    const finish: (() => void)[] = [];
    const slow = (_input: unknown, { signal, windowId }: { signal: AbortSignal; windowId: number }) => {
      signal.addEventListener('abort', () => aborted.push(windowId));
      return new Promise<never>((_resolve, reject) => finish.push(() => reject(new Error('late'))));
    };
    const { server } = serve({ 'readiness.get': slow });
    const calls = [1, 2].map((id) => server.receive(MAIN, { id, name: 'readiness.get', input: {} }));
    server.windowGone(1);
    expect(aborted).toEqual([1, 1]);
    calls.push(server.receive(MAIN, { id: 1, name: 'readiness.get', input: {} }));
    expect(server.countUnderWay(1)).toBe(1);
    // The old ones end late, and do not take the new one's place away.
    finish[0]?.();
    finish[1]?.();
    await Promise.all(calls.slice(0, 2));
    expect(server.countUnderWay(1)).toBe(1);
    finish[2]?.();
    await calls[2];
  });
});

describe('progress', () => {
  it('crosses with the id of its call while that is under way, held to the contract', async () => {
    let later: (() => void) | undefined;
    const { server, progress, log } = serve({
      'publish.run': (_input, context) => {
        context.progress({ kind: 'key-busy', serial: '123' } as never);
        context.progress({ kind: 'no such step' } as never);
        later = () => context.progress({ kind: 'touched' });
        throw new GlasskeyError({ code: 'KEY_MISSING', message: 'm', remedy: 'r' });
      },
    });
    await server.receive(MAIN, { id: 5, name: 'publish.run', input: {} });
    later?.();
    expect(progress).toEqual([{ windowId: 1, message: { id: 5, value: { kind: 'key-busy' } } }]);
    expect(log.map(({ event, facts }) => [event, facts?.what])).toEqual([['ipc.not-as-agreed', 'progress']]);
  });

  it('does not cross from a call that has none', async () => {
    const { server, progress, log } = serve({
      'readiness.get': (_input, context) => {
        (context.progress as (value: unknown) => void)({ kind: 'touched' });
        throw new GlasskeyError({ code: 'KEY_MISSING', message: 'm', remedy: 'r' });
      },
    });
    await server.receive(MAIN, { id: 5, name: 'readiness.get', input: {} });
    expect(progress).toEqual([]);
    expect(log).toHaveLength(1);
  });
});

describe('an event', () => {
  it('goes to the document that it is for, without what the contract does not name', () => {
    const { server, events } = serve();
    server.tell('app.go', { screen: 'devices', extra: 1 } as never);
    server.tell('prompts.changed', { prompts: [], position: '', language: 'en' });
    expect(events).toEqual([
      { to: 'main', message: { name: 'app.go', payload: { screen: 'devices' } } },
      { to: 'prompt', message: { name: 'prompts.changed', payload: { prompts: [], position: '', language: 'en' } } },
    ]);
  });

  it('outside the contract is logged and not sent', () => {
    const { server, events, log } = serve();
    server.tell('app.go', { screen: 'nowhere' } as never);
    expect(events).toEqual([]);
    expect(log[0]?.event).toBe('ipc.not-as-agreed');
  });
});

describe('any message', () => {
  const names = Object.keys(CALLS);
  const message = fc.oneof(
    fc.anything(),
    fc.record(
      {
        id: fc.oneof(fc.nat(), fc.anything()),
        name: fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor', 'valueOf'), fc.string(), fc.anything()),
        input: fc.oneof(
          fc.constant({}),
          fc.dictionary(
            fc.constantFrom('id', 'target', 'key', 'value', 'name', 'device', 'jumps', 'text', '__proto__', 'answer'),
            fc.anything(),
          ),
          fc.anything({ withTypedArray: true, withMap: true, withDate: true }),
        ),
      },
      { requiredKeys: [] },
    ),
  );

  it('is answered, runs at most the call that it names and may make, and only with an input as agreed', async () => {
    const { server, ran } = serve();
    const bug = vi.fn();
    await fc.assert(
      fc.asyncProperty(message, fc.constantFrom(MAIN, PROMPT, STRANGER), async (sent, caller) => {
        ran.length = 0;
        const reply = await server.receive(caller, sent);
        expect(typeof reply.ok).toBe('boolean');
        if (ran.length === 0) {
          if (!reply.ok && reply.error.kind === 'bug') bug(sent);
          return;
        }
        expect(ran).toHaveLength(1);
        const { name, input } = ran[0] ?? { name: '', input: undefined };
        expect((sent as { name: unknown }).name).toBe(name);
        const shape = CALLS[name as CallName];
        expect(shape.from).toBe(caller.kind);
        expect(shape.input.safeParse(input).success).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(bug).not.toHaveBeenCalled();
    expect([1, 2, 3].map((id) => server.countUnderWay(id))).toEqual([0, 0, 0]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
