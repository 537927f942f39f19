import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { whenPluggedIn } from '../../main/glasskey-key-wait.ts';
import { ManualClock, settle } from './lab/authenticator/manual-clock.ts';

const failure = (code: string) => new GlasskeyError({ code, message: 'No.', remedy: 'Again.' });

function start(fails: () => GlasskeyError | undefined) {
  const clock = new ManualClock();
  const state = { plugged: [] as string[], tries: 0, wanted: [] as boolean[] };
  const abort = new AbortController();
  const done = whenPluggedIn(
    {
      clock,
      pluggedIn: async () => [...state.plugged],
      keyWanted: (isWanted) => state.wanted.push(isWanted),
      async tryIt() {
        state.tries += 1;
        const error = fails();
        if (error !== undefined) throw error;
      },
    },
    abort.signal,
  );
  done.catch(() => {});
  return { clock, state, abort, done };
}

describe('a key that is wanted', () => {
  it('is not waited for where it is there', async () => {
    const { state, done } = start(() => undefined);
    await done;
    expect(state).toMatchObject({ tries: 1, wanted: [] });
  });

  it('is tried again when something else is plugged in, and only then', async () => {
    let present = false;
    const { clock, state, done } = start(() => (present ? undefined : failure('KEY_MISSING')));
    await clock.pass(60_000);
    expect(state).toMatchObject({ tries: 1, wanted: [true] });
    state.plugged = ['another'];
    await clock.pass(1000);
    expect(state).toMatchObject({ tries: 2, wanted: [true, false, true] });
    present = true;
    state.plugged = ['another', 'the one'];
    await clock.pass(1000);
    await done;
    expect(state).toMatchObject({ tries: 3, wanted: [true, false, true, false] });
  });

  it('is not waited for when something else is wrong, or nobody waits', async () => {
    await expect(start(() => failure('PIN_BLOCKED')).done).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    const { abort, done, state } = start(() => failure('KEY_MISSING'));
    await settle();
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(state.wanted).toEqual([true, false]);
  });
});
