import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyAttestation } from '../../../../native/ctap2/attestation.ts';
import type { AttestationTrust } from '../../../../native/ctap2/attestation-chain.ts';
import { parseAuthenticatorData } from '../../../../native/ctap2/authenticator-data.ts';
import { decodeCbor } from '../../../../native/ctap2/cbor.ts';
import { isSameName, isSignedBy, readCertificate } from '../../../../native/ctap2/certificate.ts';
import { formatAaguid } from '../../../../native/ctap2/get-info.ts';
import {
  type AttestationObject,
  attestationObject,
  parseMakeCredential,
} from '../../../../native/ctap2/make-credential.ts';
import { MemberReader } from '../../../../native/ctap2/member-reader.ts';
import { yubicoTrust } from '../../../../native/ctap2/yubico-roots.ts';
import { attestationLeaf, labFidoRoot } from '../../../lab/authenticator/attestation-certificates.ts';
import { profiles } from '../../../lab/authenticator/profiles.ts';
import { haveVectors, hex, vectorJson } from '../../shared-vectors.ts';
import {
  AAGUID,
  aaguidExtension,
  anchorOf,
  attestedBy,
  authDataOf,
  authority,
  CLIENT_DATA_HASH,
  ENROLLED_AT,
  extension,
  LEAF_NAME,
  leafOf,
  type Made,
  make,
  NO_CA,
  named,
  trusting,
} from './made-up-chain.ts';
import { REAL_ATTESTATIONS } from './real-attestations.ts';

const NOBODY: AttestationTrust = { anchors: [], intermediates: [] };
const FORGED = expect.objectContaining({ code: 'ATTESTATION_FORGED', kind: 'expected' });

function verdict(object: AttestationObject, trust: AttestationTrust = NOBODY, at = ENROLLED_AT) {
  return verifyAttestation(object, CLIENT_DATA_HASH, trust, at);
}

function forgedBy(what: string) {
  return expect.objectContaining({ code: 'ATTESTATION_FORGED', detail: { fault: what } });
}

describe('attestations of real YubiKeys', () => {
  const read = (object: string) => {
    const members = new MemberReader(
      decodeCbor(new Uint8Array(Buffer.from(object, 'base64'))),
      'an attestation object',
    );
    return attestationObject(members.text('fmt'), members.bytes('authData'), members.value('attStmt'));
  };
  const hashOf = (clientData: string) => new Uint8Array(createHash('sha256').update(clientData).digest());

  it.each(REAL_ATTESTATIONS)("of $name end at Yubico's root", ({ clientData, object }) => {
    const found = verifyAttestation(read(object), hashOf(clientData), yubicoTrust(), ENROLLED_AT);
    expect(found).toMatchObject({
      kind: 'genuine',
      issuer: 'CN=Yubico U2F Root CA Serial 457200631',
      root: { source: 'Yubico', chain: ['CN=Yubico U2F Root CA Serial 457200631'] },
    });
  });

  it('tell the firmware and the FIPS mark where the certificate has them', () => {
    const makers = REAL_ATTESTATIONS.map(({ clientData, object }) => {
      const found = verifyAttestation(read(object), hashOf(clientData), yubicoTrust(), ENROLLED_AT);
      return found.kind === 'genuine' ? [formatAaguid(read(object).authData.attested.aaguid), found.maker] : found.kind;
    });
    expect(makers).toEqual([
      ['fa2b99dc-9e39-4257-8f92-4a30d23c4118', { firmware: undefined, fips: false, namesAaguid: true }],
      ['cb69481e-8ff7-4039-93ec-0a2729a154a8', { firmware: undefined, fips: false, namesAaguid: true }],
      ['c1f9a0bc-1dd2-404a-b27f-8e29047a43fd', { firmware: [5, 4, 2], fips: true, namesAaguid: true }],
    ]);
  });

  it.each(REAL_ATTESTATIONS)('of $name are forged for another challenge, another key, another model', (real) => {
    const { clientData, object } = real;
    expect(() => verifyAttestation(read(object), hashOf(`${clientData} `), yubicoTrust(), ENROLLED_AT)).toThrow(
      forgedBy('signature'),
    );
    const { format, authDataBytes, statement } = read(object);
    for (const at of [37, 60, authDataBytes.length - 1]) {
      const changed = authDataBytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() =>
        verifyAttestation(
          attestationObject(format, changed, statement),
          hashOf(clientData),
          yubicoTrust(),
          ENROLLED_AT,
        ),
      ).toThrow();
    }
  });

  it('are of an unknown issuer to whoever trusts nobody', () => {
    const [{ clientData, object } = { clientData: '', object: '' }] = REAL_ATTESTATIONS;
    expect(verifyAttestation(read(object), hashOf(clientData), NOBODY, ENROLLED_AT)).toMatchObject({
      kind: 'unknown-issuer',
      because: 'no-known-root',
    });
  });

  it.runIf(haveVectors('libfido2/regress.json'))(
    "of a test key of Yubico's are nobody's, and no certificate's form",
    () => {
      const { make_credential_packed_es256: real } = vectorJson<{
        make_credential_packed_es256: { cdh: string; authdata: string; x509: string; sig: string };
      }>('libfido2/regress.json');
      const authData = hex(real.authdata).subarray(2); // without the CBOR head 58 c4
      const statement = new Map<string, string | number | Uint8Array | Uint8Array[]>([
        ['alg', -7],
        ['sig', hex(real.sig)],
        ['x5c', [hex(real.x509)]],
      ]);
      const object = attestationObject('packed', authData, statement);
      const found = verifyAttestation(object, hex(real.cdh), yubicoTrust(), ENROLLED_AT);
      expect(found).toMatchObject({
        kind: 'unknown-issuer',
        because: 'no-known-root',
        subject: 'CN=Yubico U2F Test EE',
      });
      const otherHash = hex(real.cdh);
      otherHash[0] = (otherHash[0] ?? 0) ^ 1;
      expect(() => verifyAttestation(object, otherHash, yubicoTrust(), ENROLLED_AT)).toThrow(FORGED);
    },
  );

  it.runIf(haveVectors('libfido2/regress.json'))('with duplicate or unsorted COSE members are refused', () => {
    const { make_credential_packed_es256: real } = vectorJson<{
      make_credential_packed_es256: { authdata_dupkeys: string; authdata_unsorted_keys: string };
    }>('libfido2/regress.json');
    for (const bad of [real.authdata_dupkeys, real.authdata_unsorted_keys]) {
      expect(() => parseAuthenticatorData(hex(bad).subarray(2))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/_MALFORMED$/) }),
      );
    }
  });

  it.runIf(haveVectors('python-fido2/ctap2.json'))('parse from a makeCredential reply as python-fido2 reads it', () => {
    const vectors = vectorJson<{
      make_credential_response_cbor: string;
      attested_credential_data: { aaguid: string; credential_id: string; public_key_x: string };
    }>('python-fido2/ctap2.json');
    const { attested } = parseMakeCredential(decodeCbor(hex(vectors.make_credential_response_cbor))).authData;
    expect(Buffer.from(attested.aaguid).toString('hex')).toBe(vectors.attested_credential_data.aaguid);
    expect(Buffer.from(attested.credentialId).toString('hex')).toBe(vectors.attested_credential_data.credential_id);
    expect(attested.publicKey).toMatchObject({ x: hex(vectors.attested_credential_data.public_key_x) });
  });
});

describe('an attestation by a certificate', () => {
  const root = authority(undefined, 'Made-up FIDO Root', 0);
  const trust = trusting(anchorOf(root));

  it('is genuine under a root that is known', () => {
    expect(verdict(attestedBy(leafOf(root)), trust)).toMatchObject({
      kind: 'genuine',
      subject: 'C=SE, O=Made-up Keys, OU=Authenticator Attestation, CN=Made-up EE Serial 1',
      root: { name: 'CN=Made-up FIDO Root', source: 'the test', chain: ['CN=Made-up FIDO Root'] },
      maker: { namesAaguid: true },
    });
  });

  it.each([
    ['another AAGUID', [NO_CA, aaguidExtension(new Uint8Array(16).fill(1))], 'AAGUID'],
    ['a critical AAGUID', [NO_CA, aaguidExtension(AAGUID, true)], 'AAGUID'],
    ['an AAGUID that is not wrapped', [NO_CA, extension('1.3.6.1.4.1.45724.1.1.4', false, AAGUID)], 'AAGUID'],
  ] as const)('with %s is forged', (_what, extensions, fault) => {
    expect(() => verdict(attestedBy(leafOf(root, { extensions })), trust)).toThrow(forgedBy(fault));
  });

  it("of an authority's is forged", () => {
    const ca = authority(root, 'Made-up FIDO Root', undefined, { subject: LEAF_NAME });
    expect(() => verdict(attestedBy(ca), trust)).toThrow(forgedBy('certificate of an authority'));
  });

  it('is forged once a bit of the signature is changed', () => {
    const object = attestedBy(leafOf(root));
    const statement = new MemberReader(object.statement, 'a statement');
    const signature = statement.bytes('sig').slice();
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    const changed = new Map([...(object.statement as Map<string, never>), ['sig', signature]]);
    expect(() => verdict({ ...object, statement: changed as never }, trust)).toThrow(forgedBy('signature'));
  });

  it.each<[string, Partial<Parameters<typeof leafOf>[1]>]>([
    ['a subject without organization', { subject: LEAF_NAME.filter(([type]) => type !== '2.5.4.10') }],
    ['another unit', { subject: [...LEAF_NAME.slice(0, 2), ['2.5.4.11', 'PIV Attestation'], ['2.5.4.3', 'x']] }],
    ['two common names', { subject: [...LEAF_NAME, ['2.5.4.3', 'another']] }],
    ['version 1', { version1: true }],
    [
      'a critical extension that nobody knows',
      { extensions: [NO_CA, aaguidExtension(), extension('1.2.3.4', true, AAGUID)] },
    ],
  ])('with %s proves no maker, though its chain holds', (_what, wishes) => {
    expect(verdict(attestedBy(leafOf(root, wishes)), trust)).toMatchObject({
      kind: 'unknown-issuer',
      because: 'certificate-form',
    });
  });

  it.each([
    ['proves no maker under a root of many models', true, { kind: 'unknown-issuer', because: 'certificate-form' }],
    [
      'may be of the one model of a root that the settings name, which is told',
      false,
      { kind: 'genuine', maker: { namesAaguid: false } },
    ],
  ] as const)('without an AAGUID %s', (_what, ownsName, found) => {
    const leaf = leafOf(root, { extensions: [NO_CA] });
    expect(verdict(attestedBy(leaf), trusting(anchorOf(root, { ownsName })))).toMatchObject(found);
  });

  it.each([
    ['tpm', '(tpm)'],
    ['\u202e'.repeat(99), 'cannot check.'],
  ])('of another format is refused, and its name shown only where it is a word: case %#', (format, words) => {
    const run = () => verdict({ ...attestedBy(leafOf(root)), format }, trust);
    expect(run).toThrow(
      expect.objectContaining({ code: 'ATTESTATION_UNKNOWN', message: expect.stringContaining(words) }),
    );
  });

  it('of the right shape by somebody else is of an unknown issuer', () => {
    const somebody = authority(undefined, 'Somebody', 0);
    expect(verdict(attestedBy(leafOf(somebody)), trust)).toMatchObject({
      kind: 'unknown-issuer',
      because: 'no-known-root',
      issuer: 'CN=Somebody',
    });
  });

  it('outside its time proves no maker then, and does within it', () => {
    const object = attestedBy(leafOf(root, { notAfter: new Date('2025-06-01') }));
    expect(verdict(object, trust)).toMatchObject({ kind: 'unknown-issuer', because: 'expired' });
    expect(verdict(object, trust, Date.parse('2023-01-01'))).toMatchObject({ because: 'not-yet-valid' });
    expect(verdict(object, trust, Date.parse('2025-01-01'))).toMatchObject({ kind: 'genuine' });
  });

  it.each([
    ['that is no certificate', () => Uint8Array.of(0x30, 0)],
    ['whose key is of a kind that nobody knows', withUnknownKey],
    ['with something behind it', () => new Uint8Array([...leafOf(root).certificate.der, 0])],
  ])('%s is called forged, not a fault of ours', (_what, certificate) => {
    const statement = new Map<string, string | number | Uint8Array | Uint8Array[]>([
      ['alg', -7],
      ['sig', new Uint8Array(70)],
      ['x5c', [certificate()]],
    ]);
    expect(() => verdict(attestationObject('packed', authDataOf(AAGUID), statement))).toThrow(FORGED);
  });
});

describe("somebody with Yubico's name and another key", () => {
  const yubicoRoot: Made = authority(undefined, 'Yubico U2F Root CA Serial 457200631', 0);

  it('forges, whether the look-alike root is sent or not', () => {
    for (const sent of [[], [yubicoRoot]]) {
      expect(() => verdict(attestedBy(leafOf(yubicoRoot), sent), yubicoTrust())).toThrow(forgedBy('issuer'));
    }
  });

  it('forges under the name of an intermediate too', () => {
    const issuer = authority(undefined, 'Yubico FIDO Attestation B 1', 0);
    expect(() => verdict(attestedBy(leafOf(issuer), [issuer]), yubicoTrust())).toThrow(forgedBy('issuer'));
  });

  it('forges by an issuer of its own that claims to be under the root', () => {
    const issuer = make(undefined, { subject: named('Mine'), issuerName: named('Yubico Attestation Root 1') });
    expect(() => verdict(attestedBy(leafOf(issuer), [issuer]), yubicoTrust())).toThrow(forgedBy('issuer'));
  });
});

describe("the lab's software key", () => {
  it('is genuine only to whoever trusts the root of the lab', () => {
    const leaf = readCertificate(attestationLeaf(profiles['yubikey-5.7']).certificate);
    const root = readCertificate(labFidoRoot());
    expect(isSignedBy(leaf, root.publicKey)).toBe(true);
    expect(isSameName(leaf.issuer, root.subject)).toBe(true);
    expect(root).toMatchObject({ isCa: true, pathLength: 0, maySignCertificates: true });
  });
});

/** The lab's, with an id of its key's algorithm that is not id-ecPublicKey (1.2.840.10045.2.1) any more. */
function withUnknownKey(): Uint8Array {
  const der = Buffer.from(attestationLeaf(profiles['yubikey-5.7']).certificate);
  const id = Buffer.from('06072a8648ce3d0201', 'hex');
  der.writeUInt8(0x77, der.indexOf(id) + id.length - 1);
  return new Uint8Array(der);
}
