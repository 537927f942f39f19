/** What somebody trusts who trusts the lab's root. */
import { type AttestationTrust, anchorOf } from '../../../../native/ctap2/attestation-chain.ts';
import { readCertificate } from '../../../../native/ctap2/certificate.ts';
import { labFidoRoot } from '../../../lab/authenticator/attestation-certificates.ts';

export function labTrust(): AttestationTrust {
  return { anchors: [anchorOf(readCertificate(labFidoRoot()), 'the lab')], intermediates: [] };
}
