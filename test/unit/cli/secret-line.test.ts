import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretLine } from '../../../main/cli/secret-line.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What is typed, in pieces as the terminal gives them; the line and how it ended. */
function typed(...pieces: string[]): { line: string; end: string | undefined } {
  const line = new SecretLine();
  for (const piece of pieces) {
    const end = line.take(bytes(piece));
    if (end !== undefined) return { line: new TextDecoder().decode(line.secret()), end: end.kind };
  }
  return { line: new TextDecoder().decode(line.secret()), end: undefined };
}

describe('a secret line', () => {
  it('ends at Enter, by carriage return or line feed, and says what it left', () => {
    expect(typed('1234\r')).toEqual({ line: '1234', end: 'entered' });
    expect(typed('12', '34', '\n')).toEqual({ line: '1234', end: 'entered' });
    expect(new SecretLine().take(bytes('12\r34\r'))).toEqual({ kind: 'entered', taken: 3 });
  });

  it('is edited as lines are: Backspace takes a character, Ctrl-U and Ctrl-W all of it', () => {
    expect(typed('12x\x7f34\r').line).toBe('1234');
    expect(typed('12é\x0834\r').line).toBe('1234');
    expect(typed('\x7f\x7f12\r').line).toBe('12');
    expect(typed('wrong\x151234\r').line).toBe('1234');
    expect(typed('wrong\x171234\r').line).toBe('1234');
  });

  it('is given up by Ctrl-C, Ctrl-D and Escape alone', () => {
    for (const key of ['\x03', '\x04', '\x1b']) expect(typed('12', key)).toMatchObject({ end: 'given-up' });
  });

  it('does not take arrow keys, function keys and control characters for a part of it', () => {
    expect(typed('1\x1b[A2\x1b[3~3\x1bOP4\t\x01\r')).toEqual({ line: '1234', end: 'entered' });
    expect(typed('\x1b[1;5C1234\r').line).toBe('1234');
  });

  it('holds no more than its buffer, and nothing once it was wiped', () => {
    const line = new SecretLine();
    line.take(new Uint8Array(5_000).fill(0x31));
    expect(line.secret()).toHaveLength(1024);
    line.wipe();
    expect(line.secret()).toHaveLength(0);
  });

  it('takes any bytes: it goes on, or ends within what it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (given) => {
        const end = new SecretLine().take(given);
        if (end !== undefined) expect(end.taken).toBeLessThanOrEqual(given.length);
      }),
    );
  });
});
