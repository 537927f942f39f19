/**
 * The roles of menu items that the stand-in carries out, with Electron's labels and accelerators
 * (lib/browser/api/menu-item-roles.ts of Electron). Other roles are missing.
 */
import { registry } from './registry.ts';

export interface Role {
  readonly label: () => string;
  readonly accelerator?: string;
  /** Chromium's own key handling does it; the accelerator is only shown. */
  readonly leaveKeyToPage?: boolean;
  readonly act?: () => void;
  readonly submenu?: readonly { readonly role?: string; readonly type?: string }[];
}

const isMac = process.platform === 'darwin';
const appName = (): string => registry.app?.getName() ?? 'Electron';

function edit(label: string, accelerator: string | undefined, command: string): Role {
  return {
    label: () => label,
    ...(accelerator === undefined ? {} : { accelerator }),
    leaveKeyToPage: true,
    act: () => registry.focused?.webContents._driver.edit(command),
  };
}

function zoomBy(levels: number): void {
  const contents = registry.focused?.webContents;
  contents?.setZoomLevel(contents.getZoomLevel() + levels);
}

const SEPARATOR = { type: 'separator' } as const;

export const ROLES: Readonly<Record<string, Role>> = {
  undo: edit('Undo', 'CommandOrControl+Z', 'undo'),
  redo: edit('Redo', process.platform === 'win32' ? 'Control+Y' : 'Shift+CommandOrControl+Z', 'redo'),
  cut: edit('Cut', 'CommandOrControl+X', 'cut'),
  copy: edit('Copy', 'CommandOrControl+C', 'copy'),
  paste: edit('Paste', 'CommandOrControl+V', 'paste'),
  delete: edit('Delete', undefined, 'delete'),
  selectall: edit('Select All', 'CommandOrControl+A', 'selectAll'),
  reload: { label: () => 'Reload', accelerator: 'CmdOrCtrl+R', act: () => registry.focused?.reload() },
  forcereload: {
    label: () => 'Force Reload',
    accelerator: 'Shift+CmdOrCtrl+R',
    act: () => registry.focused?.webContents.reloadIgnoringCache(),
  },
  resetzoom: {
    label: () => 'Actual Size',
    accelerator: 'CommandOrControl+0',
    act: () => registry.focused?.webContents.setZoomLevel(0),
  },
  zoomin: { label: () => 'Zoom In', accelerator: 'CommandOrControl+Plus', act: () => zoomBy(0.5) },
  zoomout: { label: () => 'Zoom Out', accelerator: 'CommandOrControl+-', act: () => zoomBy(-0.5) },
  togglefullscreen: {
    label: () => 'Toggle Full Screen',
    accelerator: isMac ? 'Control+Command+F' : 'F11',
    act: () => registry.focused?.setFullScreen(!registry.focused.isFullScreen()),
  },
  minimize: { label: () => 'Minimize', accelerator: 'CommandOrControl+M', act: () => registry.focused?.minimize() },
  close: {
    label: () => (isMac ? 'Close Window' : 'Close'),
    accelerator: 'CommandOrControl+W',
    act: () => registry.focused?.close(),
  },
  quit: {
    label: () => (isMac ? `Quit ${appName()}` : process.platform === 'win32' ? 'Exit' : 'Quit'),
    ...(process.platform === 'win32' ? {} : { accelerator: 'CommandOrControl+Q' }),
    act: () => registry.app?.quit(),
  },
  // Titles of submenus that are the app's own.
  window: { label: () => 'Window' },
  help: { label: () => 'Help' },
  filemenu: { label: () => 'File', submenu: [{ role: isMac ? 'close' : 'quit' }] },
  editmenu: {
    label: () => 'Edit',
    submenu: [
      ...[{ role: 'undo' }, { role: 'redo' }, SEPARATOR, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }],
      ...[{ role: 'delete' }, SEPARATOR, { role: 'selectAll' }],
    ],
  },
  windowmenu: { label: () => 'Window', submenu: [{ role: 'minimize' }, { role: 'close' }] },
};
