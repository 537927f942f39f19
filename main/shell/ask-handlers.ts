/** For everything that a window could ask, the shell asks the same handlers (main/ipc/desktop.ts). */
import type { CallHandlers } from '../ipc/call-server.ts';
import type { CallInput, CallName, CallOutput } from '../ipc/contract.ts';

const NEVER = new AbortController().signal;

/** Asks as a window would, without one. Throws what the handler throws. */
export async function ask<N extends CallName>(
  handlers: CallHandlers,
  name: N,
  input: CallInput<N>,
): Promise<CallOutput<N>> {
  return handlers[name](input, { signal: NEVER, progress: () => {}, windowId: 0 });
}
