import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PIECE_BYTES, pieceByPiece } from '../../../../../renderer/screens/sessions/piece-by-piece.ts';

/** A terminal and a browser that do only what they are told to: parse the oldest piece, run the oldest task. */
function world() {
  const seen = { now: true };
  const given: { readonly piece: Uint8Array; readonly parsed: () => void }[] = [];
  const tasks: (() => void)[] = [];
  const log: string[] = [];
  const written: number[] = [];
  const pieces = pieceByPiece({
    parse: (piece, parsed) => {
      log.push('piece');
      given.push({ piece, parsed });
    },
    later: (task) => {
      log.push('turn of others');
      tasks.push(task);
    },
    isSeen: () => seen.now,
  });
  const parseOne = () => {
    const oldest = given.shift();
    if (oldest === undefined) return false;
    written.push(...oldest.piece);
    oldest.parsed();
    return true;
  };
  const runOne = () => {
    const oldest = tasks.shift();
    oldest?.();
    return oldest !== undefined;
  };
  const runAll = () => {
    while (parseOne() || runOne());
  };
  return { pieces, seen, given, tasks, log, written, parseOne, runOne, runAll };
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);
const nothing = () => undefined;

test('Whatever comes when, every byte is given once, in order, and told when it is parsed', () => {
  const act = fc.oneof(
    fc.record({ write: fc.integer({ min: 0, max: 3 * PIECE_BYTES }) }),
    fc.constantFrom('parse', 'run', 'hide', 'show'),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const { pieces, seen, given, written, parseOne, runOne, runAll } = world();
      const wanted: number[] = [];
      let told = 0;
      for (const one of acts) {
        if (one === 'parse') parseOne();
        else if (one === 'run') runOne();
        else if (one === 'hide' || one === 'show') seen.now = one === 'show';
        else {
          const data = bytes(one.write);
          wanted.push(...data);
          pieces.write(data, (count) => {
            told += count;
          });
        }
        expect(given.every(({ piece }) => piece.length > 0 && piece.length <= PIECE_BYTES)).toBe(true);
        expect(told).toBe(written.length);
      }
      runAll();
      expect(Buffer.compare(Buffer.from(written), Buffer.from(wanted))).toBe(0);
      expect(told).toBe(wanted.length);
    }),
    { numRuns: 50 },
  );
});

test('A typed character’s echo is given at once', () => {
  const { pieces, given } = world();
  pieces.write(bytes(1), nothing);
  expect(given).toHaveLength(1);
});

test('Between two pieces it is the turn of others, also when more comes meanwhile', () => {
  const { pieces, given, log, parseOne, runAll } = world();
  pieces.write(bytes(2 * PIECE_BYTES), nothing);
  pieces.write(bytes(PIECE_BYTES), nothing);
  expect(given).toHaveLength(1);
  parseOne();
  pieces.write(bytes(1), nothing);
  expect(given).toHaveLength(0);
  runAll();
  expect(log).toEqual(['piece', ...Array(3).fill(['turn of others', 'piece']).flat()]);
});

test('A terminal that nobody sees is given everything at once', () => {
  const { pieces, seen, given, tasks } = world();
  seen.now = false;
  pieces.write(bytes(4 * PIECE_BYTES), nothing);
  expect(given).toHaveLength(4);
  expect(tasks).toHaveLength(0);
});

test('After the end nothing is given', () => {
  const { pieces, given, parseOne, runAll } = world();
  pieces.write(bytes(3 * PIECE_BYTES), nothing);
  pieces.stop();
  parseOne();
  runAll();
  expect(given).toHaveLength(0);
});
