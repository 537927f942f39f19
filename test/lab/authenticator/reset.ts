import { Status } from '../../../native/ctap2/constants.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { CommandSession } from './session.ts';

/** authenticatorReset (CTAP 2.1, 6.6): soon after power-up, with a touch; wipes everything. */
export async function reset(memory: DeviceMemory, session: CommandSession): Promise<undefined> {
  const age = memory.env.clock.now() - memory.ram.poweredUpAt;
  if (age > memory.profile.resetWindowMs) throw new CtapFailure(Status.NOT_ALLOWED, 'too long after power-up');
  await session.touch(memory.env, memory.counters);
  memory.wipe();
  return undefined;
}
