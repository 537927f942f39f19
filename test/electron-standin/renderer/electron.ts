/**
 * What a preload gets by `import … from 'electron'`: contextBridge and ipcRenderer of a sandboxed renderer.
 *
 * Runs in the preload's isolated world. The way to the main process is a binding that Chromium adds to worlds of this
 * name alone (Runtime.addBinding with executionContextName); it is taken off the global object before the preload's own
 * code runs. The way back is one function on this world's global object, which no page can reach.
 *
 * Missing, and saying so when touched: sendSync, postMessage, sendToHost, webFrame, webUtils, crashReporter,
 * exposeInIsolatedWorld, executeInMainWorld.
 */
import { decode, encode } from '../wire/structured-wire.ts';
import { scope } from './browser-scope.ts';
import { makeBridge } from './world-bridge.ts';

declare const HANDOVER: string;
declare const electronStandInSend: (text: string) => void;

/** What goes to the main process. */
export type ToMain =
  | { readonly t: 'send'; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly t: 'invoke'; readonly id: number; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly t: 'preload-error'; readonly message: string; readonly stack: string };

/** What comes from it. `error` is the text of what a handler threw. */
export type ToRenderer =
  | { readonly t: 'message'; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly t: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly t: 'failure'; readonly id: number; readonly error: string };

type Listener = (event: object, ...args: unknown[]) => void;

const sendText = electronStandInSend;
Reflect.deleteProperty(globalThis, 'electronStandInSend');

export function tellMain(message: ToMain): void {
  sendText(encode(message));
}

function lacking(what: string): Error {
  return new Error(`the stand-in has no ${what}; use real Electron`);
}

/** Throws for every member that is not there, so that a preload stops at what the stand-in lacks. */
function closed<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get(target, member, receiver) {
      if (typeof member === 'symbol' || member in target || member === 'then' || member === 'toJSON') {
        return Reflect.get(target, member, receiver);
      }
      throw lacking(`${name}.${member}`);
    },
    set(_target, member) {
      throw lacking(`${name}.${String(member)}`);
    },
  });
}

function checkChannel(channel: unknown): asserts channel is string {
  if (typeof channel !== 'string') throw new TypeError('The channel must be a string');
}

const listeners = new Map<string, { readonly call: Listener; readonly given: Listener }[]>();
const awaiting = new Map<
  number,
  { resolve: (value: unknown) => void; reject: (error: Error) => void; channel: string }
>();
let lastInvoke = 0;

function listen(channel: string, call: Listener, given: Listener): void {
  checkChannel(channel);
  if (typeof given !== 'function') throw new TypeError('The listener must be a function');
  const before = listeners.get(channel) ?? [];
  listeners.set(channel, [...before, { call, given }]);
}

function unlisten(channel: string, given: Listener): void {
  const before = listeners.get(channel) ?? [];
  const at = before.findLastIndex((each) => each.given === given);
  if (at !== -1) listeners.set(channel, before.toSpliced(at, 1));
}

export const ipcRenderer = closed('ipcRenderer', {
  send(channel: string, ...args: unknown[]): void {
    checkChannel(channel);
    tellMain({ t: 'send', channel, args });
  },
  invoke(channel: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      checkChannel(channel);
      lastInvoke += 1;
      const id = lastInvoke;
      tellMain({ t: 'invoke', id, channel, args });
      awaiting.set(id, { resolve, reject, channel });
    });
  },
  on(channel: string, listener: Listener): unknown {
    listen(channel, listener, listener);
    return ipcRenderer;
  },
  once(channel: string, listener: Listener): unknown {
    const call: Listener = (event, ...args) => {
      unlisten(channel, listener);
      listener(event, ...args);
    };
    listen(channel, call, listener);
    return ipcRenderer;
  },
  addListener(channel: string, listener: Listener): unknown {
    return ipcRenderer.on(channel, listener);
  },
  off(channel: string, listener: Listener): unknown {
    unlisten(channel, listener);
    return ipcRenderer;
  },
  removeListener(channel: string, listener: Listener): unknown {
    return ipcRenderer.off(channel, listener);
  },
  removeAllListeners(channel?: string): unknown {
    if (channel === undefined) listeners.clear();
    else listeners.delete(channel);
    return ipcRenderer;
  },
  listenerCount(channel: string): number {
    return listeners.get(channel)?.length ?? 0;
  },
});

function deliver(channel: string, args: readonly unknown[]): void {
  let prevented = false;
  const event = {
    sender: ipcRenderer,
    ports: [],
    preventDefault: () => {
      prevented = true;
    },
    get defaultPrevented() {
      return prevented;
    },
  };
  for (const { call } of listeners.get(channel) ?? []) {
    try {
      call(event, ...args);
    } catch (error) {
      // One listener's fault keeps no other from hearing; the console shows it, as in Electron.
      setTimeout(() => {
        throw error;
      }, 0);
    }
  }
}

function receive(text: string): void {
  const message = decode(text) as ToRenderer;
  if (message.t === 'message') {
    deliver(message.channel, message.args);
    return;
  }
  const waiting = awaiting.get(message.id);
  awaiting.delete(message.id);
  if (message.t === 'answer') waiting?.resolve(message.result);
  // Electron's words (lib/renderer/api/ipc-renderer.ts).
  else waiting?.reject(new Error(`Error invoking remote method '${waiting.channel}': ${message.error}`));
}

Object.defineProperty(globalThis, 'electronStandInReceive', { value: receive });

const node = new EventTarget();
const bridge = makeBridge({
  node,
  hears: 'to-preload',
  says: 'to-page',
  expose: () => 'only a preload exposes',
});
scope.dispatchEvent(new scope.FocusEvent(HANDOVER, { relatedTarget: node }));

export const contextBridge = closed('contextBridge', {
  exposeInMainWorld(apiKey: string, api: unknown): void {
    bridge.expose(apiKey, api);
  },
});

export const webFrame = closed('webFrame', {});
export const webUtils = closed('webUtils', {});
export const crashReporter = closed('crashReporter', {});
export const nativeImage = closed('nativeImage', {});
