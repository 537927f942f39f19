import { expect, it } from 'vitest';
import { remindersOf } from '../../../main/reminders/rules.ts';
import { BENCHMARKS } from '../../bench/benchmarks.ts';
import { AGES } from '../reminders/sample-facts.ts';

it('There is a benchmark of reminders, over facts of which each gives one', async () => {
  const benchmark = await BENCHMARKS.reminders?.();
  expect(benchmark?.name).toBe('reminders');
  const { manyFacts } = await import('../../bench/reminders.ts');
  const ids = remindersOf(manyFacts(), AGES).map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(10_000);
  expect(new Set(ids).size).toBe(ids.length);
});
