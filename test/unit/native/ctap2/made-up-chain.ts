/** Certificates and attestations as somebody could make them up, each part at will, for what must be told apart. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { AttestationTrust, TrustAnchor } from '../../../../native/ctap2/attestation-chain.ts';
import { type Certificate, readCertificate } from '../../../../native/ctap2/certificate.ts';
import { type AttestationObject, attestationObject } from '../../../../native/ctap2/make-credential.ts';
import * as der from '../../../lab/authenticator/der.ts';

export type Attributes = readonly (readonly [type: string, text: string])[];

export const AAGUID = new Uint8Array(16).fill(0xa7);
export const ENROLLED_AT = Date.parse('2026-11-30T02:00:00Z');
export const CLIENT_DATA_HASH = new Uint8Array(createHash('sha256').update('this run').digest());

export const LEAF_NAME: Attributes = [
  ['2.5.4.6', 'SE'],
  ['2.5.4.10', 'Made-up Keys'],
  ['2.5.4.11', 'Authenticator Attestation'],
  ['2.5.4.3', 'Made-up EE Serial 1'],
];

export function named(commonName: string): Attributes {
  return [['2.5.4.3', commonName]];
}

export interface Made {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly name: Attributes;
}

export interface Wishes {
  readonly subject?: Attributes;
  readonly issuerName?: Attributes;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly version1?: boolean;
  readonly extensions?: readonly Uint8Array[];
  readonly signature?: 'ecdsa-sha256' | 'ecdsa-sha1';
}

const ECDSA = {
  'ecdsa-sha256': ['1.2.840.10045.4.3.2', 'sha256'],
  'ecdsa-sha1': ['1.2.840.10045.4.1', 'sha1'],
} as const;

/** One certificate, signed by `issuer`, or by itself where there is none. */
export function make(issuer: Pick<Made, 'privateKey' | 'name'> | undefined, wishes: Wishes): Made {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = wishes.subject ?? LEAF_NAME;
  const [oid, digest] = ECDSA[wishes.signature ?? 'ecdsa-sha256'];
  const algorithm = der.sequence(der.oid(oid));
  const extensions = der.tagged(0xa3, der.sequence(...(wishes.extensions ?? [])));
  const toBeSigned = der.sequence(
    ...(wishes.version1 === true ? [] : [der.tagged(0xa0, der.integer(2))]),
    der.integer(1),
    algorithm,
    nameOf(wishes.issuerName ?? issuer?.name ?? name),
    der.sequence(
      der.time(wishes.notBefore ?? new Date('2024-01-01')),
      der.time(wishes.notAfter ?? new Date('2054-01-01')),
    ),
    nameOf(name),
    new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    ...(wishes.version1 === true ? [] : [extensions]),
  );
  const signature = sign(digest, toBeSigned, issuer?.privateKey ?? privateKey);
  const whole = der.sequence(toBeSigned, algorithm, der.bitString(new Uint8Array(signature)));
  return { certificate: readCertificate(whole), privateKey, name };
}

export function authority(
  issuer: Made | undefined,
  commonName: string,
  pathLength?: number,
  wishes: Wishes = {},
): Made {
  const limit = pathLength === undefined ? [] : [der.integer(pathLength)];
  const ca = extension('2.5.29.19', true, der.sequence(der.TRUE, ...limit));
  return make(issuer, { subject: named(commonName), extensions: [ca, KEY_CERT_SIGN], ...wishes });
}

export function extension(type: string, critical: boolean, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(type), ...(critical ? [der.TRUE] : []), der.octetString(value));
}

export const KEY_CERT_SIGN = extension('2.5.29.15', true, der.tagged(0x03, Uint8Array.of(1, 0x06)));
export const NO_CA = extension('2.5.29.19', true, der.sequence());

export function aaguidExtension(aaguid: Uint8Array = AAGUID, critical = false): Uint8Array {
  return extension('1.3.6.1.4.1.45724.1.1.4', critical, der.octetString(aaguid));
}

/** A leaf as it should be, but for what is wished. */
export function leafOf(issuer: Made | undefined, wishes: Wishes = {}): Made {
  return make(issuer, { extensions: [NO_CA, aaguidExtension()], ...wishes });
}

export function anchorOf(
  { certificate }: Made,
  facts: Partial<Pick<TrustAnchor, 'ownsName' | 'issuerBegins' | 'source'>> = {},
): TrustAnchor {
  const { subject, publicKey, pathLength } = certificate;
  return { name: subject, publicKey, pathLength, source: 'the test', ownsName: false, ...facts };
}

export function trusting(...anchors: readonly TrustAnchor[]): AttestationTrust {
  return { anchors, intermediates: [] };
}

/** A packed attestation by this leaf, with what else the key sends. */
export function attestedBy(leaf: Made, sent: readonly Made[] = []): AttestationObject {
  const authData = authDataOf(AAGUID);
  const signature = sign('sha256', Buffer.concat([authData, CLIENT_DATA_HASH]), leaf.privateKey);
  const statement = new Map<string, number | Uint8Array | Uint8Array[]>([
    ['alg', -7],
    ['sig', new Uint8Array(signature)],
    ['x5c', [leaf, ...sent].map(({ certificate }) => certificate.der)],
  ]);
  return attestationObject('packed', authData, statement);
}

/** WebAuthn 2, 6.1: rpIdHash, flags UP UV AT, counter, aaguid, id length 16, id, Ed25519 key in COSE (RFC 9053). */
export function authDataOf(aaguid: Uint8Array): Uint8Array {
  const coseKey = Buffer.concat([Buffer.from('a4010103272006215820', 'hex'), Buffer.alloc(32, 1)]);
  const id = Buffer.concat([Buffer.of(0, 16), Buffer.alloc(16)]);
  return new Uint8Array(Buffer.concat([Buffer.alloc(32), Buffer.of(0x45), Buffer.alloc(4), aaguid, id, coseKey]));
}

function nameOf(attributes: Attributes): Uint8Array {
  return der.sequence(...attributes.map(([type, text]) => der.set(der.sequence(der.oid(type), der.utf8String(text)))));
}
