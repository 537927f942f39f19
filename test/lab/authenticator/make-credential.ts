import { Permission, Status } from '../../../native/ctap2/constants.ts';
import type { Attestation } from './attestation.ts';
import { authenticatorData } from './authenticator-data.ts';
import { answerZeroLengthParam, isProtected, verify } from './authorization.ts';
import { type CborMap, type CborValue, cborMap } from './cbor.ts';
import { credentialDescriptorIds } from './credential-descriptor.ts';
import type { CredProtect } from './credential-store.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';
import { drawPrivateKey, SigningKey } from './signing-key.ts';

const Member = {
  CLIENT_DATA_HASH: 1,
  RP: 2,
  USER: 3,
  PARAMS: 4,
  EXCLUDE_LIST: 5,
  EXTENSIONS: 6,
  OPTIONS: 7,
  PIN_AUTH: 8,
  PROTOCOL: 9,
} as const;

/** authenticatorMakeCredential (CTAP 2.1, 6.1.2); on a CTAP 2.0 profile the same with that version's differences. */
export async function makeCredential(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
  attestation: Attestation,
): Promise<CborMap> {
  await answerZeroLengthParam(memory, session, request, Member.PIN_AUTH);
  const asked = parse(memory, request);
  const verification = await verify(memory, session, {
    request,
    paramMember: Member.PIN_AUTH,
    protocolMember: Member.PROTOCOL,
    clientDataHash: asked.clientDataHash,
    rpId: asked.rpId,
    permission: Permission.MC,
    uv: asked.uv,
  });
  assertVerifiedEnough(memory, asked.rk, verification.verified);
  const excluded = isExcluded(memory, asked, verification.verified);
  if (!verification.touched) await session.touch(memory.env, memory.counters);
  if (excluded) throw new CtapFailure(Status.CREDENTIAL_EXCLUDED, 'a credential of the exclude list is here');
  if (asked.rk) memory.store.assertRoom(asked.rpId, asked.userId);

  const privateKey = drawPrivateKey(asked.algorithm, memory.env);
  const key = new SigningKey(asked.algorithm, privateKey);
  const credentialId = asked.rk
    ? memory.store.drawId()
    : memory.store.wrap(asked.rpId, asked.algorithm, asked.credProtect ?? 1, privateKey);
  if (asked.rk) {
    memory.store.addResident(credentialId, { ...asked, privateKey, credProtect: asked.credProtect ?? 1 });
  }
  const presence = { present: true, verified: verification.verified };
  const attested = { credentialId, coseKey: key.coseKey() };
  const authData = authenticatorData(memory, asked.rpId, presence, attested, extensionOutputs(asked));
  memory.ram.token.consume();
  memory.commit();
  const statement = attestation.signer(memory.profile)(authData, asked.clientDataHash, key);
  return cborMap([
    [1, statement.fmt],
    [2, authData],
    [3, statement.attStmt],
  ]);
}

interface AskedCredential {
  readonly clientDataHash: Uint8Array;
  readonly rpId: string;
  readonly rpName: string | undefined;
  readonly userId: Uint8Array;
  readonly userName: string | undefined;
  readonly userDisplayName: string | undefined;
  readonly algorithm: number;
  readonly excludeIds: readonly Uint8Array[];
  readonly rk: boolean;
  readonly uv: boolean;
  /** Undefined: not asked, or not known to this key (which then ignores it without a word). */
  readonly credProtect: CredProtect | undefined;
  readonly hmacSecret: boolean;
}

function parse(memory: DeviceMemory, request: RequestFields): AskedCredential {
  const clientDataHash = request.bytes(Member.CLIENT_DATA_HASH);
  if (clientDataHash.length !== 32) throw new CtapFailure(Status.INVALID_LENGTH, 'clientDataHash');
  const rp = request.fields(Member.RP);
  const user = request.fields(Member.USER);
  const userId = user.bytes('id');
  if (userId.length < 1 || userId.length > 64) throw new CtapFailure(Status.INVALID_LENGTH, 'user.id');
  const options = request.optionalFields(Member.OPTIONS);
  if (options?.optionalBoolean('up') === false) throw new CtapFailure(Status.INVALID_OPTION, 'up false');
  const extensions = request.optionalFields(Member.EXTENSIONS);
  return {
    clientDataHash,
    rpId: rp.text('id'),
    rpName: rp.optionalText('name'),
    userId,
    userName: user.optionalText('name'),
    userDisplayName: user.optionalText('displayName'),
    algorithm: chooseAlgorithm(memory, request.array(Member.PARAMS)),
    excludeIds: credentialDescriptorIds(memory.profile, request.optionalArray(Member.EXCLUDE_LIST) ?? []),
    rk: options?.optionalBoolean('rk') ?? false,
    uv: options?.optionalBoolean('uv') ?? false,
    credProtect: credProtect(memory, extensions),
    hmacSecret:
      memory.profile.extensions.includes('hmac-secret') && extensions?.optionalBoolean('hmac-secret') === true,
  };
}

/** The first of the list this key can do; entries of another type are skipped, malformed ones fail (6.1.2, step 3). */
function chooseAlgorithm({ profile }: DeviceMemory, params: readonly CborValue[]): number {
  let chosen: number | undefined;
  for (const param of params) {
    const fields = RequestFields.of(param);
    const algorithm = fields.integer('alg');
    const usable = fields.text('type') === 'public-key' && profile.algorithms.includes(algorithm);
    if (usable) chosen ??= algorithm;
  }
  if (chosen === undefined) throw new CtapFailure(Status.UNSUPPORTED_ALGORITHM, 'none of the algorithms');
  return chosen;
}

function credProtect({ profile }: DeviceMemory, extensions: RequestFields | undefined): CredProtect | undefined {
  if (!profile.extensions.includes('credProtect')) return undefined;
  const level = extensions?.optionalInteger('credProtect');
  if (level === undefined || level === 1 || level === 2 || level === 3) return level;
  throw new CtapFailure(Status.INVALID_OPTION, `credProtect ${level}`);
}

function assertVerifiedEnough(memory: DeviceMemory, rk: boolean, verified: boolean): void {
  if (verified) return;
  const required = new CtapFailure(Status.PUAT_REQUIRED, 'verification required');
  if (memory.state.alwaysUv) throw required;
  if (!isProtected(memory)) return;
  if (rk || !memory.profile.makeCredUvNotRqd) throw required;
}

/** A credential with credProtect 3 stays unseen without verification, here too (6.1.2, step 12). */
function isExcluded({ store }: DeviceMemory, asked: AskedCredential, verified: boolean): boolean {
  return asked.excludeIds.some((id) => {
    const credential = store.find(asked.rpId, id);
    return credential !== undefined && (verified || credential.credProtect !== 3);
  });
}

function extensionOutputs(asked: AskedCredential): CborMap {
  return cborMap([
    ['credProtect', asked.credProtect],
    ['hmac-secret', asked.hmacSecret ? true : undefined],
  ]);
}
