import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { keyLines, keyObject } from '../../../main/cli/key-lines.ts';
import { modelOf } from '../../../main/security-keys/models.ts';
import type { PinStanding } from '../../../main/security-keys/security-key.ts';
import { sampleKey } from '../security-keys/sample-key.ts';

const problem = new GlasskeyError({
  code: 'HID_PERMISSION',
  message: 'This account may not open the security key.',
  remedy: 'Install the udev rule.',
});
const pin = (over: Partial<PinStanding>): PinStanding => ({
  state: 'set',
  triesLeft: 8,
  minLength: 4,
  maxLength: 63,
  refusesSimple: false,
  ...over,
});

describe('a plugged-in key in the list', () => {
  it('has its model and path first, then what it calls itself and how it stands', () => {
    expect(keyLines(sampleKey({ freeSlots: 1 }))).toEqual([
      'YubiKey 5 Series  /dev/hidraw3',
      '    calls itself Yubico YubiKey OTP+FIDO+CCID',
      '    firmware 5.7.1, PIN set, 8 tries left, one free slot',
    ]);
  });

  it('of an unknown model has its own name first, and is called unknown', () => {
    const model = modelOf({ aaguid: undefined });
    expect(keyLines(sampleKey({ model, product: 'Foo\u001b[2J Key', freeSlots: undefined }))).toEqual([
      'Foo\ufffd[2J Key  /dev/hidraw3',
      '    unknown FIDO2 key',
      '    firmware 5.7.1, PIN set, 8 tries left',
    ]);
  });

  it.each<[PinStanding, string]>([
    [pin({ triesLeft: 1 }), 'PIN set, one try left'],
    [pin({ state: 'not-set', triesLeft: undefined }), 'no PIN set yet'],
    [pin({ state: 'unsupported', triesLeft: undefined }), 'knows no PIN'],
    [pin({ state: 'change-forced' }), 'PIN set, must be changed before anything else, 8 tries left'],
    [
      pin({ state: 'replug-needed', triesLeft: 5 }),
      'three wrong PINs in a row: takes none before it is plugged in again, 5 tries left',
    ],
    [pin({ state: 'blocked', triesLeft: 0 }), 'PIN blocked for good: only a reset helps'],
  ])('says how its PIN stands: %j', (standing, text) => {
    const lines = keyLines(sampleKey({ pin: standing, freeSlots: undefined }));
    expect(lines.at(-1)).toBe(`    firmware 5.7.1, ${text}`);
  });

  it('says an advisory in whole where something is to be done, and by its title where not', () => {
    const advisory = { cve: '', title: 'T', meaning: 'M.', remedy: 'R.', certainty: 'affected', url: '' } as const;
    const lines = keyLines(
      sampleKey({
        advisories: [
          { ...advisory, id: 'YSA-1', severity: 'notice' },
          { ...advisory, id: 'YSA-2', severity: 'information' },
        ],
      }),
    );
    expect(lines.slice(3)).toEqual(['    YSA-1: T', '      M.', '      R.', '    YSA-2: T (nothing need be done)']);
  });

  it('that cannot be asked has why, and what helps', () => {
    expect(keyLines(sampleKey({ problem }))).toEqual([
      'YubiKey 5 Series  /dev/hidraw3',
      '    This account may not open the security key. Install the udev rule.',
    ]);
  });
});

describe('a plugged-in key in JSON', () => {
  it('has its model by name, and a problem as text and code', () => {
    expect(keyObject(sampleKey())).toMatchObject({ model: 'YubiKey 5 Series', vendor: 'Yubico', pinTriesLeft: 8 });
    expect(JSON.parse(JSON.stringify(keyObject(sampleKey())))).not.toHaveProperty('problem');
    expect(keyObject(sampleKey({ problem }))).toMatchObject({
      problem: 'This account may not open the security key. Install the udev rule.',
      problemCode: 'HID_PERMISSION',
    });
  });
});
