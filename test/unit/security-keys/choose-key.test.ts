import { describe, expect, it } from 'vitest';
import { CtapCommand } from '../../../native/ctap2/constants.ts';
import { profileNames } from '../../lab/authenticator/profiles.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { desk, forever, labKey, timesSent } from './key-desk.ts';

const twoKeys = () => [labKey('yubikey-5.7', { path: 'lab:a' }), labKey('yubikey-5.4', { path: 'lab:b' })] as const;

describe('which key is meant', () => {
  it('is the only one, without a touch', async () => {
    const lab = labKey('yubikey-5.7', { touch: 'never' });
    const { keys, people } = desk([lab]);
    expect(await keys.look(undefined, people, forever)).toMatchObject({ firmware: '5.7.1' });
    expect(people.events).toEqual([]);
  });

  it('is the one that was named', async () => {
    const [a, b] = twoKeys();
    const { keys, people } = desk([a, b]);
    expect(await keys.look('lab:b', people, forever)).toMatchObject({ path: 'lab:b', firmware: '5.4.3' });
    expect(a.counters.read().packetsOut).toBe(0);
  });

  it('is none where none is plugged in, or none is there', async () => {
    const [a] = twoKeys();
    const { keys, people } = desk([a]);
    await expect(keys.look('lab:z', people, forever)).rejects.toMatchObject({ code: 'KEY_MISSING' });
    await a.unplug();
    await expect(keys.look(undefined, people, forever)).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('is one whose FIDO interface is switched off: that is said, and it is listed with it', async () => {
    const usbIds = async () => [{ vendorId: 0x1050, productId: 0x0404 }];
    const { keys, people } = desk([], { usbIds });
    await expect(keys.look(undefined, people, forever)).rejects.toMatchObject({
      code: 'KEY_FIDO_OFF',
      message: expect.stringContaining('CCID'),
    });
    expect(await keys.list(forever)).toMatchObject([
      { model: { vendor: 'Yubico' }, problem: { code: 'KEY_FIDO_OFF' }, pin: undefined },
    ]);
    const [a] = twoKeys();
    expect(await desk([a], { usbIds }).keys.look(undefined, people, forever)).toMatchObject({ path: 'lab:a' });
  });

  it('is not guessed among several where nobody is there to touch one', async () => {
    const [a, b] = twoKeys();
    const { keys, people } = desk([a, b]);
    people.mayTouchToSelect = false;
    await expect(keys.look(undefined, people, forever)).rejects.toMatchObject({ code: 'KEY_SEVERAL' });
    expect(a.counters.read().packetsOut + b.counters.read().packetsOut).toBe(0);
  });
});

describe('several keys', () => {
  it.each(profileNames)('blink, and the second one is touched: a %s', async (profile) => {
    const [a, b] = [labKey('yubikey-5.7', { path: 'lab:a', touch: 'never' }), labKey(profile, { path: 'lab:b' })];
    b.setTouch('by-hand');
    const { keys, people } = desk([a, b]);
    const looked = keys.look(undefined, people, forever);
    await Promise.all([a.touchPad.untilBlinking(), b.touchPad.untilBlinking()]);
    b.touch();
    expect(await looked).toMatchObject({ path: 'lab:b' });
    expect(a.touchPad.blinking).toBe(false);
    expect(people.events).toMatchObject([
      { kind: 'selection-wanted', products: [expect.any(String), expect.any(String)] },
      { kind: 'selected', path: 'lab:b' },
    ]);
    // Being chosen costs no PIN try.
    expect(b.pinRetries).toBe(8);
  });

  it('of which one is pulled out leave the choice to the rest', async () => {
    const [a, b] = twoKeys();
    for (const lab of [a, b]) lab.setTouch('by-hand');
    const { keys, people } = desk([a, b]);
    const looked = keys.look(undefined, people, forever);
    await Promise.all([a.touchPad.untilBlinking(), b.touchPad.untilBlinking()]);
    await a.unplug();
    b.touch();
    expect(await looked).toMatchObject({ path: 'lab:b' });
  });

  it('stop blinking when it is cancelled', async () => {
    const [a, b] = twoKeys();
    for (const lab of [a, b]) lab.setTouch('never');
    const { keys, people } = desk([a, b]);
    const stop = new AbortController();
    const looked = keys.look(undefined, people, stop.signal);
    await Promise.all([a.touchPad.untilBlinking(), b.touchPad.untilBlinking()]);
    stop.abort();
    await expect(looked).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([a.touchPad.blinking, b.touchPad.blinking]).toEqual([false, false]);
  });

  it('that nobody touches say so', async () => {
    const clock = new ManualClock();
    const labs = ['lab:a', 'lab:b'].map((path) => labKey('yubikey-5.7', { path, touch: 'never', env: { clock } }));
    const { keys, people } = desk(labs, { clock });
    const looked = expect(keys.look(undefined, people, forever)).rejects.toMatchObject({ code: 'CTAP_NO_TOUCH' });
    await clock.pass(31_000);
    await looked;
  });
});

describe('a key to be found', () => {
  it('winks', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    await keys.wink(undefined, people, forever);
    expect(lab.counters.read()).toMatchObject({ winks: 1, touches: 0, pinChecks: 0 });
  });

  it('tells when one came or went', async () => {
    const clock = new ManualClock();
    const [a, b] = twoKeys();
    await b.unplug();
    const { keys } = desk([a, b], { clock });
    const stop = new AbortController();
    const seen: (readonly string[])[] = [];
    const watching = keys.watch((paths) => seen.push(paths), stop.signal);
    await clock.pass(2_000);
    await b.replug();
    await clock.pass(2_000);
    await a.unplug();
    await clock.pass(2_000);
    stop.abort();
    await watching;
    expect(seen).toEqual([['lab:a', 'lab:b'], ['lab:b']]);
    expect(timesSent(a, CtapCommand.GET_INFO)).toBe(0);
  });
});
