/** Security keys as the main process tells them, with what they hold and how work on them goes. */
import type {
  CallOutput,
  CredentialListView,
  KeyStep,
  ResetLossView,
  ResidentCredentialView,
  SecurityKeyView,
} from '../../main/ipc/contract.ts';
import { FINGERPRINT, NOW } from './sample-readiness.ts';

const DAY = 86_400_000;

const YUBIKEY: SecurityKeyView = {
  path: '/dev/hidraw3',
  product: 'YubiKey 5 Series with NFC',
  isModelKnown: true,
  shape: 'nfc',
  firmware: '5.7.4',
  aaguid: 'd7781e5d-e353-46aa-afe2-3ca49f13332a',
  advisories: [],
  pin: { state: 'set', triesLeft: 8, minLength: 4 },
  credentials: { canList: true, canRename: true, free: 96 },
  alwaysUv: false,
  canSetMinPinLength: true,
  canWink: true,
};

const BIO: SecurityKeyView = {
  ...YUBIKEY,
  path: '/dev/hidraw4',
  product: 'YubiKey Bio Series - FIDO Edition',
  shape: 'sensor',
  firmware: '5.5.6',
  aaguid: 'd8522d9f-575b-4866-88a9-ba99fa02f35b',
  advisories: [
    {
      id: 'YSA-2024-03',
      title: 'EUCLEAK: ECDSA private keys can be recovered in a laboratory',
      severity: 'notice',
      meaning:
        'This key has firmware 5.5.6; 5.7.2 is the first that is not affected. Somebody with the key in hand, laboratory equipment and, for many uses, the PIN can recover an ECDSA private key.',
      remedy:
        'Keep using it, and keep it in sight; report it at once when it is lost, so that devices no longer accept it. For access that matters most, replace it by one of firmware 5.7.2 or later.',
    },
  ],
  credentials: { canList: true, canRename: true, free: 25 },
  fingerprints: { enrolled: true },
};

const SOLO: SecurityKeyView = {
  path: '/dev/hidraw5',
  product: 'Solo',
  isModelKnown: false,
  shape: 'plain',
  firmware: '4.1.5',
  aaguid: '8876631b-d4a0-427f-5773-0ec71c9e0279',
  advisories: [],
  pin: { state: 'not-set', minLength: 4 },
  credentials: { canList: false, canRename: false },
  canWink: true,
};

export const SECURITY_KEYS = {
  yubikey: YUBIKEY,
  bio: BIO,
  solo: SOLO,
  'two-plugs': { ...YUBIKEY, product: 'YubiKey 5 Series with Lightning', shape: 'two-plugs' },
  'no-pin': { ...YUBIKEY, pin: { state: 'not-set', minLength: 4 } },
  'few-tries': { ...YUBIKEY, pin: { state: 'set', triesLeft: 2, minLength: 4 } },
  replug: { ...YUBIKEY, pin: { state: 'replug-needed', triesLeft: 5, minLength: 4 } },
  blocked: { ...YUBIKEY, pin: { state: 'blocked', triesLeft: 0, minLength: 4 } },
  forced: { ...YUBIKEY, pin: { state: 'change-forced', triesLeft: 8, minLength: 6 } },
  full: { ...YUBIKEY, credentials: { canList: true, canRename: false, free: 0 } },
  unreadable: {
    path: '/dev/hidraw3',
    product: 'YubiKey OTP+FIDO+CCID',
    isModelKnown: false,
    shape: 'plain',
    advisories: [],
    problem: {
      code: 'HID_NO_ACCESS',
      message: 'This account may not open the security key.',
      remedy: 'Ask the administrator of this computer for the rule that lets you.',
      kind: 'expected',
    },
  },
} satisfies Readonly<Record<string, SecurityKeyView>>;

export const ENROLLED_CREDENTIAL: ResidentCredentialView = {
  id: 'a1b2c3d4',
  rpId: 'ssh:',
  userName: 'ada@workstation 2026-11-03',
  algorithm: 'ed25519',
  ssh: {
    fingerprint: FINGERPRINT,
    enrollment: {
      keyFile: '/home/ada/.ssh/id_ed25519_sk',
      createdAt: NOW - DAY,
      attestation: { verdict: 'genuine', root: 'Yubico' },
      onProfileOf: 'ada@contoso.com',
    },
  },
};

export const FOREIGN_CREDENTIAL: ResidentCredentialView = {
  id: 'b1b2c3d4',
  rpId: 'ssh:',
  userName: 'openssh',
  displayName: 'openssh',
  algorithm: 'es256',
  ssh: { fingerprint: 'SHA256:Qe7Yt5XbGd2wLp9RkVn3sZc1MfHa8jUo4iTq6yEv0Nk' },
};

export const PASSKEY: ResidentCredentialView = {
  id: 'c1b2c3d4',
  rpId: 'login.microsoft.com',
  userName: 'ada@contoso.com',
  displayName: 'Ada Lovelace',
  algorithm: 'es256',
};

const OTHER_PASSKEY: ResidentCredentialView = { ...PASSKEY, id: 'd1b2c3d4', rpId: 'github.com', userName: 'adal' };

export const CREDENTIALS: CredentialListView = {
  relyingParties: [
    { rpId: 'ssh:', credentials: [ENROLLED_CREDENTIAL, FOREIGN_CREDENTIAL] },
    { rpId: 'login.microsoft.com', credentials: [PASSKEY] },
    { rpId: 'github.com', credentials: [OTHER_PASSKEY] },
  ],
  used: 4,
  free: 96,
};

export const FINGERPRINTS: CallOutput<'fingerprints.list'> = {
  fingerprints: [{ id: '0101', name: 'right index' }, { id: '0102' }],
  longestName: 15,
};

export const LOSS: ResetLossView = {
  pinSet: true,
  fingerprints: false,
  credentials: [ENROLLED_CREDENTIAL, FOREIGN_CREDENTIAL, PASSKEY],
  enrollments: [
    {
      keyFile: '/home/ada/.ssh/id_ed25519_sk',
      fingerprint: FINGERPRINT,
      onProfileOf: 'ada@contoso.com',
      isCertain: true,
    },
  ],
};

export const RESET_STEPS: readonly KeyStep[] = [
  { kind: 'pin-wanted', isNew: false },
  { kind: 'pin-given' },
  { kind: 'consent-wanted', loss: LOSS, windowSeconds: 10 },
  { kind: 'unplug-wanted' },
  { kind: 'plug-in-wanted' },
  { kind: 'reset-touch-wanted', endsAt: NOW + 9_000, isHeld: false },
  { kind: 'touched' },
];

/** All steps of a reset up to the first of this kind, it included. */
export function resetUntil(kind: KeyStep['kind']): readonly KeyStep[] {
  return RESET_STEPS.slice(0, RESET_STEPS.findIndex((step) => step.kind === kind) + 1);
}

export const SAMPLES: readonly KeyStep[] = [
  { kind: 'pin-wanted', isNew: false },
  { kind: 'pin-given' },
  { kind: 'finger-wanted', left: 5 },
  { kind: 'sample', feedback: 'good', left: 4 },
  { kind: 'sample', feedback: 'good', left: 3 },
  { kind: 'sample', feedback: 'too-fast', left: 3 },
];
