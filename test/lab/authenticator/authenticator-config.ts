import { Permission, Status } from '../../../native/ctap2/constants.ts';
import { isProtected } from './authorization.ts';
import { encodeCbor } from './cbor.ts';
import { pinProtocol } from './client-pin.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { RequestFields } from './request-fields.ts';

const SubCommand = { TOGGLE_ALWAYS_UV: 2, SET_MIN_PIN_LENGTH: 3 } as const;
const COMMAND = 0x0d;

/** authenticatorConfig (CTAP 2.1, 6.11): toggleAlwaysUv and setMinPINLength. */
export function authenticatorConfig(memory: DeviceMemory, request: RequestFields): undefined {
  const subCommand = request.integer(1);
  authorize(memory, request, subCommand);
  if (subCommand === SubCommand.TOGGLE_ALWAYS_UV) memory.state.alwaysUv = !memory.state.alwaysUv;
  else if (subCommand === SubCommand.SET_MIN_PIN_LENGTH) setMinPinLength(memory, request.optionalFields(2));
  else throw new CtapFailure(Status.INVALID_SUBCOMMAND, `config subcommand ${subCommand}`);
  memory.commit();
  return undefined;
}

function authorize(memory: DeviceMemory, request: RequestFields, subCommand: number): void {
  const param = request.optionalBytes(4);
  if (param === undefined) {
    if (!isProtected(memory) && !memory.state.alwaysUv) return;
    throw new CtapFailure(Status.PUAT_REQUIRED, 'acfg token needed');
  }
  const protocol = pinProtocol(memory, request, 3);
  const params = request.value(2);
  const message = Buffer.concat([
    Buffer.alloc(32, 0xff),
    Uint8Array.of(COMMAND, subCommand),
    params === undefined ? new Uint8Array() : encodeCbor(params),
  ]);
  memory.ram.token.check({ protocol, message, param, permission: Permission.ACFG });
}

/** The minimum only grows; a PIN that became too short must be changed. */
function setMinPinLength({ state, ram }: DeviceMemory, params: RequestFields | undefined): void {
  const length = params?.optionalInteger(1) ?? state.minPinLength;
  if (length < state.minPinLength || length > 63) throw new CtapFailure(Status.PIN_POLICY_VIOLATION, 'only upwards');
  const force = params?.optionalBoolean(3) ?? false;
  if (force && state.pin === null) throw new CtapFailure(Status.PIN_NOT_SET, 'no PIN to change');
  state.minPinLength = length;
  if (force || (state.pin !== null && state.pin.codePoints < length)) {
    state.forcePinChange = true;
    ram.token.forget();
  }
}
