import { createHash, createPublicKey, sign } from 'node:crypto';
import * as der from './der.ts';
import { fromHex } from './hex.ts';
import type { Profile } from './profiles.ts';
import { p256PrivateKey } from './signing-key.ts';

const ECDSA_WITH_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const NOT_BEFORE = new Date('2024-01-01T00:00:00Z');
const NOT_AFTER = new Date('2054-01-01T00:00:00Z');

export const LAB_ROOT_NAME = 'Glasskey Lab FIDO Root';

export interface LabLeaf {
  /** DER. */
  readonly certificate: Uint8Array;
  /** P-256 scalar. */
  readonly privateKey: Uint8Array;
}

const leaves = new Map<string, LabLeaf>();

/** The attestation certificate all lab keys of one model share (as real batches do), issued by the lab's root. */
export function attestationLeaf(profile: Profile): LabLeaf {
  const made = leaves.get(profile.name) ?? makeLeaf(profile);
  leaves.set(profile.name, made);
  return made;
}

/**
 * DER of the root certificate that issued every lab attestation certificate. Its key is the same in every process; its
 * own signature is drawn anew in each, so compare the name and the key, or keep one copy as the anchor.
 */
export function labFidoRoot(): Uint8Array {
  const key = secretOf('root');
  return certificate({
    serial: [1],
    subject: rootName(),
    spki: spki(key),
    extensions: [
      extension('2.5.29.19', true, der.sequence(der.TRUE, der.integer(0))),
      // keyCertSign and cRLSign.
      extension('2.5.29.15', true, der.tagged(0x03, Uint8Array.of(1, 0x06))),
      extension('2.5.29.14', false, der.octetString(keyIdentifier(key))),
    ],
  });
}

/** The same as PEM, as somebody would keep it who trusts the lab. */
export function labFidoRootPem(): string {
  const lines =
    Buffer.from(labFidoRoot())
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Leaf of a packed attestation (WebAuthn 2, 8.2.1; OIDs: ctap.md, section 17). */
function makeLeaf(profile: Profile): LabLeaf {
  const privateKey = secretOf(profile.aaguid);
  const subject = name([
    ['2.5.4.6', der.printableString('SE')],
    ['2.5.4.10', der.utf8String('Glasskey Lab')],
    ['2.5.4.11', der.utf8String('Authenticator Attestation')],
    ['2.5.4.3', der.utf8String(`Glasskey Lab ${profile.name} EE Serial 1`)],
  ]);
  const made = certificate({
    serial: [0x11, ...fromHex(profile.aaguid).subarray(0, 7)],
    subject,
    spki: spki(privateKey),
    extensions: [
      ...(profile.manufacturer === 'Yubico' ? yubicoExtensions(profile) : []),
      // Transports: bit 2 is USB.
      extension('1.3.6.1.4.1.45724.2.1.1', false, Uint8Array.of(0x03, 0x02, 0x05, 0x20)),
      extension('1.3.6.1.4.1.45724.1.1.4', false, der.octetString(fromHex(profile.aaguid))),
      extension('2.5.29.35', false, der.sequence(der.tagged(0x80, keyIdentifier(secretOf('root'))))),
      extension('2.5.29.14', false, der.octetString(keyIdentifier(privateKey))),
      extension('2.5.29.19', true, der.sequence()),
    ],
  });
  return { certificate: made, privateKey };
}

/** Device type (bare ASCII) and firmware version, as Yubico's certificates have them: they make up real sizes. */
function yubicoExtensions(profile: Profile): Uint8Array[] {
  return [
    extension('1.3.6.1.4.1.41482.2', false, Buffer.from('1.3.6.1.4.1.41482.1.7', 'ascii')),
    extension('1.3.6.1.4.1.41482.13.1', false, der.octetString(Uint8Array.from(profile.deviceVersion))),
  ];
}

interface CertificateParts {
  readonly serial: readonly number[];
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

/** An X.509 v3 certificate issued by the lab's root (RFC 5280, section 4.1). */
function certificate(parts: CertificateParts): Uint8Array {
  const version3 = der.tagged(0xa0, der.integer(2));
  const toBeSigned = der.sequence(
    version3,
    der.integer(...parts.serial),
    ECDSA_WITH_SHA256,
    rootName(),
    der.sequence(der.time(NOT_BEFORE), der.time(NOT_AFTER)),
    parts.subject,
    parts.spki,
    der.tagged(0xa3, der.sequence(...parts.extensions)),
  );
  const signature = sign('sha256', toBeSigned, p256PrivateKey(secretOf('root')));
  return der.sequence(toBeSigned, ECDSA_WITH_SHA256, der.bitString(new Uint8Array(signature)));
}

function rootName(): Uint8Array {
  return name([
    ['2.5.4.6', der.printableString('SE')],
    ['2.5.4.10', der.utf8String('Glasskey Lab')],
    ['2.5.4.3', der.utf8String(LAB_ROOT_NAME)],
  ]);
}

function name(attributes: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  return der.sequence(...attributes.map(([type, value]) => der.set(der.sequence(der.oid(type), value))));
}

function extension(type: string, critical: boolean, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(type), ...(critical ? [der.TRUE] : []), der.octetString(value));
}

/** The lab's keys are no secrets: derived, so that every process has the same root and none has to be kept in a file. */
function secretOf(what: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`Glasskey Lab FIDO ${what}`).digest());
}

function spki(scalar: Uint8Array): Uint8Array {
  return new Uint8Array(createPublicKey(p256PrivateKey(scalar)).export({ format: 'der', type: 'spki' }));
}

/** RFC 5280, 4.2.1.2, method 1: SHA-1 of the public point (the last 65 bytes of a P-256 SPKI). */
function keyIdentifier(scalar: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha1').update(spki(scalar).subarray(-65)).digest());
}
