/** What the key says of who made it, in words. */
import type { EnrollStep } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

export function attestationText(
  { verdict, issuer }: Extract<EnrollStep, { kind: 'attestation' }>,
  say: WindowTexts['say'],
): string {
  if (verdict === 'certified' && issuer !== undefined) return say('enroll.attestation-certified-by', { issuer });
  return say(`enroll.attestation-${verdict}`);
}
