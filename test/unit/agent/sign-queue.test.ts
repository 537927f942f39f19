import { describe, expect, it } from 'vitest';
import { SignQueue, STOPS_WITHIN_MS } from '../../../main/agent/sign-queue.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const never = new AbortController().signal;
const turns = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('the sign queue', () => {
  it('runs one operation at a time, in the order they came', async () => {
    const queue = new SignQueue();
    const events: string[] = [];
    const operation = (name: string) => async () => {
      events.push(`${name} begins`);
      await turns();
      events.push(`${name} ends`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => queue.run(operation(name), never)));
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(queue.length).toBe(0);
  });

  it('goes on after an operation that failed', async () => {
    const queue = new SignQueue();
    const failing = queue.run(async () => Promise.reject(new Error('no')), never);
    const next = queue.run(async () => 'fine', never);
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('fine');
  });

  it('lets a waiting operation be cancelled at once, and never starts it', async () => {
    const queue = new SignQueue();
    const { open, opened } = gate();
    const first = queue.run(() => opened, never);
    const aborter = new AbortController();
    let started = false;
    const second = queue.run(async () => {
      started = true;
    }, aborter.signal);
    aborter.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    open();
    await first;
    await turns();
    expect(started).toBe(false);
    expect(queue.length).toBe(0);
  });

  it('rejects a running operation that is cancelled at once, but starts the next only when it has really stopped', async () => {
    const queue = new SignQueue();
    const { open, opened } = gate();
    const aborter = new AbortController();
    const first = queue.run(() => opened, aborter.signal);
    let started = false;
    const second = queue.run(async () => {
      started = true;
    }, never);
    await turns();
    aborter.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    await turns();
    expect(started).toBe(false);
    open();
    await second;
    expect(started).toBe(true);
  });

  it('goes on after one that was cancelled and never stops, and says so; who waits longer behind one that runs loses nothing', async () => {
    const clock = new ManualClock();
    let stuck = 0;
    const queue = new SignQueue(clock, () => {
      stuck += 1;
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const events: string[] = [];
    const endless = () => new Promise<void>(() => {});
    const all = [
      queue.run(endless, first.signal).catch(() => events.push('first given up')),
      queue.run(endless, second.signal).catch(() => events.push('second given up')),
      queue.run(async () => events.push('third signed'), never),
    ];
    second.abort();
    await clock.pass(10 * STOPS_WITHIN_MS);
    expect(events).toEqual(['second given up']);
    first.abort();
    await clock.pass(STOPS_WITHIN_MS - 1);
    expect(events).toEqual(['second given up', 'first given up']);
    await clock.pass(1);
    await Promise.all(all);
    expect(events).toEqual(['second given up', 'first given up', 'third signed']);
    expect(stuck).toBe(1);
  });

  it('refuses what was cancelled before it came', async () => {
    await expect(new SignQueue().run(async () => 1, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
