import { describe, expect, it } from 'vitest';
import { isOwnedBy } from '../../../../native/windows/security-descriptor.ts';

const OWN = 'S-1-5-21-1-2-3-1001';

describe('the owner of a pipe', () => {
  it.each([
    [`O:${OWN}`, true],
    [`O:${OWN}G:S-1-5-21-1-2-3-513`, true],
    ['O:BA', true],
    ['O:SY', true],
    ['O:S-1-5-21-1-2-3-1002', false],
    [`O:${OWN}1`, false],
    ['O:BU', false],
    [`G:${OWN}`, false],
    ['', false],
    [undefined, false],
  ])('%s is the account itself, an administrator or the system: %s', (owner, isOurs) => {
    expect(isOwnedBy(owner, OWN)).toBe(isOurs);
  });

  it('may be written by the two letters of the computer’s own administrator', () => {
    expect(isOwnedBy('O:LA', 'S-1-5-21-1-2-3-500')).toBe(true);
    expect(isOwnedBy('O:LA', OWN)).toBe(false);
  });
});
