import { Status } from '../../../native/ctap2/constants.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { CommandSession } from './session.ts';

/** True when a finger is enrolled: only then is built-in verification set up. */
export function fingerprintReady({ profile, state }: DeviceMemory): boolean {
  return profile.fingerprints && state.fingers.length > 0;
}

/** performBuiltInUv (CTAP 2.1, 6.5.3): one touch of the sensor. Fails with 0x3f on an unknown finger, 0x3c when blocked. */
export async function verifyFingerprint(memory: DeviceMemory, session: CommandSession): Promise<void> {
  const { state } = memory;
  if (state.uvRetries === 0) throw new CtapFailure(Status.UV_BLOCKED, 'too many unknown fingers');
  const gesture = await session.touch(memory.env, memory.counters);
  if (gesture.finger === 'unknown') {
    state.uvRetries--;
    memory.commit();
    if (state.uvRetries === 0) throw new CtapFailure(Status.UV_BLOCKED, 'third unknown finger');
    throw new CtapFailure(Status.UV_INVALID, 'unknown finger');
  }
  state.uvRetries = 3;
  memory.commit();
}
