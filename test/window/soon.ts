/** `expect.poll` with the patience of a busy computer: it ends as soon as the page shows what is expected. */
import { expect } from 'vitest';

export function soon<T>(read: () => T) {
  return expect.poll(read, { timeout: 15_000 });
}
