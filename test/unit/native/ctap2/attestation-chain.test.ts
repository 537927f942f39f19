import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import { chainToAnchor, type TrustAnchor } from '../../../../native/ctap2/attestation-chain.ts';
import { isSignedBy, readCertificate, readPemCertificates } from '../../../../native/ctap2/certificate.ts';
import { YUBICO_ISSUERS, YUBICO_ROOTS, yubicoTrust } from '../../../../native/ctap2/yubico-roots.ts';
import * as der from '../../../lab/authenticator/der.ts';
import {
  anchorOf,
  authority,
  ENROLLED_AT,
  extension,
  leafOf,
  type Made,
  make,
  named,
  trusting,
} from './made-up-chain.ts';

function chain(leaf: Made, sent: readonly Made[], ...roots: readonly TrustAnchor[]) {
  return chainToAnchor(
    leaf.certificate,
    sent.map(({ certificate }) => certificate),
    trusting(...roots),
    ENROLLED_AT,
  );
}

const CA = extension('2.5.29.19', true, der.sequence(der.TRUE));
const DIGITAL_SIGNATURE = extension('2.5.29.15', true, der.tagged(0x03, Uint8Array.of(7, 0x80)));
const NO_ROOT = { kind: 'unanchored', because: 'no-known-root' };

describe("Yubico's certificates", () => {
  it.each([...YUBICO_ROOTS, ...YUBICO_ISSUERS])('are the ones with SHA-256 $sha256', ({ sha256, pem }) => {
    const [certificate, ...more] = readPemCertificates(pem);
    expect(more).toEqual([]);
    expect(certificate?.fingerprint).toBe(sha256);
    expect(
      createHash('sha256')
        .update(certificate?.der ?? '')
        .digest('hex'),
    ).toBe(sha256);
    expect(certificate).toMatchObject({ version: 3, isCa: true, maySignCertificates: true });
  });

  it('are signed by themselves where they are roots, and by one another up to Attestation Root 1 where they are not', () => {
    const roots = YUBICO_ROOTS.flatMap(({ pem }) => readPemCertificates(pem));
    for (const root of roots) expect(isSignedBy(root, root.publicKey), root.subject.text).toBe(true);
    for (const issuer of YUBICO_ISSUERS.flatMap(({ pem }) => readPemCertificates(pem))) {
      const verdict = chainToAnchor(issuer, [], { ...yubicoTrust(), anchors: withoutNameRule() }, ENROLLED_AT);
      expect(verdict, issuer.subject.text).toMatchObject({
        kind: 'anchored',
        anchor: { name: { text: 'CN=Yubico Attestation Root 1' } },
      });
    }
  });

  it('read as node:crypto reads them', () => {
    for (const { pem } of [...YUBICO_ROOTS, ...YUBICO_ISSUERS]) {
      const [ours] = readPemCertificates(pem);
      const theirs = new X509Certificate(pem);
      expect(ours?.subject.text).toBe(theirs.subject.split('\n').join(', '));
      expect(ours?.issuer.text).toBe(theirs.issuer.split('\n').join(', '));
      expect(ours?.isCa).toBe(theirs.ca);
      expect(ours?.notBefore).toBe(theirs.validFromDate.getTime());
      expect(ours?.notAfter).toBe(theirs.validToDate.getTime());
    }
  });

  it('take a leaf under Attestation Root 1 from issuers for FIDO alone', () => {
    const root = authority(undefined, 'Root 1', 3);
    const anchor = anchorOf(root, { issuerBegins: 'Yubico FIDO Attestation ' });
    const middle = authority(root, 'Intermediate', 2);
    for (const [name, kind] of [
      ['Yubico FIDO Attestation C 1', 'anchored'],
      ['Yubico PIV Attestation C 1', 'unanchored'],
    ] as const) {
      const issuer = authority(middle, name, 0);
      expect(chain(leafOf(issuer), [issuer, middle], anchor).kind).toBe(kind);
    }
    expect(chain(leafOf(root), [], anchor)).toEqual(NO_ROOT);
  });

  function withoutNameRule() {
    return yubicoTrust().anchors.map(({ issuerBegins: _, ...anchor }) => anchor);
  }
});

describe('a chain', () => {
  const root = authority(undefined, 'Root', 2);
  const upper = authority(root, 'Upper', 1);
  const lower = authority(upper, 'Lower', 0);

  it('is found in whatever order it was sent, with what is not of it between', () => {
    const stranger = authority(undefined, 'Stranger');
    const leaf = leafOf(lower);
    for (const sent of [
      [lower, upper],
      [upper, lower],
      [stranger, upper, root, stranger, lower],
    ]) {
      expect(chain(leaf, sent, anchorOf(root))).toMatchObject({
        kind: 'anchored',
        issuers: [{ subject: { text: 'CN=Lower' } }, { subject: { text: 'CN=Upper' } }],
      });
    }
  });

  it('is found through issuers that are known, where the key sends only its own certificate', () => {
    const trust = { anchors: [anchorOf(root)], intermediates: [upper.certificate, lower.certificate] };
    expect(chainToAnchor(leafOf(lower).certificate, [], trust, ENROLLED_AT).kind).toBe('anchored');
    expect(chainToAnchor(leafOf(lower).certificate, [], trusting(anchorOf(root)), ENROLLED_AT)).toEqual(NO_ROOT);
  });

  it.each<[string, () => readonly [Made, readonly Made[]]]>([
    ['an issuer that is no authority', () => withIssuer(make(root, { subject: named('No CA') }))],
    [
      'an issuer that may not sign certificates',
      () => withIssuer(authority(root, 'Mute', 0, { extensions: [CA, DIGITAL_SIGNATURE] })),
    ],
    ['an issuer of version 1', () => withIssuer(make(root, { subject: named('Old'), version1: true }))],
    [
      'more issuers than a path length allows',
      () => {
        const tooLow = authority(lower, 'Too low', 0);
        return [leafOf(tooLow), [tooLow, lower, upper]] as const;
      },
    ],
    ['a signature by SHA-1', () => [leafOf(root, { signature: 'ecdsa-sha1' }), []] as const],
    [
      'an issuer of the right name and another key',
      () => [leafOf(authority(undefined, 'Lower', 0)), [lower, upper]] as const,
    ],
    [
      'a leaf that was signed by nobody it names',
      () => [leafOf(undefined, { issuerName: named('Root') }), []] as const,
    ],
  ])('with %s ends nowhere', (_what, made) => {
    const [leaf, sent] = made();
    expect(chain(leaf, sent, anchorOf(root))).toEqual(NO_ROOT);
  });

  it('whose issuer has expired says so', () => {
    const old = authority(root, 'Old', 0, { notAfter: new Date('2025-01-01') });
    expect(chain(leafOf(old), [old], anchorOf(root))).toEqual({ kind: 'unanchored', because: 'expired' });
  });

  it("does not mind the root's own dates", () => {
    const old = authority(undefined, 'Old root', 0, { notAfter: new Date('2025-01-01') });
    expect(chain(leafOf(old), [], anchorOf(old)).kind).toBe('anchored');
  });

  it('takes the issuer that is valid where an old one has the same name and key', () => {
    const old = authority(root, 'Renewed', 0, { notAfter: new Date('2025-01-01') });
    const renewed = authority(root, 'Renewed', 0);
    expect(chain(leafOf(renewed), [old, renewed], anchorOf(root)).kind).toBe('anchored');
  });

  it('of authorities that sign each other ends nowhere, soon', () => {
    const one = authority(undefined, 'One');
    const other = authority(one, 'Other');
    const back = make(other, { subject: named('One') });
    expect(chain(leafOf(one), [one, other, back, ...Array.from({ length: 40 }, () => other)], anchorOf(root))).toEqual(
      NO_ROOT,
    );
  });

  it('may not claim a name that a root has for itself', () => {
    const owner = anchorOf(root, { ownsName: true });
    expect(chain(leafOf(undefined, { issuerName: named('Root') }), [], owner)).toEqual({ kind: 'false-claim' });
    expect(chain(leafOf(root), [], owner).kind).toBe('anchored');
  });

  function withIssuer(issuer: Made): readonly [Made, readonly Made[]] {
    return [leafOf(issuer), [issuer]];
  }
});

describe('a certificate', () => {
  const whole = leafOf(authority(undefined, 'Root', 0)).certificate.der;

  it('of hostile bytes becomes a value or a typed error', () => {
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
        (length, changes) => {
          const bytes = whole.slice(0, length === 0 ? whole.length : length);
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          try {
            readCertificate(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(GlasskeyError);
            expect(error).toMatchObject({ code: 'CERTIFICATE_MALFORMED' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is not taken where its PEM holds none', () => {
    expect(() => readPemCertificates('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----')).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_MALFORMED' }),
    );
  });

  it('has no control characters in its name, as it is told', () => {
    const odd = leafOf(undefined, { subject: named('a\u202eb\nc') });
    expect(odd.certificate.subject.text).toBe('CN=a?b?c');
  });
});
