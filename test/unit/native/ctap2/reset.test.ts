import { describe, expect, it } from 'vitest';
import { CtapCommand } from '../../../../native/ctap2/constants.ts';
import type { Progress } from '../../../../native/ctaphid/channel.ts';
import { profileNames } from '../../../lab/authenticator/profiles.ts';
import { ManualClock } from '../../lab/authenticator/manual-clock.ts';
import { pin, plugIn, residentCredential } from './plugged-in.ts';

describe('a reset', () => {
  it.each(profileNames)('of a %s deletes everything, with one touch and nothing sent before it', async (profile) => {
    const { lab, key, another } = await plugIn({ profile });
    await key.makeCredential(residentCredential('ssh:', 1), pin());
    await lab.replug();
    const again = await another();
    lab.counters.reset();
    const told: Progress[] = [];
    await again.reset({ onProgress: (progress) => told.push(progress) });
    expect(lab.counters.read().commands).toEqual([{ command: CtapCommand.RESET }]);
    expect(told).toContain('touch-wanted');
    expect(lab.credentials()).toEqual([]);
    expect(await again.pinState()).toEqual({ kind: 'not-set' });
    await again.close();
  });

  it('that comes too late says that the key must be plugged in anew', async () => {
    const clock = new ManualClock();
    const { lab, key } = await plugIn({ env: { clock } });
    await clock.pass(10_001);
    await expect(key.reset()).rejects.toMatchObject({ code: 'RESET_TOO_LATE', detail: { ctapStatus: 0x30 } });
    expect(lab.counters.read().touches).toBe(0);
    await key.close();
  });

  it('that is declined or cancelled leaves everything as it was', async () => {
    const { lab, key } = await plugIn();
    await key.makeCredential(residentCredential('ssh:', 1), pin());
    lab.setTouch('declined');
    await expect(key.reset()).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    lab.setTouch('by-hand');
    const stop = new AbortController();
    const running = key.reset({ signal: stop.signal });
    await lab.touchPad.untilBlinking();
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(lab.credentials()).toHaveLength(1);
    await key.close();
  });
});
