/** The only file with ipcMain: says who sent a message, and carries what the binder (main/ipc/call-server.ts) answers. */
import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { Caller, CallServer, CallWire } from '../ipc/call-server.ts';
import { CHANNELS } from '../ipc/contract.ts';
import { ORIGINS } from './document-server.ts';
import type { OwnWindows } from './own-windows.ts';

/** The way from the binder to our own windows. */
export function windowWire(windows: OwnWindows): CallWire {
  return {
    progress(windowId, message) {
      const contents = windows.withId(windowId);
      if (contents !== undefined) send(contents, CHANNELS.progress, message);
    },
    event(to, message) {
      for (const contents of windows.ofKind(to)) send(contents, CHANNELS.event, message);
    },
  };
}

/** Hands every message to the binder. Once for the app. */
export function bindCalls(server: CallServer, windows: OwnWindows): void {
  ipcMain.handle(CHANNELS.call, (event, message: unknown) => server.receive(callerOf(event, windows), message));
  ipcMain.on(CHANNELS.cancel, (event, id: unknown) => server.cancel(callerOf(event, windows), id));
}

/** Tells when the page shows another document, crashes or goes: its calls end then. */
export function endCallsWith(contents: WebContents, windowGone: (windowId: number) => void): void {
  const { id } = contents;
  const gone = (): void => windowGone(id);
  contents.on('did-navigate', gone);
  contents.on('render-process-gone', gone);
  contents.once('destroyed', gone);
}

/** Of a kind only when it is the top frame of a window that we opened, and that frame's document is the kind's own. */
function callerOf(event: IpcMainEvent | IpcMainInvokeEvent, windows: OwnWindows): Caller {
  const { sender, senderFrame: frame } = event;
  const kind = windows.kindOf(sender);
  const isTop = frame !== null && frame.parent === null && frame === sender.mainFrame;
  const isOwn = kind !== undefined && isTop && frame.origin === ORIGINS[kind];
  return { windowId: sender.id, kind: isOwn ? kind : undefined };
}

function send(contents: WebContents, channel: string, message: unknown): void {
  if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(channel, message);
}
