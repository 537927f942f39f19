/** The app's window: made when it is wanted, gone when it is closed; the rest of the app lives on without it. */
import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventPayload } from '../ipc/contract.ts';
import { Crashes } from './crashes.ts';
import { DOCUMENTS } from './document-server.ts';
import { WEB_PREFERENCES } from './guards.ts';
import { backgroundColour } from './window-colours.ts';
import { onDisplays, readWindowState, type WindowState, writeWindowState } from './window-state.ts';

/** At 200 % zoom the window still has 480 CSS pixels of width by this. */
const LEAST = { width: 480, height: 400 };
const FIRST = { width: 1100, height: 760 };
const SAVE_AFTER_MS = 500;

export interface MainWindowWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly preload: string;
  /** Of the whole-file JSON. */
  readonly stateFile: string;
  readonly title: string;
  readonly isPackaged: boolean;
  /** A page was made: the shell registers it. */
  readonly opened: (contents: WebContents) => void;
  readonly go: (where: EventPayload<'app.go'>) => void;
  /** Someone closes it. True: it stays, and `closing` has done something else about it. */
  readonly closing: (window: BrowserWindow) => boolean;
  /** Somebody may be looking at it, or no longer. */
  readonly seen: (isSeen: boolean) => void;
  readonly crashed: (again: boolean) => void;
  readonly failed: (error: unknown) => void;
  /** The computer shuts down or the user logs out: Windows tells it by the window. */
  readonly sessionEnds: () => void;
}

export class MainWindow {
  readonly #world: MainWindowWorld;
  #window: BrowserWindow | undefined;
  #opening: Promise<void> | undefined;
  #isDrawn = false;
  /** Where to go once the document can be told. */
  #next: EventPayload<'app.go'> | undefined;
  readonly #crashes: Crashes;
  #state: WindowState | undefined;
  #saved: Promise<void> = Promise.resolve();
  #isKept = false;

  constructor(world: MainWindowWorld) {
    this.#world = world;
    this.#crashes = new Crashes(world.clock);
    nativeTheme.on('updated', () => this.#window?.setBackgroundColor(backgroundColour()));
  }

  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  /** In front and with the keyboard. */
  get isInFront(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  /** Opens it, or brings it to the front; with a screen to show. Never fails: the app does not hang on its window. */
  show(where?: EventPayload<'app.go'>): void {
    if (where !== undefined) this.#next = where;
    const window = this.#window;
    if (window === undefined) {
      this.#opening ??= this.#open()
        .catch((error: unknown) => this.#world.failed(error))
        .finally(() => {
          this.#opening = undefined;
        });
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    this.#go();
  }

  /** The page has drawn its first screen, so it hears what it is told. */
  hasDrawn(windowId: number): void {
    if (this.#window?.webContents.id !== windowId) return;
    this.#isDrawn = true;
    this.#go();
  }

  async #open(): Promise<void> {
    const { stateFile, log, preload, title, isPackaged, opened } = this.#world;
    this.#state ??= await readWindowState(stateFile, log);
    const state = this.#state;
    const window = new BrowserWindow({
      ...this.#place(state),
      minWidth: LEAST.width,
      minHeight: LEAST.height,
      show: false,
      title,
      backgroundColor: backgroundColour(),
      autoHideMenuBar: false,
      webPreferences: {
        ...WEB_PREFERENCES,
        devTools: !isPackaged,
        preload,
        ...(state === undefined ? {} : { zoomFactor: state.zoomFactor }),
      },
    });
    this.#window = window;
    this.#isDrawn = false;
    opened(window.webContents);
    this.#listen(window);
    window.once('ready-to-show', () => {
      if (state?.isMaximized) window.maximize();
      window.show();
    });
    try {
      await window.loadURL(DOCUMENTS.main);
    } catch (error) {
      // Closed or crashed while it loaded: that is told elsewhere.
      if (window.isDestroyed()) return;
      window.destroy();
      throw error;
    }
  }

  #place(state: WindowState | undefined): Partial<Electron.Rectangle> {
    if (state === undefined) return FIRST;
    const primary = screen.getPrimaryDisplay().workArea;
    return onDisplays(state.bounds, [primary, ...screen.getAllDisplays().map(({ workArea }) => workArea)], LEAST);
  }

  #listen(window: BrowserWindow): void {
    const { webContents } = window;
    let cancelSave: (() => void) | undefined;
    const saveSoon = (): void => {
      cancelSave?.();
      cancelSave = this.#world.clock.after(SAVE_AFTER_MS, () => this.#save(window));
    };
    for (const change of ['resize', 'move', 'maximize', 'unmaximize'] as const) window.on(change as 'resize', saveSoon);
    window.on('close', (event) => {
      this.#save(window);
      if (this.#world.closing(window)) event.preventDefault();
    });
    for (const change of ['show', 'restore'] as const) window.on(change as 'show', () => this.#world.seen(true));
    for (const change of ['hide', 'minimize'] as const) window.on(change as 'hide', () => this.#world.seen(false));
    window.once('closed', () => {
      cancelSave?.();
      this.#world.seen(false);
      if (this.#window === window) this.#window = undefined;
    });
    window.on('session-end', () => this.#world.sessionEnds());
    // The document names itself in its page; the window keeps the app's name.
    window.on('page-title-updated', (event) => event.preventDefault());
    webContents.on('did-navigate', () => {
      this.#isDrawn = false;
    });
    webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') this.#recover(window, reason);
    });
  }

  #go(): void {
    const window = this.#window;
    const where = this.#next;
    if (window === undefined || where === undefined || !this.#isDrawn) return;
    this.#next = undefined;
    this.#world.go(where);
  }

  /** A fresh window in the place of the crashed one: once; who crashes again stays closed until it is asked for. */
  #recover(window: BrowserWindow, reason: string): void {
    const { log, crashed } = this.#world;
    const again = this.#crashes.isAgain();
    log('error', 'window.crashed', { reason, again });
    window.destroy();
    if (!again) this.show();
    crashed(again);
  }

  #save(window: BrowserWindow): void {
    if (window.isDestroyed() || this.#isKept) return;
    const { stateFile, log } = this.#world;
    const zoomFactor = window.webContents.isCrashed()
      ? (this.#state?.zoomFactor ?? 1)
      : window.webContents.getZoomFactor();
    this.#state = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized(), zoomFactor };
    this.#saved = this.#saved.then(() => writeWindowState(stateFile, this.#state as WindowState, log));
  }

  /** The app ends: its state goes to the disk now, and not once more when the window closes. */
  keep(): Promise<void> {
    if (this.#window !== undefined) this.#save(this.#window);
    this.#isKept = true;
    return this.#saved;
  }
}
