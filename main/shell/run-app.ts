/**
 * The desktop app over a world: main/index.ts gives it the machine's own, a test or the lab another. It composes and decides little;
 * what each part does is in its own file.
 *
 * The services come first: the agent answers before there is a window, and whether or not there ever is one.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, clipboard, dialog, safeStorage, session } from 'electron';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Log, silentLog } from '../../diagnostics/log.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import type { WindowsAccess } from '../../native/webauthn/windows-access.ts';
import type { Clock } from '../../time/clock.ts';
import type { Desktop, DesktopWorld } from '../ipc/desktop.ts';
import { dataFolderPath, ensureDataFolder } from '../storage/data-folder.ts';
import { openLogFile } from '../storage/log-file.ts';
import { type Texts, textsFor } from '../texts/texts.ts';
import { registerAppScheme, serveDocuments } from './app-protocol.ts';
import { dropForeignSwitches, findNoHosts } from './chromium-switches.ts';
import { LINK_SCHEME, linkAmong } from './deep-link.ts';
import { DesktopApp } from './desktop-app.ts';
import { guardApp, guardSession } from './guards.ts';
import { openKeySettings } from './key-settings.ts';
import { HIDDEN } from './open-at-login.ts';
import { CHECK_REMINDERS, checkReminders } from './reminder-check.ts';
import { safeStorageTokenCache } from './safe-storage-token-cache.ts';
import { lastingProgram } from './squirrel-start.ts';

export interface AppWorld {
  readonly hid: () => Promise<HidBus>;
  /** On Windows alone; given the window (HWND) that the system's dialogs are to stand before. */
  readonly windows?: ((window: () => bigint | undefined) => Promise<WindowsAccess>) | undefined;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** `user@computer`. */
  readonly owner: string;
  readonly files: AppFiles;
  /** By which this app was started, without its own arguments: for opening it at login. */
  readonly command: readonly [string, ...string[]];
  /** main/ipc/desktop.ts, or a test's own. */
  readonly startDesktop: (world: DesktopWorld) => Promise<Desktop>;
}

/** Where the built files are. */
export interface AppFiles {
  readonly preload: string;
  /** Has the folders `window` and `prompt`. */
  readonly documents: string;
  /** The tray's drawings. */
  readonly icons: string;
}

/** Begins the app; returns at once where another instance has it already. Whatever keeps it from beginning is told, and ends it. */
export async function runApp(world: AppWorld): Promise<void> {
  let log: Log = silentLog;
  try {
    await begin(world, (opened) => {
      log = opened;
    });
  } catch (error) {
    cannotStart(error, log);
  }
}

async function begin(world: AppWorld, logOpened: (log: Log) => void): Promise<void> {
  const { environment, homeFolder, clock } = world;
  const dataFolder = dataFolderPath({ platform: process.platform, env: environment, home: homeFolder });
  ensureDataFolder(dataFolder);
  app.setName('Glasskey');
  // The one that Squirrel gives to the shortcuts it makes (packaging/identity.ts): only so are notifications ours on Windows.
  app.setAppUserModelId('com.squirrel.GlasskeyApp.glasskey');
  // Beside the rest of the state, unless whoever starts it says otherwise: so GLASSKEY_HOME keeps two of them apart.
  if (!app.commandLine.hasSwitch('user-data-dir')) {
    const userData = join(dataFolder, 'desktop');
    mkdirSync(userData, { recursive: true, mode: 0o700 });
    app.setPath('userData', userData);
  }
  if (!app.requestSingleInstanceLock()) {
    // The other one has been handed our arguments.
    app.quit();
    return;
  }
  const log = openLog(join(dataFolder, 'glasskey.log'), clock);
  logOpened(log);
  tellBugs(log);
  dropForeignSwitches(app, log);
  findNoHosts(app);
  registerAppScheme();
  app.enableSandbox();
  guardApp(app, log);
  const isCheck = process.argv.includes(CHECK_REMINDERS);
  const early = new EarlyRequests();
  const isHidden = process.argv.includes(HIDDEN);
  await app.whenReady();
  guardSession(session.defaultSession, log, app.isPackaged);
  if (isCheck) return checkReminders({ ...world, log });
  const earlyQuit = new EarlyQuit();
  const { documents } = world.files;
  serveDocuments(session.defaultSession, { main: join(documents, 'window'), prompt: join(documents, 'prompt') }, log);
  const texts = textsFor(app.getPreferredSystemLanguages());
  const desktop = await startServices(world, { log, texts, dataFolder });
  desktop.start({ isHidden });
  earlyQuit.over();
  early.to(desktop);
  // Only an installed app: a developer's must not take the links from it. What follows `--` is never read as a switch.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME, lastingProgram(process.execPath), ['--']);
}

interface Starting {
  readonly log: Log;
  readonly texts: Texts;
  readonly dataFolder: string;
}

async function startServices(world: AppWorld, { log, texts, dataFolder }: Starting): Promise<DesktopApp> {
  const { hid, windows, clock, environment, homeFolder, owner, files, command } = world;
  let fitPrompt: (height: number) => void = () => {};
  let chooseFile: DesktopWorld['chooseFile'] = async () => undefined;
  let chooseNewFile: DesktopWorld['chooseNewFile'] = async () => undefined;
  const services = await world.startDesktop({
    hid,
    windows: windows && (() => windows(frontWindow)),
    clock,
    log,
    environment,
    homeFolder,
    owner,
    texts,
    version: app.getVersion(),
    check: [...command, CHECK_REMINDERS],
    platform: process.platform,
    tokens: safeStorageTokenCache(join(dataFolder, 'tokens.bin'), safeStorage, { platform: process.platform, log }),
    copy: (text) => clipboard.writeText(text),
    openKeySettings: () => openKeySettings(process.platform),
    fitPrompt: (height) => fitPrompt(height),
    chooseFile: (endings) => chooseFile(endings),
    chooseNewFile: (name) => chooseNewFile(name),
  });
  const desktop = new DesktopApp({
    services,
    clock,
    log,
    texts,
    files,
    command,
    environment,
    homeFolder,
    stateFile: join(app.getPath('userData'), 'window-state.json'),
    logFile: join(dataFolder, 'glasskey.log'),
  });
  fitPrompt = (height) => desktop.fitPrompt(height);
  chooseFile = (endings) => desktop.chooseFile(endings);
  chooseNewFile = (name) => desktop.chooseNewFile(name);
  return desktop;
}

/** What comes before the app can do it: a second start, a link. Kept, and handed over. */
class EarlyRequests {
  #desktop: DesktopApp | undefined;
  readonly #waiting: ((desktop: DesktopApp) => void)[] = [];

  constructor() {
    const own = linkAmong(process.argv.slice(1));
    if (own !== undefined) this.#do((desktop) => desktop.openLink(own));
    app.on('second-instance', (_event, argv) => {
      const link = linkAmong(argv.slice(1));
      if (link !== undefined) this.#do((desktop) => desktop.openLink(link));
      // Opened at login, or by the clock, while it runs already: nothing to show.
      else if (!argv.includes(HIDDEN) && !argv.includes(CHECK_REMINDERS)) this.#do((desktop) => desktop.show());
    });
    // macOS hands links over so, also the one that started the app.
    app.on('open-url', (event, url) => {
      event.preventDefault();
      this.#do((desktop) => desktop.openLink(url));
    });
    app.on('activate', () => this.#do((desktop) => desktop.show()));
  }

  to(desktop: DesktopApp): void {
    this.#desktop = desktop;
    for (const act of this.#waiting.splice(0)) act(desktop);
  }

  #do(act: (desktop: DesktopApp) => void): void {
    if (this.#desktop === undefined) this.#waiting.push(act);
    else act(this.#desktop);
  }
}

/** Whoever ends the app while its services begin waits until they can be closed in order; else the agent's socket stayed behind. */
class EarlyQuit {
  #isWanted = false;

  constructor() {
    app.on('before-quit', this.#hold);
  }

  readonly #hold = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    this.#isWanted = true;
  };

  /** What quits is the desktop's to heed from here on. */
  over(): void {
    app.off('before-quit', this.#hold);
    if (this.#isWanted) app.quit();
  }
}

/** The same file that the command line writes; lines of several processes do not mix there. */
function openLog(path: string, clock: Clock): Log {
  try {
    return openLogFile({ path, level: 'info', clock }).log;
  } catch {
    // Without a log, as on a full disk, everything else still works.
    return () => {};
  }
}

/** Said in a box of the operating system's own, which needs none of our files. */
function cannotStart(thrown: unknown, log: Log): void {
  const { code, message, remedy } = asGlasskeyError(thrown);
  log('error', 'app.not-started', { code, message, stack: thrown instanceof Error ? thrown.stack : undefined });
  dialog.showErrorBox(message, `${remedy} [${code}]`);
  app.exit(1);
}

function tellBugs(log: Log): void {
  process.on('unhandledRejection', (reason) => {
    const stack = reason instanceof Error ? reason.stack : String(reason);
    log('error', 'app.unhandled-rejection', { stack });
  });
  process.on('uncaughtExceptionMonitor', ({ stack }) => log('error', 'app.uncaught', { stack }));
}

/** The handle of the window that has the focus, or of any that is seen; Windows hands it out as the bytes of a pointer. */
function frontWindow(): bigint | undefined {
  const seen = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows().find((window) => window.isVisible());
  return seen?.getNativeWindowHandle().readBigUInt64LE();
}
