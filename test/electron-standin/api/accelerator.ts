/**
 * Accelerators as Electron writes them (`CmdOrCtrl+Shift+P`) and the keys a page did not take.
 */
import { missing } from '../missing.ts';
import type { MenuItem } from './menu.ts';

export interface Chord {
  /** As `KeyboardEvent.key` gives it, letters in upper case. */
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
}

export interface PressedKey {
  readonly key: string;
  readonly code: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
}

/** Electron's names of keys, and the web's. */
const KEY_NAMES: Readonly<Record<string, string>> = {
  plus: '+',
  space: ' ',
  tab: 'Tab',
  backspace: 'Backspace',
  delete: 'Delete',
  insert: 'Insert',
  return: 'Enter',
  enter: 'Enter',
  up: 'ArrowUp',
  down: 'ArrowDown',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  home: 'Home',
  end: 'End',
  pageup: 'PageUp',
  pagedown: 'PageDown',
  escape: 'Escape',
  esc: 'Escape',
};

const isMac = process.platform === 'darwin';

/** Throws for an accelerator that Electron would not take, or that the stand-in cannot see being pressed. */
export function parseAccelerator(accelerator: string): Chord {
  const parts = accelerator.endsWith('++') ? [...accelerator.slice(0, -2).split('+'), 'plus'] : accelerator.split('+');
  const chord = { key: '', ctrl: false, alt: false, shift: false, meta: false };
  for (const part of parts) {
    const name = part.trim().toLowerCase();
    if (['cmdorctrl', 'commandorcontrol'].includes(name)) chord[isMac ? 'meta' : 'ctrl'] = true;
    else if (['cmd', 'command', 'super', 'meta'].includes(name)) chord.meta = true;
    else if (['ctrl', 'control'].includes(name)) chord.ctrl = true;
    else if (['alt', 'option'].includes(name)) chord.alt = true;
    else if (name === 'shift') chord.shift = true;
    else if (chord.key === '') chord.key = keyOf(name, accelerator);
    else throw new Error(`'${accelerator}' is no accelerator: it names two keys`);
  }
  if (chord.key === '') throw new Error(`'${accelerator}' is no accelerator: it names no key`);
  if (chord.key.length === 1 && !chord.ctrl && !chord.alt && !chord.meta) {
    throw missing(`accelerator '${accelerator}'`, 'a plain character is not watched for');
  }
  return chord;
}

function keyOf(name: string, accelerator: string): string {
  if (/^f([1-9]|1\d|2[0-4])$/.test(name)) return name.toUpperCase();
  const known = KEY_NAMES[name];
  if (known !== undefined) return known;
  if (name.length === 1) return name.toUpperCase();
  throw missing(`key '${name}' of accelerator '${accelerator}'`);
}

function isPressed(chord: Chord, pressed: PressedKey): boolean {
  const { ctrl, alt, meta } = pressed;
  if (chord.ctrl !== ctrl || chord.alt !== alt || chord.meta !== meta) return false;
  // With Shift, `key` may be the character above: `code` still says which key it was.
  const key = pressed.key.length === 1 ? pressed.key.toUpperCase() : pressed.key;
  const fromCode = /^(?:Key|Digit)(.)$/.exec(pressed.code)?.[1];
  if (chord.shift !== pressed.shift) return chord.key === key && chord.key === '+' && pressed.shift;
  return chord.key === key || chord.key === fromCode;
}

/** The item, at any depth, whose accelerator was pressed and that can be chosen now. */
export function findMenuItem(items: readonly MenuItem[], pressed: PressedKey): MenuItem | undefined {
  for (const item of items) {
    if (item.submenu !== undefined) {
      const found = findMenuItem(item.submenu.items, pressed);
      if (found !== undefined) return found;
    }
    const chord = item._chord();
    if (chord !== undefined && item.enabled && isPressed(chord, pressed)) return item;
  }
  return undefined;
}
