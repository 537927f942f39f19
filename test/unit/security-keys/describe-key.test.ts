import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { describeKeys, resetWindowSeconds } from '../../../main/security-keys/describe-key.ts';
import type { SecurityKey } from '../../../main/security-keys/security-key.ts';
import { systemChannelWorld } from '../../../native/ctap2/authenticator.ts';
import type { HidBus, HidDevice } from '../../../native/hid/transport.ts';
import { systemClock } from '../../../time/clock.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../lab/authenticator/lab-authenticator.ts';

const world = systemChannelWorld({ clock: systemClock, log: silentLog });
const describeBus = (bus: HidBus) => describeKeys(bus, world, new AbortController().signal);

async function described(options: LabAuthenticatorOptions, set: (lab: LabAuthenticator) => void = () => {}) {
  const lab = new LabAuthenticator(options);
  set(lab);
  const [key] = await describeBus(lab.bus);
  if (key === undefined) throw new Error('no key is there');
  expect(lab.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  return key;
}

const brokenDevice: HidDevice = {
  path: '/dev/hidraw0',
  vendorId: 0x1050,
  productId: 0x0407,
  manufacturer: 'Yubico',
  product: 'YubiKey',
  open: () => Promise.reject(new Error('not to be opened')),
};

describe('the plugged-in keys', () => {
  it('are described without PIN and touch', async () => {
    const set = new LabAuthenticator({ profile: 'yubikey-5.7', pin: '271828', path: 'lab:set' });
    const unset = new LabAuthenticator({ profile: 'plain-ctap20', path: 'lab:unset' });
    set.setPinState({ pinRetries: 5 });
    const bus = { list: async () => [...(await set.bus.list()), ...(await unset.bus.list())] };
    expect(await describeBus(bus)).toMatchObject([
      { path: 'lab:set', firmware: '5.7.1', pinSet: true, pinTriesLeft: 5, freeSlots: 100, problem: undefined },
      { path: 'lab:unset', firmware: '4.1.5', pinSet: false, pinTriesLeft: undefined, problem: undefined },
    ]);
    expect(set.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  it('are listed even where one cannot be asked, with its problem and what its ids say', async () => {
    const lab = new LabAuthenticator({ profile: 'yubikey-5.7', path: 'lab:good' });
    const bus = { list: async () => [brokenDevice, ...(await lab.bus.list())] };
    expect(await describeBus(bus)).toMatchObject([
      {
        path: '/dev/hidraw0',
        product: 'Yubico YubiKey',
        model: { vendor: 'Yubico', knownBy: 'usb' },
        problem: { message: expect.stringContaining('not to be opened') },
      },
      { path: 'lab:good', problem: undefined },
    ]);
  });

  it('are no longer asked once that was cancelled', async () => {
    const lab = new LabAuthenticator({ profile: 'yubikey-5.7' });
    await expect(describeKeys(lab.bus, world, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('what a key says of its PIN', () => {
  const profile = 'yubikey-5.7';
  it.each<[string, (lab: LabAuthenticator) => void, Partial<SecurityKey['pin']>]>([
    ['none yet', (lab) => lab.setPinState({ pin: null }), { state: 'not-set', triesLeft: undefined, minLength: 4 }],
    ['set', () => {}, { state: 'set', triesLeft: 8, minLength: 4 }],
    [
      'to be changed before anything else',
      (lab) => lab.setPinState({ forcePinChange: true, minPinLength: 6 }),
      { state: 'change-forced', triesLeft: 8, minLength: 6 },
    ],
    ['blocked for good', (lab) => lab.setPinState({ pinRetries: 0 }), { state: 'blocked', triesLeft: 0, minLength: 4 }],
  ])('%s', async (_, set, pin) => {
    expect(await described({ profile, pin: '271828' }, set)).toMatchObject({ pin });
  });
});

describe('what a key can', () => {
  it.each<[LabAuthenticatorOptions['profile'], Partial<SecurityKey['abilities'] & object>]>([
    ['yubikey-5.1', { credProtect: false, ed25519: 'no', credentials: 'none', resetWindowSeconds: 5 }],
    ['yubikey-5.4', { credProtect: true, ed25519: 'yes', credentials: 'list-and-delete', setMinPinLength: false }],
    ['yubikey-5.7', { credentials: 'all', alwaysUv: false, setMinPinLength: true, resetWindowSeconds: 10 }],
    ['yubikey-bio', { fingerprints: true, credentials: 'all', wink: true }],
    ['plain-ctap20', { residentCredentials: true, ed25519: 'unknown', fingerprints: false, resetWindowSeconds: 10 }],
  ])('%s', async (profile, abilities) => {
    expect(await described({ profile })).toMatchObject({ abilities });
  });

  it('tells whether a finger is enrolled, of keys that have a reader', async () => {
    expect(await described({ profile: 'yubikey-5.7' })).toMatchObject({ fingerprints: undefined });
    const bio: LabAuthenticatorOptions = { profile: 'yubikey-bio', pin: '271828' };
    expect(await described(bio)).toMatchObject({ fingerprints: { enrolled: false } });
    expect(await described({ ...bio, fingers: 1 })).toMatchObject({ fingerprints: { enrolled: true } });
  });

  it('knows the model, and the advisories that concern its firmware', async () => {
    expect(await described({ profile: 'yubikey-5.4' })).toMatchObject({
      model: { name: 'YubiKey 5 Series', vendor: 'Yubico' },
      advisories: [{ id: 'YSA-2024-03' }, { id: 'YSA-2024-02' }, { id: 'YSA-2025-02' }],
    });
    expect((await described({ profile: 'yubikey-5.7' })).advisories.map(({ id }) => id)).toEqual(['YSA-2025-02']);
    expect((await described({ profile: 'plain-ctap20' })).advisories).toEqual([]);
  });

  it('counts the reset’s window by the firmware of YubiKeys, 10 s for all others', () => {
    expect(resetWindowSeconds({ vendor: 'Yubico' }, [5, 5, 3])).toBe(5);
    expect(resetWindowSeconds({ vendor: 'Yubico' }, [5, 5, 4])).toBe(10);
    expect(resetWindowSeconds({ vendor: undefined }, [1, 0, 0])).toBe(10);
  });
});
