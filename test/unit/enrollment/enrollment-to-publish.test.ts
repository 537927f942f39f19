import { describe, expect, it } from 'vitest';
import type { WrittenEnrollment } from '../../../main/enrollment/enrollment.ts';
import { enrollmentToPublish } from '../../../main/enrollment/publish.ts';
import { published, written } from './sample-enrollment.ts';

const kept = (one: WrittenEnrollment): WrittenEnrollment => ({ ...one, plan: { ...one.plan, publish: false } });

describe('what publish publishes', () => {
  it('is the key that waits for it', () => {
    const waiting = written('ed25519-sk', 2_000);
    expect(enrollmentToPublish([published(1_000, 5_000), waiting])).toBe(waiting);
  });

  it('is never a newer key that was enrolled for something else, while another is published', () => {
    const inUse = published(1_000, 5_000);
    expect(enrollmentToPublish([inUse, kept(written('ed25519-sk', 2_000))])).toBe(inUse);
  });

  it('is the one published last among several, and the only one there is otherwise', () => {
    const [again, newer] = [published(1_000, 9_000), published(2_000, 5_000)];
    expect(enrollmentToPublish([again, newer])).toBe(again);
    const only = kept(written());
    expect(enrollmentToPublish([only])).toBe(only);
    expect(enrollmentToPublish([])).toBeUndefined();
  });
});
