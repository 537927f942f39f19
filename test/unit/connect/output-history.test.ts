import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEPT_BYTES, OutputHistory } from '../../../main/connect/output-history.ts';

const encode = (text: string) => new TextEncoder().encode(text);

describe('what a session wrote', () => {
  it('is empty at first', () => {
    expect(new OutputHistory().bytes()).toHaveLength(0);
  });

  it('is kept byte for byte while there is room, however it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 90_000 }), { maxLength: 20 }), (pieces) => {
        const history = new OutputHistory();
        for (const piece of pieces) history.append(piece);
        expect(Buffer.compare(history.bytes(), Buffer.concat(pieces))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('is kept though whoever gave it uses its buffer again', () => {
    const history = new OutputHistory();
    const buffer = encode('one');
    history.append(buffer);
    buffer.fill(0);
    expect(new TextDecoder().decode(history.bytes())).toBe('one');
  });

  it('is the last two megabytes of more, from the beginning of a line', () => {
    const history = new OutputHistory();
    const lines = Array.from(
      { length: 60_000 },
      (_, at) => `\u001b[3${at % 8}mZeile ${at} mit Käse und mehr als dem\u001b[0m\r\n`,
    );
    for (const line of lines) history.append(encode(line));
    const kept = new TextDecoder('utf-8', { fatal: true }).decode(history.bytes());
    const all = lines.join('');
    expect(all.endsWith(kept)).toBe(true);
    expect(kept).toMatch(/^.\[3\dmZeile \d+ mit/);
    expect(history.bytes().length).toBeGreaterThanOrEqual(KEPT_BYTES - 100);
    expect(history.bytes().length).toBeLessThanOrEqual(KEPT_BYTES + 2 * 64 * 1024);
  });

  it('without any line’s end at least begins with a whole character', () => {
    const history = new OutputHistory();
    history.append(encode('x'));
    history.append(encode('€'.repeat(1_000_000)));
    expect(new TextDecoder('utf-8', { fatal: true }).decode(history.bytes().slice(0, 3000))).toMatch(/^€+$/);
  });
});
