import { Permission, Status } from '../../../native/ctap2/constants.ts';
import { type CborMap, cborMap, encodeCbor } from './cbor.ts';
import { pinProtocol } from './client-pin.ts';
import { credentialDescriptor } from './credential-descriptor.ts';
import { rpIdHash } from './credential-store.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Continuation, DeviceMemory } from './device-memory.ts';
import { fromHex, toHex } from './hex.ts';
import type { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';
import { SigningKey } from './signing-key.ts';
import type { ResidentCredential } from './state.ts';

const SubCommand = {
  GET_CREDS_METADATA: 1,
  ENUMERATE_RPS_BEGIN: 2,
  ENUMERATE_RPS_NEXT: 3,
  ENUMERATE_CREDENTIALS_BEGIN: 4,
  ENUMERATE_CREDENTIALS_NEXT: 5,
  DELETE_CREDENTIAL: 6,
  UPDATE_USER: 7,
} as const;

/** rp.id longer than this comes back cut short (CTAP 2.1, 6.8.7). */
const RP_ID_LIMIT = 32;

export type Enumeration =
  | ({ readonly of: 'rps' } & Continuation<ResidentCredential>)
  | ({ readonly of: 'credentials' } & Continuation<ResidentCredential>);

export interface ManagementReply {
  readonly reply: CborMap | undefined;
  readonly enumeration?: Enumeration;
}

/** authenticatorCredentialManagement (CTAP 2.1, 6.8), also behind the preview's number 0x41. */
export function credentialManagement(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
  enumeration: Enumeration | undefined,
): ManagementReply {
  const subCommand = request.integer(1);
  switch (subCommand) {
    case SubCommand.ENUMERATE_RPS_NEXT:
      return nextRp(session, enumeration);
    case SubCommand.ENUMERATE_CREDENTIALS_NEXT:
      return nextCredential(session, enumeration);
    case SubCommand.GET_CREDS_METADATA:
      authorize(memory, request, subCommand);
      assertUnbound(memory);
      return { reply: metadata(memory) };
    case SubCommand.ENUMERATE_RPS_BEGIN:
      authorize(memory, request, subCommand);
      assertUnbound(memory);
      return beginRps(memory, session);
    case SubCommand.ENUMERATE_CREDENTIALS_BEGIN:
      authorize(memory, request, subCommand);
      return beginCredentials(memory, session, request.fields(2).bytes(1));
    case SubCommand.DELETE_CREDENTIAL:
      authorize(memory, request, subCommand);
      memory.store.remove(named(memory, request));
      memory.commit();
      return { reply: undefined };
    case SubCommand.UPDATE_USER:
      if (memory.profile.credentialManagement === 'preview') throw unknownSubCommand();
      authorize(memory, request, subCommand);
      updateUser(named(memory, request), request.fields(2).fields(3));
      memory.commit();
      return { reply: undefined };
    default:
      throw unknownSubCommand();
  }
}

function unknownSubCommand(): CtapFailure {
  return new CtapFailure(Status.INVALID_SUBCOMMAND, 'no such credentialManagement subcommand');
}

function authorize(memory: DeviceMemory, request: RequestFields, subCommand: number): void {
  const param = request.optionalBytes(4);
  if (param === undefined) throw new CtapFailure(Status.PUAT_REQUIRED, 'cm token needed');
  const protocol = pinProtocol(memory, request, 3);
  const params = request.value(2);
  const body = params === undefined ? new Uint8Array() : encodeCbor(params);
  const message = Buffer.concat([Uint8Array.of(subCommand), body]);
  memory.ram.token.check({ protocol, message, param, permission: Permission.CM });
}

function assertUnbound({ ram }: DeviceMemory): void {
  if (ram.token.boundRpId !== undefined && ram.protocols.length > 0) {
    throw new CtapFailure(Status.PIN_AUTH_INVALID, 'the token is for one relying party');
  }
}

function assertTokenFor({ ram }: DeviceMemory, rpId: string): void {
  if (ram.token.boundRpId !== undefined && ram.token.boundRpId !== rpId) {
    throw new CtapFailure(Status.PIN_AUTH_INVALID, 'the token is for another relying party');
  }
}

function metadata({ state, store }: DeviceMemory): CborMap {
  return cborMap([
    [1, state.credentials.length],
    [2, store.remainingSlots],
  ]);
}

function beginRps(memory: DeviceMemory, session: CommandSession): ManagementReply {
  const seen = new Set<string>();
  const rps = memory.store.residents().filter((one) => !seen.has(one.rpId) && seen.add(one.rpId));
  const [first, ...rest] = rps;
  if (first === undefined) return nothingStored(memory);
  const startedAt = memory.env.clock.now();
  return {
    reply: rpReply(first, rps.length),
    enumeration: { of: 'rps', channel: session.channel, startedAt, rest },
  };
}

/** Nothing stored: CTAP 2.1 says 0x2e, preview keys succeed with a count of nought. */
function nothingStored({ profile }: DeviceMemory): ManagementReply {
  if (profile.credentialManagement === 'preview') return { reply: cborMap([[5, 0]]) };
  throw new CtapFailure(Status.NO_CREDENTIALS, 'nothing stored');
}

function nextRp(session: CommandSession, enumeration: Enumeration | undefined): ManagementReply {
  const next = enumeration?.of === 'rps' && enumeration.channel === session.channel ? enumeration.rest.shift() : null;
  if (!next || !enumeration) throw new CtapFailure(Status.NOT_ALLOWED, 'no enumeration of relying parties');
  return { reply: rpReply(next, undefined), enumeration };
}

function rpReply(credential: ResidentCredential, total: number | undefined): CborMap {
  return cborMap([
    [
      3,
      cborMap([
        ['id', shortRpId(credential.rpId)],
        ['name', credential.rpName],
      ]),
    ],
    [4, rpIdHash(credential.rpId)],
    [5, total],
  ]);
}

/** 6.8.7: the scheme with its colon, an ellipsis, and as much of the end as fits in 32 bytes. */
export function shortRpId(rpId: string): string {
  const bytes = Buffer.from(rpId, 'utf8');
  if (bytes.length <= RP_ID_LIMIT) return rpId;
  const colon = bytes.indexOf(0x3a);
  const scheme = colon >= 0 && colon < RP_ID_LIMIT - 3 ? bytes.subarray(0, colon + 1) : Buffer.alloc(0);
  const ellipsis = Buffer.from('\u2026', 'utf8');
  const tail = bytes.subarray(bytes.length - (RP_ID_LIMIT - scheme.length - ellipsis.length));
  return Buffer.concat([scheme, ellipsis, tail]).toString('utf8');
}

function beginCredentials(memory: DeviceMemory, session: CommandSession, hash: Uint8Array): ManagementReply {
  const wanted = toHex(hash);
  const found = memory.store.residents().filter((one) => toHex(rpIdHash(one.rpId)) === wanted);
  const [first, ...rest] = found;
  if (first === undefined) throw new CtapFailure(Status.NO_CREDENTIALS, 'none of this relying party');
  assertTokenFor(memory, first.rpId);
  const startedAt = memory.env.clock.now();
  return {
    reply: credentialReply(first, found.length),
    enumeration: { of: 'credentials', channel: session.channel, startedAt, rest },
  };
}

function nextCredential(session: CommandSession, enumeration: Enumeration | undefined): ManagementReply {
  const running = enumeration?.of === 'credentials' && enumeration.channel === session.channel;
  const next = running ? enumeration.rest.shift() : undefined;
  if (!next || !enumeration) throw new CtapFailure(Status.NOT_ALLOWED, 'no enumeration of credentials');
  return { reply: credentialReply(next, undefined), enumeration };
}

function credentialReply(credential: ResidentCredential, total: number | undefined): CborMap {
  const key = new SigningKey(credential.algorithm, fromHex(credential.privateKey));
  return cborMap([
    [6, userEntity(credential)],
    [7, credentialDescriptor(fromHex(credential.credentialId))],
    [8, key.coseKey()],
    [9, total],
    [10, credential.credProtect],
  ]);
}

function userEntity(credential: ResidentCredential): CborMap {
  return cborMap([
    ['id', fromHex(credential.userId)],
    ['name', credential.userName],
    ['displayName', credential.userDisplayName],
  ]);
}

function named(memory: DeviceMemory, request: RequestFields): ResidentCredential {
  const id = toHex(request.fields(2).fields(2).bytes('id'));
  const credential = memory.state.credentials.find((one) => one.credentialId === id);
  if (credential === undefined) throw new CtapFailure(Status.NO_CREDENTIALS, 'no such resident credential');
  assertTokenFor(memory, credential.rpId);
  return credential;
}

/** 6.8.6: the same user.id, else 0x02; absent members are removed. */
function updateUser(credential: ResidentCredential, user: RequestFields): void {
  if (toHex(user.bytes('id')) !== credential.userId) {
    throw new CtapFailure(Status.INVALID_PARAMETER, 'another user.id');
  }
  credential.userName = user.optionalText('name');
  credential.userDisplayName = user.optionalText('displayName');
}
