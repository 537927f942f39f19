/**
 * The keys that the window keeps for itself while a terminal has the focus. All others, Tab and Escape among them, go to the device.
 *
 * They are chosen so that nothing is taken from programs there: with Shift and Ctrl together, a terminal sends the same as with
 * Ctrl alone. On a Mac, Cmd stands for Ctrl+Shift where people expect it.
 */

export type TerminalKey = 'copy' | 'paste' | 'find' | 'leave' | 'next' | 'previous';

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>;

export const IS_MAC = typeof navigator !== 'undefined' && navigator.userAgent.includes('Macintosh');

/** Which of them was pressed; undefined: the device's. */
export function terminalKey(press: KeyPress, isMac: boolean): TerminalKey | undefined {
  if (press.altKey) return undefined;
  if (press.ctrlKey && !press.metaKey) {
    if (press.key === 'Tab') return press.shiftKey ? 'previous' : 'next';
    if (press.key === 'PageDown') return 'next';
    if (press.key === 'PageUp') return 'previous';
    if (press.shiftKey) return letterKey(press);
  }
  if (isMac && press.metaKey && !press.ctrlKey && !press.shiftKey) {
    const key = letterKey(press);
    return key === 'leave' ? undefined : key;
  }
  return undefined;
}

/** How the keys are written on this kind of computer. */
export function keyNames(isMac: boolean): { leave: string; next: string; find: string; copy: string; paste: string } {
  return isMac
    ? { leave: 'Ctrl+Shift+L', next: 'Ctrl+Tab', find: 'Cmd+F', copy: 'Cmd+C', paste: 'Cmd+V' }
    : { leave: 'Ctrl+Shift+L', next: 'Ctrl+Tab', find: 'Ctrl+Shift+F', copy: 'Ctrl+Shift+C', paste: 'Ctrl+Shift+V' };
}

/** By the letter, or by its place on the keyboard where the layout has no Latin letters. */
function letterKey({ key, code }: KeyPress): TerminalKey | undefined {
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, '').toLowerCase();
  if (letter === 'c') return 'copy';
  if (letter === 'v') return 'paste';
  if (letter === 'f') return 'find';
  if (letter === 'l') return 'leave';
  return undefined;
}
