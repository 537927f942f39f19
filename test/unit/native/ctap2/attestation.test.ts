import { describe, expect, it } from 'vitest';
import { verifyAttestation } from '../../../../native/ctap2/attestation.ts';
import { parseAuthenticatorData } from '../../../../native/ctap2/authenticator-data.ts';
import { decodeCbor } from '../../../../native/ctap2/cbor.ts';
import { attestationObject, parseMakeCredential } from '../../../../native/ctap2/make-credential.ts';
import { attestationLeaf } from '../../../lab/authenticator/attestation-certificates.ts';
import { profiles } from '../../../lab/authenticator/profiles.ts';
import { haveVectors, hex, vectorJson } from '../../shared-vectors.ts';

describe('attestations of real keys', () => {
  it.runIf(haveVectors('libfido2/regress.json'))('verify, and no more once a bit of them is changed', () => {
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
    const verdict = verifyAttestation(object, hex(real.cdh));
    expect(verdict).toMatchObject({ kind: 'certified', subject: expect.stringContaining('Yubico') });
    const otherHash = hex(real.cdh);
    otherHash[0] = (otherHash[0] ?? 0) ^ 1;
    expect(() => verifyAttestation(object, otherHash)).toThrow(expect.objectContaining({ code: 'ATTESTATION_FORGED' }));
  });

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

describe('an attestation certificate', () => {
  it.each([
    ['that is no certificate', () => Uint8Array.of(0x30, 0)],
    ['whose key is of a kind that nobody knows', withUnknownKey],
  ])('%s is called forged, not a fault of ours', (_what, certificate) => {
    const statement = new Map<string, string | number | Uint8Array | Uint8Array[]>([
      ['alg', -7],
      ['sig', new Uint8Array(70)],
      ['x5c', [certificate()]],
    ]);
    expect(() => verifyAttestation({ ...madeCredential(), statement }, new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'ATTESTATION_FORGED', kind: 'expected' }),
    );
  });
});

/** The lab's, with an id of its key's algorithm that is not id-ecPublicKey (1.2.840.10045.2.1) any more. */
function withUnknownKey(): Uint8Array {
  const der = Buffer.from(attestationLeaf(profiles['yubikey-5.7']).certificate);
  const id = Buffer.from('06072a8648ce3d0201', 'hex');
  der.writeUInt8(0x77, der.indexOf(id) + id.length - 1);
  return new Uint8Array(der);
}

/** WebAuthn 2, 6.1: rpIdHash, flags UP UV AT, counter, aaguid, id length 16, id, Ed25519 key in COSE (RFC 9053). */
function madeCredential() {
  const coseKey = Buffer.concat([Buffer.from('a4010103272006215820', 'hex'), Buffer.alloc(32, 1)]);
  const authData = Buffer.concat([
    Buffer.alloc(32),
    Buffer.of(0x45),
    Buffer.alloc(20),
    Buffer.of(0, 16),
    Buffer.alloc(16),
    coseKey,
  ]);
  return attestationObject('packed', new Uint8Array(authData), new Map());
}
