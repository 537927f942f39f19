/**
 * Notification: what was shown is kept for a test to look at, and its events come by a test's hand (driver: click, action,
 * reply, dismiss, fail). History, groups and activation handling are missing.
 */
import { missing } from '../missing.ts';
import { imageOf, type NativeImage } from './native-image.ts';
import { registry } from './registry.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter } from './standin-object.ts';

export interface NotificationOptions {
  readonly title?: string;
  readonly subtitle?: string;
  readonly body?: string;
  readonly silent?: boolean;
  readonly icon?: NativeImage | string;
  readonly hasReply?: boolean;
  readonly replyPlaceholder?: string;
  readonly timeoutType?: string;
  readonly urgency?: string;
  readonly actions?: readonly { readonly type: string; readonly text?: string }[];
  readonly closeButtonText?: string;
  readonly id?: string;
}

/** As the driver hands it out. */
export interface NotificationState {
  readonly number: number;
  readonly title: string;
  readonly subtitle: string;
  readonly body: string;
  readonly silent: boolean;
  readonly urgency: string;
  readonly hasReply: boolean;
  readonly actions: readonly string[];
  /** Shown and neither closed nor dismissed. */
  readonly isShown: boolean;
}

const OPTIONS = new Set([
  ...['title', 'subtitle', 'body', 'silent', 'icon', 'hasReply', 'replyPlaceholder', 'timeoutType', 'urgency'],
  ...['actions', 'closeButtonText', 'id'],
]);

/** Every one that was ever shown, in order. */
const shown: Notification[] = [];

export class Notification extends StandInEmitter {
  static override readonly _apiName = 'Notification';

  title: string;
  subtitle: string;
  body: string;
  silent: boolean;
  hasReply: boolean;
  replyPlaceholder: string;
  timeoutType: string;
  urgency: string;
  actions: readonly { readonly type: string; readonly text?: string }[];
  closeButtonText: string;
  readonly id: string;
  private _isShown = false;

  constructor(options: NotificationOptions = {}) {
    super();
    for (const option of Object.keys(options))
      if (!OPTIONS.has(option)) throw missing(`Notification option '${option}'`);
    if (options.icon !== undefined) imageOf(options.icon);
    this.title = options.title ?? '';
    this.subtitle = options.subtitle ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent === true;
    this.hasReply = options.hasReply === true;
    this.replyPlaceholder = options.replyPlaceholder ?? '';
    this.timeoutType = options.timeoutType ?? 'default';
    this.urgency = options.urgency ?? 'normal';
    this.actions = options.actions ?? [];
    this.closeButtonText = options.closeButtonText ?? '';
    this.id = options.id ?? '';
  }

  static isSupported(): boolean {
    return true;
  }

  static _all(): readonly Notification[] {
    return shown;
  }

  protected override _events_(): ReadonlySet<string> {
    return new Set(['show', 'click', 'close', 'reply', 'action', 'failed']);
  }

  show(): void {
    if (registry.browser === undefined) throw new Error('Cannot show a notification before app is ready');
    if (!shown.includes(this)) shown.push(this);
    this._isShown = true;
    this.emit('show', createEvent());
    registry.changes.emit('change');
  }

  close(): void {
    if (!this._isShown) return;
    this._isShown = false;
    this.emit('close', createEvent({ reason: 'applicationHidden' }));
    registry.changes.emit('change');
  }

  /** What a person does with it, by a test's hand. */
  _act(act: NotificationAct): void {
    if (!this._isShown) throw new Error('this notification is not shown');
    switch (act.do) {
      case 'click':
        this.emit('click', createEvent());
        break;
      case 'action':
        if (this.actions[act.index] === undefined) throw new Error(`this notification has no action ${act.index}`);
        this.emit('action', createEvent({ actionIndex: act.index, selectionIndex: -1 }), act.index, -1);
        break;
      case 'reply':
        if (!this.hasReply) throw new Error('this notification takes no reply');
        this.emit('reply', createEvent({ reply: act.text }), act.text);
        break;
      case 'fail':
        this._isShown = false;
        this.emit('failed', createEvent(), act.text);
        break;
      case 'dismiss':
        this._isShown = false;
        this.emit('close', createEvent({ reason: 'userCanceled' }));
    }
    registry.changes.emit('change');
  }

  _state(): NotificationState {
    return {
      number: shown.indexOf(this),
      title: this.title,
      subtitle: this.subtitle,
      body: this.body,
      silent: this.silent,
      urgency: this.urgency,
      hasReply: this.hasReply,
      actions: this.actions.map((action) => action.text ?? ''),
      isShown: this._isShown,
    };
  }
}

export type NotificationAct =
  | { readonly do: 'click' }
  | { readonly do: 'dismiss' }
  | { readonly do: 'action'; readonly index: number }
  | { readonly do: 'reply'; readonly text: string }
  | { readonly do: 'fail'; readonly text: string };
