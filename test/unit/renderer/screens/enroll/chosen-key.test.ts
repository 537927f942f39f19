import { describe, expect, test } from 'vitest';
import { chosenKey, hasFewTries } from '../../../../../renderer/screens/enroll/chosen-key.ts';

describe('The key that is enrolled', () => {
  const one = { path: 'a', product: 'One' };
  const two = { path: 'b', product: 'Two' };

  test('is the only one', () => expect(chosenKey([one], undefined)).toBe(one));
  test('is none where several are plugged in and none was chosen', () =>
    expect(chosenKey([one, two], undefined)).toBeUndefined());
  test('is the chosen one', () => expect(chosenKey([one, two], 'b')).toBe(two));
  test('is not a chosen one that was unplugged, while others are there', () =>
    expect(chosenKey([one, two], 'c')).toBeUndefined());
  test('has few tries left at three', () => {
    expect(hasFewTries({ ...one, pinTriesLeft: 3 })).toBe(true);
    expect(hasFewTries({ ...one, pinTriesLeft: 4 })).toBe(false);
    expect(hasFewTries(one)).toBe(false);
  });
});
