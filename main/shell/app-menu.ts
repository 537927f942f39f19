/** The application's menu: the screens by keyboard, editing, zoom, and what helps. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';

export type Screen = EventPayload<'app.go'>['screen'];

/** In the order of the window's navigation. */
export const SCREENS: readonly Screen[] = [
  'readiness',
  'enroll',
  'security-keys',
  'devices',
  'sessions',
  'reminders',
  'settings',
];

export interface MenuWorld {
  readonly texts: Texts;
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  readonly go: (screen: Screen) => void;
  readonly showLog: () => void;
  readonly about: () => void;
  readonly quit: () => void;
}

export function setApplicationMenu(world: MenuWorld): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(world)));
}

/** Roles where Electron has one, so that each platform does it its own way; the labels are ours. */
export function menuTemplate(world: MenuWorld): MenuItemConstructorOptions[] {
  const { texts, platform, isPackaged, go, showLog, about, quit } = world;
  const separator = { type: 'separator' } as const;
  const isMac = platform === 'darwin';
  return [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    {
      id: 'file',
      label: texts.say('shell.menu.file'),
      submenu: [
        { role: 'close', label: texts.say('shell.menu.close') },
        // macOS has it in the app's own menu.
        ...(isMac
          ? []
          : [
              separator,
              { id: 'quit', label: texts.say('shell.menu.quit'), accelerator: 'CommandOrControl+Q', click: quit },
            ]),
      ],
    },
    {
      id: 'edit',
      label: texts.say('shell.menu.edit'),
      submenu: [
        { role: 'undo', label: texts.say('shell.menu.undo') },
        { role: 'redo', label: texts.say('shell.menu.redo') },
        separator,
        { role: 'cut', label: texts.say('shell.menu.cut') },
        { role: 'copy', label: texts.say('shell.menu.copy') },
        { role: 'paste', label: texts.say('shell.menu.paste') },
        { role: 'selectAll', label: texts.say('shell.menu.select-all') },
      ],
    },
    {
      id: 'view',
      label: texts.say('shell.menu.view'),
      submenu: [
        ...SCREENS.map((screen, index) => ({
          id: `go-${screen}`,
          label: texts.say(`shell.menu.${screen}`),
          accelerator: `CommandOrControl+${index + 1}`,
          click: () => go(screen),
        })),
        separator,
        { role: 'zoomIn', label: texts.say('shell.menu.zoom-in') },
        { role: 'zoomOut', label: texts.say('shell.menu.zoom-out') },
        { role: 'resetZoom', label: texts.say('shell.menu.zoom-reset') },
        separator,
        { role: 'togglefullscreen', label: texts.say('shell.menu.full-screen') },
        ...(isPackaged ? [] : [separator, { role: 'reload' as const }]),
      ],
    },
    {
      id: 'help',
      label: texts.say('shell.menu.help'),
      role: 'help',
      submenu: [
        { id: 'show-log', label: texts.say('shell.menu.show-log'), click: showLog },
        { id: 'about', label: texts.say('shell.menu.about'), click: about },
      ],
    },
  ];
}
