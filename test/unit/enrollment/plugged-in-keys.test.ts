import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { productName } from '../../../main/enrollment/choose-authenticator.ts';
import { describePluggedIn } from '../../../main/enrollment/plugged-in-keys.ts';
import { systemChannelWorld } from '../../../native/ctap2/authenticator.ts';
import type { HidDevice } from '../../../native/hid/transport.ts';
import { systemClock } from '../../../time/clock.ts';
import { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';

const world = systemChannelWorld({ clock: systemClock, log: silentLog });
const device = (manufacturer: string | undefined, product: string | undefined): HidDevice => ({
  path: '/dev/hidraw0',
  vendorId: 0x1050,
  productId: 0x0407,
  manufacturer,
  product,
  open: () => Promise.reject(new Error('not to be opened')),
});

describe('the plugged-in keys', () => {
  it('are described without PIN and touch', async () => {
    const set = new LabAuthenticator({ profile: 'yubikey-5.7', pin: '271828', path: 'lab:set' });
    const unset = new LabAuthenticator({ profile: 'plain-ctap20', path: 'lab:unset' });
    set.setPinState({ pinRetries: 5 });
    const bus = { list: async () => [...(await set.bus.list()), ...(await unset.bus.list())] };
    const keys = await describePluggedIn(bus, world, new AbortController().signal);
    expect(keys).toMatchObject([
      { path: 'lab:set', firmware: '5.7.1', pinSet: true, pinTriesLeft: 5, problem: undefined },
      { path: 'lab:unset', firmware: '4.1.5', pinSet: false, pinTriesLeft: undefined, problem: undefined },
    ]);
    expect(set.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  it('are listed even where one cannot be asked, with its problem', async () => {
    const lab = new LabAuthenticator({ profile: 'yubikey-5.7', path: 'lab:good' });
    const bus = { list: async () => [device('Yubico', 'YubiKey'), ...(await lab.bus.list())] };
    const keys = await describePluggedIn(bus, world, new AbortController().signal);
    expect(keys).toMatchObject([
      { path: '/dev/hidraw0', product: 'Yubico YubiKey', problem: expect.stringContaining('not to be opened') },
      { path: 'lab:good', problem: undefined },
    ]);
  });

  it('are no longer asked once that was cancelled', async () => {
    const lab = new LabAuthenticator({ profile: 'yubikey-5.7' });
    const stop = AbortSignal.abort();
    await expect(describePluggedIn(lab.bus, world, stop)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.each([
    ['Yubico', 'YubiKey FIDO', 'Yubico YubiKey FIDO'],
    ['SoloKeys', 'SoloKeys Solo 2', 'SoloKeys Solo 2'],
    [undefined, 'Security Key', 'Security Key'],
    ['Yubico', undefined, 'Yubico'],
    [undefined, undefined, 'security key'],
  ])('are called by maker and product: %s, %s', (manufacturer, product, name) => {
    expect(productName(device(manufacturer, product))).toBe(name);
  });
});
