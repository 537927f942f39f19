/**
 * X.509 certificates (RFC 5280, section 4.1) as far as attestations need them. node:crypto takes the certificate and its public key;
 * version, names as bytes, times and extensions, which it does not tell, are read here.
 */
import { type KeyObject, verify, X509Certificate } from 'node:crypto';
import { DerReader, DerTag, dottedOid, malformedCertificate } from './der.ts';

export interface CertificateName {
  /** In their order; object identifiers as keys, a type may occur more than once. */
  readonly attributes: readonly (readonly [type: string, text: string])[];
  /** `C=SE, O=Yubico AB, CN=…`, without control characters. */
  readonly text: string;
}

export interface CertificateExtension {
  readonly critical: boolean;
  /** What the OCTET STRING of extnValue holds. */
  readonly value: Uint8Array;
}

export interface Certificate {
  readonly der: Uint8Array;
  readonly version: 1 | 2 | 3;
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: ReadonlyMap<string, CertificateExtension>;
  /** basicConstraints (4.2.1.9): may issue certificates. */
  readonly isCa: boolean;
  /** How many issuers may follow below it; undefined: any number. */
  readonly pathLength: number | undefined;
  /** keyUsage (4.2.1.3), where there is one, lets it sign certificates. */
  readonly maySignCertificates: boolean;
  /** Hexadecimal SHA-256 of the whole. */
  readonly fingerprint: string;
  readonly signature: {
    readonly algorithm: string;
    /** The bytes that are signed: TBSCertificate. */
    readonly signed: Uint8Array;
    readonly value: Uint8Array;
  };
}

export const Oid = {
  COMMON_NAME: '2.5.4.3',
  COUNTRY: '2.5.4.6',
  ORGANIZATION: '2.5.4.10',
  ORGANIZATIONAL_UNIT: '2.5.4.11',
  KEY_USAGE: '2.5.29.15',
  BASIC_CONSTRAINTS: '2.5.29.19',
} as const;

const SHORT_NAMES: Readonly<Record<string, string>> = {
  [Oid.COMMON_NAME]: 'CN',
  [Oid.COUNTRY]: 'C',
  [Oid.ORGANIZATION]: 'O',
  [Oid.ORGANIZATIONAL_UNIT]: 'OU',
};

/** What issuers may sign with, and the digest of each; `null`: the algorithm has its own. SHA-1 and MD5 are not among them. */
const SIGNATURE_DIGESTS: ReadonlyMap<
  string,
  { readonly key: 'rsa' | 'ec' | 'ed25519'; readonly digest: string | null }
> = new Map([
  ['1.2.840.113549.1.1.11', { key: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', digest: 'sha512' }],
  ['1.2.840.10045.4.3.2', { key: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { key: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { key: 'ec', digest: 'sha512' }],
  ['1.3.101.112', { key: 'ed25519', digest: null }],
]);
const MIN_RSA_BITS = 2048;

/** Reads one certificate in DER. Throws `CERTIFICATE_MALFORMED`. */
export function readCertificate(der: Uint8Array): Certificate {
  const { publicKey, fingerprint256 } = parsed(der);
  const outer = new DerReader(der);
  const whole = outer.inside(DerTag.SEQUENCE);
  outer.end();
  const signed = whole.next(DerTag.SEQUENCE);
  const algorithm = dottedOid(whole.inside(DerTag.SEQUENCE).next(DerTag.OBJECT_IDENTIFIER).content);
  const value = bitString(whole.next(DerTag.BIT_STRING).content);
  whole.end();

  const body = new DerReader(signed.content);
  const version = versionOf(body.optional(0xa0)?.content);
  body.next(DerTag.INTEGER); // serialNumber
  const innerAlgorithm = dottedOid(body.inside(DerTag.SEQUENCE).next(DerTag.OBJECT_IDENTIFIER).content);
  if (innerAlgorithm !== algorithm) throw malformedCertificate('it names two signature algorithms');
  const issuer = nameOf(body.next(DerTag.SEQUENCE).whole);
  const validity = body.inside(DerTag.SEQUENCE);
  const [notBefore, notAfter] = [timeOf(validity), timeOf(validity)];
  validity.end();
  const subject = nameOf(body.next(DerTag.SEQUENCE).whole);
  body.next(DerTag.SEQUENCE); // subjectPublicKeyInfo: node:crypto has read it
  body.optional(0x81); // issuerUniqueID
  body.optional(0x82); // subjectUniqueID
  const extensions = extensionsOf(body.optional(0xa3)?.content);
  body.end();
  return {
    der,
    version,
    subject,
    issuer,
    publicKey,
    notBefore,
    notAfter,
    extensions,
    ...basicConstraints(extensions.get(Oid.BASIC_CONSTRAINTS)?.value),
    maySignCertificates: maySign(extensions.get(Oid.KEY_USAGE)?.value),
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    signature: { algorithm, signed: signed.whole, value },
  };
}

/** All certificates of a PEM text, in their order. Throws `CERTIFICATE_MALFORMED` for one that cannot be read, or for none. */
export function readPemCertificates(text: string): readonly Certificate[] {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw malformedCertificate('there is none in the text');
  return blocks.map(([, base64 = '']) => readCertificate(new Uint8Array(Buffer.from(base64, 'base64'))));
}

/** Whether the certificate is signed by this key, by an algorithm that still holds. */
export function isSignedBy({ signature }: Pick<Certificate, 'signature'>, issuerKey: KeyObject): boolean {
  const method = SIGNATURE_DIGESTS.get(signature.algorithm);
  if (method === undefined || issuerKey.asymmetricKeyType !== method.key) return false;
  if (method.key === 'rsa' && (issuerKey.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return false;
  try {
    return verify(method.digest, signature.signed, issuerKey, signature.value);
  } catch {
    return false; // a signature that is not even of its algorithm's form
  }
}

/** RFC 5280, 7.1: the same attributes in the same order, whatever their string types, case and spaces. */
export function isSameName(a: CertificateName, b: CertificateName): boolean {
  return folded(a) === folded(b);
}

function folded({ attributes }: CertificateName): string {
  const texts = attributes.map(([type, text]) => [
    type,
    text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase(),
  ]);
  return JSON.stringify(texts);
}

/** The key is decoded only when it is asked for, and may be of a kind that OpenSSL does not know. */
function parsed(der: Uint8Array): { readonly publicKey: KeyObject; readonly fingerprint256: string } {
  try {
    const { publicKey, fingerprint256 } = new X509Certificate(der);
    return { publicKey, fingerprint256 };
  } catch (cause) {
    throw malformedCertificate('it is not X.509, or its key is of an unknown kind', cause);
  }
}

function versionOf(explicit: Uint8Array | undefined): Certificate['version'] {
  if (explicit === undefined) return 1;
  const version = new DerReader(explicit).next(DerTag.INTEGER).content;
  if (version.length !== 1 || (version[0] !== 1 && version[0] !== 2))
    throw malformedCertificate('its version is unknown');
  return version[0] === 1 ? 2 : 3;
}

/** Name ::= SEQUENCE OF SET OF SEQUENCE { type, value } (4.1.2.4). */
function nameOf(der: Uint8Array): CertificateName {
  const attributes: (readonly [string, string])[] = [];
  const rdns = new DerReader(der).inside(DerTag.SEQUENCE);
  while (!rdns.isAtEnd) {
    const rdn = rdns.inside(DerTag.SET);
    while (!rdn.isAtEnd) {
      const attribute = rdn.inside(DerTag.SEQUENCE);
      const type = dottedOid(attribute.next(DerTag.OBJECT_IDENTIFIER).content);
      attributes.push([type, textOf(attribute.next())]);
      attribute.end();
    }
  }
  const text = attributes.map(([type, value]) => `${SHORT_NAMES[type] ?? type}=${value.replace(/\p{C}/gu, '?')}`);
  return { attributes, text: text.join(', ') };
}

function textOf({ tag, content }: { readonly tag: number; readonly content: Uint8Array }): string {
  const bytes = Buffer.from(content);
  switch (tag) {
    case DerTag.UTF8_STRING:
      return bytes.toString('utf8');
    case DerTag.PRINTABLE_STRING:
    case DerTag.IA5_STRING:
    case DerTag.T61_STRING:
      return bytes.toString('latin1');
    case DerTag.BMP_STRING:
      return bytes.length % 2 === 0 ? bytes.swap16().toString('utf16le') : `#${bytes.toString('hex')}`;
    default:
      return `#${bytes.toString('hex')}`;
  }
}

/** UTCTime or GeneralizedTime, in UTC and to the second (4.1.2.5). */
function timeOf(reader: DerReader): number {
  const { tag, content } = reader.next();
  const text = Buffer.from(content).toString('latin1');
  const found = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const isUtcTime = tag === DerTag.UTC_TIME;
  if (found === null || (!isUtcTime && tag !== DerTag.GENERALIZED_TIME) || isUtcTime !== (found[1]?.length === 2)) {
    throw malformedCertificate('a time in it is none');
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  // UTCTime has two digits, of 1950 to 2049.
  const fullYear = isUtcTime ? year + (year < 50 ? 2000 : 1900) : year;
  return Date.UTC(fullYear, month - 1, day, hour, minute, second);
}

function extensionsOf(explicit: Uint8Array | undefined): ReadonlyMap<string, CertificateExtension> {
  const extensions = new Map<string, CertificateExtension>();
  if (explicit === undefined) return extensions;
  const list = new DerReader(explicit).inside(DerTag.SEQUENCE);
  while (!list.isAtEnd) {
    const extension = list.inside(DerTag.SEQUENCE);
    const type = dottedOid(extension.next(DerTag.OBJECT_IDENTIFIER).content);
    const critical = isTrue(extension.optional(DerTag.BOOLEAN)?.content);
    const { content: value } = extension.next(DerTag.OCTET_STRING);
    extension.end();
    if (extensions.has(type)) throw malformedCertificate('it has an extension twice');
    extensions.set(type, { critical, value });
  }
  return extensions;
}

function basicConstraints(value: Uint8Array | undefined): Pick<Certificate, 'isCa' | 'pathLength'> {
  if (value === undefined) return { isCa: false, pathLength: undefined };
  const constraints = new DerReader(value).inside(DerTag.SEQUENCE);
  const isCa = isTrue(constraints.optional(DerTag.BOOLEAN)?.content);
  const pathLength = constraints.optional(DerTag.INTEGER)?.content;
  constraints.end();
  if (pathLength === undefined) return { isCa, pathLength: undefined };
  if (pathLength.length !== 1 || (pathLength[0] ?? 0) > 0x7f)
    throw malformedCertificate('its path length is out of bounds');
  return { isCa, pathLength: pathLength[0] };
}

/** BOOLEAN DEFAULT FALSE. */
function isTrue(content: Uint8Array | undefined): boolean {
  return content?.some((octet) => octet !== 0) === true;
}

const KEY_CERT_SIGN = 0x04;

function maySign(value: Uint8Array | undefined): boolean {
  if (value === undefined) return true;
  const [, usage = 0] = new DerReader(value).next(DerTag.BIT_STRING).content;
  return (usage & KEY_CERT_SIGN) !== 0;
}

/** A BIT STRING of whole bytes. */
function bitString(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw malformedCertificate('its signature is no whole number of bytes');
  return content.subarray(1);
}
