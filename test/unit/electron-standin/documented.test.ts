/** The stand-in's surface held against Electron's own declarations: nothing in it that Electron 45 does not document. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { App } from '../../electron-standin/api/app.ts';
import { BrowserWindow } from '../../electron-standin/api/browser-window.ts';
import { Menu, MenuItem } from '../../electron-standin/api/menu.ts';
import { NativeImage } from '../../electron-standin/api/native-image.ts';
import { Notification } from '../../electron-standin/api/notification.ts';
import { Protocol } from '../../electron-standin/api/protocol.ts';
import { Session } from '../../electron-standin/api/session.ts';
import { Tray } from '../../electron-standin/api/tray.ts';
import { WebContents } from '../../electron-standin/api/web-contents.ts';
import { WebFrameMain } from '../../electron-standin/api/web-frame-main.ts';
import { WebRequest } from '../../electron-standin/api/web-request.ts';
import electron from '../../electron-standin/electron.ts';

const DECLARATIONS = readFileSync(new URL('../../../node_modules/electron/electron.d.ts', import.meta.url), 'utf8');

/** Members of a documented class or interface, its ancestors' among them. */
function documented(name: string): Set<string> {
  const [, head, body] = new RegExp(
    `^ {2}(?:interface|class) ${name}((?: extends [^{]*)?) \\{$(.*?)^ {2}\\}$`,
    'ms',
  ).exec(DECLARATIONS) ?? [undefined, undefined, ''];
  const members = [...(body ?? '').matchAll(/^ {4}(?:static |readonly )*([a-zA-Z]+)\??[(:]/gm)].map(
    ([, member]) => member ?? '',
  );
  const ancestor = /extends ([A-Z][A-Za-z]+)/.exec(head ?? '')?.[1];
  return new Set([
    ...members,
    ...(ancestor === undefined || ancestor === 'NodeEventEmitter' ? [] : documented(ancestor)),
  ]);
}

function membersOf(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => !name.startsWith('_') && name !== 'constructor');
}

const EMITTER = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener']);
const FUNCTION = new Set(['length', 'name', 'prototype']);

describe('the stand-in has nothing that Electron does not document', () => {
  const classes: readonly [string, { readonly prototype: object }][] = [
    ['App', App],
    ['BrowserWindow', BrowserWindow],
    ['Menu', Menu],
    ['MenuItem', MenuItem],
    ['NativeImage', NativeImage],
    ['Notification', Notification],
    ['Protocol', Protocol],
    ['Session', Session],
    ['Tray', Tray],
    ['WebContents', WebContents],
    ['WebFrameMain', WebFrameMain],
    ['WebRequest', WebRequest],
  ];

  it.each(classes)('in %s', (name, made) => {
    const known = documented(name);
    expect(known.size).toBeGreaterThan(2);
    const unknown = [...membersOf(made.prototype), ...membersOf(made)].filter(
      (member) => !known.has(member) && !EMITTER.has(member) && !FUNCTION.has(member),
    );
    expect(unknown).toEqual([]);
  });

  const modules = [
    'clipboard',
    'dialog',
    'ipcMain',
    'nativeTheme',
    'powerMonitor',
    'safeStorage',
    'screen',
    'shell',
  ] as const;
  it.each(modules)('in %s', (name) => {
    const known = documented(`${name[0]?.toUpperCase()}${name.slice(1)}`);
    const unknown = membersOf(Object.getPrototypeOf(electron[name])).filter((member) => !known.has(member));
    expect(unknown).toEqual([]);
  });

  it('and has every name a main process may import', () => {
    const [, main = ''] = /^ {2}namespace Main \{$(.*?)^ {2}\}$/ms.exec(DECLARATIONS) ?? [];
    const [, common = ''] = /^ {2}namespace Common \{$(.*?)^ {2}\}$/ms.exec(DECLARATIONS) ?? [];
    const names = [...`${main}${common}`.matchAll(/^ {4}(?:const|class) ([a-zA-Z]+)/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(30);
    // A type that has no constructor of its own to import.
    expect(names.filter((name) => !(name in electron) && name !== 'IpcMainServiceWorker')).toEqual([]);
  });
});
