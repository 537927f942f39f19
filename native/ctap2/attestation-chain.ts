/**
 * From an attestation certificate up to a root that is known (RFC 5280, section 6.1, as far as attestation certificates use it).
 *
 * A root is a trust anchor: its name and its key, with the path length it allows (6.1.1 (d)). Its own dates are not looked at. Those
 * of the certificates below it are, at the time the caller names: when the key was enrolled, or now. There are no revocation lists
 * of attestation certificates to ask, and Glasskey works offline.
 */
import type { KeyObject } from 'node:crypto';
import { type Certificate, type CertificateName, isSameName, isSignedBy, Oid } from './certificate.ts';

export interface TrustAnchor {
  readonly name: CertificateName;
  readonly publicKey: KeyObject;
  /** How many issuers may stand between the root and an attestation certificate; undefined: any number. */
  readonly pathLength: number | undefined;
  /** Whose root it is, in words: `Yubico`, or the file that an administrator named. */
  readonly source: string;
  /**
   * Nobody else uses this name: a certificate that names it as its issuer and was not signed by it is forged. False for roots of a
   * policy, which may have been renewed under their old name.
   */
  readonly ownsName: boolean;
  /** The common name of whoever signs a FIDO attestation certificate under it begins so, where the root serves other ends too. */
  readonly issuerBegins?: string;
}

export interface AttestationTrust {
  readonly anchors: readonly TrustAnchor[];
  /** Issuers that are known without the key sending them. */
  readonly intermediates: readonly Certificate[];
}

export type ChainVerdict =
  | {
      readonly kind: 'anchored';
      readonly anchor: TrustAnchor;
      /** From the issuer of the attestation certificate up to the last one below the root; empty where the root is the issuer. */
      readonly issuers: readonly Certificate[];
    }
  | { readonly kind: 'unanchored'; readonly because: 'no-known-root' | 'expired' | 'not-yet-valid' }
  /** It names an issuer that did not sign it. */
  | { readonly kind: 'false-claim' };

/** Real chains have at most three issuers; this keeps a made-up one from costing time. */
const MOST_ISSUERS = 4;
const MOST_SENT = 8;

/** A root certificate as an anchor, without any rule of names. */
export function anchorOf({ subject, publicKey, pathLength }: Certificate, source: string): TrustAnchor {
  return { name: subject, publicKey, pathLength, source, ownsName: false };
}

/** `sent` is what the key gave beside the leaf, in any order. `at`: milliseconds since 1970. */
export function chainToAnchor(
  leaf: Certificate,
  sent: readonly Certificate[],
  trust: AttestationTrust,
  at: number,
): ChainVerdict {
  const given = sent.slice(0, MOST_SENT);
  if ([leaf, ...given].some((one) => claimsFalsely(one, trust))) return { kind: 'false-claim' };
  const candidates = [...given, ...trust.intermediates];
  const valid = search(leaf, [], candidates, trust.anchors, (one) => validity(one, at) === undefined);
  if (valid !== undefined) return { kind: 'anchored', ...valid };
  const ofAnyTime = search(leaf, [], candidates, trust.anchors, () => true);
  const because =
    ofAnyTime && [leaf, ...ofAnyTime.issuers].map((one) => validity(one, at)).find((one) => one !== undefined);
  return { kind: 'unanchored', because: because ?? 'no-known-root' };
}

interface Found {
  readonly anchor: TrustAnchor;
  readonly issuers: readonly Certificate[];
}

/** Depth first; each certificate at most once in a path. */
function search(
  leaf: Certificate,
  issuers: readonly Certificate[],
  candidates: readonly Certificate[],
  anchors: readonly TrustAnchor[],
  counts: (certificate: Certificate) => boolean,
): Found | undefined {
  const last = issuers.at(-1) ?? leaf;
  if (!counts(last)) return undefined;
  const below = issuers.length;
  const anchor = anchors.find(
    (one) => mayFollow(one.pathLength, below) && hasIssued(one, last) && servesFido(one, leaf, issuers),
  );
  if (anchor !== undefined) return { anchor, issuers };
  if (below === MOST_ISSUERS) return undefined;
  for (const candidate of candidates) {
    if (issuers.includes(candidate) || !isIssuer(candidate, below) || !isIssuedBy(last, candidate)) continue;
    const found = search(leaf, [...issuers, candidate], candidates, anchors, counts);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a certificate may have `below` issuers between itself and the leaf. */
function isIssuer(candidate: Certificate, below: number): boolean {
  if (!candidate.isCa || !candidate.maySignCertificates || candidate.version !== 3) return false;
  return mayFollow(candidate.pathLength, below) && hasOnlyKnownCritical(candidate);
}

function mayFollow(pathLength: number | undefined, below: number): boolean {
  return pathLength === undefined || below <= pathLength;
}

function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return isSameName(certificate.issuer, issuer.subject) && isSignedBy(certificate, issuer.publicKey);
}

function hasIssued(anchor: TrustAnchor, certificate: Certificate): boolean {
  return isSameName(certificate.issuer, anchor.name) && isSignedBy(certificate, anchor.publicKey);
}

function servesFido(anchor: TrustAnchor, leaf: Certificate, issuers: readonly Certificate[]): boolean {
  if (anchor.issuerBegins === undefined) return true;
  const { attributes } = issuers[0]?.subject ?? leaf.issuer;
  const names = attributes.filter(([type]) => type === Oid.COMMON_NAME);
  return names.length === 1 && names[0]?.[1].startsWith(anchor.issuerBegins) === true;
}

function claimsFalsely(certificate: Certificate, { anchors, intermediates }: AttestationTrust): boolean {
  const owners = anchors.filter((one) => one.ownsName && isSameName(certificate.issuer, one.name));
  const known = intermediates.filter((one) => isSameName(certificate.issuer, one.subject));
  if (owners.length + known.length === 0) return false;
  const keys = [...owners, ...known].map(({ publicKey }) => publicKey);
  return !keys.some((key) => isSignedBy(certificate, key));
}

function validity({ notBefore, notAfter }: Certificate, at: number): 'expired' | 'not-yet-valid' | undefined {
  if (at < notBefore) return 'not-yet-valid';
  return at > notAfter ? 'expired' : undefined;
}

const KNOWN_CRITICAL: readonly string[] = [Oid.BASIC_CONSTRAINTS, Oid.KEY_USAGE];

/** A critical extension that is not understood makes a certificate unusable (4.2). */
export function hasOnlyKnownCritical({ extensions }: Certificate): boolean {
  return [...extensions].every(([type, { critical }]) => !critical || KNOWN_CRITICAL.includes(type));
}
