/** Enrollments as the main process tells them, to be stopped at any step. */
import type { EnrollReportView, EnrollStep } from '../../main/ipc/contract.ts';
import { FINGERPRINT, NOW, PUBLIC_LINE, RANDOMART } from './sample-readiness.ts';

export const KEY_FILE = '/home/ada/.ssh/id_ed25519_sk';
export const SIGN_IN_URL =
  'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?client_id=3f1c7d0e-98aa-4d0b-8a43-1d0e3b4f6a11&response_type=code';

/** The steps of a whole enrollment on a key that has a PIN. */
export const STEPS: readonly EnrollStep[] = [
  { kind: 'key-found', product: 'Yubico YubiKey OTP+FIDO+CCID', firmware: '5.7.1', model: 'YubiKey 5/5C NFC' },
  { kind: 'pin-wanted', isNew: false },
  { kind: 'pin-given' },
  { kind: 'touch-wanted' },
  { kind: 'touched' },
  { kind: 'credential-made' },
  { kind: 'attestation', verdict: 'genuine', issuer: 'CN=Yubico U2F Root CA Serial 457200631', root: 'Yubico' },
  { kind: 'files-written', keyFile: KEY_FILE, fingerprint: FINGERPRINT, keptOld: [] },
  { kind: 'sign-in-wanted' },
  { kind: 'publishing', account: 'ada@contoso.com' },
  { kind: 'published', account: 'ada@contoso.com', replaced: false },
];

/** All steps up to the first of this kind, it included. */
export function stepsUntil(kind: EnrollStep['kind']): readonly EnrollStep[] {
  return STEPS.slice(0, STEPS.findIndex((step) => step.kind === kind) + 1);
}

export const WRITTEN_REPORT: EnrollReportView = {
  id: 'one',
  state: 'written',
  keyFile: KEY_FILE,
  publicLine: PUBLIC_LINE,
  fingerprint: FINGERPRINT,
  randomart: RANDOMART,
};

export const PUBLISHED_REPORT: EnrollReportView = {
  ...WRITTEN_REPORT,
  state: 'published',
  account: 'ada@contoso.com',
  reconciledBy: NOW + 4 * 60 * 60_000,
};
