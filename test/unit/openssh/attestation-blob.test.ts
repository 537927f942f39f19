import { createHash, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AttestationBlob,
  formatAttestationBlob,
  parseAttestationBlob,
} from '../../../main/openssh/attestation-blob.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import {
  ATTESTATION,
  ATTESTATION_AUTH_DATA,
  ATTESTATION_CHALLENGE,
  ATTESTATION_SIGNATURE,
  EMPTY_ATTESTATION,
  hex,
  utf8,
} from './known-answers.ts';
import { thrownCode } from './thrown-code.ts';

const NOTHING = new Uint8Array(0);

describe('an attestation file', () => {
  it('is read: certificate, signature, authenticator data without its CBOR head', () => {
    const blob = parseAttestationBlob(hex(ATTESTATION));
    expect(new X509Certificate(blob.certificate).subject).toContain('Glasskey test EE');
    expect(Buffer.from(blob.signature).toString('hex')).toBe(ATTESTATION_SIGNATURE);
    expect(Buffer.from(blob.authData).toString('hex')).toBe(ATTESTATION_AUTH_DATA);
  });

  it('holds what its signature is over, with the challenge beside it', () => {
    const { certificate, signature, authData } = parseAttestationBlob(hex(ATTESTATION));
    const clientDataHash = createHash('sha256').update(hex(ATTESTATION_CHALLENGE)).digest();
    const { publicKey } = new X509Certificate(certificate);
    expect(verify('sha256', Buffer.concat([authData, clientDataHash]), publicKey, signature)).toBe(true);
  });

  it.each([
    ['an authenticator', ATTESTATION],
    ['sk-dummy, which attests nothing', EMPTY_ATTESTATION],
  ])('of %s is written again byte for byte', (_name, file) => {
    expect(Buffer.from(formatAttestationBlob(parseAttestationBlob(hex(file)))).toString('hex')).toBe(file);
  });

  it.each([37, 255, 256, 1500])('with authenticator data of %i bytes comes back as it went', (length) => {
    const blob: AttestationBlob = {
      certificate: NOTHING,
      signature: hex('01'),
      authData: new Uint8Array(length).fill(7),
    };
    expect(parseAttestationBlob(formatAttestationBlob(blob))).toStrictEqual(blob);
  });

  it('of the form before OpenSSH 8.4 is refused with that reason', () => {
    const v00 = new SshWriter().text('ssh-sk-attest-v00').text('').text('').uint32(0).text('').toBytes();
    expect(thrownCode(() => parseAttestationBlob(v00))).toBe('ATTESTATION_BLOB_UNSUPPORTED');
  });

  it.each([
    ['authenticator data without a head', new Uint8Array(40).fill(7)],
    ['a head that says too much', Uint8Array.of(0x58, 41, ...new Uint8Array(40))],
    ['a head that says too little', Uint8Array.of(0x58, 39, ...new Uint8Array(40))],
    ['a head longer than needed', Uint8Array.of(0x59, 0, 40, ...new Uint8Array(40))],
    ['authenticator data of less than 37 bytes', Uint8Array.of(0x58, 36, ...new Uint8Array(36))],
    ['a text string', Uint8Array.of(0x78, 40, ...new Uint8Array(40))],
  ])('with %s is refused', (_name, cbor) => {
    const file = new SshWriter().text('ssh-sk-attest-v01').text('').text('').string(cbor).uint32(0).text('').toBytes();
    expect(thrownCode(() => parseAttestationBlob(file))).toBe('ATTESTATION_BLOB_MALFORMED');
  });

  it('with another beginning, or bytes behind its end, is refused', () => {
    expect(thrownCode(() => parseAttestationBlob(utf8('hello')))).toBe('ATTESTATION_BLOB_MALFORMED');
    expect(thrownCode(() => parseAttestationBlob(hex(`${ATTESTATION}00`)))).toBe('ATTESTATION_BLOB_MALFORMED');
  });
});
