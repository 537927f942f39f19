/**
 * The small window of the prompts: on top of everything while there is something to ask or to say, hidden else. It decides
 * nothing: what is asked, and what an answer means, is the prompt desk's (main/prompts/prompt-desk.ts).
 */
import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { PromptAnswer, PromptQueueView } from '../ipc/contract.ts';
import { Crashes } from './crashes.ts';
import { DOCUMENTS } from './document-server.ts';
import { WEB_PREFERENCES } from './guards.ts';
import { backgroundColour } from './window-colours.ts';

const WIDTH = 440;
const FIRST_HEIGHT = 320;
const LEAST_HEIGHT = 120;
/** Kept free above and below, whatever the document asks for. */
const MARGIN = 40;

/** What it needs of the prompt desk. */
export interface Prompts {
  view(): PromptQueueView;
  answer(id: string, answer: PromptAnswer): void;
  denyAll(): void;
}

export interface PromptWindowWorld {
  readonly prompts: Prompts;
  readonly clock: Clock;
  readonly log: Log;
  readonly preload: string;
  readonly title: string;
  readonly isPackaged: boolean;
  readonly opened: (contents: WebContents) => void;
  /** The app ends: the window may close. */
  readonly isEnding: () => boolean;
}

export class PromptWindow {
  readonly #world: PromptWindowWorld;
  #window: BrowserWindow | undefined;
  #isReady = false;
  #isLocked = false;
  readonly #crashes: Crashes;
  /** The prompt that the window was last brought to the front for. */
  #shownFor: string | undefined;

  constructor(world: PromptWindowWorld) {
    this.#world = world;
    this.#crashes = new Crashes(world.clock);
    nativeTheme.on('updated', () => this.#window?.setBackgroundColor(backgroundColour()));
  }

  /** After each change of the prompts: shown while there are any, for each new one in front of everything. */
  follow(): void {
    const [first] = this.#world.prompts.view().prompts;
    if (first === undefined) this.#shownFor = undefined;
    if (first === undefined || this.#isLocked) {
      if (this.#window?.isVisible()) this.#window.hide();
      return;
    }
    const window = this.#window ?? this.#open();
    if (window === undefined || !this.#isReady) return;
    if (window.isVisible() && this.#shownFor === first.id) return;
    this.#shownFor = first.id;
    window.show();
    window.focus();
  }

  /** While the screen is locked nobody sees it, so nothing may be pressed there by whoever unlocks in haste. */
  setLocked(isLocked: boolean): void {
    this.#isLocked = isLocked;
    this.#shownFor = undefined;
    this.follow();
  }

  /** To the front again, as when its notification is clicked. */
  focus(): void {
    this.#shownFor = undefined;
    this.follow();
  }

  get isInFront(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  /** The height that the document needs, in CSS pixels. */
  fit(height: number): void {
    const window = this.#window;
    if (window === undefined) return;
    const { workArea } = screen.getDisplayMatching(window.getBounds());
    const zoom = window.webContents.getZoomFactor();
    const room = workArea.height - 2 * MARGIN;
    const wanted = Math.max(LEAST_HEIGHT, Math.min(Math.ceil(height * zoom), room));
    const [width = WIDTH, before] = window.getContentSize();
    if (wanted === before) return;
    window.setContentSize(width, wanted);
    const bounds = window.getBounds();
    const lowest = workArea.y + workArea.height - MARGIN - bounds.height;
    if (bounds.y > lowest) window.setBounds({ ...bounds, y: Math.max(workArea.y, lowest) });
  }

  #open(): BrowserWindow | undefined {
    const { log, preload, title, isPackaged, opened } = this.#world;
    try {
      const window = new BrowserWindow({
        width: WIDTH,
        height: FIRST_HEIGHT,
        useContentSize: true,
        center: true,
        show: false,
        title,
        backgroundColor: backgroundColour(),
        alwaysOnTop: true,
        resizable: false,
        minimizable: false,
        maximizable: false,
        fullscreenable: false,
        skipTaskbar: true,
        webPreferences: { ...WEB_PREFERENCES, devTools: !isPackaged, preload },
      });
      this.#window = window;
      this.#isReady = false;
      window.setAlwaysOnTop(true, 'modal-panel');
      window.setContentProtection(true);
      if (process.platform !== 'darwin') window.setMenu(null);
      opened(window.webContents);
      this.#listen(window);
      window.loadURL(DOCUMENTS.prompt).catch(() => log('error', 'prompt-window.not-loaded'));
      return window;
    } catch (error) {
      log('error', 'prompt-window.not-opened', { message: String(error) });
      return undefined;
    }
  }

  #listen(window: BrowserWindow): void {
    window.once('ready-to-show', () => {
      this.#isReady = true;
      this.follow();
    });
    window.on('close', (event) => {
      if (this.#world.isEnding()) return;
      event.preventDefault();
      this.#dismiss();
    });
    window.on('page-title-updated', (event) => event.preventDefault());
    window.once('closed', () => {
      if (this.#window === window) this.#window = undefined;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') this.#recover(window, reason);
    });
  }

  /** Closed by its frame: no to what it asks, an end to what it waits for. */
  #dismiss(): void {
    const [first] = this.#world.prompts.view().prompts;
    if (first === undefined) this.follow();
    else this.#world.prompts.answer(first.id, { kind: first.state === 'asking' ? 'deny' : 'cancel' });
  }

  /** Once in a new window; where that crashes too, soon after, nobody can answer, and no is the answer. */
  #recover(window: BrowserWindow, reason: string): void {
    const again = this.#crashes.isAgain();
    this.#world.log('error', 'prompt-window.crashed', { reason, again });
    window.destroy();
    this.#shownFor = undefined;
    if (again) this.#world.prompts.denyAll();
    else this.follow();
  }
}
