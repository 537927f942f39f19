/** Recoveries as the main process tells them. */
import type { RecoverableKeyView, RecoveryReportView, RecoveryStep } from '../../main/ipc/contract.ts';
import { FINGERPRINT } from './sample-readiness.ts';

export const ON_PROFILE: RecoverableKeyView = {
  id: 'found-1',
  fingerprint: FINGERPRINT,
  algorithm: 'ed25519-sk',
  userName: 'ada@workstation 2026-11-03',
  verifyRequired: true,
  onProfile: true,
  enrolled: false,
};

export const OTHER_KEY: RecoverableKeyView = {
  id: 'found-2',
  fingerprint: 'SHA256:Qe7Yt5XbGd2wLp9RkVn3sZc1MfHa8jUo4iTq6yEv0Nk',
  algorithm: 'ecdsa-sk',
  userName: 'openssh',
  verifyRequired: false,
  onProfile: false,
  enrolled: false,
};

export const RECOVERY_STEPS: readonly RecoveryStep[] = [
  { kind: 'pin-wanted' },
  { kind: 'pin-given' },
  { kind: 'keys-listed', count: 2 },
  { kind: 'sign-in-wanted' },
  { kind: 'looking-at-profile', account: 'ada@contoso.com' },
  { kind: 'choice-wanted', keys: [ON_PROFILE, OTHER_KEY] },
];

/** All steps up to the first of this kind, it included. */
export function recoveryUntil(kind: RecoveryStep['kind']): readonly RecoveryStep[] {
  return RECOVERY_STEPS.slice(0, RECOVERY_STEPS.findIndex((step) => step.kind === kind) + 1);
}

export const RECOVERED: RecoveryReportView = {
  product: 'YubiKey 5C NFC',
  profile: { account: 'ada@contoso.com', isEmpty: false },
  keys: [
    { ...ON_PROFILE, outcome: 'recovered', keyFile: '/home/ada/.ssh/id_ed25519_sk' },
    { ...OTHER_KEY, outcome: 'left' },
  ],
  unusable: [{ application: 'ssh:work', userName: 'old', why: 'algorithm' }],
};
