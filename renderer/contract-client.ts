/** The contract with its types, over the wire that the preload exposes as `window.glasskey`. */
import type {
  CallInput,
  CallName,
  CallOutput,
  CallProgress,
  ContractBridge,
  CrossedError,
  EventName,
  EventPayload,
} from '../main/ipc/contract.ts';

declare global {
  interface Window {
    readonly glasskey: ContractBridge;
  }
}

/** An error of the main process, as it crossed: the same code, sentence and remedy as everywhere. */
export class CallError extends Error implements CrossedError {
  readonly code: string;
  readonly remedy: string;
  readonly kind: CrossedError['kind'];
  readonly field: string | undefined;
  readonly index: number | undefined;
  readonly part: CrossedError['part'];

  constructor({ code, message, remedy, kind, field, index, part }: CrossedError) {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.remedy = remedy;
    this.kind = kind;
    this.field = field;
    this.index = index;
    this.part = part;
  }
}

export interface CallOptions<N extends CallName> {
  /** Aborting it cancels the call in the main process; the promise settles when that has answered. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: CallProgress<N>) => void;
}

type Receive = (value: unknown) => void;

const progressReceivers = new Map<number, Receive>();
const eventReceivers = new Map<EventName, Set<Receive>>();
let nextId = 1;
let listening = false;

/** Makes a call. Rejects with CallError. The binder has held the answer to its schema; here it gets its type. */
export async function call<N extends CallName>(
  name: N,
  input: CallInput<N>,
  { signal, onProgress }: CallOptions<N> = {},
): Promise<CallOutput<N>> {
  listen();
  signal?.throwIfAborted();
  const id = nextId++;
  const cancel = () => window.glasskey.cancel(id);
  if (onProgress !== undefined) progressReceivers.set(id, onProgress as Receive);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const reply = await window.glasskey.call(id, name, input);
    if (!reply.ok) throw new CallError(reply.error);
    return reply.output as CallOutput<N>;
  } finally {
    signal?.removeEventListener('abort', cancel);
    progressReceivers.delete(id);
  }
}

/** Receives an event from now on; the result ends it. */
export function onEvent<N extends EventName>(name: N, receive: (payload: EventPayload<N>) => void): () => void {
  listen();
  const receivers = eventReceivers.get(name) ?? new Set<Receive>();
  eventReceivers.set(name, receivers);
  // An own function for each: the same receiver may be given twice and ended once.
  const one: Receive = (payload) => receive(payload as EventPayload<N>);
  receivers.add(one);
  return () => receivers.delete(one);
}

/** The bridge takes receivers and gives none back: one of each is given, for the life of the document. */
function listen(): void {
  if (listening) return;
  listening = true;
  window.glasskey.onProgress(({ id, value }) => progressReceivers.get(id)?.(value));
  window.glasskey.onEvent(({ name, payload }) => {
    for (const receive of [...(eventReceivers.get(name) ?? [])]) receive(payload);
  });
}
