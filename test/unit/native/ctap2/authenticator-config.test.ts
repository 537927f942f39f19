import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../../native/ctap2/authenticator.ts';
import {
  configSupport,
  enableLongTouchForReset,
  setAlwaysUv,
  setMinPinLength,
} from '../../../../native/ctap2/authenticator-config.ts';
import { Permission } from '../../../../native/ctap2/constants.ts';
import { parseInfo } from '../../../../native/ctap2/get-info.ts';
import type { PinUvAuthToken } from '../../../../native/ctap2/pin-uv-auth-token.ts';
import { pin, plugIn, residentCredential } from './plugged-in.ts';

const configuring = <T>(key: Authenticator, use: (token: PinUvAuthToken) => Promise<T>) =>
  key.withToken(pin(), Permission.ACFG, {}, use);

const CONFIG = 0x0d;

describe('the settings of a key', () => {
  it('turn "always verify" on and off, and leave it where it is as wanted already', async () => {
    const { lab, key } = await plugIn();
    await configuring(key, async (token) => {
      expect(await setAlwaysUv(key, token, true)).toBe(true);
      expect((await key.info()).options.get('alwaysUv')).toBe(true);
      expect(await setAlwaysUv(key, token, true)).toBe(false);
      expect(await setAlwaysUv(key, token, false)).toBe(true);
    });
    expect((await key.info()).options.get('alwaysUv')).toBe(false);
    expect(lab.counters.read().commands.filter(({ command }) => command === CONFIG)).toHaveLength(2);
    await key.close();
  });

  it('are changed without a token on a key that has no PIN', async () => {
    const { lab, key } = await plugIn();
    lab.setPinState({ pin: null });
    await setMinPinLength(key, undefined, { length: 6 });
    expect((await key.info()).minPinLength).toBe(6);
    await key.close();
  });

  it('let the minimum of the PIN grow and never shrink, and a PIN that became too short must be changed', async () => {
    const { lab, key } = await plugIn();
    await configuring(key, async (token) => {
      await setMinPinLength(key, token, { length: 8, rpIds: ['login.example'] });
      lab.counters.reset();
      for (const refused of [{ length: 6 }, { length: 64 }, { rpIds: ['a.example', 'b.example'] }]) {
        await expect(setMinPinLength(key, token, refused)).rejects.toMatchObject({ code: 'PIN_MINIMUM' });
      }
      expect(lab.counters.read().commands.filter(({ command }) => command === CONFIG)).toEqual([]);
    });
    expect(await key.info()).toMatchObject({ minPinLength: 8, forcePinChange: true });
    expect(await key.pinState()).toEqual({ kind: 'change-forced', left: 8 });
    lab.counters.reset();
    await expect(configuring(key, async () => {})).rejects.toMatchObject({ code: 'PIN_CHANGE_FORCED' });
    expect(lab.counters.read().pinChecks).toBe(0);
    await key.changePin(pin(), pin('31415926'));
    await key.makeCredential(residentCredential('ssh:', 1), pin('31415926'));
    await key.close();
  });

  it('can want the PIN changed', async () => {
    const { key } = await plugIn();
    await configuring(key, (token) => setMinPinLength(key, token, { forcePinChange: true }));
    expect(await key.info()).toMatchObject({ minPinLength: 4, forcePinChange: true });
    await key.close();
  });

  it.each(['yubikey-5.4', 'yubikey-5.1', 'plain-ctap20'] as const)(
    'are not there on a %s, which says so',
    async (profile) => {
      const { lab, key } = await plugIn({ profile });
      expect(configSupport(await key.info())).toEqual({
        alwaysUv: false,
        minPinLength: false,
        longTouchForReset: false,
      });
      await expect(setAlwaysUv(key, undefined, true)).rejects.toMatchObject({ code: 'KEY_NO_CONFIG' });
      await expect(setMinPinLength(key, undefined, { length: 6 })).rejects.toMatchObject({ code: 'KEY_NO_CONFIG' });
      expect(lab.counters.read().commands.filter(({ command }) => command === CONFIG)).toEqual([]);
      await key.close();
    },
  );

  it('know of a long touch for reset only where the key lists it', async () => {
    const { key } = await plugIn();
    await expect(enableLongTouchForReset(key, undefined)).rejects.toMatchObject({ code: 'KEY_NO_CONFIG' });
    const listed = parseInfo(
      new Map<number, Uint8Array | Map<string, boolean> | number[]>([
        [0x03, new Uint8Array(16)],
        [0x04, new Map([['authnrCfg', true]])],
        [0x1f, [2, 3, 4]],
      ]),
    );
    expect(configSupport(listed)).toEqual({ alwaysUv: false, minPinLength: false, longTouchForReset: true });
    await key.close();
  });
});
