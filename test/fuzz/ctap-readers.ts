/** What reads the bytes of a security key: packets, CBOR, and the reply of every CTAP2 command. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { verifyAttestation } from '../../native/ctap2/attestation.ts';
import { chainToAnchor } from '../../native/ctap2/attestation-chain.ts';
import { parseAuthenticatorData } from '../../native/ctap2/authenticator-data.ts';
import {
  parseFingerprints,
  parseFirstSample,
  parseSample,
  parseSensorInfo,
} from '../../native/ctap2/bio-enrollment.ts';
import { type CborValue, decodeCbor, encodeCbor } from '../../native/ctap2/cbor.ts';
import { readCertificate } from '../../native/ctap2/certificate.ts';
import { parseKeyAgreementReply, parsePinRetries, parseToken, parseUvRetries } from '../../native/ctap2/client-pin.ts';
import { keyObject, parseCredentialPublicKey } from '../../native/ctap2/cose-key.ts';
import {
  parseCredentialReply,
  parseCredentialsMetadata,
  parseRelyingPartyReply,
} from '../../native/ctap2/credential-management.ts';
import { parseAssertion } from '../../native/ctap2/get-assertion.ts';
import { parseInfo } from '../../native/ctap2/get-info.ts';
import { parseMakeCredential } from '../../native/ctap2/make-credential.ts';
import { MemberReader } from '../../native/ctap2/member-reader.ts';
import { exchange } from '../../native/ctap2/pin-protocol.ts';
import { pinRules } from '../../native/ctap2/pin-rules.ts';
import { statusErrorFor } from '../../native/ctap2/status-for-key.ts';
import { YUBICO_ISSUERS, YUBICO_ROOTS, yubicoTrust } from '../../native/ctap2/yubico-roots.ts';
import { MAX_MESSAGE } from '../../native/ctaphid/constants.ts';
import { MessageAssembler } from '../../native/ctaphid/packets.ts';
import { attestationLeaf, labFidoRoot } from '../lab/authenticator/attestation-certificates.ts';
import { profiles } from '../lab/authenticator/profiles.ts';
import { type FuzzedReader, violated } from './fuzzed-reader.ts';

const corpusSchema = z.object({
  source: z.string(),
  replies: z.record(z.string(), z.array(z.string())),
  reports: z.array(z.array(z.string())),
});

const corpus = corpusSchema.parse(
  JSON.parse(readFileSync(new URL('corpus/ctap-replies.json', import.meta.url), 'utf8')),
);

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const seedsOf = (kind: string) => (corpus.replies[kind] ?? []).map(hex);
const allReplies = Object.values(corpus.replies).flat().map(hex);
const REPORT = 64;

/** One command's reply: CBOR first, as `Authenticator` reads it. */
function reply(name: string, kind: string, read: (value: CborValue) => unknown): FuzzedReader {
  return { name, shape: 'cbor', seeds: seedsOf(kind), read: (bytes) => void read(decodeCbor(bytes)) };
}

/** The generator of P-256 stands for the key's point. */
const POINT = hex(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
);
const secrets = ([1, 2] as const).map((version) => exchange(version, POINT, { bytes: (n) => new Uint8Array(n) }));
/** A time when the recorded certificates were good. */
const MADE_AT = Date.UTC(2020, 0);
const TRUST = yubicoTrust();
const certificates = [...YUBICO_ROOTS, ...YUBICO_ISSUERS].map(({ pem }) => pem);
const RP = { id: 'ssh:', idHash: new Uint8Array(32) };

function readPackets(bytes: Uint8Array): void {
  const first = bytes.subarray(0, 4);
  const channel = first.length === 4 ? new DataView(first.buffer, first.byteOffset).getUint32(0) : 1;
  const assembler = new MessageAssembler(channel);
  for (let at = 0; at < bytes.length; at += REPORT) {
    const assembled = assembler.accept(bytes.subarray(at, at + REPORT));
    if (assembled.kind !== 'message') continue;
    const { payload, command } = assembled.message;
    if (payload.length > MAX_MESSAGE) violated(`a message of ${payload.length} bytes`);
    if (command > 0x7f) violated(`command ${command} bears the initialization bit`);
  }
}

function readCbor(bytes: Uint8Array): void {
  const departures: string[] = [];
  const value = decodeCbor(bytes, (departure) => departures.push(departure));
  const again = encodeCbor(value);
  if (!isDeepStrictEqual(decodeCbor(again), value)) violated('it is another value when encoded and read again');
  if (departures.length === 0 && Buffer.compare(again, bytes) !== 0) violated('canonical bytes are encoded otherwise');
}

function readInfo(value: CborValue): void {
  const info = parseInfo(value);
  pinRules(info);
  const facts = { vendorId: 0x1050, deviceVersion: [5, 1, 2], info } as const;
  for (const status of [0x01, 0x26, 0x28, 0x36, 0x37, 0x40]) statusErrorFor(status, 'Reading', facts);
}

export const CTAP_READERS: readonly FuzzedReader[] = [
  {
    name: 'packet reassembly',
    shape: 'bytes',
    seeds: corpus.reports.map((reports) => hex(reports.join(''))),
    read: readPackets,
  },
  { name: 'CBOR', shape: 'bytes', seeds: allReplies, read: readCbor },
  reply('getInfo', 'info', readInfo),
  reply('getPINRetries', 'pinRetries', parsePinRetries),
  reply('getUVRetries', 'uvRetries', parseUvRetries),
  reply('getKeyAgreement', 'keyAgreement', (value) => {
    const point = parseKeyAgreementReply(value);
    for (const version of [1, 2] as const) exchange(version, point, { bytes: (n) => new Uint8Array(n) });
  }),
  reply('PIN token', 'token', (value) => secrets.map((secret) => parseToken(secret, value))),
  reply('makeCredential', 'makeCredential', (value) => {
    keyObject(parseMakeCredential(value).authData.attested.publicKey);
  }),
  // Of a challenge that nothing signed: all but `none` is refused, after the certificates were read.
  reply('attestation', 'makeCredential', (value) =>
    verifyAttestation(parseMakeCredential(value), new Uint8Array(32), TRUST, MADE_AT),
  ),
  {
    name: 'certificate',
    shape: 'bytes',
    seeds: [labFidoRoot(), attestationLeaf(profiles['yubikey-5.7']).certificate],
    read: (bytes) => void readCertificate(bytes),
  },
  reply('getAssertion', 'assertion', parseAssertion),
  {
    name: 'authenticator data',
    shape: 'bytes',
    seeds: seedsOf('makeCredential').map((made) => new MemberReader(decodeCbor(made), 'a seed').bytes(2)),
    read: (bytes) => void parseAuthenticatorData(bytes),
  },
  {
    name: 'COSE key',
    shape: 'cbor',
    seeds: seedsOf('storedCredential').map((one) => encodeCbor(new MemberReader(decodeCbor(one), 'a seed').value(8))),
    read: (bytes) => void keyObject(parseCredentialPublicKey(decodeCbor(bytes))),
  },
  {
    name: 'certificate of an attestation',
    shape: 'bytes',
    seeds: certificates.map((pem) => new Uint8Array(new X509Certificate(pem).raw)),
    read: (der) => {
      const certificate = readCertificate(der);
      chainToAnchor(certificate, [], TRUST, MADE_AT);
    },
  },
  reply('getCredsMetadata', 'credentialsMetadata', parseCredentialsMetadata),
  reply('enumerateRPs', 'relyingParty', parseRelyingPartyReply),
  reply('enumerateCredentials', 'storedCredential', (value) => {
    const { entry } = parseCredentialReply(value, RP);
    if (entry?.publicKey !== undefined) keyObject(entry.publicKey);
  }),
  reply('getFingerprintSensorInfo', 'sensorInfo', parseSensorInfo),
  reply('enrollBegin', 'firstSample', parseFirstSample),
  reply('enrollCaptureNextSample', 'sample', parseSample),
  reply('enumerateEnrollments', 'fingerprints', parseFingerprints),
];
