/** The running app: windows, tray, menu, notifications and the rest, wired to the services and to each other. */
import { app, type BrowserWindow, nativeTheme, powerMonitor, shell, type WebContents } from 'electron';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { CallServer } from '../ipc/call-server.ts';
import type { EventPayload, WindowKind } from '../ipc/contract.ts';
import { crossedError } from '../ipc/crossed-error.ts';
import type { Desktop } from '../ipc/desktop.ts';
import type { Texts } from '../texts/texts.ts';
import { setApplicationMenu } from './app-menu.ts';
import { AppState } from './app-state.ts';
import { AppTray, type TrayContent } from './app-tray.ts';
import { ask } from './ask-handlers.ts';
import { bindCalls, endCallsWith, windowWire } from './ipc-wire.ts';
import { LinkRequests } from './link-requests.ts';
import { watchLoginSession } from './login-session.ts';
import { MainWindow } from './main-window.ts';
import { askFile, askMayQuit, askNewFile, tellAbout } from './native-dialogs.ts';
import { Notifier } from './notifier.ts';
import { OneFileDialog } from './one-file-dialog.ts';
import { setOpenAtLogin } from './open-at-login.ts';
import { OwnWindows } from './own-windows.ts';
import { PromptWindow } from './prompt-window.ts';
import { Quitting } from './quitting.ts';
import { RefusalNotices } from './refusal-notices.ts';
import type { AppFiles } from './run-app.ts';
import { ScreenLock } from './screen-lock.ts';
import { agentLine, remindersLine, trayLook } from './tray-look.ts';

/** A session that no window has drawn yet; its terminal says how large it is when it attaches. */
const FIRST_SIZE = { columns: 80, rows: 24 } as const;

export interface DesktopAppWorld {
  readonly services: Desktop;
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: Texts;
  readonly files: AppFiles;
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly stateFile: string;
  readonly logFile: string;
}

export class DesktopApp {
  readonly #world: DesktopAppWorld;
  readonly #windows = new OwnWindows();
  readonly #server: CallServer;
  readonly #state: AppState;
  readonly #main: MainWindow;
  readonly #prompt: PromptWindow;
  readonly #tray: AppTray;
  readonly #notifier: Notifier;
  readonly #refusals: RefusalNotices;
  readonly #links: LinkRequests;
  readonly #quitting: Quitting;
  readonly #lock: ScreenLock;
  readonly #fileDialog = new OneFileDialog();
  #opensAtLogin: boolean | undefined;

  /** After the app is ready, and with its services running. */
  constructor(world: DesktopAppWorld) {
    this.#world = world;
    const { services, clock, log, texts, files } = world;
    const { handlers, prompts } = services;
    const crossed = (error: unknown) => crossedError(error, texts);
    this.#server = new CallServer({
      handlers,
      wire: windowWire(this.#windows),
      log,
      crossed,
      // The window asks for its start first; what it asks for next, a screen asks that it has drawn.
      accepted: ({ windowId }, name) => {
        if (name !== 'app.start') this.#main.hasDrawn(windowId);
      },
    });
    this.#state = new AppState({ handlers, clock, log });
    this.#quitting = new Quitting({
      clock,
      log,
      openSessions: () => this.#state.sessions.filter(({ state }) => state !== 'ended').length,
      ask: (count) => askMayQuit(this.#main.window, texts, count),
      end: () => this.#end(),
      quit: () => app.quit(),
    });
    this.#main = this.#mainWindow();
    this.#prompt = new PromptWindow({
      prompts,
      clock,
      log,
      preload: files.preload,
      title: texts.say('shell.prompt-window'),
      isPackaged: app.isPackaged,
      opened: (contents) => this.#opened(contents, 'prompt'),
      isEnding: () => this.#quitting.isEnding,
    });
    this.#lock = new ScreenLock((isLocked) => this.#setLocked(isLocked));
    this.#notifier = new Notifier({
      texts,
      log,
      clock,
      isInFront: () => this.#main.isInFront || this.#prompt.isInFront,
      showPrompt: () => this.#prompt.focus(),
      showSession: (session) => this.show({ screen: 'sessions', session }),
      showReminder: (id) => this.show({ screen: 'reminders', ...(id === undefined ? {} : { act: id }) }),
      snoozeReminder: (id, days) => {
        ask(handlers, 'reminders.snooze', { id, days }).catch((error: unknown) => {
          log('warn', 'reminders.not-snoozed', { code: asGlasskeyError(error).code });
        });
      },
    });
    this.#refusals = new RefusalNotices({
      clock,
      texts,
      tell: (title, body) =>
        void this.#notifier.tell(title, body, () => this.show({ screen: 'settings', part: 'activity' })),
    });
    this.#links = new LinkRequests({
      log,
      texts,
      prompts,
      targets: async () => (await ask(handlers, 'targets.list', {})).targets,
      connect: (target) => this.#connect(target),
      tell: (title, body) => void this.#notifier.tell(title, body),
    });
    this.#tray = this.#appTray();
  }

  /** Begins to listen; opens the window unless it was started for the tray. */
  start({ isHidden }: { readonly isHidden: boolean }): void {
    bindCalls(this.#server, this.#windows);
    this.#followServices();
    this.#followMachine();
    this.#followApp();
    setApplicationMenu({
      texts: this.#world.texts,
      platform: process.platform,
      isPackaged: app.isPackaged,
      go: (screen) => this.show({ screen }),
      showLog: () => shell.showItemInFolder(this.#world.logFile),
      about: () => void tellAbout(this.#main.window, this.#world.texts),
      quit: () => app.quit(),
    });
    void this.#state.start();
    this.#startReminders();
    if (!isHidden) this.show();
  }

  /** The window, in front, with a screen where one is named. */
  show(where?: EventPayload<'app.go'>): void {
    if (!this.#quitting.isEnding) this.#main.show(where);
  }

  openLink(link: string): void {
    void this.#links.receive(link);
  }

  chooseNewFile(name: string): Promise<string | undefined> {
    return this.#fileDialog.show(() => askNewFile(this.#main.window, name));
  }

  chooseFile(endings: readonly string[]): Promise<string | undefined> {
    return this.#fileDialog.show(() => askFile(this.#main.window, this.#world.texts, endings));
  }

  fitPrompt(height: number): void {
    this.#prompt.fit(height);
  }

  #mainWindow(): MainWindow {
    const { services, clock, log, files, texts, stateFile } = this.#world;
    const tell = (what: 'crashed' | 'crashed-again' | 'failed') =>
      this.#notifier.tell(texts.say(`shell.window.${what}.title`), texts.say(`shell.window.${what}.body`), () =>
        this.show(),
      );
    return new MainWindow({
      clock,
      log,
      stateFile,
      preload: files.preload,
      title: texts.say('shell.app'),
      isPackaged: app.isPackaged,
      opened: (contents) => this.#opened(contents, 'main'),
      go: (where) => this.#server.tell('app.go', where),
      closing: (window) => this.#closing(window),
      seen: (isSeen) => services.setWatched(isSeen && !this.#quitting.isEnding),
      crashed: (again) => void tell(again ? 'crashed-again' : 'crashed'),
      failed: (error) => {
        log('error', 'window.not-opened', { message: String(error) });
        tell('failed');
      },
      sessionEnds: () => this.#quitting.unasked(),
    });
  }

  #opened(contents: WebContents, kind: WindowKind): void {
    this.#windows.add(contents, kind);
    const { log, services } = this.#world;
    endCallsWith(contents, (windowId) => {
      this.#server.windowGone(windowId);
      services.windowGone(windowId);
    });
    contents.on('preload-error', (_event, _path, { stack }) => log('error', 'window.preload-failed', { kind, stack }));
    contents.on('unresponsive', () => log('warn', 'window.unresponsive', { kind }));
  }

  /** The window closes, and the app lives on in the tray; else it ends with its window, or gives it a smaller place. */
  #closing(window: BrowserWindow): boolean {
    if (this.#quitting.isEnding || process.platform === 'darwin') return false;
    if (this.#state.setting('app.keepInTray') === false) {
      app.quit();
      return true;
    }
    if (this.#tray.isThere) return false;
    window.minimize();
    return true;
  }

  #appTray(): AppTray {
    const { texts, log, files } = this.#world;
    return new AppTray(
      {
        texts,
        log,
        icons: files.icons,
        platform: process.platform,
        open: () => this.show(),
        connect: (target) => void this.#connectOrTell(target),
        showActivity: () => this.show({ screen: 'settings', part: 'activity' }),
        showReminders: () => this.show({ screen: 'reminders' }),
        quit: () => app.quit(),
      },
      this.#trayContent(),
    );
  }

  #trayContent(): TrayContent {
    const { services, texts } = this.#world;
    const { readiness, agent, targets, remindersDue } = this.#state;
    const isAsking = services.prompts.view().prompts.some(({ state }) => state === 'asking' || state === 'touch');
    const look = trayLook({ readiness, agent, remindersDue, isAsking, isLocked: this.#lock.isLocked }, texts);
    return {
      ...look,
      targets,
      agentLine: agentLine(agent, texts),
      remindersLine: remindersLine(remindersDue, texts),
    };
  }

  #followServices(): void {
    const { services, log } = this.#world;
    services.onEvent((name, payload) => {
      this.#server.tell(name, payload);
      this.#state.receive(name, payload);
    });
    services.prompts.onChange(() => {
      this.#prompt.follow();
      this.#notifier.promptsChanged(services.prompts.view());
      this.#tray.show(this.#trayContent());
    });
    services.onRequestRefused((request) => this.#refusals.refused(request));
    this.#state.onChange(() => {
      this.#tray.show(this.#trayContent());
      this.#notifier.sessionsChanged(this.#state.sessions);
      this.#followSettings().catch((error: unknown) => {
        const { code, message } = asGlasskeyError(error);
        log('warn', 'login-item.not-set', { code, message });
      });
    });
  }

  async #followSettings(): Promise<void> {
    const appearance = this.#state.setting('app.appearance');
    if (appearance === 'system' || appearance === 'light' || appearance === 'dark') {
      if (nativeTheme.themeSource !== appearance) nativeTheme.themeSource = appearance;
    }
    const atLogin = this.#state.setting('app.openAtLogin');
    if (typeof atLogin !== 'boolean' || atLogin === this.#opensAtLogin) return;
    const isFirstLook = this.#opensAtLogin === undefined;
    this.#opensAtLogin = atLogin;
    // What nobody switched on or off is not touched; what is on is written anew, because the program may have moved.
    if (isFirstLook && !atLogin && !this.#state.isSetByUser('app.openAtLogin')) return;
    const { environment, homeFolder, command } = this.#world;
    try {
      await setOpenAtLogin(atLogin, { platform: process.platform, environment, homeFolder, command, app });
    } catch (error) {
      // Tried again when something else changes, or at the next start.
      this.#opensAtLogin = !atLogin;
      throw error;
    }
  }

  #followMachine(): void {
    if (process.platform === 'linux') this.#followLoginSession();
    powerMonitor.on('lock-screen', () => this.#lock.screen(true));
    powerMonitor.on('unlock-screen', () => this.#lock.screen(false));
    powerMonitor.on('suspend', () => this.#lock.sleep(true));
    powerMonitor.on('resume', () => {
      this.#lock.sleep(false);
      void this.#world.services.agent.check();
      this.#world.services.reminders.look();
    });
    powerMonitor.on('shutdown', () => this.#quitting.unasked());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // First of all, so that a default that quits finds it under way.
      process.prependListener(signal, () => this.#quitting.unasked());
    }
  }

  #startReminders(): void {
    const { services, log } = this.#world;
    services.reminders
      .start((notice) => this.#notifier.remind(notice))
      .catch((error: unknown) => {
        const { code, message } = asGlasskeyError(error);
        log('error', 'reminders.not-started', { code, message });
      });
  }

  /** Electron tells of the screen's lock on macOS and Windows only. */
  #followLoginSession(): void {
    const { environment, clock, log } = this.#world;
    const stop = new AbortController();
    app.once('will-quit', () => stop.abort());
    const changed = (isLocked: boolean) => this.#lock.screen(isLocked);
    void watchLoginSession({ environment, clock, log, changed }, stop.signal);
  }

  #followApp(): void {
    app.on('before-quit', (event) => this.#quitting.beforeQuit(event));
    // The agent needs no window: an app without one lives on.
    app.on('window-all-closed', () => {});
  }

  #setLocked(isLocked: boolean): void {
    const { services, log } = this.#world;
    log('info', 'screen.locked', { isLocked });
    if (isLocked) {
      services.agent.lock();
      services.prompts.lock();
    }
    this.#prompt.setLocked(isLocked);
    if (!isLocked) {
      services.reminders.look();
      services.agent.unlock();
      services.prompts.unlock();
    }
    this.#tray.show(this.#trayContent());
  }

  async #connect(target: string): Promise<void> {
    const { id } = await ask(this.#world.services.handlers, 'sessions.open', { target, ...FIRST_SIZE });
    this.show({ screen: 'sessions', session: id });
  }

  async #connectOrTell(target: string): Promise<void> {
    try {
      await this.#connect(target);
    } catch (thrown) {
      const { message, remedy } = crossedError(thrown, this.#world.texts);
      this.#notifier.tell(message, remedy, () => this.show({ screen: 'devices' }));
    }
  }

  /** In order: nothing new begins, nothing is allowed any more, the services end, what was shown goes. */
  async #end(): Promise<void> {
    const { services } = this.#world;
    services.prompts.denyAll();
    this.#server.close();
    this.#state.close();
    await Promise.all([services.close(), this.#main.keep()]);
    this.#refusals.close();
    this.#notifier.close();
    this.#tray.destroy();
  }
}
