/**
 * The messages of the SSH agent protocol, both directions (draft-ietf-sshm-ssh-agent; OpenSSH's PROTOCOL.agent).
 * Everything here works on one whole message: type byte and body, without the length field (`agent-framing.ts`).
 *
 * What a message means is decided elsewhere (`main/agent`); here bytes become unions and unions become bytes. Bytes
 * left over after the last field make a message malformed, so that parse and encode are each other's inverse.
 */
import { type AddedKey, readAddedKey, writeAddedKey } from './agent-added-key.ts';
import { AGENT_MESSAGE_LIMIT } from './agent-framing.ts';
import { type KeyConstraint, readKeyConstraints, writeKeyConstraints } from './agent-key-constraints.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

/** Message numbers (draft-ietf-sshm-ssh-agent, section 7.1; 1 and 9 are left over from SSH version 1). */
export const AGENT_MESSAGE = {
  ssh1RequestIdentities: 1,
  failure: 5,
  success: 6,
  ssh1RemoveAllIdentities: 9,
  requestIdentities: 11,
  identitiesAnswer: 12,
  signRequest: 13,
  signResponse: 14,
  addIdentity: 17,
  removeIdentity: 18,
  removeAllIdentities: 19,
  addSmartcardKey: 20,
  removeSmartcardKey: 21,
  lock: 22,
  unlock: 23,
  addIdentityConstrained: 25,
  addSmartcardKeyConstrained: 26,
  extension: 27,
  extensionFailure: 28,
  extensionResponse: 29,
} as const;

/** OpenSSH's MAX_AGENT_IDENTITIES: ssh refuses a longer list. */
const MAX_IDENTITIES = 2048;

/** What a client sends. `unknown` keeps the number, so that the agent can refuse it and say what it refused. */
export type AgentRequest =
  | { readonly type: 'requestIdentities' }
  | {
      readonly type: 'signRequest';
      readonly keyBlob: Uint8Array;
      readonly data: Uint8Array;
      /** 2 = rsa-sha2-256, 4 = rsa-sha2-512; without meaning for sk keys. */
      readonly flags: number;
    }
  | { readonly type: 'addIdentity'; readonly key: AddedKey }
  | {
      readonly type: 'addIdentityConstrained';
      readonly key: AddedKey;
      readonly constraints: readonly KeyConstraint[];
    }
  | { readonly type: 'removeIdentity'; readonly keyBlob: Uint8Array }
  | { readonly type: 'removeAllIdentities' }
  | { readonly type: 'addSmartcardKey'; readonly provider: string; readonly pin: Uint8Array }
  | {
      readonly type: 'addSmartcardKeyConstrained';
      readonly provider: string;
      readonly pin: Uint8Array;
      readonly constraints: readonly KeyConstraint[];
    }
  | { readonly type: 'removeSmartcardKey'; readonly provider: string; readonly pin: Uint8Array }
  | { readonly type: 'lock'; readonly passphrase: Uint8Array }
  | { readonly type: 'unlock'; readonly passphrase: Uint8Array }
  /** `data` is parsed by whoever knows the extension: `session-bind@openssh.com` by `agent-session-bind.ts`. */
  | { readonly type: 'extension'; readonly name: string; readonly data: Uint8Array }
  | { readonly type: 'ssh1RequestIdentities' }
  | { readonly type: 'ssh1RemoveAllIdentities' }
  | { readonly type: 'unknown'; readonly messageType: number; readonly body: Uint8Array };

export interface AgentIdentity {
  /** The public key blob. */
  readonly blob: Uint8Array;
  readonly comment: string;
}

/** What an agent answers. */
export type AgentResponse =
  | { readonly type: 'failure' }
  | { readonly type: 'success' }
  | { readonly type: 'identitiesAnswer'; readonly identities: readonly AgentIdentity[] }
  /** `signature` is the SSH signature blob: string algorithm, then what the algorithm defines. */
  | { readonly type: 'signResponse'; readonly signature: Uint8Array }
  | { readonly type: 'extensionFailure' }
  | { readonly type: 'extensionResponse'; readonly name: string; readonly contents: Uint8Array };

/** The extension that asks which extensions there are (draft-ietf-sshm-ssh-agent, section 5.8.1; OpenSSH 10.3+). */
export const QUERY_EXTENSION = 'query';

const FAULT: WireFault = {
  code: 'AGENT_MESSAGE_MALFORMED',
  remedy: 'Check which program is at the other end of the agent socket; it does not speak the SSH agent protocol.',
};

/**
 * Reads one client message. A message number nobody defined becomes `unknown`; a known one whose body does not fit its
 * layout throws `AGENT_MESSAGE_MALFORMED`. Byte fields are views on `message`.
 */
export function parseAgentRequest(message: Uint8Array): AgentRequest {
  const reader = new SshReader(message, 'an agent request', FAULT);
  const messageType = reader.uint8();
  const request = readRequestBody(messageType, reader);
  reader.end();
  return request;
}

function readRequestBody(messageType: number, reader: SshReader): AgentRequest {
  switch (messageType) {
    case AGENT_MESSAGE.requestIdentities:
      return { type: 'requestIdentities' };
    case AGENT_MESSAGE.signRequest:
      return { type: 'signRequest', keyBlob: reader.string(), data: reader.string(), flags: reader.uint32() };
    case AGENT_MESSAGE.addIdentity:
      return { type: 'addIdentity', key: readAddedKey(reader) };
    case AGENT_MESSAGE.addIdentityConstrained:
      return {
        type: 'addIdentityConstrained',
        key: readAddedKey(reader),
        constraints: readKeyConstraints(reader),
      };
    case AGENT_MESSAGE.removeIdentity:
      return { type: 'removeIdentity', keyBlob: reader.string() };
    case AGENT_MESSAGE.removeAllIdentities:
      return { type: 'removeAllIdentities' };
    case AGENT_MESSAGE.addSmartcardKey:
      return { type: 'addSmartcardKey', provider: reader.text(), pin: reader.string() };
    case AGENT_MESSAGE.addSmartcardKeyConstrained:
      return {
        type: 'addSmartcardKeyConstrained',
        provider: reader.text(),
        pin: reader.string(),
        constraints: readKeyConstraints(reader),
      };
    case AGENT_MESSAGE.removeSmartcardKey:
      return { type: 'removeSmartcardKey', provider: reader.text(), pin: reader.string() };
    case AGENT_MESSAGE.lock:
      return { type: 'lock', passphrase: reader.string() };
    case AGENT_MESSAGE.unlock:
      return { type: 'unlock', passphrase: reader.string() };
    case AGENT_MESSAGE.extension:
      return { type: 'extension', name: reader.text(), data: reader.rest() };
    case AGENT_MESSAGE.ssh1RequestIdentities:
      return { type: 'ssh1RequestIdentities' };
    case AGENT_MESSAGE.ssh1RemoveAllIdentities:
      return { type: 'ssh1RemoveAllIdentities' };
    default:
      return { type: 'unknown', messageType, body: reader.rest() };
  }
}

/** Writes one client message: the inverse of `parseAgentRequest`. */
export function encodeAgentRequest(request: AgentRequest): Uint8Array {
  const writer = new SshWriter();
  switch (request.type) {
    case 'requestIdentities':
    case 'removeAllIdentities':
    case 'ssh1RequestIdentities':
    case 'ssh1RemoveAllIdentities':
      return writer.uint8(AGENT_MESSAGE[request.type]).toBytes();
    case 'signRequest':
      return writer
        .uint8(AGENT_MESSAGE.signRequest)
        .string(request.keyBlob)
        .string(request.data)
        .uint32(request.flags)
        .toBytes();
    case 'addIdentity':
      return writeAddedKey(writer.uint8(AGENT_MESSAGE.addIdentity), request.key).toBytes();
    case 'addIdentityConstrained':
      return writeKeyConstraints(
        writeAddedKey(writer.uint8(AGENT_MESSAGE.addIdentityConstrained), request.key),
        request.constraints,
      ).toBytes();
    case 'removeIdentity':
      return writer.uint8(AGENT_MESSAGE.removeIdentity).string(request.keyBlob).toBytes();
    case 'addSmartcardKey':
    case 'removeSmartcardKey':
      return writer.uint8(AGENT_MESSAGE[request.type]).text(request.provider).string(request.pin).toBytes();
    case 'addSmartcardKeyConstrained':
      return writeKeyConstraints(
        writer.uint8(AGENT_MESSAGE.addSmartcardKeyConstrained).text(request.provider).string(request.pin),
        request.constraints,
      ).toBytes();
    case 'lock':
    case 'unlock':
      return writer.uint8(AGENT_MESSAGE[request.type]).string(request.passphrase).toBytes();
    case 'extension':
      return writer.uint8(AGENT_MESSAGE.extension).text(request.name).bytes(request.data).toBytes();
    case 'unknown':
      return writer.uint8(request.messageType).bytes(request.body).toBytes();
    default:
      return request satisfies never;
  }
}

/** Reads one agent message. Throws `AGENT_MESSAGE_MALFORMED` for an unknown number or a body that does not fit. */
export function parseAgentResponse(message: Uint8Array): AgentResponse {
  const reader = new SshReader(message, "an agent's answer", FAULT);
  const response = readResponseBody(reader.uint8(), reader);
  reader.end();
  return response;
}

function readResponseBody(messageType: number, reader: SshReader): AgentResponse {
  switch (messageType) {
    case AGENT_MESSAGE.failure:
      return { type: 'failure' };
    case AGENT_MESSAGE.success:
      return { type: 'success' };
    case AGENT_MESSAGE.identitiesAnswer:
      return { type: 'identitiesAnswer', identities: readIdentities(reader) };
    case AGENT_MESSAGE.signResponse:
      return { type: 'signResponse', signature: reader.string() };
    case AGENT_MESSAGE.extensionFailure:
      return { type: 'extensionFailure' };
    case AGENT_MESSAGE.extensionResponse:
      return { type: 'extensionResponse', name: reader.text(), contents: reader.rest() };
    default:
      throw reader.malformed(`has the unknown type ${messageType}`);
  }
}

function readIdentities(reader: SshReader): AgentIdentity[] {
  const count = reader.uint32();
  if (count > MAX_IDENTITIES) throw reader.malformed(`lists ${count} keys, more than ${MAX_IDENTITIES}`);
  const identities: AgentIdentity[] = [];
  for (let index = 0; index < count; index += 1) {
    identities.push({ blob: reader.string(), comment: readComment(reader) });
  }
  return identities;
}

/** Whatever bytes its owner once gave a key: what is no UTF-8 is shown so, and hides no other key. */
function readComment(reader: SshReader): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(reader.string());
}

/** Each key once, and no more than one answer holds: of a longer list ssh would read nothing. */
export function fittingIdentities(identities: readonly AgentIdentity[]): readonly AgentIdentity[] {
  const seen = new Set<string>();
  let bytes = 1 + 4;
  return identities.filter(({ blob, comment }) => {
    const key = Buffer.from(blob).toString('base64');
    const size = 4 + blob.length + 4 + Buffer.byteLength(comment);
    if (seen.has(key) || seen.size >= MAX_IDENTITIES || bytes + size > AGENT_MESSAGE_LIMIT) return false;
    seen.add(key);
    bytes += size;
    return true;
  });
}

/** Writes one agent message: the inverse of `parseAgentResponse`. */
export function encodeAgentResponse(response: AgentResponse): Uint8Array {
  const writer = new SshWriter().uint8(AGENT_MESSAGE[response.type]);
  switch (response.type) {
    case 'failure':
    case 'success':
    case 'extensionFailure':
      return writer.toBytes();
    case 'identitiesAnswer':
      writer.uint32(response.identities.length);
      for (const { blob, comment } of response.identities) writer.string(blob).text(comment);
      return writer.toBytes();
    case 'signResponse':
      return writer.string(response.signature).toBytes();
    case 'extensionResponse':
      return writer.text(response.name).bytes(response.contents).toBytes();
    default:
      return response satisfies never;
  }
}

/** The answer to `query`: the names of the extensions an agent knows. */
export function queryAnswer(extensions: readonly string[]): AgentResponse {
  const writer = new SshWriter();
  for (const name of extensions) writer.text(name);
  return { type: 'extensionResponse', name: QUERY_EXTENSION, contents: writer.toBytes() };
}
