import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HarmlessOutput } from '../../../main/connect/harmless-output.ts';

const shown = (text: string) => new HarmlessOutput().take(text);

describe('what a terminal is given of a recording', () => {
  it.each([
    'plain text, é and 漢\r\n\ttabs\b',
    '\x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[m \x1b[4:3mcurly',
    '\x1b[2J\x1b[H\x1b[10;20Hhere\x1b[K\x1b[3A\x1b[2;10r',
    '\x1b[?1049h\x1b[?25l\x1b7\x1b8\x1bM\x1b(0lqk\x1b(B\x1b[?1049l\x1b[?25h\x1b[!p',
  ])('is what draws: %j', (text) => {
    expect(shown(text)).toBe(text);
  });

  it.each([
    ['the clipboard', '\x1b]52;c;ZXZpbA==\x07'],
    ['the clipboard, ended by ST', '\x1b]52;c;ZXZpbA==\x1b\\'],
    ['a title', '\x1b]0;root@host\x07'],
    ['a link', '\x1b]8;;http://evil.example\x1b\\'],
    ['a colour that is asked for', '\x1b]10;?\x07'],
    ['a device control string', '\x1bP$q"p\x1b\\'],
    ['an application command', '\x1b_Gf=100;AAAA\x1b\\'],
    ['a private message', '\x1b^x\x1b\\'],
    ['a status that is asked for', '\x1b[6n\x1b[5n\x1b[?6n'],
    ['attributes that are asked for', '\x1b[c\x1b[>c\x1b[=c\x1bZ'],
    ['a version that is asked for', '\x1b[>q'],
    ['ENQ', '\x05'],
    ['a bell', '\x07'],
    ['the window’s size and place', '\x1b[8;10;10t\x1b[3;0;0t\x1b[21t'],
    ['mouse reports', '\x1b[?1000h\x1b[?1003h\x1b[?1006h'],
    ['paste and focus reports', '\x1b[?2004h\x1b[?1004h'],
    ['a drawing mode together with another', '\x1b[?25;1000h'],
    ['keyboard modes', '\x1b[>1u\x1b[>4;2m\x1b[2h'],
    ['a full reset', '\x1bc'],
    ['printing', '\x1b[5i\x1b[?5i'],
    ['C1 controls', '\x9d\x9b\x90\x85'],
    ['a sequence that never ends', `\x1b[${'1;'.repeat(500)}m`],
  ])('is not %s', (_what, text) => {
    expect(shown(`a${text}b`)).toBe('ab');
  });

  it('is the same wherever a sequence is divided, and nothing new when it is taken twice', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\x1b',
        '[',
        ']',
        'P',
        '\\',
        '\x07',
        '\x18',
        '52;c;',
        '?1000',
        '?25',
        'h',
        'm',
        'n',
        '!p',
        '\x9b',
        'x',
        'é',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const parts = new HarmlessOutput();
        const divided = pieces.map((one) => parts.take(one)).join('');
        // A surrogate that is alone in a piece is none that a decoder gives.
        const whole = shown(pieces.join(''));
        if (pieces.every((one) => one.isWellFormed())) expect(divided).toBe(whole);
        expect(shown(whole)).toBe(whole);
        expect(whole.replaceAll('\x1b', '<ESC>')).not.toMatch(/<ESC>[\]P_^Xc]|<ESC>\[[\d;:?>=]*[ncqt]/);
        expect([...whole].filter((one) => '\x05\x07\x7f'.includes(one) || (one >= '\x80' && one < '\xa0'))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});
