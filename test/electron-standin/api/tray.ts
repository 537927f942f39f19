/**
 * Tray: its image, tooltip, title and menu are kept for a test to look at; the driver clicks it and chooses from its menu.
 * Balloons, drag and drop and mouse movement are missing.
 */
import { missing } from '../missing.ts';
import { Menu, type MenuItemState } from './menu.ts';
import { imageOf, type NativeImage } from './native-image.ts';
import { registry } from './registry.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter } from './standin-object.ts';

/** As the driver hands it out. */
export interface TrayState {
  readonly id: number;
  readonly toolTip: string;
  readonly title: string;
  readonly image: { readonly path: string | undefined; readonly width: number; readonly height: number };
  readonly menu: readonly MenuItemState[] | undefined;
}

/** Where a tray icon would be: the upper right corner. */
const BOUNDS = { x: 1880, y: 0, width: 24, height: 24 };

const trays = new Map<number, Tray>();
let lastId = 0;

export class Tray extends StandInEmitter {
  static override readonly _apiName = 'Tray';

  private readonly _id: number;
  private readonly _guid: string | null;
  private _image: NativeImage;
  private _toolTip = '';
  private _title = '';
  private _menu: Menu | null = null;
  private _ignoresDoubleClicks = false;
  private _isDestroyed = false;

  constructor(image: NativeImage | string, guid?: string) {
    super();
    this._image = this._checked(imageOf(image));
    this._guid = guid ?? null;
    lastId += 1;
    this._id = lastId;
    trays.set(this._id, this);
    registry.changes.emit('change');
  }

  static _all(): Tray[] {
    return [...trays.values()];
  }

  protected override _events_(): ReadonlySet<string> {
    return new Set(['click', 'right-click', 'double-click', 'middle-click']);
  }

  /** Electron refuses an image that cannot be loaded. */
  private _checked(image: NativeImage): NativeImage {
    if (image.isEmpty() && image._path !== undefined)
      throw new Error(`Failed to load image from path '${image._path}'`);
    return image;
  }

  setImage(image: NativeImage | string): void {
    this._image = this._checked(imageOf(image));
    registry.changes.emit('change');
  }

  setToolTip(toolTip: string): void {
    this._toolTip = toolTip;
    registry.changes.emit('change');
  }

  setTitle(title: string): void {
    this._title = title;
    registry.changes.emit('change');
  }

  getTitle(): string {
    return this._title;
  }

  setContextMenu(menu: Menu | null): void {
    this._menu = menu;
    registry.changes.emit('change');
  }

  popUpContextMenu(menu?: Menu): void {
    (menu ?? this._menu)?.popup();
  }

  closeContextMenu(): void {
    Menu._popup()?.closePopup();
  }

  setIgnoreDoubleClickEvents(ignore: boolean): void {
    this._ignoresDoubleClicks = ignore;
  }

  getIgnoreDoubleClickEvents(): boolean {
    return this._ignoresDoubleClicks;
  }

  getBounds(): { x: number; y: number; width: number; height: number } {
    return { ...BOUNDS };
  }

  getGUID(): string | null {
    return this._guid;
  }

  isDestroyed(): boolean {
    return this._isDestroyed;
  }

  destroy(): void {
    this._isDestroyed = true;
    trays.delete(this._id);
    registry.changes.emit('change');
  }

  /** A press on the icon, by a test's hand. */
  _press(button: 'click' | 'right-click' | 'double-click' | 'middle-click'): void {
    if (this._isDestroyed) throw missing('a tray icon that was destroyed');
    const keys = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
    this.emit(button, createEvent(keys), { ...BOUNDS }, { x: BOUNDS.x, y: BOUNDS.y });
    registry.changes.emit('change');
  }

  _contextMenu(): Menu | null {
    return this._menu;
  }

  _state(): TrayState {
    return {
      id: this._id,
      toolTip: this._toolTip,
      title: this._title,
      image: { path: this._image._path, ...this._image.getSize() },
      menu: this._menu?._state(),
    };
  }
}
