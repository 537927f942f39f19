/** What reads OpenSSH's bytes: key files, public lines, signatures, attestation blobs, and the agent's messages. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decideSigning } from '../../main/agent/signing-purpose.ts';
import { AgentFramer, frameAgentMessage } from '../../main/openssh/agent-framing.ts';
import {
  encodeAgentRequest,
  encodeAgentResponse,
  parseAgentRequest,
  parseAgentResponse,
} from '../../main/openssh/agent-messages.ts';
import { bindSession, encodeSessionBind, parseSessionBind, UNBOUND } from '../../main/openssh/agent-session-bind.ts';
import { formatArmor, parseArmor } from '../../main/openssh/armor.ts';
import { formatAttestationBlob, parseAttestationBlob } from '../../main/openssh/attestation-blob.ts';
import { ecdsaSignatureFromDer } from '../../main/openssh/ecdsa-der.ts';
import { decryptKeyFile, parseKeyFile, parseKeyFileHead } from '../../main/openssh/key-file.ts';
import { formatPublicLine, parsePublicLine } from '../../main/openssh/public-line.ts';
import { parseSkCertificate } from '../../main/openssh/sk-certificate.ts';
import { formatSkPublicBlob, parseSkPublicBlob } from '../../main/openssh/sk-key.ts';
import { parseSkSignature, skSignatureFromAssertion, verifySkSignature } from '../../main/openssh/sk-signature.ts';
import { parseSshsig, parseSshsigMessage, verifySshsig } from '../../main/openssh/sshsig.ts';
import { parseSignRequestData } from '../../main/openssh/userauth.ts';
import {
  ATTESTATION,
  CERTIFICATE_REQUEST,
  ECDSA_ASSERTION,
  ECDSA_FILE,
  ECDSA_LINE,
  ECDSA_SSHSIG,
  ED25519_ASSERTION,
  ED25519_CHACHA_FILE,
  ED25519_FILE,
  ED25519_GCM_FILE,
  ED25519_LINE,
  ED25519_PUBLIC_BLOB,
  ED25519_ROUNDS1_FILE,
  ED25519_SSHSIG,
  EMPTY_ATTESTATION,
  HOSTBOUND_REQUEST,
  hex,
  PASSPHRASE,
  PLAIN_REQUEST,
  SSHSIG_REQUEST,
  utf8,
  WEBAUTHN_SSHSIG,
} from '../unit/openssh/known-answers.ts';
import { type FuzzedReader, violated } from './fuzzed-reader.ts';

const messagesSchema = z.object({ source: z.string(), requests: z.array(z.string()), responses: z.array(z.string()) });
const messages = messagesSchema.parse(
  JSON.parse(readFileSync(new URL('corpus/agent-messages.json', import.meta.url), 'utf8')),
);

const KEY_LABEL = 'OPENSSH PRIVATE KEY';
const SSHSIG_LABEL = 'SSH SIGNATURE';
const KEYS = [parseSkPublicBlob(hex(ED25519_PUBLIC_BLOB)), parseSkPublicBlob(hex(ECDSA_ASSERTION.publicBlob))] as const;
const POLICY = { requireTouch: true, requireUserVerification: true };
const plainFiles = [ED25519_FILE, ECDSA_FILE].map(utf8);
const encryptedFiles = [ED25519_ROUNDS1_FILE, ED25519_GCM_FILE, ED25519_CHACHA_FILE].map(utf8);
const requests = messages.requests.map(hex);
const signRequests = [HOSTBOUND_REQUEST, PLAIN_REQUEST, CERTIFICATE_REQUEST, SSHSIG_REQUEST].map(hex);
const sshsigs = [ED25519_SSHSIG, ECDSA_SSHSIG, WEBAUTHN_SSHSIG].map(utf8);

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** The content behind intact armor, which changed bytes of the file hardly ever reach. */
function inArmor(label: string, files: readonly Uint8Array[]): readonly Uint8Array[] {
  return files.map((file) => parseArmor(label, text(file)) ?? violated('a seed without armor'));
}

function readKeyFile(file: Uint8Array): void {
  parseKeyFileHead(file);
  parseKeyFile(file);
}

async function decrypt(file: Uint8Array): Promise<void> {
  await decryptKeyFile(file, utf8(PASSPHRASE), { maxRounds: 2 });
}

function readSshsig(armored: string): void {
  const sshsig = parseSshsig(armored);
  const { publicKey, namespace } = sshsig;
  verifySshsig(sshsig, utf8('m'), { publicKey, namespace, ...POLICY });
}

function readPublicLine(line: string): void {
  const parsed = parsePublicLine(line);
  const again = parsePublicLine(formatPublicLine(parsed));
  if (!isSame(formatSkPublicBlob(again.publicKey), formatSkPublicBlob(parsed.publicKey))) violated('another key');
}

function readRequest(message: Uint8Array): void {
  const parsed = parseAgentRequest(message);
  const again = encodeAgentRequest(parsed);
  if (!isSame(encodeAgentRequest(parseAgentRequest(again)), again))
    violated('another request when written and read again');
}

function readResponse(message: Uint8Array): void {
  const again = encodeAgentResponse(parseAgentResponse(message));
  if (!isSame(encodeAgentResponse(parseAgentResponse(again)), again))
    violated('another response when written and read');
}

/** However the stream is cut, the messages are the same. */
function readFrames(stream: Uint8Array): void {
  const whole = framesOf(stream, stream.length || 1);
  for (const size of [1, 3, 7]) {
    const cut = framesOf(stream, size);
    if (cut.failed !== whole.failed || cut.frames.join() !== whole.frames.join()) violated(`cut every ${size} bytes`);
  }
}

function framesOf(stream: Uint8Array, size: number): { readonly frames: readonly string[]; readonly failed: boolean } {
  const framer = new AgentFramer();
  const frames: string[] = [];
  try {
    for (let at = 0; at < stream.length; at += size) {
      frames.push(...framer.push(stream.subarray(at, at + size)).map((frame) => Buffer.from(frame).toString('hex')));
    }
    return { frames, failed: false };
  } catch {
    // Messages before the fault in the same chunk are lost with the connection: only the fault itself compares.
    return { frames: [], failed: true };
  }
}

/** The certificate in a login with one: a string whose own first string is the algorithm's name. */
function certificateOf(request: Uint8Array): Uint8Array {
  const data = Buffer.from(request);
  const start = data.lastIndexOf('sk-ssh-ed25519-cert-v01@openssh.com') - 4;
  return new Uint8Array(data.subarray(start, start + data.readUInt32BE(start - 4)));
}

export const OPENSSH_READERS: readonly FuzzedReader[] = [
  { name: 'key file', shape: 'text', seeds: [...plainFiles, ...encryptedFiles], read: readKeyFile },
  {
    name: 'key file, inside its armor',
    shape: 'bytes',
    seeds: inArmor(KEY_LABEL, [...plainFiles, ...encryptedFiles]),
    read: (content) => readKeyFile(utf8(formatArmor(KEY_LABEL, content))),
  },
  {
    name: 'encrypted key file (2 rounds at most)',
    shape: 'bytes',
    seeds: inArmor(KEY_LABEL, [utf8(ED25519_ROUNDS1_FILE)]),
    read: (content) => decrypt(utf8(formatArmor(KEY_LABEL, content))),
  },
  {
    name: 'public line',
    shape: 'text',
    seeds: [ED25519_LINE, ECDSA_LINE].map(utf8),
    read: (line) => readPublicLine(text(line)),
  },
  {
    name: 'public blob',
    shape: 'bytes',
    seeds: KEYS.map(formatSkPublicBlob),
    read: (blob) => {
      if (!isSame(formatSkPublicBlob(parseSkPublicBlob(blob)), blob)) violated('another blob when written again');
    },
  },
  {
    name: 'signature',
    shape: 'bytes',
    seeds: [ED25519_ASSERTION.sshSignature, ECDSA_ASSERTION.sshSignature].map(hex),
    read: (blob) => {
      for (const key of KEYS) verifySkSignature(key, utf8('m'), blob, POLICY);
      parseSkSignature(blob);
    },
  },
  {
    name: 'signature from authenticator data',
    shape: 'bytes',
    seeds: [ED25519_ASSERTION.authData, ECDSA_ASSERTION.authData].map(hex),
    read: (authData) => void skSignatureFromAssertion(KEYS[0], { authData, signature: new Uint8Array(64) }),
  },
  {
    name: 'ECDSA signature in DER',
    shape: 'bytes',
    seeds: [hex(ECDSA_ASSERTION.signature)],
    read: (der) => void ecdsaSignatureFromDer(der),
  },
  { name: 'SSHSIG', shape: 'text', seeds: sshsigs, read: (file) => readSshsig(text(file)) },
  {
    name: 'SSHSIG, inside its armor',
    shape: 'bytes',
    seeds: inArmor(SSHSIG_LABEL, sshsigs),
    read: (content) => readSshsig(formatArmor(SSHSIG_LABEL, content)),
  },
  {
    name: 'SSHSIG message',
    shape: 'bytes',
    seeds: [hex(SSHSIG_REQUEST)],
    read: (data) => void parseSshsigMessage(data),
  },
  {
    name: 'attestation blob',
    shape: 'bytes',
    seeds: [ATTESTATION, EMPTY_ATTESTATION].map(hex),
    read: (file) => {
      const again = formatAttestationBlob(parseAttestationBlob(file));
      if (!isSame(formatAttestationBlob(parseAttestationBlob(again)), again))
        violated('another blob when written and read');
    },
  },
  {
    name: 'certificate',
    shape: 'bytes',
    seeds: [certificateOf(hex(CERTIFICATE_REQUEST))],
    read: (blob) => void parseSkCertificate(blob),
  },
  {
    name: 'data to be signed',
    shape: 'bytes',
    seeds: signRequests,
    read: (data) => {
      parseSignRequestData(data);
      decideSigning(formatSkPublicBlob(KEYS[0]), data, UNBOUND);
    },
  },
  { name: 'agent request', shape: 'bytes', seeds: requests, read: readRequest },
  { name: 'agent response', shape: 'bytes', seeds: messages.responses.map(hex), read: readResponse },
  {
    name: 'agent framing',
    shape: 'bytes',
    seeds: [new Uint8Array(Buffer.concat(requests.slice(0, 4).map(frameAgentMessage)))],
    read: readFrames,
  },
  {
    name: 'session binding',
    shape: 'bytes',
    seeds: sessionBinds(),
    read: (data) => {
      bindSession(UNBOUND, data);
      encodeSessionBind(parseSessionBind(data));
    },
  },
];

function sessionBinds(): readonly Uint8Array[] {
  return requests
    .map((request) => parseAgentRequest(request))
    .flatMap((request) =>
      request.type === 'extension' && request.name === 'session-bind@openssh.com' ? [request.data] : [],
    );
}
