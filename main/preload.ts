/**
 * Exposes the contract's wire to the window as `window.glasskey`, and nothing else: no channel name, no event object, no Node.
 * It runs in a sandboxed renderer as one plain script, so it imports types only (the contract itself would bring zod along).
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { CHANNELS, ContractBridge, EventMessage, ProgressMessage } from './ipc/contract.ts';

/** As in the contract, which the types hold it to. */
const channels: typeof CHANNELS = {
  call: 'glasskey:call',
  cancel: 'glasskey:cancel',
  progress: 'glasskey:progress',
  event: 'glasskey:event',
};

/** A PIN is the only bytes that a window sends, in `prompts.answer`: `input.answer.pin`. */
const DEEPEST = 3;

/**
 * What the window gives crosses into this world as a copy, and from here to the main process as another. The window wipes its
 * own; this one is wiped here, as soon as it has been sent: nobody else has it.
 */
function wipeBytes(value: unknown, depth = DEEPEST): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const member of Object.values(value)) wipeBytes(member, depth - 1);
  }
}

const bridge: ContractBridge = {
  call(id, name, input) {
    try {
      // It has been serialised by the time this returns.
      return ipcRenderer.invoke(channels.call, { id, name, input });
    } finally {
      wipeBytes(input);
    }
  },
  cancel: (id) => ipcRenderer.send(channels.cancel, id),
  onProgress(receive) {
    ipcRenderer.on(channels.progress, (_event, message: ProgressMessage) => receive(message));
  },
  onEvent(receive) {
    ipcRenderer.on(channels.event, (_event, message: EventMessage) => receive(message));
  },
};

contextBridge.exposeInMainWorld('glasskey', bridge);
