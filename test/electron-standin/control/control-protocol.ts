/**
 * What a driver (driver.ts, in a test) asks of a running stand-in app, over a Unix socket that the driver listens on and
 * names in ELECTRON_STANDIN_CONTROL. Lines of JSON: `hello` first, then requests from the driver and answers.
 */
import type { RecordedByApp } from '../api/app.ts';
import type { DialogAnswer, DialogState } from '../api/dialog.ts';
import type { MenuItemState } from '../api/menu.ts';
import type { NotificationAct, NotificationState } from '../api/notification.ts';
import type { PowerEvent } from '../api/power-monitor.ts';
import type { ConsoleLine, SystemAppearance } from '../api/registry.ts';
import type { ShellRequest } from '../api/shell.ts';
import type { TrayState } from '../api/tray.ts';

export const CONTROL_VARIABLE = 'ELECTRON_STANDIN_CONTROL';

export interface WindowState {
  readonly id: number;
  readonly webContentsId: number;
  readonly title: string;
  readonly url: string;
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly isVisible: boolean;
  readonly isFocused: boolean;
  readonly isMinimized: boolean;
  readonly isAlwaysOnTop: boolean;
  readonly isModal: boolean;
  readonly isLoading: boolean;
  readonly parentId: number | undefined;
  readonly zoomFactor: number;
  /** Chromium's target: by it the page is found over Playwright. `undefined` while it is being made. */
  readonly targetId: string | undefined;
}

export interface BlockedByStandIn {
  readonly url: string;
  readonly resourceType: string;
  readonly webContentsId: number;
}

/** Everything a test may look at, at one moment. */
export interface Snapshot {
  readonly windows: readonly WindowState[];
  readonly applicationMenu: readonly MenuItemState[] | undefined;
  /** The context menu that is open. */
  readonly popup: readonly MenuItemState[] | undefined;
  readonly trays: readonly TrayState[];
  readonly notifications: readonly NotificationState[];
  readonly dialogs: readonly DialogState[];
  readonly errorBoxes: readonly { readonly title: string; readonly content: string }[];
  readonly shell: readonly ShellRequest[];
  readonly clipboard: string;
  readonly blockedRequests: readonly BlockedByStandIn[];
  readonly console: readonly ConsoleLine[];
  /** Of the main process, with their stacks. */
  readonly unhandledRejections: readonly string[];
  readonly app: RecordedByApp;
  /** `ws://127.0.0.1:…`, once ready. */
  readonly endpoint: string | undefined;
  readonly chromiumProcessId: number | undefined;
}

export type TrayButton = 'click' | 'right-click' | 'double-click' | 'middle-click';

/** A path of labels, or an item's id. */
export type MenuChoice = readonly string[] | string;

export interface Requests {
  snapshot: { readonly asked: undefined; readonly answer: Snapshot };
  /** `source`: a function of the electron module and one argument; argument and result as structured-wire text. */
  evaluate: { readonly asked: { readonly source: string; readonly argument: string }; readonly answer: string };
  screenshot: { readonly asked: { readonly windowId: number }; readonly answer: string };
  chooseMenu: {
    readonly asked: { readonly of: 'application' | 'popup' | { readonly tray: number }; readonly choice: MenuChoice };
    readonly answer: undefined;
  };
  clickTray: { readonly asked: { readonly id: number; readonly button: TrayButton }; readonly answer: undefined };
  actOnNotification: {
    readonly asked: { readonly number: number; readonly act: NotificationAct };
    readonly answer: undefined;
  };
  answerDialog: {
    readonly asked: { readonly number: number; readonly answer: DialogAnswer };
    readonly answer: undefined;
  };
  refuseToOpen: { readonly asked: { readonly reason: string | undefined }; readonly answer: undefined };
  power: { readonly asked: { readonly event: PowerEvent }; readonly answer: boolean };
  idle: { readonly asked: { readonly seconds: number }; readonly answer: undefined };
  appearance: { readonly asked: Partial<SystemAppearance>; readonly answer: undefined };
  openUrl: { readonly asked: { readonly url: string }; readonly answer: undefined };
  activate: { readonly asked: undefined; readonly answer: undefined };
  crash: { readonly asked: { readonly windowId: number }; readonly answer: undefined };
  clearRecords: { readonly asked: undefined; readonly answer: undefined };
  quit: { readonly asked: undefined; readonly answer: undefined };
  exit: { readonly asked: undefined; readonly answer: undefined };
}

export type Method = keyof Requests;

export type FromDriver = { readonly id: number; readonly method: Method; readonly params: unknown };

export type FromApp =
  | { readonly hello: { readonly processId: number; readonly argv: readonly string[] } }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly changed: true };
