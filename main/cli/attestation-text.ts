/** What the attestation of a credential proves, in words for the terminal. */
import type { AttestationNews } from '../enrollment/people.ts';
import { printable } from './output.ts';

/** An attestation as it is told, of an enrollment that runs or one that is done. */
type AttestationWords = { readonly verdict: AttestationNews['verdict'] } & Partial<AttestationNews>;

export function attestationText({ verdict, issuer = '', root = '', because }: AttestationWords): string {
  switch (verdict) {
    case 'genuine':
      return `The key signed its enrollment's challenge, and is genuine: its certificate ends at ${rootText(root)}`;
    case 'unknown-issuer':
      return `The key signed its enrollment's challenge; its maker is not proven: ${doubtText(because, printable(issuer))}`;
    case 'self':
      return "The new credential signed its enrollment's challenge (no certificate: any software could have made it)";
    case 'none':
      return 'The key gives no attestation: nothing to check';
    default:
      return verdict satisfies never;
  }
}

function rootText(root: string): string {
  return root === 'Yubico' ? "Yubico's root" : `a root that your settings trust (${printable(root)})`;
}

function doubtText(because: AttestationNews['because'], issuer: string): string {
  switch (because) {
    case 'expired':
      return `its certificate, by ${issuer}, has expired`;
    case 'not-yet-valid':
      return `its certificate, by ${issuer}, is not valid yet; check this computer's clock`;
    case 'certificate-form':
      return `its certificate, by ${issuer}, is none for attestations`;
    case 'no-known-root':
    case undefined:
      return `its certificate is by ${issuer}, whom Glasskey does not know`;
    default:
      return because satisfies never;
  }
}
