/** Who sent a message, as main/shell/ipc-wire.ts tells the binder: each way not to be one of our own documents, by itself. */
import type { WebContents } from 'electron';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Caller, CallServer } from '../../../main/ipc/call-server.ts';
import { bindCalls } from '../../../main/shell/ipc-wire.ts';
import { OwnWindows } from '../../../main/shell/own-windows.ts';

type Listener = (event: unknown, message: unknown) => unknown;

const { listeners } = vi.hoisted(() => ({ listeners: new Map<string, (event: never, message: never) => unknown>() }));

vi.mock('electron', () => ({
  ipcMain: {
    handle: (channel: string, listener: Listener) => listeners.set(channel, listener),
    on: (channel: string, listener: Listener) => listeners.set(channel, listener),
  },
}));

interface Frame {
  readonly parent: Frame | null;
  readonly origin: string;
}

function page(id: number, origin: string) {
  const mainFrame: Frame = { parent: null, origin };
  const contents = { id, mainFrame, once: () => undefined };
  return { contents: contents as unknown as WebContents, mainFrame };
}

describe('who sent a message', () => {
  const windows = new OwnWindows();
  const callers: Caller[] = [];
  const main = page(1, 'app://window');
  const prompt = page(2, 'app://prompt');

  beforeAll(() => {
    windows.add(main.contents, 'main');
    windows.add(prompt.contents, 'prompt');
    const server = {
      receive: (caller: Caller) => callers.push(caller),
      cancel: (caller: Caller) => callers.push(caller),
    };
    bindCalls(server as unknown as CallServer, windows);
  });

  /** By a call and by a cancellation alike. */
  function callerOf(sender: WebContents, senderFrame: Frame | null): Caller['kind'] {
    callers.length = 0;
    for (const channel of ['glasskey:call', 'glasskey:cancel']) {
      listeners.get(channel)?.({ sender, senderFrame } as never, {} as never);
    }
    expect(callers).toHaveLength(2);
    expect(callers[0]).toEqual(callers[1]);
    expect(callers[0]?.windowId).toBe(sender.id);
    return callers[0]?.kind;
  }

  it('is one of our own documents, in the top frame of the window that was opened for it', () => {
    expect(callerOf(main.contents, main.mainFrame)).toBe('main');
    expect(callerOf(prompt.contents, prompt.mainFrame)).toBe('prompt');
  });

  it('is a stranger from a frame within it, of the same origin too', () => {
    expect(callerOf(main.contents, { parent: main.mainFrame, origin: 'app://window' })).toBeUndefined();
  });

  it('is a stranger from a frame that is gone, or is the top of another page', () => {
    expect(callerOf(main.contents, null)).toBeUndefined();
    expect(callerOf(main.contents, { parent: null, origin: 'app://window' })).toBeUndefined();
  });

  it('is a stranger where the window shows another origin, the other document’s too', () => {
    for (const origin of ['app://prompt', 'https://window', 'null', 'app://window.evil']) {
      const shown = page(1, origin);
      const own = new OwnWindows();
      own.add(shown.contents, 'main');
      bindCalls(
        {
          receive: (caller: Caller) => callers.push(caller),
          cancel: (caller: Caller) => callers.push(caller),
        } as unknown as CallServer,
        own,
      );
      expect(callerOf(shown.contents, shown.mainFrame), origin).toBeUndefined();
    }
  });

  it('is a stranger from a window that the shell has not opened', () => {
    const other = page(9, 'app://window');
    expect(callerOf(other.contents, other.mainFrame)).toBeUndefined();
  });
});
