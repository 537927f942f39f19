import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../../native/ctap2/authenticator.ts';
import {
  enrollFingerprint,
  fingerprintReader,
  fingerprints,
  removeFingerprint,
  renameFingerprint,
  type Sample,
  sensorInfo,
} from '../../../../native/ctap2/bio-enrollment.ts';
import { Permission } from '../../../../native/ctap2/constants.ts';
import type { PinUvAuthToken } from '../../../../native/ctap2/pin-uv-auth-token.ts';
import type { Progress } from '../../../../native/ctaphid/channel.ts';
import { pin, plugIn } from './plugged-in.ts';

const enrolling = <T>(key: Authenticator, use: (token: PinUvAuthToken) => Promise<T>) =>
  key.withToken(pin(), Permission.BE, {}, use);

describe('the fingerprints of a key', () => {
  it('are none at first; the reader says what it takes without a PIN', async () => {
    const { key } = await plugIn({ profile: 'yubikey-bio' });
    expect(fingerprintReader(await key.info())).toBe('empty');
    expect(await sensorInfo(key)).toEqual({ kind: 'touch', samples: 5, maxNameBytes: 15 });
    expect(await enrolling(key, (token) => fingerprints(key, token))).toEqual([]);
    await key.close();
  });

  it('are enrolled sample by sample, named, renamed and removed, under one PIN', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio' });
    const samples: Sample[] = [];
    const told: Progress[] = [];
    await enrolling(key, async (token) => {
      const operation = { onProgress: (progress: Progress) => told.push(progress) };
      const templateId = await enrollFingerprint(key, token, (sample) => samples.push(sample), operation);
      expect(await fingerprints(key, token)).toEqual([{ templateId, name: undefined }]);
      await renameFingerprint(key, token, templateId, 'right index');
      expect(await fingerprints(key, token)).toEqual([{ templateId, name: 'right index' }]);
      expect(fingerprintReader(await key.info())).toBe('enrolled');
      await removeFingerprint(key, token, templateId);
      expect(await fingerprints(key, token)).toEqual([]);
      await expect(removeFingerprint(key, token, templateId)).rejects.toMatchObject({ code: 'FINGERPRINT_UNKNOWN' });
    });
    expect(samples).toEqual([4, 3, 2, 1, 0].map((remaining) => ({ status: 'good', remaining })));
    expect(told.filter((progress) => progress === 'touch-wanted')).toHaveLength(5);
    expect(lab.counters.read().pinChecks).toBe(1);
    await key.close();
  });

  it('tell each sample that was not good, and want the finger again', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio' });
    lab.faults.set({ sampleStatuses: Array.from({ length: 16 }, (_, status) => status).filter((s) => s !== 0x0c) });
    const samples: Sample[] = [];
    await enrolling(key, (token) => enrollFingerprint(key, token, (sample) => samples.push(sample)));
    expect(samples.map(({ status }) => status)).toEqual([
      'good',
      'too-high',
      'too-low',
      'too-left',
      'too-right',
      'too-fast',
      'too-slow',
      'poor-quality',
      'too-skewed',
      'too-short',
      'merge-failure',
      'already-enrolled',
      'no-finger',
      'not-lifted',
      'unknown',
      'good',
      'good',
      'good',
      'good',
    ]);
    await key.close();
  });

  it.each([
    [[0, 0x0c], 'CTAP_FINGERPRINTS_FULL'],
    [[0, 0x0d, 0x0d, 0x0d], 'CTAP_NO_TOUCH'],
  ])('of which the samples go %j are given up, and the key forgets what it had', async (sampleStatuses, code) => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio' });
    lab.faults.set({ sampleStatuses });
    await enrolling(key, async (token) => {
      await expect(enrollFingerprint(key, token, () => {})).rejects.toMatchObject({ code });
      expect(lab.counters.read().commands.at(-1)).toEqual({ command: 0x09, subCommand: 3 });
      expect(await fingerprints(key, token)).toEqual([]);
    });
    await key.close();
  });

  it('are not enrolled when the person stops in the middle: CANCEL, then the key is told to forget', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio', touch: 'by-hand' });
    const stop = new AbortController();
    const samples: Sample[] = [];
    const running = enrolling(key, (token) =>
      enrollFingerprint(key, token, (sample) => samples.push(sample), { signal: stop.signal }),
    );
    await lab.touchPad.untilBlinking();
    lab.touch();
    await lab.touchPad.untilBlinking();
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    expect(samples).toHaveLength(1);
    expect(lab.counters.read().cancels).toBe(1);
    expect(lab.counters.read().commands.at(-1)).toEqual({ command: 0x09, subCommand: 3 });
    expect(lab.touchPad.blinking).toBe(false);
    await key.close();
  });

  it('are five at most on this key', async () => {
    const { key } = await plugIn({ profile: 'yubikey-bio', fingers: 5 });
    const sixth = enrolling(key, (token) => enrollFingerprint(key, token, () => {}));
    await expect(sixth).rejects.toMatchObject({ code: 'CTAP_FINGERPRINTS_FULL' });
    await key.close();
  });

  it('take no name that the key would refuse, and send none', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-bio', fingers: 1 });
    await enrolling(key, async (token) => {
      const [finger] = await fingerprints(key, token);
      const templateId = finger?.templateId ?? new Uint8Array();
      for (const name of ['', 'sixteen letters!']) {
        await expect(renameFingerprint(key, token, templateId, name)).rejects.toMatchObject({
          code: 'FINGERPRINT_NAME',
        });
      }
    });
    const sent = lab.counters.read().commands.map(({ subCommand }) => subCommand);
    expect(sent).not.toContain(5);
    await key.close();
  });

  it.each(['yubikey-5.7', 'yubikey-5.1'] as const)('are nothing for a %s, which says so', async (profile) => {
    const { key } = await plugIn({ profile });
    expect(fingerprintReader(await key.info())).toBe('none');
    await expect(sensorInfo(key)).rejects.toMatchObject({ code: 'KEY_NO_FINGERPRINTS' });
    await key.close();
  });
});
