/**
 * What `import … from 'electron'` gives a main process under the stand-in: Electron 45's names, those it has and those it
 * lacks (each of which throws "the stand-in has no …; use real Electron" when it is touched). What each has is said at the head
 * of its file in api/.
 */
import { app } from './api/app.ts';
import { BrowserWindow } from './api/browser-window.ts';
import { clipboard } from './api/clipboard.ts';
import { dialog } from './api/dialog.ts';
import { ipcMain } from './api/ipc-main.ts';
import { Menu, MenuItem } from './api/menu.ts';
import { nativeImage } from './api/native-image.ts';
import { nativeTheme } from './api/native-theme.ts';
import { Notification } from './api/notification.ts';
import { powerMonitor } from './api/power-monitor.ts';
import { safeStorage } from './api/safe-storage.ts';
import { screen } from './api/screen.ts';
import { protocol, session } from './api/session.ts';
import { shell } from './api/shell.ts';
import { missingModule } from './api/standin-object.ts';
import { Tray } from './api/tray.ts';
import { webContents } from './api/web-contents.ts';

const autoUpdater = missingModule('autoUpdater');
const BaseWindow = missingModule('BaseWindow');
const BrowserView = missingModule('BrowserView');
const ClipboardItem = missingModule('ClipboardItem');
const contentTracing = missingModule('contentTracing');
const crashReporter = missingModule('crashReporter');
const desktopCapturer = missingModule('desktopCapturer');
const globalShortcut = missingModule('globalShortcut');
const ImageView = missingModule('ImageView');
const inAppPurchase = missingModule('inAppPurchase');
const MessageChannelMain = missingModule('MessageChannelMain');
const net = missingModule('net');
const netLog = missingModule('netLog');
const powerSaveBlocker = missingModule('powerSaveBlocker');
const pushNotifications = missingModule('pushNotifications');
const ShareMenu = missingModule('ShareMenu');
const sharedTexture = missingModule('sharedTexture');
const systemPreferences = missingModule('systemPreferences');
const TouchBar = missingModule('TouchBar');
const utilityProcess = missingModule('utilityProcess');
const View = missingModule('View');
const WebContentsView = missingModule('WebContentsView');
const webFrameMain = missingModule('webFrameMain');
const WebSocket = missingModule('WebSocket');
// Only a renderer has these.
const contextBridge = missingModule('contextBridge in a main process');
const ipcRenderer = missingModule('ipcRenderer in a main process');
const webFrame = missingModule('webFrame in a main process');
const webUtils = missingModule('webUtils in a main process');

const electron = {
  app,
  autoUpdater,
  BaseWindow,
  BrowserView,
  BrowserWindow,
  clipboard,
  ClipboardItem,
  contentTracing,
  contextBridge,
  crashReporter,
  desktopCapturer,
  dialog,
  globalShortcut,
  ImageView,
  inAppPurchase,
  ipcMain,
  ipcRenderer,
  Menu,
  MenuItem,
  MessageChannelMain,
  nativeImage,
  nativeTheme,
  net,
  netLog,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  pushNotifications,
  safeStorage,
  screen,
  session,
  ShareMenu,
  sharedTexture,
  shell,
  systemPreferences,
  TouchBar,
  Tray,
  utilityProcess,
  View,
  webContents,
  WebContentsView,
  webFrame,
  webFrameMain,
  WebSocket,
  webUtils,
};

export {
  app,
  autoUpdater,
  BaseWindow,
  BrowserView,
  BrowserWindow,
  ClipboardItem,
  clipboard,
  contentTracing,
  contextBridge,
  crashReporter,
  desktopCapturer,
  dialog,
  // `require('electron')` and `import electron from 'electron'` give the same object.
  electron as 'module.exports',
  // biome-ignore lint/style/noDefaultExport: Electron has one.
  electron as default,
  globalShortcut,
  ImageView,
  inAppPurchase,
  ipcMain,
  ipcRenderer,
  Menu,
  MenuItem,
  MessageChannelMain,
  Notification,
  nativeImage,
  nativeTheme,
  net,
  netLog,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  pushNotifications,
  ShareMenu,
  safeStorage,
  screen,
  session,
  sharedTexture,
  shell,
  systemPreferences,
  TouchBar,
  Tray,
  utilityProcess,
  View,
  WebContentsView,
  WebSocket,
  webContents,
  webFrame,
  webFrameMain,
  webUtils,
};
