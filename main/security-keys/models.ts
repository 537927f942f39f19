/** Which model a security key says it is, by its AAGUID, else by its USB ids; and what is known of that model. */
import { FIRMWARE_UNKNOWN, type Firmware, type FirmwareBounds, firmwareOf, parseFirmware } from './firmware.ts';
import { MODEL_TABLE, USB_TABLE } from './model-table.ts';

/** `yubikey`: one of Yubico's whose AAGUID is not listed. */
export type ModelFamily = 'yubikey-5' | 'security-key' | 'yubikey-bio' | 'yubikey' | 'other';
export type ModelTransport = 'usb' | 'nfc' | 'ble' | 'lightning';

export interface SecurityKeyModel {
  /** What it was recognised by. */
  readonly knownBy: 'aaguid' | 'usb' | 'nothing';
  /** `unknown FIDO2 key` where nothing is known. */
  readonly name: string;
  readonly vendor: string | undefined;
  readonly family: ModelFamily;
  /** What the model has; empty where it is not known. */
  readonly transports: readonly ModelTransport[];
  readonly fips: boolean;
  readonly bio: boolean;
  /** Has an AAGUID of its own; it does not say whether enterprise attestation is on. */
  readonly enterpriseProfile: boolean;
  /** A product line (Security Key NFC, Enterprise Edition). */
  readonly enterpriseEdition: boolean;
  readonly enhancedPin: boolean;
  readonly preProduction: boolean;
  /** FIDO is also offered over the USB smart-card interface. */
  readonly fidoOverCcid: boolean;
  /** Of the series: where the key itself tells its version, `firmwareOfKey` has that. */
  readonly firmware: FirmwareBounds;
}

/** What a key is recognised by. An AAGUID as text, `2fc0579f-8113-47ea-b116-bb5a8db9202a`. */
export interface ModelFacts {
  readonly aaguid: string | undefined;
  readonly vendorId?: number | undefined;
  readonly productId?: number | undefined;
}

/** A product id that says which USB interfaces are switched on. */
export interface UsbModel {
  readonly vendor: string;
  readonly name: string | undefined;
  /** `OTP`, `FIDO`, `CCID`, `PGP`. */
  readonly interfaces: readonly string[];
}

const MARKS = {
  fips: 'fips',
  bio: 'bio',
  enterpriseProfile: 'enterprise-profile',
  enterpriseEdition: 'enterprise-edition',
  enhancedPin: 'enhanced-pin',
  preProduction: 'pre-production',
  fidoOverCcid: 'usb-ccid',
} as const;

const YUBICO = 'Yubico';
const YUBICO_USB = 0x1050;

/** Never an allow list: a key that is not listed is as good as one that is. */
export function modelOf(facts: ModelFacts): SecurityKeyModel {
  const byAaguid = facts.aaguid === undefined ? undefined : MODELS.get(facts.aaguid.toLowerCase());
  if (byAaguid !== undefined) return byAaguid;
  const usb = usbModel(facts);
  if (facts.vendorId === YUBICO_USB) {
    return { ...PLAIN, knownBy: 'usb', name: usb?.name ?? 'YubiKey', vendor: YUBICO, family: 'yubikey' };
  }
  if (usb === undefined) return PLAIN;
  return { ...PLAIN, knownBy: 'usb', name: usb.name ?? `FIDO2 key by ${usb.vendor}`, vendor: usb.vendor };
}

/** What the USB ids alone say; undefined for ids that are not listed. */
export function usbModel({ vendorId, productId }: Omit<ModelFacts, 'aaguid'>): UsbModel | undefined {
  if (vendorId === undefined || productId === undefined) return undefined;
  return USB_MODELS.get(`${hex4(vendorId)}:${hex4(productId)}`);
}

/** Whether this is a key whose FIDO interface is switched off: it is plugged in, and cannot be found among the FIDO devices. */
export function isFidoSwitchedOff(ids: Omit<ModelFacts, 'aaguid'>): boolean {
  const usb = usbModel(ids);
  return usb !== undefined && !usb.interfaces.includes('FIDO');
}

/** The key's own word on its firmware where it gives one (see `firmwareOf`), else the bounds of its model's series. */
export function firmwareOfKey(
  model: SecurityKeyModel,
  told: { readonly firmwareVersion?: number | undefined; readonly deviceVersion?: Firmware | undefined },
): FirmwareBounds {
  return firmwareOf(model.vendor, told) ?? model.firmware;
}

const PLAIN: SecurityKeyModel = {
  knownBy: 'nothing',
  name: 'unknown FIDO2 key',
  vendor: undefined,
  family: 'other',
  transports: [],
  fips: false,
  bio: false,
  enterpriseProfile: false,
  enterpriseEdition: false,
  enhancedPin: false,
  preProduction: false,
  fidoOverCcid: false,
  firmware: FIRMWARE_UNKNOWN,
};

const MODELS = new Map(rows(MODEL_TABLE).map((cells) => [cells[0] ?? '', modelFrom(cells)]));
const USB_MODELS = new Map(rows(USB_TABLE).map((cells) => [cells[0] ?? '', usbFrom(cells)]));

function modelFrom([
  ,
  vendor = '',
  name = '',
  family = '',
  transports = '',
  from = '',
  below = '',
  marks = '',
]: string[]) {
  const has = (mark: string) => words(marks).includes(mark);
  const model: SecurityKeyModel = {
    knownBy: 'aaguid',
    name,
    vendor,
    family: family as ModelFamily,
    transports: words(transports) as ModelTransport[],
    fips: has(MARKS.fips),
    bio: has(MARKS.bio),
    enterpriseProfile: has(MARKS.enterpriseProfile),
    enterpriseEdition: has(MARKS.enterpriseEdition),
    enhancedPin: has(MARKS.enhancedPin),
    preProduction: has(MARKS.preProduction),
    fidoOverCcid: has(MARKS.fidoOverCcid),
    firmware: { from: parseFirmware(from), below: parseFirmware(below) },
  };
  return model;
}

function usbFrom([, vendor = '', name = '', interfaces = '']: string[]): UsbModel {
  return { vendor, name: name === '-' ? undefined : name, interfaces: words(interfaces) };
}

function rows(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split(' | '));
}

function words(cell: string): string[] {
  return cell === '-' ? [] : cell.split(' ');
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, '0');
}
