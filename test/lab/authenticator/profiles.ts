import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';

/**
 * The models the lab can play. AAGUIDs: shared/reference/authenticator-models.json. Option maps and limits: what such
 * keys report (ctap.md sections 4 and 20; a YubiKey 5.4.3's getInfo is quoted in Yubico/libfido2 issue 686).
 * U2F_V2 stays in `versions`, so that getInfo has the size of a real one, but INIT says NMSG: the lab speaks no U2F.
 */
export interface Profile {
  readonly name: ProfileName;
  readonly product: string;
  readonly manufacturer: string;
  readonly vendorId: number;
  readonly productId: number;
  /** 32 hex digits. */
  readonly aaguid: string;
  /** Major, minor, build in the INIT reply. */
  readonly deviceVersion: readonly [number, number, number];
  readonly versions: readonly string[];
  readonly extensions: readonly string[];
  readonly pinProtocols: readonly (1 | 2)[];
  readonly maxMsgSize: number;
  readonly algorithms: readonly number[];
  readonly residentSlots: number;
  /** Bytes in each credential id this key makes. */
  readonly credentialIdLength: number;
  /** `legacy`: getPinToken, lives until power-off. `permissions`: CTAP 2.1. */
  readonly tokens: 'legacy' | 'permissions';
  readonly credentialManagement: 'none' | 'preview' | 'full';
  readonly makeCredUvNotRqd: boolean;
  /** authenticatorConfig: alwaysUv toggle and minimum PIN length. */
  readonly config: boolean;
  readonly fingerprints: boolean;
  /** authenticatorReset must come so soon after power-up. */
  readonly resetWindowMs: number;
  /** Members of getInfo from 0x07 on that never change. */
  readonly fixedInfo: {
    readonly maxCredentialCountInList?: number;
    readonly maxCredentialIdLength?: number;
    readonly transports?: readonly string[];
    readonly announcesAlgorithms?: boolean;
    readonly maxSerializedLargeBlobArray?: number;
    readonly announcesPinLength?: boolean;
    readonly firmwareVersion?: number;
    readonly maxCredBlobLength?: number;
    readonly maxRpidsForSetMinPinLength?: number;
    readonly preferredPlatformUvAttempts?: number;
    readonly uvModality?: number;
    readonly certifications?: Readonly<Record<string, number>>;
    readonly announcesRemainingCredentials?: boolean;
  };
}

export const profileNames = ['yubikey-5.1', 'yubikey-5.4', 'yubikey-5.7', 'yubikey-bio', 'plain-ctap20'] as const;
export type ProfileName = (typeof profileNames)[number];

const { ES256, EDDSA } = CoseAlgorithm;

const yubikey51: Profile = {
  name: 'yubikey-5.1',
  product: 'YubiKey OTP+FIDO+CCID',
  manufacturer: 'Yubico',
  vendorId: 0x1050,
  productId: 0x0407,
  aaguid: 'cb69481e8ff7403993ec0a2729a154a8',
  deviceVersion: [5, 1, 2],
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['hmac-secret'],
  pinProtocols: [1],
  maxMsgSize: 1200,
  algorithms: [ES256],
  residentSlots: 25,
  credentialIdLength: 64,
  tokens: 'legacy',
  credentialManagement: 'none',
  makeCredUvNotRqd: false,
  config: false,
  fingerprints: false,
  resetWindowMs: 5_000,
  fixedInfo: {},
};

const yubikey54: Profile = {
  ...yubikey51,
  name: 'yubikey-5.4',
  aaguid: 'ee882879721c491397753dfcce97072a',
  deviceVersion: [5, 4, 3],
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE'],
  extensions: ['credProtect', 'hmac-secret'],
  pinProtocols: [2, 1],
  algorithms: [ES256, EDDSA],
  credentialManagement: 'preview',
  fixedInfo: {
    maxCredentialCountInList: 8,
    maxCredentialIdLength: 128,
    transports: ['usb'],
    announcesAlgorithms: true,
    announcesPinLength: true,
    firmwareVersion: 0x050403,
  },
};

const yubikey57: Profile = {
  ...yubikey54,
  name: 'yubikey-5.7',
  aaguid: '19083c3d83834b18bc038f1c9ab2fd1b',
  deviceVersion: [5, 7, 1],
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1'],
  extensions: ['credProtect', 'hmac-secret', 'minPinLength'],
  maxMsgSize: 1536,
  residentSlots: 100,
  tokens: 'permissions',
  credentialManagement: 'full',
  makeCredUvNotRqd: true,
  config: true,
  resetWindowMs: 10_000,
  fixedInfo: {
    ...yubikey54.fixedInfo,
    firmwareVersion: 0x050701,
    maxRpidsForSetMinPinLength: 1,
    certifications: { FIDO: 1 },
    announcesRemainingCredentials: true,
  },
};

const yubikeyBio: Profile = {
  ...yubikey57,
  name: 'yubikey-bio',
  product: 'YubiKey FIDO',
  productId: 0x0402,
  aaguid: 'd8522d9f575b486688a9ba99fa02f35b',
  deviceVersion: [5, 5, 6],
  maxMsgSize: 1200,
  residentSlots: 25,
  fingerprints: true,
  fixedInfo: {
    ...yubikey57.fixedInfo,
    firmwareVersion: 0x050506,
    preferredPlatformUvAttempts: 3,
    uvModality: 2,
  },
};

/** A Solo-like key: CTAP 2.0 and nothing on top; it does Ed25519, but no getInfo member says so. */
const plainCtap20: Profile = {
  ...yubikey51,
  name: 'plain-ctap20',
  product: 'Solo',
  manufacturer: 'SoloKeys',
  vendorId: 0x0483,
  productId: 0xa2ca,
  aaguid: '8876631bd4a0427f57730ec71c9e0279',
  deviceVersion: [4, 1, 5],
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['hmac-secret'],
  algorithms: [ES256, EDDSA],
  residentSlots: 50,
  credentialIdLength: 112,
  resetWindowMs: 10_000,
};

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  'yubikey-5.1': yubikey51,
  'yubikey-5.4': yubikey54,
  'yubikey-5.7': yubikey57,
  'yubikey-bio': yubikeyBio,
  'plain-ctap20': plainCtap20,
};
