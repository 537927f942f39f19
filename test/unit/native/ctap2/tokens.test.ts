import { describe, expect, it } from 'vitest';
import { builtInUv } from '../../../../native/ctap2/built-in-uv.ts';
import { ClientPin, CtapCommand, Permission } from '../../../../native/ctap2/constants.ts';
import { allCredentials, credentialsMetadata } from '../../../../native/ctap2/credential-management.ts';
import type { PinUvAuthToken } from '../../../../native/ctap2/pin-uv-auth-token.ts';
import type { Progress } from '../../../../native/ctaphid/channel.ts';
import { ManualClock } from '../../lab/authenticator/manual-clock.ts';
import { pin, plugIn, residentCredential } from './plugged-in.ts';

describe('a token', () => {
  it.each([
    ['yubikey-5.7', ClientPin.GET_TOKEN_USING_PIN],
    ['yubikey-5.4', ClientPin.GET_PIN_TOKEN],
  ] as const)('of a %s is fetched by subcommand %i, and wiped after its use', async (profile, subCommand) => {
    const { lab, key } = await plugIn({ profile });
    let kept: PinUvAuthToken | undefined;
    await key.withToken(pin(), Permission.CM, {}, async (token) => {
      kept = token;
      await credentialsMetadata(key, token);
    });
    expect(lab.counters.read().commands).toContainEqual({ command: CtapCommand.CLIENT_PIN, subCommand });
    expect(() => kept?.authenticate(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'PIN_TOKEN_EXPIRED' }));
    await key.close();
  });

  it('is wiped when its use fails, too', async () => {
    const { key } = await plugIn();
    let kept: PinUvAuthToken | undefined;
    const failing = key.withToken(pin(), Permission.CM, {}, async (token) => {
      kept = token;
      throw new Error('planted');
    });
    await expect(failing).rejects.toThrow('planted');
    expect(() => kept?.authenticate(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'PIN_TOKEN_EXPIRED' }));
    await key.close();
  });

  it('for a wrong PIN is not given out, and the PIN is sent once', async () => {
    const { lab, key } = await plugIn();
    const used = key.withToken(pin('999999'), Permission.CM, {}, async () => 'never');
    await expect(used).rejects.toMatchObject({ code: 'PIN_WRONG' });
    expect(lab.counters.read().pinChecks).toBe(1);
    await key.close();
  });

  it.each([
    [{ pin: null }, 'PIN_NOT_SET'],
    [{ pinRetries: 0 }, 'PIN_BLOCKED'],
    [{ forcePinChange: true }, 'PIN_CHANGE_FORCED'],
  ] as const)('is not asked for where the key says %j: no PIN is sent', async (state, code) => {
    const { lab, key } = await plugIn();
    lab.setPinState(state);
    await expect(key.withToken(pin(), Permission.CM, {}, async () => {})).rejects.toMatchObject({ code });
    expect(lab.counters.read().pinChecks).toBe(0);
    expect(lab.counters.read().commands.filter(({ subCommand }) => subCommand === 9)).toEqual([]);
    await key.close();
  });

  it('is not asked for after three wrong PINs, before the key was unplugged', async () => {
    const { lab, key } = await plugIn();
    for (const wrong of ['111111', '222222', '333333']) {
      await key.withToken(pin(wrong), Permission.CM, {}, async () => {}).catch(() => {});
    }
    const used = key.withToken(pin(), Permission.CM, {}, async () => {});
    await expect(used).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED', detail: { triesLeft: 5 } });
    expect(lab.counters.read().pinChecks).toBe(3);
    await key.close();
  });

  it('that lapsed is told apart from a wrong PIN, whether by time or by another program', async () => {
    const clock = new ManualClock();
    const { key, another } = await plugIn({ env: { clock } });
    const late = key.withToken(pin(), Permission.CM, {}, async (token) => {
      await clock.pass(31_000);
      return credentialsMetadata(key, token);
    });
    await expect(late).rejects.toMatchObject({ code: 'PIN_TOKEN_EXPIRED' });
    const other = await another();
    const outdone = key.withToken(pin(), Permission.CM, {}, async (token) => {
      await other.makeCredential(residentCredential('ssh:', 1), pin());
      return allCredentials(key, token);
    });
    await expect(outdone).rejects.toMatchObject({ code: 'PIN_TOKEN_EXPIRED' });
    await Promise.all([key.close(), other.close()]);
  });

  it('for one relying party is no good for all of them', async () => {
    const { key } = await plugIn();
    await key.makeCredential(residentCredential('ssh:', 1), pin());
    const listed = key.withToken(pin(), Permission.CM, {}, (token) => allCredentials(key, token), 'ssh:');
    await expect(listed).rejects.toMatchObject({ code: 'PIN_TOKEN_EXPIRED' });
    await key.close();
  });

  it('for what the key has not is refused without the PIN being tried', async () => {
    const { lab, key } = await plugIn();
    const used = key.withToken(pin(), Permission.BE, {}, async () => {});
    await expect(used).rejects.toMatchObject({ code: 'CTAP_PERMISSION' });
    expect(lab.counters.read().pinChecks).toBe(0);
    await key.close();
  });
});

describe('a token by fingerprint', () => {
  it('is given for an enrolled finger, which is asked for', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio', fingers: 1 });
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => told.push(progress);
    const counted = await key.withToken('built-in-uv', Permission.CM, { onProgress }, (token) =>
      credentialsMetadata(key, token),
    );
    expect(counted).toEqual({ existing: 0, remaining: 25 });
    expect(told).toContain('touch-wanted');
    expect(lab.counters.read().pinChecks).toBe(0);
    await key.close();
  });

  it('is not given for an unknown finger; after three the reader is blocked until the PIN is given', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio', fingers: 1 });
    lab.touchPad.finger = 'unknown';
    const use = () => key.withToken('built-in-uv', Permission.CM, {}, async () => {});
    const info = await key.info();
    for (const failed of [0, 1]) {
      expect(builtInUv(info, await key.uvRetries(), failed)).toEqual({ kind: 'usable', attempts: 3 - failed });
      await expect(use()).rejects.toMatchObject({ code: 'UV_INVALID' });
    }
    await expect(use()).rejects.toMatchObject({ code: 'UV_BLOCKED' });
    expect(builtInUv(info, await key.uvRetries(), 3)).toEqual({ kind: 'blocked' });
    await key.withToken(pin(), Permission.CM, {}, async () => {});
    expect(await key.uvRetries()).toBe(3);
    await key.close();
  });

  it('is not asked for where the key would refuse it', async () => {
    const bio = await plugIn({ profile: 'yubikey-bio', fingers: 1 });
    const be = bio.key.withToken('built-in-uv', Permission.BE, {}, async () => {});
    await expect(be).rejects.toMatchObject({ code: 'UV_UNAVAILABLE' });
    const plain = await plugIn();
    const cm = plain.key.withToken('built-in-uv', Permission.CM, {}, async () => {});
    await expect(cm).rejects.toMatchObject({ code: 'UV_UNAVAILABLE' });
    await expect(plain.key.uvRetries()).rejects.toMatchObject({ code: 'CTAP_UNSUPPORTED' });
    expect(bio.lab.counters.read().touches + plain.lab.counters.read().touches).toBe(0);
    await Promise.all([bio.key.close(), plain.key.close()]);
  });

  it('makes and uses a credential too', async () => {
    const { key } = await plugIn({ profile: 'yubikey-bio', fingers: 1 });
    const made = await key.makeCredential(residentCredential('ssh:', 1), 'built-in-uv');
    expect(made.authData.flags & 0x04).toBe(0x04);
    await key.close();
  });
});

describe('whether to ask for the finger', () => {
  const info = (uv: boolean | undefined, preferredPlatformUvAttempts?: number) => ({
    options: new Map([['pinUvAuthToken', true], ...(uv === undefined ? [] : ([['uv', uv]] as const))]),
    preferredPlatformUvAttempts,
  });

  it.each([
    [undefined, undefined, 5, 0, { kind: 'unsupported' }],
    [false, undefined, 5, 0, { kind: 'no-finger-enrolled' }],
    [true, undefined, 0, 0, { kind: 'blocked' }],
    [true, undefined, undefined, 0, { kind: 'usable', attempts: 3 }],
    [true, 5, 2, 0, { kind: 'usable', attempts: 2 }],
    [true, 1, 4, 1, { kind: 'ask-pin' }],
    [true, 0, 4, 0, { kind: 'usable', attempts: 1 }],
  ])('uv %s, attempts wanted %s, tries left %s, failed %i: %j', (uv, wanted, retries, failed, expected) => {
    const full = info(uv, wanted) as unknown as Parameters<typeof builtInUv>[0];
    expect(builtInUv(full, retries, failed)).toEqual(expected);
  });
});
