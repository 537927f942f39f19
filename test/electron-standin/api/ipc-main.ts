/**
 * ipcMain: handle, handleOnce, removeHandler, on, once and their kin. Events carry sender, senderFrame (null once its
 * document has gone), processId, frameId; `reply` for messages. `returnValue` (sendSync) is missing.
 */
import type { ToMain, ToRenderer } from '../renderer/electron.ts';
import { decode } from '../wire/structured-wire.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter } from './standin-object.ts';
import type { WebContents } from './web-contents.ts';
import type { WebFrameMain } from './web-frame-main.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

/** One message on its way in, and the way back. */
export interface IncomingMessage {
  readonly sender: WebContents;
  readonly frame: WebFrameMain;
  readonly reply: (message: ToRenderer) => void;
}

function senderFacts(incoming: IncomingMessage): object {
  const { sender, frame } = incoming;
  return {
    type: 'frame',
    sender,
    get senderFrame(): WebFrameMain | null {
      return frame.isDestroyed() ? null : frame;
    },
    processId: frame.processId,
    frameId: frame.routingId,
  };
}

class IpcMain extends StandInEmitter {
  static override readonly _apiName = 'ipcMain';

  private readonly _handlers = new Map<string, Handler>();

  /** Any channel. */
  protected override _events_(): undefined {
    return undefined;
  }

  handle(channel: string, listener: Handler): void {
    if (this._handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    if (typeof listener !== 'function')
      throw new Error(`Expected handler to be a function, but found type '${typeof listener}'`);
    this._handlers.set(channel, listener);
  }

  handleOnce(channel: string, listener: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return listener(event, ...args);
    });
  }

  removeHandler(channel: string): void {
    this._handlers.delete(channel);
  }

  /** A message from a preload. The text comes from our own renderer half, which no page can reach. */
  _receive(text: string, incoming: IncomingMessage): void {
    const message = decode(text) as ToMain;
    switch (message.t) {
      case 'invoke':
        void this._invoke(message, incoming);
        return;
      case 'send':
        this._deliver(message, incoming);
        return;
      case 'preload-error':
        incoming.sender._preloadFailed(Object.assign(new Error(message.message), { stack: message.stack }));
    }
  }

  private async _invoke(message: ToMain & { t: 'invoke' }, incoming: IncomingMessage): Promise<void> {
    const { id, channel, args } = message;
    try {
      const handler = this._handlers.get(channel);
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      const result = await handler(createEvent(senderFacts(incoming)), ...args);
      incoming.reply({ t: 'answer', id, result });
    } catch (error) {
      // Electron's words, and its log line.
      console.error(`Error occurred in handler for '${channel}':`, error);
      incoming.reply({ t: 'failure', id, error: String(error) });
    }
  }

  private _deliver(message: ToMain & { t: 'send' }, incoming: IncomingMessage): void {
    const { sender } = incoming;
    const facts = {
      ports: [],
      reply: (channel: string, ...args: unknown[]): void => {
        incoming.reply({ t: 'message', channel, args });
      },
    };
    const event = createEvent(Object.defineProperties(facts, Object.getOwnPropertyDescriptors(senderFacts(incoming))));
    sender.emit('ipc-message', event, message.channel, ...message.args);
    this.emit(message.channel, event, ...message.args);
  }
}

export const ipcMain = new IpcMain();
// As Electron does: a channel named 'error' is a channel, and no reason to throw.
ipcMain.on('error', () => {});
