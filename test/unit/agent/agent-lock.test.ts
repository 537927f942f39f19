import { describe, expect, it } from 'vitest';
import { AgentLock, MAX_WAITING_ATTEMPTS } from '../../../main/agent/agent-lock.ts';
import type { Clock } from '../../../time/clock.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const never = new AbortController().signal;

/** A clock that lets every wait pass at once and notes how long it was. */
function countingClock() {
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    after(ms, run) {
      waits.push(ms);
      queueMicrotask(run);
      return () => {};
    },
  };
  return { clock, waits };
}

describe('the lock', () => {
  it('locks once, and opens to its passphrase only', async () => {
    const lock = new AgentLock(countingClock().clock);
    expect(await lock.unlock(bytes('secret'), never)).toBe(false);
    expect(await lock.lock(bytes('secret'))).toBe(true);
    expect(await lock.lock(bytes('other'))).toBe(false);
    expect(await lock.unlock(bytes('other'), never)).toBe(false);
    expect(lock.isLocked).toBe(true);
    expect(await lock.unlock(bytes('secret'), never)).toBe(true);
    expect(lock.isLocked).toBe(false);
  });

  it('takes no empty passphrase', async () => {
    const lock = new AgentLock(countingClock().clock);
    expect(await lock.lock(bytes(''))).toBe(false);
    expect(lock.isLocked).toBe(false);
  });

  it('delays each wrong attempt longer than the one before, also when they come side by side', async () => {
    const { clock, waits } = countingClock();
    const lock = new AgentLock(clock);
    await lock.lock(bytes('secret'));
    await Promise.all([1, 2, 3].map(() => lock.unlock(bytes('guess'), never)));
    expect(waits).toEqual([100, 200, 300]);
  });

  it('keeps the delay of a guess whose client has hung up, and does not hear one who hung up before its turn', async () => {
    const delayed = Promise.withResolvers<() => void>();
    const clock: Clock = {
      now: () => 0,
      after(_, run) {
        delayed.resolve(run);
        return () => {};
      },
    };
    const lock = new AgentLock(clock);
    await lock.lock(bytes('secret'));
    const [first, second] = [new AbortController(), new AbortController()];
    const answers: string[] = [];
    const note = (name: string) => (opened: boolean) => answers.push(`${name} ${opened}`);
    const guesses = [
      lock.unlock(bytes('guess'), first.signal).then(note('first')),
      lock.unlock(bytes('secret'), second.signal).then(note('second')),
      lock.unlock(bytes('secret'), never).then(note('owner')),
    ];
    const serve = await delayed.promise;
    first.abort();
    second.abort();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answers).toEqual([]);
    serve();
    await Promise.all(guesses);
    expect(answers).toEqual(['first false', 'second false', 'owner true']);
  });

  it('refuses unheard what is beyond the attempts that may wait', async () => {
    const { clock, waits } = countingClock();
    const lock = new AgentLock(clock);
    await lock.lock(bytes('secret'));
    const guesses = Array.from({ length: MAX_WAITING_ATTEMPTS + 5 }, () => lock.unlock(bytes('guess'), never));
    await Promise.all(guesses);
    expect(waits).toHaveLength(MAX_WAITING_ATTEMPTS);
    expect(await lock.unlock(bytes('secret'), never)).toBe(true);
  });

  it('ends a delay when it is closed', async () => {
    const lock = new AgentLock({ now: () => 0, after: () => () => {} });
    await lock.lock(bytes('secret'));
    const guess = lock.unlock(bytes('guess'), never);
    setTimeout(() => lock.close(), 150);
    expect(await guess).toBe(false);
    expect(await lock.unlock(bytes('secret'), never)).toBe(false);
  });

  it('tells pending signatures when it locks, and lets later ones wait again once it is open', async () => {
    const lock = new AgentLock(countingClock().clock);
    const { untilLocked } = lock;
    await lock.lock(bytes('secret'));
    expect(untilLocked.aborted).toBe(true);
    await lock.unlock(bytes('secret'), never);
    expect(lock.untilLocked.aborted).toBe(false);
  });
});
