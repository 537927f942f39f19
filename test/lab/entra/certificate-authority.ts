/** The lab's certificate authority: a root, and a server certificate for this computer, as PEM files in a folder. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
// Must come before @peculiar/x509.
import './reflect-metadata.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;

export interface LabCertificates {
  /** PEM file of the root: what a client must trust. */
  readonly caFile: string;
  /** PEM text of the server's certificate for localhost and 127.0.0.1, and of its key. */
  readonly certificate: string;
  readonly key: string;
}

/** Makes both, valid for a day, and writes `ca.pem`, `server.pem` and `server.key` (0600) into `folder`. */
export async function makeLabCertificates(folder: string): Promise<LabCertificates> {
  cryptoProvider.set(crypto);
  const notBefore = new Date(Date.now() - HOUR_MS);
  const notAfter = new Date(Date.now() + 24 * HOUR_MS);
  const rootKeys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    // Unlike any other lab's: where two trusted roots share a name, the wrong one may be tried.
    name: `CN=Glasskey lab root ${randomUUID()}`,
    notBefore,
    notAfter,
    keys: rootKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });
  const serverKeys = await generateKeys();
  const server = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=localhost',
    issuer: root.subject,
    notBefore,
    notAfter,
    publicKey: serverKeys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      await AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return writeAll(
    folder,
    `${root.toString('pem')}\n`,
    `${server.toString('pem')}\n`,
    await pkcs8Pem(serverKeys.privateKey),
  );
}

async function writeAll(folder: string, root: string, certificate: string, key: string): Promise<LabCertificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, root);
  await writeFile(join(folder, 'server.pem'), certificate);
  await writeFile(join(folder, 'server.key'), key, { mode: 0o600 });
  return { caFile, certificate, key };
}

function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pkcs8Pem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
