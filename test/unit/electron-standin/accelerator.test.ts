import { describe, expect, it } from 'vitest';
import { findMenuItem, type PressedKey, parseAccelerator } from '../../electron-standin/api/accelerator.ts';
import { Menu } from '../../electron-standin/api/menu.ts';

const press = (key: string, code: string, ...modifiers: ('ctrl' | 'alt' | 'shift' | 'meta')[]): PressedKey => {
  const held = { ctrl: false, alt: false, shift: false, meta: false };
  for (const modifier of modifiers) held[modifier] = true;
  return { key, code, ...held };
};
const command = process.platform === 'darwin' ? 'meta' : 'ctrl';

describe('an accelerator', () => {
  it.each([
    ['CmdOrCtrl+F', press('f', 'KeyF', command)],
    ['CommandOrControl+Shift+P', press('P', 'KeyP', command, 'shift')],
    ['Ctrl+Plus', press('+', 'Equal', 'ctrl', 'shift')],
    ['Ctrl++', press('+', 'NumpadAdd', 'ctrl')],
    ['Ctrl+Shift+1', press('!', 'Digit1', 'ctrl', 'shift')],
    ['Alt+Left', press('ArrowLeft', 'ArrowLeft', 'alt')],
    ['F11', press('F11', 'F11')],
    ['Ctrl+,', press(',', 'Comma', 'ctrl')],
  ])('%s is pressed by its keys, and by no others', (accelerator, pressed) => {
    const { items } = Menu.buildFromTemplate([{ label: 'Sub', submenu: [{ label: 'It', accelerator }] }]);
    expect(findMenuItem(items, pressed)?.label).toBe('It');
    expect(findMenuItem(items, { ...pressed, alt: !pressed.alt })).toBeUndefined();
    expect(findMenuItem(items, { ...pressed, key: 'x', code: 'KeyX' })).toBeUndefined();
  });

  it('chooses nothing that is disabled, and nothing that leaves its keys to the page', () => {
    const { items } = Menu.buildFromTemplate([
      { label: 'Off', accelerator: 'Ctrl+O', enabled: false },
      { label: 'Shown only', accelerator: 'Ctrl+S', registerAccelerator: false },
      { role: 'editMenu' },
    ]);
    for (const key of ['o', 's', 'c', 'v']) {
      expect(findMenuItem(items, press(key, `Key${key.toUpperCase()}`, 'ctrl'))).toBeUndefined();
    }
  });

  it.each(['Ctrl', 'A+B', 'Ctrl+VolumeUp', 'x'])('cannot be %s', (accelerator) => {
    expect(() => parseAccelerator(accelerator)).toThrow();
  });
});

describe('a menu', () => {
  it('keeps one radio item of a group chosen, and groups end at anything else', () => {
    const menu = Menu.buildFromTemplate([
      { label: 'a', type: 'radio', checked: true },
      { label: 'b', type: 'radio' },
      { type: 'separator' },
      { label: 'c', type: 'radio', checked: true },
    ]);
    menu._choose(['b']);
    expect(menu.items.map(({ checked }) => checked)).toEqual([false, true, false, true]);
  });

  it('refuses roles and options it lacks', () => {
    expect(() => Menu.buildFromTemplate([{ role: 'startSpeaking' }])).toThrow(
      "the stand-in has no menu role 'startSpeaking'",
    );
    expect(() => Menu.buildFromTemplate([{ sharingItem: {} } as object])).toThrow("MenuItem option 'sharingItem'");
  });

  it('finds items by their ids, at any depth', () => {
    const menu = Menu.buildFromTemplate([{ label: 'Sub', submenu: [{ id: 'deep', label: 'It' }] }]);
    expect(menu.getMenuItemById('deep')?.label).toBe('It');
    expect(menu.getMenuItemById('nowhere')).toBeNull();
  });
});
