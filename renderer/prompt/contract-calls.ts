/**
 * The prompt document's end of the contract, in plain TypeScript: this document runs no code but its own, so it does not
 * share renderer/contract-client.ts with the window.
 */
import type {
  CallInput,
  CallName,
  CallOutput,
  ContractBridge,
  EventName,
  EventPayload,
} from '../../main/ipc/contract.ts';

/** What the preload exposed. */
declare const glasskey: ContractBridge;

type PromptCall = Extract<CallName, `prompts.${string}`>;
type PromptEvent = Extract<EventName, `prompts.${string}`>;

let lastId = 0;

/**
 * By the time this returns, the input has been copied to the other side: the caller may wipe it at once.
 * Rejects where the main process refuses; what the person has to know comes as the next view.
 */
export function call<N extends PromptCall>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  lastId += 1;
  return glasskey.call(lastId, name, input).then((reply) => {
    if (!reply.ok) throw new Error(reply.error.code);
    return reply.output as CallOutput<N>;
  });
}

export function onEvent<N extends PromptEvent>(name: N, receive: (payload: EventPayload<N>) => void): void {
  glasskey.onEvent((message) => {
    if (message.name === name) receive(message.payload as EventPayload<N>);
  });
}
