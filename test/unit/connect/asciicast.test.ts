import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  castEventLine,
  castHeaderLine,
  castSize,
  lastCastEvent,
  parseCastSize,
  readCast,
} from '../../../main/connect/asciicast.ts';

const HEADER = { size: { columns: 80, rows: 24 } };

describe('an asciicast of ours', () => {
  it('has the header and the events that asciicast v2 names', () => {
    const header = castHeaderLine({
      size: { columns: 100, rows: 30 },
      startedAt: Date.UTC(2026, 10, 30, 5, 40, 12, 345),
      title: 'leaf1 (alice@10.0.0.7)',
      subject: { target: 'leaf1', device: 'alice@10.0.0.7', jumps: [] },
    });
    expect(header.endsWith('}\n')).toBe(true);
    expect(JSON.parse(header)).toEqual({
      version: 2,
      width: 100,
      height: 30,
      timestamp: Date.UTC(2026, 10, 30, 5, 40, 12) / 1000,
      title: 'leaf1 (alice@10.0.0.7)',
      env: { TERM: 'xterm-256color' },
      glasskey: { target: 'leaf1', device: 'alice@10.0.0.7', jumps: [] },
    });
    expect(castEventLine({ at: 1.23456, code: 'o', data: 'a\u001b[1m\r\n"é"' })).toBe(
      '[1.235,"o","a\\u001b[1m\\r\\n\\"é\\""]\n',
    );
  });

  it('is read back as it was written, whatever was in it', () => {
    const event = fc.record({
      at: fc.integer({ min: 0, max: 10_000_000 }).map((ms) => ms / 1000),
      code: fc.constantFrom('o', 'r', 'm', 'i', 'x'),
      data: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const text = castHeaderLine(HEADER) + events.map(castEventLine).join('');
        expect(readCast(text)).toEqual({ header: HEADER, events, isWhole: true });
      }),
    );
  });

  it('that ends anywhere is read up to its last whole line', () => {
    const whole = castHeaderLine(HEADER) + castEventLine({ at: 1, code: 'o', data: 'one' });
    const next = castEventLine({ at: 2, code: 'o', data: 'two' });
    for (let length = 1; length < next.length; length += 1) {
      const { events, isWhole } = readCast(whole + next.slice(0, length));
      expect({ count: events.length, isWhole }).toEqual({ count: 1, isWhole: false });
    }
    expect(readCast(whole + next)).toMatchObject({ events: [{}, {}], isWhole: true });
  });
});

describe('an asciicast of others', () => {
  it('may have members and codes that Glasskey does not know', () => {
    const text = '{"version":2,"width":80,"height":24,"theme":{"fg":"#fff"},"glasskey":7}\n[0.5,"z","?"]\n\n';
    expect(readCast(text)).toEqual({ header: HEADER, events: [{ at: 0.5, code: 'z', data: '?' }], isWhole: true });
  });

  it.each([
    ['nothing at all', '', 1],
    ['a header that is not whole', '{"version":2', 1],
    ['what is not JSON', 'hello\n', 1],
    ['version 1', '{"version":1,"width":80,"height":24,"stdout":[]}\n', 1],
    ['a size that is none', '{"version":2,"width":0,"height":24}\n', 1],
    ['an event before its time', '{"version":2,"width":8,"height":4}\n[-1,"o","x"]\n', 2],
    ['an event of other things', '{"version":2,"width":8,"height":4}\n[1,"o","x"]\n{"at":1}\n', 3],
    ['an endless line', `{"version":2,"width":8,"height":4}\n"${'x'.repeat(5_000_000)}"\n`, 2],
  ])('is refused where it is %s, with the number of the line', (_what, text, line) => {
    expect(() => readCast(text)).toThrow(expect.objectContaining({ code: 'RECORDING_MALFORMED', detail: { line } }));
  });
});

describe('the parts of an asciicast', () => {
  it('knows a size, and nothing else', () => {
    expect(parseCastSize(castSize({ columns: 132, rows: 50 }))).toEqual({ columns: 132, rows: 50 });
    for (const none of ['', '80', '80x', 'x24', '80x24x1', '-8x4', '1e3x4', '999999x1'])
      expect(parseCastSize(none)).toBeUndefined();
  });

  it('finds the last event in the last bytes of a file', () => {
    expect(lastCastEvent('n of a line"]\n[4.5,"m","end"]\n')).toEqual({ at: 4.5, code: 'm', data: 'end' });
    for (const none of ['', 'of a line"]\n', '[1,"o","half']) expect(lastCastEvent(none)).toBeUndefined();
  });
});
