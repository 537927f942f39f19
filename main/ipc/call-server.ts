/**
 * The binder: holds every message between the windows and the main process to the contract, in both directions. Knows no
 * Electron: main/shell/ipc-wire.ts says who calls, and carries what is answered.
 *
 * - A call runs only when its name is in the contract, open to the document that asks, and its input as the contract has it.
 *   Everything else is refused with a stable code and logged, without what was sent.
 * - Output, progress and events are held to the contract too: a member that it does not name does not leave this process.
 * - Errors cross as an answer of code, sentence, remedy and kind. A bug is logged with its stack, which stays here.
 */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import {
  CALLS,
  type CallInput,
  type CallName,
  type CallOutput,
  type CallProgress,
  type CallReply,
  type CallShape,
  type CrossedError,
  callMessageSchema,
  EVENTS,
  type EventMessage,
  type EventName,
  type EventPayload,
  type ProgressMessage,
  type WindowKind,
} from './contract.ts';

export interface CallContext<N extends CallName> {
  /** Fires when the window cancels the call, reloads or goes. */
  readonly signal: AbortSignal;
  readonly progress: (value: CallProgress<N>) => void;
  readonly windowId: number;
}

export type CallHandlers = {
  readonly [N in CallName]: (input: CallInput<N>, context: CallContext<N>) => Promise<CallOutput<N>> | CallOutput<N>;
};

/** Tells every window of the kind that `EVENTS[name].to` names. */
export type Tell = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

/** Who sent a message. */
export interface Caller {
  readonly windowId: number;
  /** Undefined: not the top document, at its own origin, of a window that we opened. */
  readonly kind: WindowKind | undefined;
}

/** The way to the windows. A window that has gone receives nothing, and that is no error. */
export interface CallWire {
  progress(windowId: number, message: ProgressMessage): void;
  event(to: WindowKind, message: EventMessage): void;
}

export interface CallServerWorld {
  readonly handlers: CallHandlers;
  readonly wire: CallWire;
  readonly log: Log;
  /** A call was accepted and is about to run. */
  readonly accepted?: (caller: Caller, name: CallName) => void;
  /** How an error of the world is told to a window; as it is unless given. */
  readonly crossed?: (error: GlasskeyError) => CrossedError;
  /** So many calls of one window may be under way; 256 unless given. */
  readonly mostUnderWay?: number;
}

const MOST_UNDER_WAY = 256;

/** The handlers by name, as the binder calls them: each schema has been applied by then. */
type AnyHandler = (input: unknown, context: CallContext<CallName>) => unknown;

export class CallServer {
  readonly #world: CallServerWorld;
  readonly #mostUnderWay: number;
  /** By window, then by the window's own number for the call. */
  readonly #underWay = new Map<number, Map<number, AbortController>>();
  /** How often each window was refused with each code. */
  readonly #refusals = new Map<string, number>();

  constructor(world: CallServerWorld) {
    this.#world = world;
    this.#mostUnderWay = world.mostUnderWay ?? MOST_UNDER_WAY;
  }

  /**
   * Answers one call. Never rejects. Refusals: CALL_FOREIGN, CALL_MALFORMED, CALL_UNKNOWN, CALL_ID_TAKEN, CALL_TOO_MANY; the
   * rest is what the handler throws.
   */
  async receive(caller: Caller, message: unknown): Promise<CallReply> {
    try {
      const { id, name, input } = this.#accepted(caller, message);
      this.#world.accepted?.(caller, name);
      return await this.#run(caller.windowId, id, name, input);
    } catch (thrown) {
      wipeBytes(message);
      return { ok: false, error: this.#crossed(thrown, caller) };
    }
  }

  /** Aborts a call. A number that no call has, or nonsense, changes nothing: the call may just have ended. */
  cancel(caller: Caller, id: unknown): void {
    if (caller.kind === undefined) {
      this.#logRefusal('CALL_FOREIGN', caller.windowId, undefined);
      return;
    }
    if (typeof id !== 'number') return;
    this.#underWay.get(caller.windowId)?.get(id)?.abort();
  }

  /** The window closed, crashed or shows another document: nobody waits for its calls any more. */
  windowGone(windowId: number): void {
    const calls = this.#underWay.get(windowId);
    this.#underWay.delete(windowId);
    for (const call of calls?.values() ?? []) call.abort();
  }

  /** Ends every call that is under way. */
  close(): void {
    for (const windowId of [...this.#underWay.keys()]) this.windowGone(windowId);
  }

  /** How many calls of the window are under way. */
  countUnderWay(windowId: number): number {
    return this.#underWay.get(windowId)?.size ?? 0;
  }

  readonly tell: Tell = (name, payload) => {
    const { to, payload: schema } = EVENTS[name];
    const parsed = schema.safeParse(payload);
    if (parsed.success) this.#world.wire.event(to, { name, payload: parsed.data });
    else this.#logMismatch('event', name, parsed.error);
  };

  #accepted(caller: Caller, message: unknown): { id: number; name: CallName; input: unknown } {
    if (caller.kind === undefined) throw refused('CALL_FOREIGN', 'A call came from a page that may not make any.');
    const parsed = callMessageSchema.safeParse(message);
    if (!parsed.success) throw refused('CALL_MALFORMED', 'A window sent a message that is not a call.');
    const { id, name, input } = parsed.data;
    if (!isCallName(name)) throw refused('CALL_UNKNOWN', 'A window made a call that does not exist.');
    const shape: CallShape = CALLS[name];
    if (shape.from !== caller.kind) {
      throw refused('CALL_FOREIGN', `The call ${name} is not open to the window that made it.`, name);
    }
    const calls = this.#underWay.get(caller.windowId);
    if (calls?.has(id)) throw refused('CALL_ID_TAKEN', 'A window numbered two calls alike.', name);
    if (calls !== undefined && calls.size >= this.#mostUnderWay) {
      throw refused('CALL_TOO_MANY', 'A window made more calls at once than it may.', name);
    }
    const given = shape.input.safeParse(input);
    if (!given.success) throw refused('CALL_MALFORMED', `The input of the call ${name} is not as agreed.`, name);
    return { id, name, input: given.data };
  }

  async #run(windowId: number, id: number, name: CallName, input: unknown): Promise<CallReply> {
    const abort = new AbortController();
    const calls = this.#underWay.get(windowId) ?? new Map<number, AbortController>();
    this.#underWay.set(windowId, calls);
    calls.set(id, abort);
    const isUnderWay = (): boolean => this.#underWay.get(windowId) === calls && calls.get(id) === abort;
    const progress = (value: unknown): void => {
      if (isUnderWay()) this.#progress(windowId, id, name, value);
    };
    try {
      const handler = this.#world.handlers[name] as AnyHandler;
      const output = await handler(input, { signal: abort.signal, progress, windowId });
      const parsed = CALLS[name].output.safeParse(output);
      if (parsed.success) return { ok: true, output: parsed.data };
      this.#logMismatch('output', name, parsed.error);
      return { ok: false, error: BUG };
    } catch (thrown) {
      return { ok: false, error: this.#crossed(thrown, { windowId, kind: undefined }, name) };
    } finally {
      calls.delete(id);
      if (calls.size === 0 && this.#underWay.get(windowId) === calls) this.#underWay.delete(windowId);
    }
  }

  #progress(windowId: number, id: number, name: CallName, value: unknown): void {
    const { progress: schema }: CallShape = CALLS[name];
    const parsed = schema?.safeParse(value);
    if (parsed?.success) this.#world.wire.progress(windowId, { id, value: parsed.data });
    else this.#logMismatch('progress', name, parsed?.error);
  }

  #crossed(thrown: unknown, { windowId }: Caller, call?: CallName): CrossedError {
    const error = asGlasskeyError(thrown);
    const { code, message, remedy, kind } = error;
    if (error instanceof RefusedCall) {
      this.#logRefusal(code, windowId, error.call);
    } else if (kind === 'bug') {
      const { stack } = error.cause instanceof Error ? error.cause : error;
      this.#world.log('error', 'ipc.bug', { code, call, stack });
      return { ...BUG, code };
    }
    return this.#world.crossed?.(error) ?? { code, message, remedy, kind };
  }

  /** Each of the first ten, then the hundredth, the thousandth…: a window that goes wild must not push all else out of the log. */
  #logRefusal(code: string, window: number, call: CallName | undefined): void {
    const key = `${window} ${code}`;
    const times = (this.#refusals.get(key) ?? 0) + 1;
    this.#refusals.set(key, times);
    if (times <= 10 || Number.isInteger(Math.log10(times)))
      this.#world.log('warn', 'ipc.refused', { code, window, call, times });
  }

  /** Ours to mend. Where it differs, not what the value is. */
  #logMismatch(what: string, name: string, error?: { readonly issues: readonly { readonly path: PropertyKey[] }[] }) {
    const where = error?.issues.map(({ path }) => path.map(String).join('.')).join(' ');
    this.#world.log('error', 'ipc.not-as-agreed', { what, name, where: where ?? 'the contract has none' });
  }
}

/** What a window is told of a bug: the details are in the log. */
const BUG = {
  code: 'INTERNAL',
  message: 'Glasskey met an error that it did not expect.',
  remedy: 'Try it again; if it goes on, report it with the last lines of Glasskey’s log.',
  kind: 'bug',
} as const;

/** Only our own windows call, so each of these is a fault of ours or an attack. */
class RefusedCall extends GlasskeyError {
  readonly call: CallName | undefined;

  constructor(code: string, message: string, call: CallName | undefined) {
    super({ code, message, remedy: 'Reload the window; if it goes on, report it.' });
    this.call = call;
  }
}

function refused(code: string, message: string, call?: CallName): RefusedCall {
  return new RefusedCall(code, message, call);
}

/** Of its own members only: `toString` and `__proto__` are no calls. */
function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name);
}

/** A refused message may hold a PIN that now nobody owns. Deep enough for every input of the contract. */
function wipeBytes(value: unknown, depth = 4): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const member of Object.values(value)) wipeBytes(member, depth - 1);
  }
}
