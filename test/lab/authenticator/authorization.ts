import { Status } from '../../../native/ctap2/constants.ts';
import { fingerprintReady, verifyFingerprint } from './built-in-uv.ts';
import { pinProtocol } from './client-pin.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';

/** What makeCredential and getAssertion share about who is there (CTAP 2.1, 6.1.2 and 6.2.2). */
export interface VerificationRequest {
  readonly request: RequestFields;
  /** Members of pinUvAuthParam and pinUvAuthProtocol. */
  readonly paramMember: number;
  readonly protocolMember: number;
  readonly clientDataHash: Uint8Array;
  readonly rpId: string;
  readonly permission: number;
  /** Option `uv` as sent. */
  readonly uv: boolean;
}

/** `touched`: the verification was a touch as well, none is to be asked again. */
export interface Verification {
  readonly verified: boolean;
  readonly touched: boolean;
}

/** Step 1 of both: a zero-length pinUvAuthParam selects the key by touch, then says whether a PIN is set. */
export async function answerZeroLengthParam(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
  member: number,
): Promise<void> {
  if (request.optionalBytes(member)?.length !== 0) return;
  await session.touch(memory.env, memory.counters);
  throw memory.state.pin === null
    ? new CtapFailure(Status.PIN_NOT_SET, 'touched; no PIN')
    : new CtapFailure(Status.PIN_INVALID, 'touched; a PIN is set');
}

/** Checks pinUvAuthParam or the fingerprint. Says nothing about whether verification was needed. */
export async function verify(
  memory: DeviceMemory,
  session: CommandSession,
  asked: VerificationRequest,
): Promise<Verification> {
  const param = asked.request.optionalBytes(asked.paramMember);
  if (param !== undefined) {
    const protocol = pinProtocol(memory, asked.request, asked.protocolMember);
    const { clientDataHash: message, permission, rpId } = asked;
    memory.ram.token.check({ protocol, message, param, permission, rpId });
    return { verified: true, touched: memory.ram.token.coversPresence };
  }
  if (asked.uv && !fingerprintReady(memory)) throw new CtapFailure(Status.INVALID_OPTION, 'no verification set up');
  const always = memory.state.alwaysUv && fingerprintReady(memory);
  if (!asked.uv && !always) return { verified: false, touched: false };
  await verifyFingerprint(memory, session);
  return { verified: true, touched: true };
}

/** True when the key can verify its user at all by now. */
export function isProtected(memory: DeviceMemory): boolean {
  return memory.state.pin !== null || fingerprintReady(memory);
}
