import { expect, test } from 'vitest';
import { drawUntil } from '../../../../../renderer/screens/recordings/draw-until.ts';
import { timelineOf } from '../../../../../renderer/screens/recordings/timeline.ts';

/** A terminal that says it is through with a piece when it is told to. */
function slowTerminal() {
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const draw = drawUntil({
    reset: () => log.push('reset'),
    resize: ({ columns, rows }) => log.push(`${columns}x${rows}`),
    write(text, parsed) {
      log.push(text.length > 20 ? `${text.length}` : text);
      waiting.push(parsed);
    },
  });
  const parsed = () => {
    while (waiting.length > 0) waiting.shift()?.();
  };
  return { log, waiting, draw, parsed };
}

const events = (...data: string[]) => timelineOf(data.map((each, at) => ({ at, code: 'o', data: each })));

test('It goes on from where it stands, and from the beginning where the moment is before', () => {
  const { log, draw, parsed } = slowTerminal();
  const timeline = events('a', 'b', 'c', 'd');
  draw.until(timeline, 2);
  parsed();
  draw.until(timeline, 3);
  parsed();
  draw.until(timeline, 1);
  parsed();
  expect(log).toEqual(['ab', 'c', 'reset', 'a']);
});

test('A size is given between what came before it and what comes after', () => {
  const { log, draw, parsed } = slowTerminal();
  const timeline = timelineOf([
    { at: 0, code: 'o', data: 'a' },
    { at: 1, code: 'r', data: '132x43' },
    { at: 1, code: 'r', data: 'nonsense' },
    { at: 2, code: 'o', data: 'b' },
  ]);
  draw.until(timeline, 4);
  parsed();
  expect(log).toEqual(['a', '132x43', 'b']);
});

test('One piece is with the terminal at a time, and a moment asked for meanwhile takes the place of the one before', () => {
  const { log, waiting, draw, parsed } = slowTerminal();
  const timeline = events(...Array.from({ length: 10 }, () => 'x'.repeat(40_000)));
  draw.until(timeline, 10);
  expect(log).toEqual(['80000']);
  draw.until(timeline, 0);
  expect(waiting).toHaveLength(1);
  parsed();
  expect(log).toEqual(['80000', 'reset']);
});

test('Stopped, it draws nothing more', () => {
  const { log, draw, parsed } = slowTerminal();
  const timeline = events(...Array.from({ length: 10 }, () => 'x'.repeat(40_000)));
  draw.until(timeline, 10);
  draw.stop();
  parsed();
  draw.until(timeline, 3);
  expect(log).toEqual(['80000']);
});
