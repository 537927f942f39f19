import { Permission, Status } from '../../../native/ctap2/constants.ts';
import { authenticatorData } from './authenticator-data.ts';
import { answerZeroLengthParam, verify } from './authorization.ts';
import { type CborMap, cborMap } from './cbor.ts';
import { credentialDescriptor, credentialDescriptorIds } from './credential-descriptor.ts';
import type { UsableCredential } from './credential-store.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Continuation, DeviceMemory } from './device-memory.ts';
import { fromHex } from './hex.ts';
import type { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';

const Member = { RP_ID: 1, HASH: 2, ALLOW_LIST: 3, OPTIONS: 5, PIN_AUTH: 6, PROTOCOL: 7 } as const;

/** getNextAssertion and the enumerations of credential management die after so long (CTAP 2.1, 6). */
export const CONTINUATION_LIMIT_MS = 30_000;

interface AssertionTerms {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  readonly present: boolean;
  readonly verified: boolean;
  /** Several accounts match and the user was verified: names may be told. */
  readonly withNames: boolean;
}

/** The assertions still to be fetched with getNextAssertion. */
export interface PendingAssertions extends Continuation<UsableCredential> {
  readonly terms: AssertionTerms;
}

export interface FirstAssertion {
  readonly reply: CborMap;
  readonly pending: PendingAssertions | undefined;
}

/** authenticatorGetAssertion (CTAP 2.1, 6.2.2). */
export async function getAssertion(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
): Promise<FirstAssertion> {
  await answerZeroLengthParam(memory, session, request, Member.PIN_AUTH);
  const rpId = request.text(Member.RP_ID);
  const clientDataHash = request.bytes(Member.HASH);
  if (clientDataHash.length !== 32) throw new CtapFailure(Status.INVALID_LENGTH, 'clientDataHash');
  const options = request.optionalFields(Member.OPTIONS);
  const up = options?.optionalBoolean('up') ?? true;
  if (options?.has('rk')) throw new CtapFailure(Status.UNSUPPORTED_OPTION, 'rk in getAssertion');
  const allowIds = allowList(memory, request);
  const verification = await verify(memory, session, {
    request,
    paramMember: Member.PIN_AUTH,
    protocolMember: Member.PROTOCOL,
    clientDataHash,
    rpId,
    permission: Permission.GA,
    uv: options?.optionalBoolean('uv') ?? false,
  });
  if (memory.state.alwaysUv && up && !verification.verified) {
    throw new CtapFailure(Status.PUAT_REQUIRED, 'alwaysUv');
  }
  const found = candidates(memory, rpId, allowIds, verification.verified);
  const [first, ...others] = found;
  if (first === undefined) throw new CtapFailure(Status.NO_CREDENTIALS, 'none for this relying party');
  if (up && !verification.touched) await session.touch(memory.env, memory.counters);

  const terms: AssertionTerms = {
    rpId,
    clientDataHash,
    present: up,
    verified: verification.verified,
    withNames: verification.verified && others.length > 0,
  };
  if (up) memory.ram.token.consume();
  const reply = assertion(memory, first, terms, others.length > 0 ? found.length : undefined);
  const pending =
    others.length > 0
      ? { channel: session.channel, startedAt: memory.env.clock.now(), rest: others, terms }
      : undefined;
  return { reply, pending };
}

/** authenticatorGetNextAssertion (6.3): the next of those counted in the first reply, or 0x30. */
export function getNextAssertion(memory: DeviceMemory, session: CommandSession, pending: PendingAssertions): CborMap {
  const next = pending.rest.shift();
  if (next === undefined || session.channel !== pending.channel) {
    throw new CtapFailure(Status.NOT_ALLOWED, 'no assertion is waiting on this channel');
  }
  return assertion(memory, next, pending.terms, undefined);
}

function allowList({ profile }: DeviceMemory, request: RequestFields): Uint8Array[] | undefined {
  const list = request.optionalArray(Member.ALLOW_LIST);
  if (list === undefined) return undefined;
  if (list.length === 0) throw new CtapFailure(Status.INVALID_PARAMETER, 'an empty allowList');
  return credentialDescriptorIds(profile, list);
}

/** 6.2.2 step 7: with an allowList the first match alone; else all discoverable ones, newest first; credProtect hides. */
function candidates(
  { store }: DeviceMemory,
  rpId: string,
  allowIds: readonly Uint8Array[] | undefined,
  verified: boolean,
): UsableCredential[] {
  if (allowIds === undefined) {
    return store.discover(rpId).filter((credential) => verified || credential.credProtect === 1);
  }
  for (const id of allowIds) {
    const credential = store.find(rpId, id);
    if (credential !== undefined && (verified || credential.credProtect !== 3)) return [credential];
  }
  return [];
}

function assertion(
  memory: DeviceMemory,
  credential: UsableCredential,
  terms: AssertionTerms,
  count: number | undefined,
): CborMap {
  const authData = authenticatorData(memory, terms.rpId, terms);
  memory.commit();
  return cborMap([
    [1, credentialDescriptor(credential.credentialId)],
    [2, authData],
    [3, credential.key.sign(authData, terms.clientDataHash)],
    [4, user(credential, terms.withNames)],
    [5, count],
  ]);
}

function user({ resident }: UsableCredential, withNames: boolean): CborMap | undefined {
  if (resident === undefined) return undefined;
  return cborMap([
    ['id', fromHex(resident.userId)],
    ['name', withNames ? resident.userName : undefined],
    ['displayName', withNames ? resident.userDisplayName : undefined],
  ]);
}
