import { describe, expect, it } from 'vitest';
import { headStartSocketName, newSocketName } from '../../../main/connect/connect-socket-name.ts';

describe('the name of a connect’s socket', () => {
  it('is another each time, and always of the same length', () => {
    const names = Array.from({ length: 500 }, newSocketName);
    expect(new Set(names).size).toBe(500);
    expect(new Set(names.map((name) => name.length)).size).toBe(1);
    expect(names).not.toContain(headStartSocketName());
    expect(headStartSocketName()).toHaveLength(names[0]?.length ?? 0);
    expect(names[0]).toMatch(new RegExp(`^${process.pid}-[0-9a-z]{3}\\.sock$`));
  });
});
