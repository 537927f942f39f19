/**
 * The app's side of the driver's socket: answers what control-protocol.ts lists. When the socket closes, the test that
 * started this app is gone: the app ends at once, and clears up after it.
 */
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { app } from '../api/app.ts';
import { BrowserWindow } from '../api/browser-window.ts';
import { clipboardText } from '../api/clipboard.ts';
import { answerDialog, openDialogs, shownErrorBoxes } from '../api/dialog.ts';
import { Menu } from '../api/menu.ts';
import { nativeTheme } from '../api/native-theme.ts';
import { Notification } from '../api/notification.ts';
import { powerMonitor } from '../api/power-monitor.ts';
import { registry } from '../api/registry.ts';
import { refuseToOpen, shellRequests } from '../api/shell.ts';
import { createEvent } from '../api/standin-event.ts';
import { Tray } from '../api/tray.ts';
import electron from '../electron.ts';
import { decode, encode } from '../wire/structured-wire.ts';
import type { FromApp, FromDriver, Method, Requests, Snapshot, WindowState } from './control-protocol.ts';
import { unhandledRejections } from './unhandled-rejections.ts';

function windowState(window: BrowserWindow): WindowState {
  const contents = window.webContents;
  return {
    id: window.id,
    webContentsId: contents.id,
    title: window.getTitle(),
    url: contents.getURL(),
    bounds: window.getBounds(),
    isVisible: window.isVisible(),
    isFocused: window.isFocused(),
    isMinimized: window.isMinimized(),
    isAlwaysOnTop: window.isAlwaysOnTop(),
    isModal: window.isModal(),
    isLoading: contents.isLoading(),
    parentId: window.getParentWindow()?.id,
    zoomFactor: contents.getZoomFactor(),
    targetId: contents._driver.target,
  };
}

function snapshot(): Snapshot {
  return {
    windows: BrowserWindow.getAllWindows()
      .map(windowState)
      .sort((one, other) => one.id - other.id),
    applicationMenu: Menu.getApplicationMenu()?._state(),
    popup: Menu._popup()?._state(),
    trays: Tray._all().map((tray) => tray._state()),
    notifications: Notification._all().map((notification) => notification._state()),
    dialogs: openDialogs(),
    errorBoxes: shownErrorBoxes(),
    shell: shellRequests(),
    clipboard: clipboardText(),
    blockedRequests: registry.blocked,
    console: registry.console,
    unhandledRejections,
    app: app._recorded(),
    endpoint: registry.browser?.endpoint,
    chromiumProcessId: registry.browser?.processId,
  };
}

function windowOf(id: number): BrowserWindow {
  const window = BrowserWindow.fromId(id);
  if (window === null) throw new Error(`there is no window ${id}`);
  return window;
}

function trayOf(id: number): Tray {
  const tray = Tray._all().find((each) => each._state().id === id);
  if (tray === undefined) throw new Error(`there is no tray icon ${id}`);
  return tray;
}

function menuOf(of: Requests['chooseMenu']['asked']['of']): Menu {
  const menu =
    of === 'application' ? Menu.getApplicationMenu() : of === 'popup' ? Menu._popup() : trayOf(of.tray)._contextMenu();
  if (menu === null || menu === undefined) throw new Error(`there is no such menu: ${JSON.stringify(of)}`);
  return menu;
}

async function evaluate(source: string, argument: string): Promise<string> {
  // A test's own function, sent as its source, as Playwright's electronApp.evaluate does it.
  const run: unknown = new Function(`return (${source});`)();
  if (typeof run !== 'function') throw new Error('evaluate takes a function');
  return encode(await run(electron, decode(argument)));
}

/** `undefined` answers may be anything: nobody reads them. */
type AnswerOf<M extends Method> = Requests[M]['answer'] extends undefined ? unknown : Requests[M]['answer'];

type Answers = { readonly [M in Method]: (asked: Requests[M]['asked']) => AnswerOf<M> | Promise<AnswerOf<M>> };

const answers: Answers = {
  snapshot,
  evaluate: ({ source, argument }) => evaluate(source, argument),
  screenshot: async ({ windowId }) => (await windowOf(windowId).webContents._driver.screenshot()).toString('base64'),
  chooseMenu: ({ of, choice }) => menuOf(of)._choose(choice),
  clickTray: ({ id, button }) => trayOf(id)._press(button),
  actOnNotification: ({ number, act }) => {
    const notification = Notification._all()[number];
    if (notification === undefined) throw new Error(`there is no notification ${number}`);
    notification._act(act);
  },
  answerDialog: ({ number, answer }) => answerDialog(number, answer),
  refuseToOpen: ({ reason }) => refuseToOpen(reason),
  power: ({ event }) => powerMonitor._happen(event),
  idle: ({ seconds }) => powerMonitor._setIdle(seconds),
  appearance: (changes) => nativeTheme._setSystem(changes),
  openUrl: ({ url }) => {
    app.emit('open-url', createEvent(), url);
  },
  activate: () => {
    app.emit(
      'activate',
      createEvent(),
      BrowserWindow.getAllWindows().some((window) => window.isVisible()),
    );
  },
  crash: ({ windowId }) => windowOf(windowId).webContents.forcefullyCrashRenderer(),
  clearRecords: () => {
    registry.blocked.length = 0;
    registry.console.length = 0;
    unhandledRejections.length = 0;
  },
  quit: () => app.quit(),
  exit: () => app.exit(0),
};

async function answer(request: FromDriver): Promise<FromApp> {
  try {
    const run = answers[request.method] as (asked: unknown) => unknown;
    return { id: request.id, result: await run(request.params) };
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function tellChanges(say: (message: FromApp) => void): void {
  let isTold = false;
  registry.changes.on('change', () => {
    if (isTold) return;
    isTold = true;
    // Many changes of one moment are one piece of news.
    setImmediate(() => {
      isTold = false;
      say({ changed: true });
    });
  });
}

function read(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

/** Connects to the driver that started this process. */
export function connectToDriver(path: string): void {
  registry.hasDriver = true;
  const socket = connect(path);
  const say = (message: FromApp): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    // The folder that the driver made for this app; it can no longer clear it up itself.
    process.once('exit', () => rmSync(dirname(path), { recursive: true, force: true }));
    app.exit(1);
  });
  say({ hello: { processId: process.pid, argv: process.argv } });
  read(socket, (line) => void answer(JSON.parse(line) as FromDriver).then(say));
  tellChanges(say);
}
