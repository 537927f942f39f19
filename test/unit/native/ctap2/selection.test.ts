import { describe, expect, it } from 'vitest';
import { touchedOne } from '../../../../native/ctap2/selection.ts';
import type { Progress } from '../../../../native/ctaphid/channel.ts';
import { profileNames } from '../../../lab/authenticator/profiles.ts';
import { plugIn } from './plugged-in.ts';

describe.each(profileNames)('a %s', (profile) => {
  it('is selected by its touch, with a PIN and without, and no try is lost', async () => {
    for (const options of [{ profile }, { profile, pin: null }]) {
      const { lab, key } = await plugIn({ ...options, touch: 'by-hand' });
      const told: Progress[] = [];
      const selected = key.select({ onProgress: (progress) => told.push(progress) });
      await lab.touchPad.untilBlinking();
      lab.touch();
      await selected;
      expect(told).toContain('touch-wanted');
      expect(lab.pinRetries).toBe(8);
      expect(lab.credentials()).toEqual([]);
      await key.close();
    }
  });

  it('that blinks for it stops when it is cancelled', async () => {
    const { lab, key } = await plugIn({ profile, touch: 'by-hand' });
    const stop = new AbortController();
    const selected = key.select({ signal: stop.signal });
    await lab.touchPad.untilBlinking();
    stop.abort();
    await expect(selected).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(lab.touchPad.blinking).toBe(false);
    await key.close();
  });

  it('whose owner declines says so', async () => {
    const { key } = await plugIn({ profile, touch: 'declined' });
    await expect(key.select()).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    await key.close();
  });
});

describe('several keys', () => {
  const three = () =>
    Promise.all(
      (['yubikey-5.7', 'yubikey-5.1', 'yubikey-bio'] as const).map((profile) => plugIn({ profile, touch: 'by-hand' })),
    );

  it('are told apart by the touch: the touched one is returned, the others stop blinking and are free', async () => {
    const keys = await three();
    const chosen = touchedOne(keys.map(({ key }) => key));
    await Promise.all(keys.map(({ lab }) => lab.touchPad.untilBlinking()));
    keys[1]?.lab.touch();
    expect(await chosen).toBe(keys[1]?.key);
    expect(keys.map(({ lab }) => lab.touchPad.blinking)).toEqual([false, false, false]);
    expect(keys.map(({ lab }) => lab.counters.read().cancels)).toEqual([1, 0, 1]);
    await Promise.all(keys.map(({ key }) => key.pinRetries()));
    await Promise.all(keys.map(({ key }) => key.close()));
  });

  it('leave the choice to the rest when one is pulled out or declines', async () => {
    const keys = await three();
    const chosen = touchedOne(keys.map(({ key }) => key));
    await Promise.all(keys.map(({ lab }) => lab.touchPad.untilBlinking()));
    await keys[0]?.lab.unplug();
    keys[2]?.lab.touch();
    expect(await chosen).toBe(keys[2]?.key);
    await Promise.all(keys.map(({ key }) => key.close()));
  });

  it('all stop when the choice is cancelled', async () => {
    const keys = await three();
    const stop = new AbortController();
    const chosen = touchedOne(
      keys.map(({ key }) => key),
      { signal: stop.signal },
    );
    await Promise.all(keys.map(({ lab }) => lab.touchPad.untilBlinking()));
    stop.abort();
    await expect(chosen).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(keys.map(({ lab }) => lab.touchPad.blinking)).toEqual([false, false, false]);
    await Promise.all(keys.map(({ key }) => key.close()));
  });

  it('that all decline say why; and none at all is told apart', async () => {
    const { key } = await plugIn({ touch: 'declined' });
    await expect(touchedOne([key])).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    await expect(touchedOne([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
    await key.close();
  });
});

describe('a wink', () => {
  it('makes the key blink', async () => {
    const { lab, key } = await plugIn();
    expect(await key.wink()).toBe(true);
    expect(lab.counters.read().winks).toBe(1);
    await key.close();
  });
});
