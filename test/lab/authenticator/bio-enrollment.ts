import { Permission, Status } from '../../../native/ctap2/constants.ts';
import { type CborMap, cborMap, encodeCbor } from './cbor.ts';
import { pinProtocol } from './client-pin.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import { fromHex, toHex } from './hex.ts';
import type { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';

const SubCommand = { ENUMERATE: 4, SET_NAME: 5, REMOVE: 6, SENSOR_INFO: 7 } as const;
const MODALITY_FINGERPRINT = 1;
const MAX_NAME_BYTES = 15;

/**
 * authenticatorBioEnrollment (CTAP 2.1, 6.7), as far as the lab needs it: sensor info, list, rename, remove. Fingers are
 * enrolled by the lab's own door (`LabAuthenticator.enrollFinger`); the capturing subcommands 1 to 3 answer 0x3e.
 */
export async function bioEnrollment(
  memory: DeviceMemory,
  _session: CommandSession,
  request: RequestFields,
): Promise<CborMap | undefined> {
  if (request.optionalBoolean(6) === true) return cborMap([[1, MODALITY_FINGERPRINT]]);
  const subCommand = request.integer(2);
  if (subCommand === SubCommand.SENSOR_INFO) return sensorInfo();
  authorize(memory, request, subCommand);
  switch (subCommand) {
    case SubCommand.ENUMERATE:
      return enumerate(memory);
    case SubCommand.SET_NAME:
      finger(memory, request).name = newName(request);
      break;
    case SubCommand.REMOVE:
      memory.state.fingers.splice(memory.state.fingers.indexOf(finger(memory, request)), 1);
      break;
    default:
      throw new CtapFailure(Status.INVALID_SUBCOMMAND, `bioEnrollment subcommand ${subCommand}`);
  }
  memory.commit();
  return undefined;
}

function sensorInfo(): CborMap {
  return cborMap([
    [2, 1],
    [3, 5],
    [8, MAX_NAME_BYTES],
  ]);
}

function authorize(memory: DeviceMemory, request: RequestFields, subCommand: number): void {
  const param = request.optionalBytes(5);
  if (param === undefined) throw new CtapFailure(Status.PUAT_REQUIRED, 'be token needed');
  const protocol = pinProtocol(memory, request, 4);
  const params = request.value(3);
  const body = params === undefined ? new Uint8Array() : encodeCbor(params);
  const message = Buffer.concat([Uint8Array.of(MODALITY_FINGERPRINT, subCommand), body]);
  memory.ram.token.check({ protocol, message, param, permission: Permission.BE });
}

function enumerate({ state }: DeviceMemory): CborMap {
  if (state.fingers.length === 0) throw new CtapFailure(Status.INVALID_OPTION, 'no finger enrolled');
  const infos = state.fingers.map((one) =>
    cborMap([
      [1, fromHex(one.templateId)],
      [2, one.name],
    ]),
  );
  return cborMap([[7, infos]]);
}

function finger({ state }: DeviceMemory, request: RequestFields) {
  const id = toHex(request.fields(3).bytes(1));
  const found = state.fingers.find((one) => one.templateId === id);
  if (found === undefined) throw new CtapFailure(Status.INVALID_OPTION, 'no such finger');
  return found;
}

function newName(request: RequestFields): string {
  const name = request.fields(3).text(2);
  if (Buffer.byteLength(name, 'utf8') > MAX_NAME_BYTES) throw new CtapFailure(Status.INVALID_LENGTH, 'name too long');
  return name;
}
