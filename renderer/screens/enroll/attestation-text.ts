/** What the key says of who made it, and what of that is proven, in words. */
import type { EnrollStep } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

export function attestationText(
  { verdict, issuer = '', root = '', because = 'no-known-root' }: Extract<EnrollStep, { kind: 'attestation' }>,
  say: WindowTexts['say'],
): string {
  switch (verdict) {
    case 'genuine':
      return root === 'Yubico'
        ? say('enroll.attestation-genuine-yubico')
        : say('enroll.attestation-genuine-settings', { root });
    case 'unknown-issuer':
      return say(`enroll.attestation-${because}`, { issuer });
    case 'self':
    case 'none':
      return say(`enroll.attestation-${verdict}`);
    default:
      return verdict satisfies never;
  }
}
