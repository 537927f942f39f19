import { Permission, Status } from '../../../native/ctap2/constants.ts';
import { type CborMap, cborMap, encodeCbor } from './cbor.ts';
import { pinProtocol } from './client-pin.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { Faults } from './faults.ts';
import { fromHex, toHex } from './hex.ts';
import type { RequestFields } from './request-fields.ts';
import type { CommandSession } from './session.ts';

const SubCommand = {
  BEGIN: 1,
  NEXT_SAMPLE: 2,
  CANCEL: 3,
  ENUMERATE: 4,
  SET_NAME: 5,
  REMOVE: 6,
  SENSOR_INFO: 7,
} as const;
const MODALITY_FINGERPRINT = 1;
const MAX_NAME_BYTES = 15;
const MAX_FINGERS = 5;
const SAMPLES = 5;
/** lastEnrollSampleStatus (6.7.2). */
const SAMPLE = { GOOD: 0x00, NO_USER_ACTIVITY: 0x0d } as const;

/**
 * authenticatorBioEnrollment (CTAP 2.1, 6.7). A touch of the sensor is a good sample, unless the fault plan says otherwise
 * (`sampleStatuses`). timeoutMilliseconds is not read: the key waits as long as for any touch.
 */
export async function bioEnrollment(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
  faults: Faults,
): Promise<CborMap | undefined> {
  if (request.optionalBoolean(6) === true) return cborMap([[1, MODALITY_FINGERPRINT]]);
  const subCommand = request.integer(2);
  if (subCommand === SubCommand.SENSOR_INFO) return sensorInfo();
  if (subCommand === SubCommand.CANCEL) {
    memory.ram.enrolling = undefined;
    return undefined;
  }
  authorize(memory, request, subCommand);
  switch (subCommand) {
    case SubCommand.BEGIN:
      return begin(memory, session, faults);
    case SubCommand.NEXT_SAMPLE:
      return nextSample(memory, session, request, faults);
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

async function begin(memory: DeviceMemory, session: CommandSession, faults: Faults): Promise<CborMap> {
  if (memory.state.fingers.length >= MAX_FINGERS) throw new CtapFailure(Status.FP_DATABASE_FULL, 'no room');
  const enrolling = { templateId: toHex(memory.env.random(2)), remaining: SAMPLES };
  memory.ram.enrolling = enrolling;
  const status = await sample(memory, session, faults);
  return cborMap([
    [4, fromHex(enrolling.templateId)],
    [5, status],
    [6, enrolling.remaining],
  ]);
}

async function nextSample(
  memory: DeviceMemory,
  session: CommandSession,
  request: RequestFields,
  faults: Faults,
): Promise<CborMap> {
  const { enrolling } = memory.ram;
  if (enrolling === undefined) throw new CtapFailure(Status.NOT_ALLOWED, 'no enrollment runs');
  if (toHex(request.fields(3).bytes(1)) !== enrolling.templateId) {
    throw new CtapFailure(Status.INVALID_PARAMETER, 'another template');
  }
  const status = await sample(memory, session, faults);
  if (enrolling.remaining === 0) {
    memory.state.fingers.push({ templateId: enrolling.templateId, name: '' });
    memory.ram.enrolling = undefined;
    memory.commit();
  }
  return cborMap([
    [5, status],
    [6, enrolling.remaining],
  ]);
}

/** Waits for the finger. Nobody there is a sample too (6.7.4), not a failed command. */
async function sample(memory: DeviceMemory, session: CommandSession, faults: Faults): Promise<number> {
  const planned = faults.takeSampleStatus();
  try {
    await session.touch(memory.env, memory.counters);
  } catch (thrown) {
    if (thrown instanceof CtapFailure && thrown.status === Status.USER_ACTION_TIMEOUT) return SAMPLE.NO_USER_ACTIVITY;
    throw thrown;
  }
  const status = planned ?? SAMPLE.GOOD;
  if (status === SAMPLE.GOOD && memory.ram.enrolling !== undefined) memory.ram.enrolling.remaining--;
  return status;
}

function sensorInfo(): CborMap {
  return cborMap([
    [2, 1],
    [3, SAMPLES],
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
      [2, one.name === '' ? undefined : one.name],
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
