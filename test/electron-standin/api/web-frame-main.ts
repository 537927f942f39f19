/**
 * A frame of a page as the main process sees it. A document's own: after a navigation the frame's object is destroyed
 * and another takes its place, so that a message of an old document is never taken for one of the new.
 *
 * Has: url, origin, name, parent, top, frames, framesInSubtree, detached, isDestroyed, routingId, processId,
 * frameTreeNodeId, frameToken, send (main frames), executeJavaScript (main frames).
 */
import { missing } from '../missing.ts';
import { StandInEmitter } from './standin-object.ts';

/** What a frame needs of its page. */
export interface FrameOwner {
  readonly id: number;
  send(channel: string, ...args: unknown[]): void;
  executeJavaScript(code: string, userGesture?: boolean): Promise<unknown>;
}

export interface FrameState {
  /** Chromium's frame id, which is Electron's frameToken. */
  readonly token: string;
  readonly name: string;
  readonly url: string;
  readonly origin: string;
}

let lastNumber = 0;

function nextNumber(): number {
  lastNumber += 1;
  return lastNumber;
}

export class WebFrameMain extends StandInEmitter {
  static override readonly _apiName = 'WebFrameMain';

  readonly frameTreeNodeId: number;
  readonly routingId: number = nextNumber();
  readonly processId: number;
  readonly frameToken: string;
  readonly name: string;
  private readonly _owner: FrameOwner;
  private readonly _parent: WebFrameMain | null;
  private readonly _children = new Map<string, WebFrameMain>();
  private readonly _origin: string;
  private _url: string;
  private _isDestroyed = false;

  constructor(owner: FrameOwner, state: FrameState, parent: WebFrameMain | null, frameTreeNodeId?: number) {
    super();
    this._owner = owner;
    this.processId = owner.id;
    this.frameToken = state.token;
    this.name = state.name;
    this._url = state.url;
    this._origin = state.origin;
    this._parent = parent;
    this.frameTreeNodeId = frameTreeNodeId ?? nextNumber();
  }

  protected override _events_(): ReadonlySet<string> {
    return new Set(['dom-ready']);
  }

  private _alive(): void {
    if (this._isDestroyed) throw new Error('Render frame was disposed before WebFrameMain could be accessed');
  }

  get url(): string {
    this._alive();
    return this._url;
  }

  get origin(): string {
    this._alive();
    return this._origin;
  }

  get parent(): WebFrameMain | null {
    this._alive();
    return this._parent;
  }

  get top(): WebFrameMain | null {
    this._alive();
    return this._parent === null ? this : this._parent.top;
  }

  get frames(): WebFrameMain[] {
    this._alive();
    return [...this._children.values()];
  }

  get framesInSubtree(): WebFrameMain[] {
    return [this, ...this.frames.flatMap((frame) => frame.framesInSubtree)];
  }

  get detached(): boolean {
    return this._isDestroyed;
  }

  isDestroyed(): boolean {
    return this._isDestroyed;
  }

  send(channel: string, ...args: unknown[]): void {
    this._alive();
    if (this._parent !== null) throw missing('WebFrameMain.send to a subframe', 'a preload runs in main frames only');
    this._owner.send(channel, ...args);
  }

  executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    this._alive();
    if (this._parent !== null) throw missing('WebFrameMain.executeJavaScript in a subframe');
    return this._owner.executeJavaScript(code, userGesture);
  }

  _find(token: string): WebFrameMain | undefined {
    if (this.frameToken === token) return this;
    for (const child of this._children.values()) {
      const found = child._find(token);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  _setUrl(url: string): void {
    this._url = url;
  }

  _adopt(child: WebFrameMain): void {
    this._children.get(child.frameToken)?._destroy();
    this._children.set(child.frameToken, child);
  }

  _destroy(): void {
    for (const child of this._children.values()) child._destroy();
    this._children.clear();
    this._isDestroyed = true;
    this._parent?._children.delete(this.frameToken);
  }
}
