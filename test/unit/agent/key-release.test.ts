import { beforeEach, describe, expect, it } from 'vitest';
import { KeyRelease, LET_GO_AFTER_MS } from '../../../main/agent/key-release.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

let clock: ManualClock;
let closed: number;
let isWanted: boolean;
let release: KeyRelease;
const close = async () => {
  closed += 1;
};

beforeEach(() => {
  clock = new ManualClock();
  closed = 0;
  isWanted = false;
  release = new KeyRelease({ clock, close, isWanted: () => isWanted });
});

describe('a security key', () => {
  it('is let go of once a while has passed since its last use, which brings on what it came to', async () => {
    expect(await release.during(async () => 'signed')).toBe('signed');
    await clock.pass(LET_GO_AFTER_MS - 1);
    await expect(release.during(() => Promise.reject(new Error('no touch')))).rejects.toThrow('no touch');
    await clock.pass(LET_GO_AFTER_MS - 1);
    expect(closed).toBe(0);
    await clock.pass(1);
    expect(closed).toBe(1);
    await clock.pass(10 * LET_GO_AFTER_MS);
    expect(closed).toBe(1);
  });

  it('is not let go of in the midst of a use, nor while it is wanted', async () => {
    const use = Promise.withResolvers<void>();
    const using = release.during(() => use.promise);
    await release.during(async () => {});
    await clock.pass(3 * LET_GO_AFTER_MS);
    expect(closed).toBe(0);
    isWanted = true;
    use.resolve();
    await using;
    await clock.pass(3 * LET_GO_AFTER_MS);
    expect(closed).toBe(0);
    isWanted = false;
    await clock.pass(LET_GO_AFTER_MS);
    expect(closed).toBe(1);
  });

  it('is left to others once that was said, whatever ends later', async () => {
    const use = Promise.withResolvers<void>();
    const using = release.during(() => use.promise);
    await release.during(async () => {});
    release.stop();
    use.resolve();
    await using;
    await clock.pass(10 * LET_GO_AFTER_MS);
    expect(closed).toBe(0);
  });

  it('that cannot be closed fails nobody', async () => {
    release = new KeyRelease({ clock, close: () => Promise.reject(new Error('gone')) });
    await release.during(async () => {});
    await clock.pass(LET_GO_AFTER_MS);
    expect(await release.during(async () => 'signed')).toBe('signed');
  });
});
