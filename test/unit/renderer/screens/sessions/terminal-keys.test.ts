import { expect, test } from 'vitest';
import { terminalKey } from '../../../../../renderer/screens/sessions/terminal-keys.ts';

function press(keys: string) {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  return {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    ctrlKey: parts.includes('Ctrl'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    metaKey: parts.includes('Cmd'),
  };
}

test.each([
  ['Ctrl+Shift+C', 'copy'],
  ['Ctrl+Shift+V', 'paste'],
  ['Ctrl+Shift+F', 'find'],
  ['Ctrl+Shift+L', 'leave'],
  ['Ctrl+Tab', 'next'],
  ['Ctrl+Shift+Tab', 'previous'],
  ['Ctrl+PageDown', 'next'],
  ['Ctrl+PageUp', 'previous'],
])('%s is the window’s own: %s', (keys, meaning) => {
  expect(terminalKey(press(keys), false)).toBe(meaning);
  expect(terminalKey(press(keys), true)).toBe(meaning);
});

test.each([
  'Tab',
  'Shift+Tab',
  'Escape',
  'Ctrl+C',
  'Ctrl+F',
  'Ctrl+V',
  'Ctrl+L',
  'F6',
  'PageUp',
  'Ctrl+Shift+A',
  'Ctrl+Alt+Shift+C',
])('%s goes to the device', (keys) => {
  expect(terminalKey(press(keys), false)).toBeUndefined();
});

test('On a Mac, Cmd copies, pastes and searches; elsewhere that key is nobody’s', () => {
  expect(['Cmd+C', 'Cmd+V', 'Cmd+F', 'Cmd+L'].map((keys) => terminalKey(press(keys), true))).toEqual([
    'copy',
    'paste',
    'find',
    undefined,
  ]);
  expect(terminalKey(press('Cmd+C'), false)).toBeUndefined();
});

test('A keyboard without Latin letters is read by the place of the key', () => {
  expect(terminalKey({ ...press('Ctrl+Shift+C'), key: 'С' }, false)).toBe('copy');
});
