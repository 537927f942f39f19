import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  asksBeforePaste,
  inPieces,
  lineCount,
  withoutControls,
} from '../../../../../renderer/screens/sessions/pasted-text.ts';

test('Lines are counted as people count them, and one that is ended is asked about: pasted, it would be run', () => {
  expect(['show version', 'show version\n', 'a\r\nb', 'a\rb\nc\r\n', '\n\n'].map(lineCount)).toEqual([1, 1, 2, 3, 2]);
  expect(asksBeforePaste('show version', false)).toBe(false);
  expect(asksBeforePaste('show version\n', false)).toBe(true);
  expect(asksBeforePaste('show version\r', false)).toBe(true);
  expect(asksBeforePaste('a\nb', true)).toBe(false);
});

test('Pasted text cannot end its brackets or press keys', () => {
  expect(withoutControls('a\x1b[201~b\x03\x7f\u009bc\td\r\ne')).toBe('a[201~bc\td\r\ne');
});

test('Long text goes in pieces that make it up again, and no character is torn', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 2, max: 9 }), (text, most) => {
      const pieces = inPieces(text, most);
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) {
        expect(piece.length).toBeLessThanOrEqual(most);
        expect(piece.isWellFormed()).toBe(true);
      }
    }),
  );
});
