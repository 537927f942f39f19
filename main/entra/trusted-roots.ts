/**
 * Which certificate authorities HTTPS trusts: Node's own list, the operating system's store (where companies put their
 * proxy's root), and the file named in the settings. Node's `fetch`, which MSAL and the Graph client use, takes the
 * default list of node:tls, so that is where they are added.
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
/** Far above any real bundle; keeps a mistaken path (a disk image) from being read whole into certificates. */
const MOST_BYTES = 4 * 1024 * 1024;

let systemAdded = false;
const filesAdded = new Set<string>();

/**
 * Adds the system's store, and the certificates of `caFile` when one is given, to what this process trusts. A second
 * call with the same file does nothing. Throws `ENTRA_CA_FILE_UNREADABLE` when the file cannot be read or holds no
 * certificate.
 */
export async function trustRoots(caFile: string | undefined): Promise<void> {
  if (systemAdded && (caFile === undefined || filesAdded.has(caFile))) return;
  const extra = caFile === undefined ? [] : await readCertificates(caFile);
  const roots = new Set([...getCACertificates('default'), ...getCACertificates('system'), ...extra]);
  setDefaultCACertificates([...roots]);
  systemAdded = true;
  if (caFile !== undefined) filesAdded.add(caFile);
}

async function readCertificates(caFile: string): Promise<readonly string[]> {
  const pem = await readFile(caFile, 'utf8').catch((cause: unknown) => {
    throw unreadable(caFile, 'could not be read', cause);
  });
  if (pem.length > MOST_BYTES) throw unreadable(caFile, 'is too large to be a list of certificates');
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw unreadable(caFile, 'holds no PEM certificate');
  for (const certificate of certificates) assertCertificate(certificate, caFile);
  return certificates;
}

function assertCertificate(pem: string, caFile: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw unreadable(caFile, 'holds a certificate that is damaged', cause);
  }
}

function unreadable(caFile: string, fault: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_CA_FILE_UNREADABLE',
    message: `The file of certificate authorities ${caFile} ${fault}.`,
    remedy: 'Set entra.caFile to a PEM file that holds your organization’s root certificate, or remove the setting.',
    detail: { path: caFile },
    cause,
  });
}
