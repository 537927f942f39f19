/** Whose certificates prove a maker: Yubico's roots, and those that an administrator names (setting `attestation.roots`). */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type AttestationTrust, anchorOf } from '../../native/ctap2/attestation-chain.ts';
import { type Certificate, readPemCertificates } from '../../native/ctap2/certificate.ts';
import { yubicoTrust } from '../../native/ctap2/yubico-roots.ts';

/**
 * `read` gives a file's text; relative names and `~/` are resolved before. Each file holds one or more certificates as PEM, every one of them
 * a root. Throws `ATTESTATION_ROOT_INVALID` for a file that cannot be read, or that holds anything else.
 */
export async function attestationTrust(
  files: readonly string[],
  read: (file: string) => Promise<string>,
): Promise<AttestationTrust> {
  const { anchors, intermediates } = yubicoTrust();
  const further = await Promise.all(
    files.map(async (file) => (await rootsOf(file, read)).map((root) => anchorOf(root, file))),
  );
  return { anchors: [...anchors, ...further.flat()], intermediates };
}

async function rootsOf(file: string, read: (file: string) => Promise<string>): Promise<readonly Certificate[]> {
  const text = await read(file).catch((cause: unknown) => {
    throw invalid(file, 'cannot be read', cause);
  });
  const certificates = pemOf(file, text);
  if (!certificates.every(({ isCa, maySignCertificates }) => isCa && maySignCertificates)) {
    throw invalid(file, 'holds a certificate that may not issue others');
  }
  return certificates;
}

function pemOf(file: string, text: string): readonly Certificate[] {
  try {
    return readPemCertificates(text);
  } catch (cause) {
    throw invalid(file, 'holds no certificate that can be read', cause);
  }
}

function invalid(file: string, why: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'ATTESTATION_ROOT_INVALID',
    message: `${file}, a file of attestation roots, ${why}.`,
    remedy: 'Correct the setting attestation.roots: PEM files of root certificates.',
    detail: { path: file },
    cause,
  });
}
