import { describe, expect, it } from 'vitest';
import type { WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { keysForLogin } from '../../main/glasskey-connect.ts';
import { published, written } from './enrollment/sample-enrollment.ts';

const OTHER_MODEL = 'ee882879-721c-4913-9775-3dfcce97072a';
const ids = (keys: readonly WrittenEnrollment[]) => keys.map(({ id }) => id);
const onAnotherModel = (one: WrittenEnrollment): WrittenEnrollment => ({
  ...one,
  id: `${one.id}-elsewhere`,
  credential: { ...one.credential, aaguid: OTHER_MODEL },
});

describe('the keys that a login offers', () => {
  it('begin with the one published last, and go on with the older ones that devices may still know', () => {
    const [first, second] = [published(1_000, 10_000), published(2_000, 5_000)];
    expect(ids(keysForLogin([first, second]))).toEqual([first.id, second.id]);
  });

  it('end with those that were never published', () => {
    const [known, newer] = [published(1_000, 10_000), written('ed25519-sk', 9_000)];
    expect(ids(keysForLogin([newer, known]))).toEqual([known.id, newer.id]);
  });

  it('are all of one model, because a login has one PIN', () => {
    const [here, elsewhere] = [published(1_000, 10_000), onAnotherModel(published(2_000, 5_000))];
    expect(ids(keysForLogin([elsewhere, here]))).toEqual([here.id]);
  });
});
