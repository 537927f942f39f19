import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type KeyWayWorld, keyWay, unopenableBus } from '../../main/glasskey-key-way.ts';
import type { WindowsKey } from '../../native/webauthn/windows-access.ts';

const tooOld = new GlasskeyError({ code: 'WEBAUTHN_TOO_OLD', message: 'It is too old.', remedy: 'Update it.' });
const key: WindowsKey = {
  makeCredential: () => Promise.reject(new Error('not asked')),
  getAssertion: () => Promise.reject(new Error('not asked')),
};

interface Computer {
  readonly setting?: KeyWayWorld['setting'];
  readonly isElevated?: boolean;
  readonly listsKeys?: boolean;
  readonly windows?: 'good' | 'too old';
}

function decided({ setting = 'auto', isElevated = false, listsKeys = true, windows = 'good' }: Computer) {
  let looks = 0;
  return keyWay({
    setting,
    windows: {
      isElevated: async () => isElevated,
      open: async () => {
        if (windows === 'too old') throw tooOld;
        return key;
      },
    },
    hid: async () => {
      looks += 1;
      if (!listsKeys) throw new Error('hid_init failed');
      return { list: async () => [] };
    },
  }).then((way) => ({ ...way, looks }));
}

describe('the way to the security keys on Windows', () => {
  it('is Windows for an ordinary account, and no key is looked for', async () => {
    expect(await decided({})).toEqual({ way: 'windows', because: 'not-elevated', obstacle: undefined, looks: 0 });
  });

  it('is a direct one for an administrator', async () => {
    const wanted = { way: 'direct', because: 'elevated', obstacle: undefined };
    expect(await decided({ isElevated: true })).toMatchObject(wanted);
  });

  it('is Windows for an administrator whose computer cannot even list keys, and says so', async () => {
    expect(await decided({ isElevated: true, listsKeys: false })).toMatchObject({
      way: 'windows',
      because: 'cannot-open',
    });
  });

  it('is never changed because it leads nowhere: what stands against it is told', async () => {
    const obstacle = { code: 'WEBAUTHN_TOO_OLD', message: 'It is too old.', remedy: 'Update it.' };
    expect(await decided({ windows: 'too old' })).toMatchObject({ way: 'windows', because: 'not-elevated', obstacle });
    expect(await decided({ setting: 'windows', isElevated: true, windows: 'too old' })).toMatchObject({
      way: 'windows',
      because: 'setting',
      obstacle,
    });
    expect(await decided({ setting: 'direct' })).toMatchObject({
      way: 'direct',
      because: 'setting',
      obstacle: { code: 'HID_PERMISSION' },
    });
  });

  it('is what the setting says, whoever it is', async () => {
    expect(await decided({ setting: 'windows', isElevated: true })).toMatchObject({
      way: 'windows',
      because: 'setting',
    });
    expect(await decided({ setting: 'direct', isElevated: true })).toMatchObject({
      way: 'direct',
      because: 'setting',
      obstacle: undefined,
    });
  });
});

describe('a bus that opens no key', () => {
  it('says what cannot be done, and which way can', async () => {
    await expect(unopenableBus('recover', 'not-elevated').list()).rejects.toMatchObject({
      code: 'WEBAUTHN_CANNOT',
      message:
        'An ordinary account reaches security keys through Windows alone, and Windows cannot list the keys that one holds, to take them in.',
      remedy: expect.stringMatching(/Run as administrator\)\. Or take in the key files: glasskey recover --file$/),
    });
  });

  it('leads elsewhere where a start as administrator would change nothing', async () => {
    await expect(unopenableBus('pin', 'setting').list()).rejects.toMatchObject({
      message: expect.stringContaining('because windows.securityKeys says so'),
      remedy: expect.stringMatching(/^Do it in Windows Settings .*, or set windows\.securityKeys to auto, then start/),
    });
    await expect(unopenableBus('credentials', 'cannot-open').list()).rejects.toMatchObject({
      remedy: 'To do that, install Glasskey again: this account may open security keys, and Glasskey cannot list them.',
    });
  });
});
