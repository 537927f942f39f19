import type { TestEvent } from 'node:test/reporters';

/** Prints, last of all, the plain line that CI reads: `N passed, N failed`, with the skipped where there are any. */
export default async function* closingLine(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    if (event.data.details.type === 'suite') continue;
    if (event.data.skip !== undefined) count.skipped += 1;
    else count[event.type === 'test:pass' ? 'passed' : 'failed'] += 1;
  }
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  yield `${count.passed} passed, ${count.failed} failed${skipped}\n`;
}
