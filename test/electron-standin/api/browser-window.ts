/**
 * BrowserWindow: a page of its own size in a headless browser, and the state a window system would keep about it.
 *
 * Differences to know:
 * - content and window are the same rectangle (there is no frame), and every window lies within one 1920 by 1080 display;
 * - Chromium lets every page believe it has the keyboard, so `document.hasFocus()` is true in all of them; isFocused(), the
 *   focus and blur events and getFocusedWindow() follow focus(), show(), close() and a press in the page, as they should;
 * - a hidden or minimized window's page has `visibilityState` 'hidden' and is not painted; one that was never shown
 *   (`show: false`) is painted until it is first hidden, as Electron's paintWhenInitiallyHidden does it;
 * - `modal` and setEnabled(false) take mouse and keyboard from the (parent) page.
 *
 * Options: see window-options.ts. Methods of platforms' own (vibrancy, thumbnail bars, tabs, touch bars) are missing.
 */
import { missing } from '../missing.ts';
import { findMenuItem } from './accelerator.ts';
import { Menu } from './menu.ts';
import { imageOf, type NativeImage } from './native-image.ts';
import { readyBrowser, registry } from './registry.ts';
import { WORK_AREA } from './screen.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter } from './standin-object.ts';
import { WebContents } from './web-contents.ts';
import { checkWindowOptions, parseColor, sessionOf, type WindowOptions } from './window-options.ts';

const EVENTS = new Set([
  ...['ready-to-show', 'close', 'closed', 'show', 'hide', 'focus', 'blur', 'resize', 'resized', 'will-resize', 'move'],
  ...['moved', 'will-move', 'minimize', 'restore', 'maximize', 'unmaximize', 'enter-full-screen', 'leave-full-screen'],
  ...['page-title-updated', 'always-on-top-changed', 'unresponsive', 'responsive', 'session-end', 'query-session-end'],
  'enter-html-full-screen',
  'leave-html-full-screen',
]);

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

let lastId = 0;

function initialBounds(options: WindowOptions): Rectangle {
  const width = Math.round(options.width ?? 800);
  const height = Math.round(options.height ?? 600);
  const centered = options.center === true || options.x === undefined || options.y === undefined;
  if (!centered) return { x: Math.round(options.x ?? 0), y: Math.round(options.y ?? 0), width, height };
  const x = Math.max(0, Math.round((WORK_AREA.width - width) / 2));
  const y = Math.max(0, Math.round((WORK_AREA.height - height) / 2));
  return { x, y, width, height };
}

export class BrowserWindow extends StandInEmitter {
  static override readonly _apiName = 'BrowserWindow';

  readonly id: number;
  readonly webContents: WebContents;
  private _bounds: Rectangle;
  private _normalBounds: Rectangle;
  private _title: string;
  private _min: Size;
  private _max: Size;
  private _isShown = false;
  private _isMinimized = false;
  private _isMaximized = false;
  private _isFullScreen = false;
  private _isGone = false;
  private _isOnTop: boolean;
  private _isEnabled = true;
  private _opacity = 1;
  private _background: string;
  private _parent: BrowserWindow | undefined;
  private readonly _isModal: boolean;
  private _menu: Menu | null | undefined;
  private _isMenuBarVisible = true;
  private _autoHidesMenuBar: boolean;
  private _isSkippingTaskbar: boolean;
  private _icon: NativeImage | undefined;
  private _progress = -1;
  private readonly _abilities = new Map<string, boolean>();
  /** Resolves what waits to hear whether the window closed. */
  private _closing: ((closed: boolean) => void) | undefined;

  constructor(options: WindowOptions = {}) {
    super();
    readyBrowser('BrowserWindow');
    checkWindowOptions(options);
    const preferences = options.webPreferences ?? {};
    lastId += 1;
    this.id = lastId;
    this._min = { width: options.minWidth ?? 0, height: options.minHeight ?? 0 };
    this._max = { width: options.maxWidth ?? 0, height: options.maxHeight ?? 0 };
    this._bounds = this._limited(initialBounds(options));
    this._normalBounds = this._bounds;
    this._title = options.title ?? registry.app?.getName() ?? 'Electron';
    this._isOnTop = options.alwaysOnTop === true;
    this._parent = options.parent;
    this._isModal = options.modal === true;
    this._background = options.backgroundColor ?? '#FFFFFF';
    this._autoHidesMenuBar = options.autoHideMenuBar === true;
    this._isSkippingTaskbar = options.skipTaskbar === true;
    if (options.icon !== undefined) this._icon = imageOf(options.icon);
    for (const ability of [
      'focusable',
      'closable',
      'resizable',
      'minimizable',
      'maximizable',
      'fullscreenable',
      'movable',
    ]) {
      this._abilities.set(ability, options[ability] !== false);
    }
    this.webContents = new WebContents({
      session: sessionOf(preferences),
      preload: preferences.preload,
      additionalArguments: preferences.additionalArguments ?? [],
      metrics: { width: this._bounds.width, height: this._bounds.height, zoom: preferences.zoomFactor ?? 1 },
      background: options.backgroundColor === undefined ? undefined : parseColor(options.backgroundColor),
    });
    if (preferences.backgroundThrottling === false) this.webContents.setBackgroundThrottling(false);
    this._hostContents();
    registry.windows.set(this.id, this);
    registry.app?._windowCreated(this);
    if (options.show !== false) this._showFirst();
    if (options.fullscreen === true) this.setFullScreen(true);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...registry.windows.values()];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return registry.focused ?? null;
  }

  static fromId(id: number): BrowserWindow | null {
    return registry.windows.get(id) ?? null;
  }

  static fromWebContents(webContents: WebContents): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === webContents) ?? null;
  }

  protected override _events_(): ReadonlySet<string> {
    return EVENTS;
  }

  /** A page may still have something to tell when its window has gone: nobody hears it then, as in Electron. */
  private _hostContents(): void {
    this.webContents._setHost({
      onPress: () => {
        if (!this._isGone) this._takeFocus();
      },
      onKey: (key) => this._menuInForce()?._activate(findMenuItem(this._menuInForce()?.items ?? [], key), this),
      onTitle: (title, explicitSet) => {
        if (!this._isGone) this._onPageTitle(title, explicitSet);
      },
      onPainted: () => {
        if (!this._isGone) this._changed('ready-to-show');
      },
      onGone: () => this._finish(),
      onStay: () => this._stayed(),
      requestFocus: () => this.focus(),
    });
  }

  private _changed(event: string, ...args: unknown[]): void {
    this.emit(event, createEvent(), ...args);
    registry.changes.emit('change');
  }

  private _alive(): void {
    if (this._isGone) throw new TypeError('Object has been destroyed');
  }

  // Loading and ending.

  loadURL(url: string, options?: object): Promise<void> {
    this._alive();
    return this.webContents.loadURL(url, options);
  }

  loadFile(): never {
    return this.webContents.loadFile();
  }

  reload(): void {
    this._alive();
    this.webContents.reload();
  }

  capturePage(rect?: Rectangle): Promise<NativeImage> {
    return this.webContents.capturePage(rect);
  }

  /** Emits 'close', which may be prevented; then the page's `beforeunload` is asked; then the window is gone. */
  close(): void {
    void this._requestClose();
  }

  /** Resolves whether it closed. */
  _requestClose(): Promise<boolean> {
    if (this._isGone) return Promise.resolve(true);
    const event = createEvent();
    this.emit('close', event);
    if (event.defaultPrevented) return Promise.resolve(false);
    if (this._isGone) return Promise.resolve(true);
    if (this.webContents.isCrashed()) {
      this.destroy();
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      this._closing?.(false);
      this._closing = resolve;
      this.webContents.close({ waitForBeforeUnload: true });
    });
  }

  private _stayed(): void {
    this._closing?.(false);
    this._closing = undefined;
  }

  /** Without 'close' and without asking the page. */
  destroy(): void {
    if (this._isGone) return;
    this._finish();
    this.webContents._destroy();
  }

  private _finish(): void {
    if (this._isGone) return;
    for (const child of this.getChildWindows()) child.destroy();
    this._isGone = true;
    registry.windows.delete(this.id);
    if (this._isModal) this._parent?._setModalBlock(false);
    this._giveUpFocus();
    this._closing?.(true);
    this._changed('closed');
    registry.app?._windowClosed();
  }

  isDestroyed(): boolean {
    return this._isGone;
  }

  // Showing and focus.

  private _showFirst(): void {
    this._isShown = true;
    if (this._isModal) this._parent?._setModalBlock(true);
    // After the app has had a chance to listen.
    setImmediate(() => {
      if (this._isGone || !this._isShown) return;
      this._changed('show');
      this._takeFocus();
    });
  }

  show(): void {
    this.showInactive();
    this.focus();
  }

  showInactive(): void {
    this._alive();
    const wasVisible = this.isVisible();
    this._isShown = true;
    if (this._isMinimized) this.restore();
    if (wasVisible) return;
    this.webContents._driver.setShown(true);
    if (this._isModal) this._parent?._setModalBlock(true);
    this._changed('show');
  }

  hide(): void {
    this._alive();
    if (!this._isShown) return;
    this._isShown = false;
    this.webContents._driver.setShown(false);
    if (this._isModal) this._parent?._setModalBlock(false);
    this._giveUpFocus();
    this._changed('hide');
  }

  isVisible(): boolean {
    return this._isShown && !this._isMinimized && !this._isGone;
  }

  focus(): void {
    this._alive();
    if (!this.isVisible() || this._abilities.get('focusable') === false) return;
    this.webContents._driver.bringToFront();
    this._takeFocus();
  }

  blur(): void {
    this._alive();
    if (registry.focused === this) this._giveUpFocus();
  }

  isFocused(): boolean {
    return registry.focused === this;
  }

  moveTop(): void {
    this._alive();
    this.webContents._driver.bringToFront();
  }

  private _takeFocus(): void {
    const before = registry.focused;
    if (before === this || !this.isVisible() || this._abilities.get('focusable') === false) return;
    if (before !== undefined) before._loseFocus();
    registry.focused = this;
    // The newest to have had the keyboard is the last in the list, and gets it back when others go.
    registry.windows.delete(this.id);
    registry.windows.set(this.id, this);
    this._changed('focus');
    this.webContents.emit('focus');
    registry.app?._windowFocused(this, true);
  }

  private _loseFocus(): void {
    registry.focused = undefined;
    this._changed('blur');
    if (!this.webContents.isDestroyed()) this.webContents.emit('blur');
    registry.app?._windowFocused(this, false);
  }

  /** Closed, hidden or minimized: the window below gets the keyboard. */
  private _giveUpFocus(): void {
    if (registry.focused !== this) return;
    this._loseFocus();
    const next = BrowserWindow.getAllWindows().findLast((window) => window !== this && window.isVisible());
    next?._takeFocus();
  }

  minimize(): void {
    this._alive();
    if (this._isMinimized) return;
    this._isMinimized = true;
    this.webContents._driver.setShown(false);
    this._giveUpFocus();
    this._changed('minimize');
  }

  restore(): void {
    this._alive();
    if (!this._isMinimized) return;
    this._isMinimized = false;
    if (this._isShown) this.webContents._driver.setShown(true);
    this._changed('restore');
  }

  isMinimized(): boolean {
    return this._isMinimized;
  }

  maximize(): void {
    this._alive();
    if (!this._isShown) this.show();
    if (this._isMaximized) return;
    this._isMaximized = true;
    this._setBounds({ ...WORK_AREA });
    this._changed('maximize');
  }

  unmaximize(): void {
    this._alive();
    if (!this._isMaximized) return;
    this._isMaximized = false;
    this._setBounds(this._normalBounds);
    this._changed('unmaximize');
  }

  isMaximized(): boolean {
    return this._isMaximized;
  }

  setFullScreen(flag: boolean): void {
    this._alive();
    if (flag === this._isFullScreen) return;
    this._isFullScreen = flag;
    this._setBounds(flag || this._isMaximized ? { ...WORK_AREA } : this._normalBounds);
    this._changed(flag ? 'enter-full-screen' : 'leave-full-screen');
  }

  isFullScreen(): boolean {
    return this._isFullScreen;
  }

  get fullScreen(): boolean {
    return this._isFullScreen;
  }

  set fullScreen(flag: boolean) {
    this.setFullScreen(flag);
  }

  isNormal(): boolean {
    return !this._isMaximized && !this._isMinimized && !this._isFullScreen;
  }

  // Bounds.

  private _limited(bounds: Rectangle): Rectangle {
    const width = Math.max(
      this._min.width,
      this._max.width > 0 ? Math.min(bounds.width, this._max.width) : bounds.width,
    );
    const height = Math.max(
      this._min.height,
      this._max.height > 0 ? Math.min(bounds.height, this._max.height) : bounds.height,
    );
    return { x: Math.round(bounds.x), y: Math.round(bounds.y), width: Math.round(width), height: Math.round(height) };
  }

  private _setBounds(wanted: Rectangle): void {
    const before = this._bounds;
    this._bounds = this.isNormal() ? this._limited(wanted) : wanted;
    if (this.isNormal()) this._normalBounds = this._bounds;
    const { x, y, width, height } = this._bounds;
    if (width !== before.width || height !== before.height) {
      this.webContents._resize(width, height);
      this._changed('resize');
      this._changed('resized');
    }
    if (x !== before.x || y !== before.y) {
      this._changed('move');
      this._changed('moved');
    }
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this._alive();
    this._setBounds({ ...this._bounds, ...bounds });
  }

  getBounds(): Rectangle {
    return { ...this._bounds };
  }

  getNormalBounds(): Rectangle {
    return { ...this._normalBounds };
  }

  setContentBounds(bounds: Rectangle): void {
    this.setBounds(bounds);
  }

  getContentBounds(): Rectangle {
    return this.getBounds();
  }

  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }

  getSize(): number[] {
    return [this._bounds.width, this._bounds.height];
  }

  setContentSize(width: number, height: number): void {
    this.setSize(width, height);
  }

  getContentSize(): number[] {
    return this.getSize();
  }

  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }

  getPosition(): number[] {
    return [this._bounds.x, this._bounds.y];
  }

  center(): void {
    const { width, height } = this._bounds;
    this.setBounds(initialBounds({ width, height, center: true }));
  }

  setMinimumSize(width: number, height: number): void {
    this._min = { width, height };
    this.setBounds({});
  }

  getMinimumSize(): number[] {
    return [this._min.width, this._min.height];
  }

  setMaximumSize(width: number, height: number): void {
    this._max = { width, height };
    this.setBounds({});
  }

  getMaximumSize(): number[] {
    return [this._max.width, this._max.height];
  }

  // What the window system is told.

  private _onPageTitle(title: string, explicitSet: boolean): void {
    const event = createEvent();
    this.emit('page-title-updated', event, title, explicitSet);
    this.webContents.emit('page-title-updated', createEvent(), title, explicitSet);
    if (!event.defaultPrevented) this._title = title;
    registry.changes.emit('change');
  }

  setTitle(title: string): void {
    this._title = title;
    registry.changes.emit('change');
  }

  getTitle(): string {
    return this._title;
  }

  get title(): string {
    return this._title;
  }

  set title(title: string) {
    this.setTitle(title);
  }

  setAlwaysOnTop(flag: boolean, _level?: string, _relativeLevel?: number): void {
    this._alive();
    if (flag === this._isOnTop) return;
    this._isOnTop = flag;
    this._changed('always-on-top-changed', flag);
  }

  isAlwaysOnTop(): boolean {
    return this._isOnTop;
  }

  getParentWindow(): BrowserWindow | null {
    return this._parent ?? null;
  }

  setParentWindow(parent: BrowserWindow | null): void {
    this._parent = parent ?? undefined;
  }

  getChildWindows(): BrowserWindow[] {
    return BrowserWindow.getAllWindows().filter((window) => window._parent === this);
  }

  isModal(): boolean {
    return this._isModal;
  }

  private _setModalBlock(block: boolean): void {
    if (this._isGone) return;
    this.webContents._driver.setIgnoresInput(block || !this._isEnabled);
  }

  setEnabled(enable: boolean): void {
    this._isEnabled = enable;
    this.webContents._driver.setIgnoresInput(!enable);
  }

  isEnabled(): boolean {
    return this._isEnabled;
  }

  setBackgroundColor(color: string): void {
    this.webContents._driver.setBackground(parseColor(color));
    this._background = color;
  }

  getBackgroundColor(): string {
    return this._background;
  }

  setOpacity(opacity: number): void {
    this._opacity = Math.min(1, Math.max(0, opacity));
  }

  getOpacity(): number {
    return this._opacity;
  }

  setIcon(icon: NativeImage | string): void {
    this._icon = imageOf(icon);
  }

  setSkipTaskbar(skip: boolean): void {
    this._isSkippingTaskbar = skip;
  }

  setProgressBar(progress: number): void {
    this._progress = progress;
  }

  /** Recorded by nothing: a headless window has nothing to flash. */
  flashFrame(_flag: boolean): void {}

  /** Nothing records the screen here. */
  setContentProtection(enable: boolean): void {
    this._abilities.set('contentProtection', enable);
  }

  isContentProtected(): boolean {
    return this._abilities.get('contentProtection') === true;
  }

  setVisibleOnAllWorkspaces(visible: boolean, _options?: object): void {
    this._abilities.set('visibleOnAllWorkspaces', visible);
  }

  isVisibleOnAllWorkspaces(): boolean {
    return this._abilities.get('visibleOnAllWorkspaces') === true;
  }

  isClosable(): boolean {
    return this._abilities.get('closable') === true;
  }

  setClosable(closable: boolean): void {
    this._abilities.set('closable', closable);
  }

  isResizable(): boolean {
    return this._abilities.get('resizable') === true;
  }

  setResizable(resizable: boolean): void {
    this._abilities.set('resizable', resizable);
  }

  isMinimizable(): boolean {
    return this._abilities.get('minimizable') === true;
  }

  setMinimizable(minimizable: boolean): void {
    this._abilities.set('minimizable', minimizable);
  }

  isMaximizable(): boolean {
    return this._abilities.get('maximizable') === true;
  }

  setMaximizable(maximizable: boolean): void {
    this._abilities.set('maximizable', maximizable);
  }

  isFullScreenable(): boolean {
    return this._abilities.get('fullscreenable') === true;
  }

  isMovable(): boolean {
    return this._abilities.get('movable') === true;
  }

  isFocusable(): boolean {
    return this._abilities.get('focusable') === true;
  }

  setFocusable(focusable: boolean): void {
    this._abilities.set('focusable', focusable);
  }

  // Menu.

  setMenu(menu: Menu | null): void {
    this._menu = menu;
  }

  removeMenu(): void {
    this._menu = null;
  }

  setMenuBarVisibility(visible: boolean): void {
    this._isMenuBarVisible = visible;
  }

  isMenuBarVisible(): boolean {
    return this._isMenuBarVisible;
  }

  setAutoHideMenuBar(hide: boolean): void {
    this._autoHidesMenuBar = hide;
  }

  isMenuBarAutoHide(): boolean {
    return this._autoHidesMenuBar;
  }

  get autoHideMenuBar(): boolean {
    return this._autoHidesMenuBar;
  }

  set autoHideMenuBar(hide: boolean) {
    this._autoHidesMenuBar = hide;
  }

  /** A window's own menu, else the application's; null when it was taken away. */
  _menuInForce(): Menu | null {
    return this._menu === undefined ? Menu.getApplicationMenu() : this._menu;
  }

  setTouchBar(): never {
    throw missing('BrowserWindow.setTouchBar', 'macOS only');
  }

  /** For the driver. */
  _state(): { readonly skipTaskbar: boolean; readonly progress: number; readonly icon: string | undefined } {
    return { skipTaskbar: this._isSkippingTaskbar, progress: this._progress, icon: this._icon?._path };
  }
}
