import { describe, expect, it } from 'vitest';
import { exactly, FIRMWARE_UNKNOWN } from '../../../main/security-keys/firmware.ts';
import { MODEL_TABLE, USB_TABLE } from '../../../main/security-keys/model-table.ts';
import { firmwareOfKey, isFidoSwitchedOff, modelOf, usbModel } from '../../../main/security-keys/models.ts';
import { profileNames, profiles } from '../../lab/authenticator/profiles.ts';

const YUBIKEY_54 = 'ee882879-721c-4913-9775-3dfcce97072a';
const BIO = 'd8522d9f-575b-4866-88a9-ba99fa02f35b';
const FIPS = 'c1f9a0bc-1dd2-404a-b27f-8e29047a43fd';
const NOWHERE_LISTED = 'ffffffff-0000-4000-8000-000000000000';

describe('the table of models', () => {
  it.each(MODEL_TABLE.trim().split('\n'))('has a whole row: %s', (row) => {
    const cells = row.split(' | ');
    expect(cells).toHaveLength(8);
    const [aaguid = '', vendor, name, family, transports, from, below, marks] = cells;
    expect(aaguid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect([vendor, name].every((text) => text !== '' && text !== '-')).toBe(true);
    expect(['yubikey-5', 'security-key', 'yubikey-bio', 'other']).toContain(family);
    expect(transports).toMatch(/^(-|(usb|nfc|ble|lightning)( (usb|nfc|ble|lightning))*)$/);
    for (const version of [from, below]) expect(version).toMatch(/^(-|5\.\d+(\.\d+)?)$/);
    expect(marks).toMatch(
      /^(-|((fips|bio|enterprise-profile|enterprise-edition|enhanced-pin|pre-production|usb-ccid) ?)+)$/,
    );
  });

  it('names each AAGUID and each pair of USB ids once', () => {
    for (const table of [MODEL_TABLE, USB_TABLE]) {
      const keys = table
        .trim()
        .split('\n')
        .map((row) => row.split(' | ')[0]);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it.each(USB_TABLE.trim().split('\n'))('has USB ids, a vendor and interfaces: %s', (row) => {
    expect(row).toMatch(/^[0-9a-f]{4}:[0-9a-f]{4} \| [^|]+ \| [^|]+ \| (OTP|FIDO|CCID|PGP)( (OTP|FIDO|CCID|PGP))*$/);
  });
});

describe('modelOf', () => {
  it('knows a YubiKey 5 by its AAGUID', () => {
    expect(modelOf({ aaguid: YUBIKEY_54 })).toMatchObject({
      knownBy: 'aaguid',
      name: 'YubiKey 5 Series',
      vendor: 'Yubico',
      family: 'yubikey-5',
      transports: ['usb'],
      fips: false,
      bio: false,
      firmware: { from: [5, 2, 0], below: [5, 5, 0] },
    });
  });

  it('knows a Bio and a FIPS series, in capitals too', () => {
    expect(modelOf({ aaguid: BIO.toUpperCase() })).toMatchObject({ family: 'yubikey-bio', bio: true });
    expect(modelOf({ aaguid: FIPS })).toMatchObject({ family: 'yubikey-5', fips: true, transports: ['usb', 'nfc'] });
  });

  it('gives a series of 5.7 or later no upper bound', () => {
    const { firmware } = modelOf({ aaguid: 'd7781e5d-e353-46aa-afe2-3ca49f13332a' });
    expect(firmware).toEqual({ from: [5, 7, 4], below: undefined });
  });

  it("falls back upon the USB ids, of Yubico's under a family of their own", () => {
    expect(modelOf({ aaguid: NOWHERE_LISTED, vendorId: 0x1050, productId: 0x0407 })).toMatchObject({
      knownBy: 'usb',
      vendor: 'Yubico',
      family: 'yubikey',
    });
    expect(modelOf({ aaguid: undefined, vendorId: 0x20a0, productId: 0x42dd })).toMatchObject({
      knownBy: 'usb',
      name: 'Nitrokey 3A NFC',
      family: 'other',
    });
    expect(modelOf({ aaguid: undefined, vendorId: 0x096e, productId: 0x0852 }).name).toBe(
      'FIDO2 key by Feitian Technologies Co., Ltd.',
    );
  });

  it('says that it does not know one', () => {
    const unknown = modelOf({ aaguid: NOWHERE_LISTED, vendorId: 0xdead, productId: 0xbeef });
    expect(unknown).toMatchObject({
      knownBy: 'nothing',
      name: 'unknown FIDO2 key',
      vendor: undefined,
      family: 'other',
    });
    expect(unknown.firmware).toEqual(FIRMWARE_UNKNOWN);
  });

  it.each(profileNames)('knows the model that the lab profile %s plays', (name) => {
    const profile = profiles[name];
    const hex = profile.aaguid;
    const aaguid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
    const model = modelOf({ aaguid, vendorId: profile.vendorId, productId: profile.productId });
    expect(model.knownBy).toBe('aaguid');
    expect(model.vendor === 'Yubico').toBe(profile.manufacturer === 'Yubico');
  });
});

describe('the firmware', () => {
  const yubikey = modelOf({ aaguid: YUBIKEY_54 });

  it("is getInfo's where the key gives it, else INIT's, else the bounds of the series", () => {
    const deviceVersion = [5, 4, 2] as const;
    expect(firmwareOfKey(yubikey, { firmwareVersion: 0x050403, deviceVersion })).toEqual(exactly([5, 4, 3]));
    expect(firmwareOfKey(yubikey, { deviceVersion })).toEqual(exactly([5, 4, 2]));
    expect(firmwareOfKey(yubikey, { firmwareVersion: 7 })).toEqual({ from: [5, 2, 0], below: [5, 5, 0] });
  });

  it("is not read from another vendor's number", () => {
    const nitrokey = modelOf({ aaguid: '2cd2f727-f6ca-44da-8f48-5c2e5da000a2' });
    expect(firmwareOfKey(nitrokey, { firmwareVersion: 0x050403, deviceVersion: [5, 4, 3] })).toEqual(FIRMWARE_UNKNOWN);
  });
});

describe('the USB ids', () => {
  it.each([0x0401, 0x0404, 0x0405])('tell that a YubiKey of 1050:%s has FIDO switched off', (productId) => {
    expect(isFidoSwitchedOff({ vendorId: 0x1050, productId })).toBe(true);
  });

  it('tell nothing of the others', () => {
    expect(isFidoSwitchedOff({ vendorId: 0x1050, productId: 0x0407 })).toBe(false);
    expect(isFidoSwitchedOff({ vendorId: 0xdead, productId: 0xbeef })).toBe(false);
    expect(usbModel({ vendorId: 0x1050, productId: 0x0407 })?.interfaces).toEqual(['OTP', 'FIDO', 'CCID']);
  });
});
