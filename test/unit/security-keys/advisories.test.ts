import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advisoriesFor } from '../../../main/security-keys/advisories.ts';
import {
  compareFirmware,
  exactly,
  FIRMWARE_UNKNOWN,
  type Firmware,
  isOlderThan,
  knownFirmware,
} from '../../../main/security-keys/firmware.ts';
import { modelOf } from '../../../main/security-keys/models.ts';

const CAUTION =
  'ecdsa-sk keys are affected; the published attack is on ECDSA, not Ed25519, and Yubico makes no separate promise about ed25519-sk keys.';

/** The public list that agrees with the rule (authenticator-advisories.md): those of its AAGUIDs that Yubico's file names. */
const LISTED = [
  'cb69481e-8ff7-4039-93ec-0a2729a154a8',
  'ee882879-721c-4913-9775-3dfcce97072a',
  'fa2b99dc-9e39-4257-8f92-4a30d23c4118',
  '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  'c5ef55ff-ad9a-4b9f-b580-adebafe026d0',
  '73bb0cd4-e502-49b8-9c6f-b59445bf720b',
  'c1f9a0bc-1dd2-404a-b27f-8e29047a43fd',
  '85203421-48f9-4355-9bc8-8a53846e5083',
  'f8a011f3-8c0a-4d15-8006-17111f9edc7d',
  'b92c3f9a-c014-4056-887f-140a2501163b',
  '6d44ba9b-f6ec-2e49-b930-0c8fe920cb73',
  '149a2021-8ef6-4133-96b8-81f8d5b7f1f5',
  'a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa',
  '0bb43545-fd2c-4185-87dd-feb0b2916ace',
  'd8522d9f-575b-4866-88a9-ba99fa02f35b',
  '83c47309-aabb-4108-8470-8be838b573cb',
  '7d1351a6-e097-4852-b8bf-c9ac5c9ce4a3',
];

function idsOf(family: 'yubikey-5' | 'yubikey-bio' | 'security-key' | 'other', version: Firmware): string[] {
  return advisoriesFor({ family }, exactly(version), ['ed25519-sk']).map(({ id }) => id);
}

describe('EUCLEAK', () => {
  it.each(LISTED)('is told of %s by its AAGUID alone', (aaguid) => {
    const model = modelOf({ aaguid });
    const [first] = advisoriesFor(model, model.firmware, ['ed25519-sk']);
    expect(first).toMatchObject({ id: 'YSA-2024-03', certainty: 'affected', severity: 'notice' });
  });

  it.each([
    ['yubikey-5', [5, 6, 9], true],
    ['yubikey-5', [5, 7, 0], false],
    ['security-key', [5, 4, 3], true],
    ['yubikey-bio', [5, 7, 1], true],
    ['yubikey-bio', [5, 7, 2], false],
    ['other', [5, 4, 3], false],
  ] as const)('concerns a %s with firmware %j: %s', (family, version, concerned) => {
    expect(idsOf(family, version).includes('YSA-2024-03')).toBe(concerned);
  });

  it('says in full what it means for Ed25519, and does not promise what Yubico does not', () => {
    const [advisory] = advisoriesFor({ family: 'yubikey-5' }, exactly([5, 4, 3]), ['ed25519-sk']);
    expect(advisory?.meaning).toContain(CAUTION);
    expect(advisory?.meaning).toContain('This key has firmware 5.4.3; 5.7.0 is the first that is not affected.');
    expect(advisory?.remedy).not.toContain('Prefer ed25519-sk');
  });

  it('tells the owner of an ecdsa-sk key that it is one of those', () => {
    const [advisory] = advisoriesFor({ family: 'yubikey-5' }, exactly([5, 4, 3]), ['ecdsa-sk']);
    expect(advisory?.meaning).toContain('The ecdsa-sk key on it is one of those.');
    expect(advisory?.meaning).toContain(CAUTION);
    expect(advisory?.remedy).toContain('Prefer ed25519-sk');
  });

  it('is only possible where the firmware is not known', () => {
    const [advisory] = advisoriesFor({ family: 'yubikey' }, FIRMWARE_UNKNOWN, []);
    expect(advisory).toMatchObject({ id: 'YSA-2024-03', certainty: 'possible' });
    expect(advisory?.meaning).toContain("this key's is not known");
  });
});

describe('the lesser advisories', () => {
  it.each([
    ['yubikey-5', [5, 4, 0], ['YSA-2024-03', 'YSA-2024-02']],
    ['yubikey-5', [5, 4, 1], ['YSA-2024-03', 'YSA-2024-02', 'YSA-2025-02']],
    ['yubikey-5', [5, 7, 3], ['YSA-2025-02']],
    ['yubikey-5', [5, 7, 4], []],
    ['yubikey-bio', [5, 6, 3], ['YSA-2024-03', 'YSA-2024-02', 'YSA-2025-02']],
    ['yubikey-bio', [5, 6, 4], ['YSA-2024-03', 'YSA-2025-02']],
    ['yubikey-bio', [5, 7, 4], []],
  ] as const)('of a %s with firmware %j are %j', (family, version, ids) => {
    expect(idsOf(family, version)).toEqual(ids);
  });

  it('are information, not notices', () => {
    const all = advisoriesFor({ family: 'yubikey-5' }, exactly([5, 4, 3]), []);
    expect(all.map(({ severity }) => severity)).toEqual(['notice', 'information', 'information']);
    for (const { id, url } of all) expect(url).toContain(id.toLowerCase());
  });
});

describe('firmware bounds', () => {
  const version = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9));

  it('of a known version tell which of two is older, always', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isOlderThan(exactly(a), b)).toBe(compareFirmware(a, b) < 0);
        expect(knownFirmware(exactly(a))).toEqual(a);
      }),
    );
  });

  it('never say for certain what one version within them contradicts', () => {
    fc.assert(
      fc.property(version, version, version, version, (a, b, within, asked) => {
        const [from, below] = compareFirmware(a, b) <= 0 ? [a, b] : [b, a];
        fc.pre(compareFirmware(from, within) <= 0 && compareFirmware(within, below) < 0);
        const told = isOlderThan({ from, below }, asked);
        if (told !== 'unknown') expect(told).toBe(compareFirmware(within, asked) < 0);
      }),
    );
  });
});
