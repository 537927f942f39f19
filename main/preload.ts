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

const bridge: ContractBridge = {
  call: (id, name, input) => ipcRenderer.invoke(channels.call, { id, name, input }),
  cancel: (id) => ipcRenderer.send(channels.cancel, id),
  onProgress(receive) {
    ipcRenderer.on(channels.progress, (_event, message: ProgressMessage) => receive(message));
  },
  onEvent(receive) {
    ipcRenderer.on(channels.event, (_event, message: EventMessage) => receive(message));
  },
};

contextBridge.exposeInMainWorld('glasskey', bridge);
