/** authenticatorBioEnrollment (CTAP 2.1, 6.7; ctap.md section 12): the fingerprints of a key that has a reader. */
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CborValue } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { CtapCommand, Status } from './constants.ts';
import type { Call, CtapCommands, Operation } from './ctap-commands.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { MemberReader } from './member-reader.ts';
import type { PinUvAuthToken } from './pin-uv-auth-token.ts';
import { underToken } from './pin-uv-auth-token.ts';
import { statusError, statusOf } from './status.ts';
import type { SubCommandForm } from './subcommand-request.ts';
import { subCommandRequest } from './subcommand-request.ts';

const SubCommand = {
  ENROLL_BEGIN: 0x01,
  ENROLL_CAPTURE_NEXT_SAMPLE: 0x02,
  CANCEL_CURRENT_ENROLLMENT: 0x03,
  ENUMERATE_ENROLLMENTS: 0x04,
  SET_FRIENDLY_NAME: 0x05,
  REMOVE_ENROLLMENT: 0x06,
  GET_FINGERPRINT_SENSOR_INFO: 0x07,
} as const;

const Param = { TEMPLATE_ID: 1, TEMPLATE_FRIENDLY_NAME: 2, TIMEOUT_MS: 3 } as const;

const Reply = {
  FINGERPRINT_KIND: 0x02,
  MAX_CAPTURE_SAMPLES: 0x03,
  TEMPLATE_ID: 0x04,
  LAST_SAMPLE_STATUS: 0x05,
  REMAINING_SAMPLES: 0x06,
  TEMPLATE_INFOS: 0x07,
  MAX_FRIENDLY_NAME: 0x08,
} as const;

const MODALITY = 1;
const MODALITY_FINGERPRINT = 1;

export const BIO_ENROLLMENT_FORM: SubCommandForm = {
  member: { subCommand: 2, params: 3, protocol: 4, param: 5 },
  always: [[MODALITY, MODALITY_FINGERPRINT]],
  messagePrefix: Uint8Array.of(MODALITY_FINGERPRINT),
};

/** How long the key waits for one finger. It then says so in a sample of its own, and the enrollment goes on. */
const SAMPLE_TIMEOUT_MS = 30_000;
/** So many waits in a row without a finger: nobody is there. */
const MOST_IDLE_SAMPLES = 3;

/** lastEnrollSampleStatus (6.7.2), in words. A sample other than `good` is no failure: the finger is wanted once more. */
const SAMPLE_STATUS = [
  'good',
  'too-high',
  'too-low',
  'too-left',
  'too-right',
  'too-fast',
  'too-slow',
  'poor-quality',
  'too-skewed',
  'too-short',
  'merge-failure',
  'already-enrolled',
  'database-full',
  'no-finger',
  'not-lifted',
] as const;

/** `unknown`: a status that the standard did not have when this was written. */
export type SampleStatus = (typeof SAMPLE_STATUS)[number] | 'unknown';

export interface Sample {
  readonly status: SampleStatus;
  /** Good samples that are still wanted; the enrollment is complete at 0. */
  readonly remaining: number;
}

export interface SensorInfo {
  readonly kind: 'touch' | 'swipe' | undefined;
  /** Good samples that an enrollment takes, at most. */
  readonly samples: number | undefined;
  /** Longest name of a fingerprint, in bytes of UTF-8; undefined where the key does not say. */
  readonly maxNameBytes: number | undefined;
}

export interface Fingerprint {
  readonly templateId: Uint8Array;
  readonly name: string | undefined;
}

/** Whether fingers can be enrolled on the key at all; and whether one is. */
export function fingerprintReader(info: AuthenticatorInfo): 'none' | 'empty' | 'enrolled' {
  const option = info.options.get('bioEnroll') ?? info.options.get('userVerificationMgmtPreview');
  if (option === undefined) return 'none';
  return option ? 'enrolled' : 'empty';
}

/** Needs no PIN. Throws `KEY_NO_FINGERPRINTS`. */
export async function sensorInfo(key: CtapCommands, operation: Operation = {}): Promise<SensorInfo> {
  const command = await bioCommand(key, operation);
  const request = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.GET_FINGERPRINT_SENSOR_INFO, undefined, undefined);
  return parseSensorInfo(await key.call(command, request, operation, 'Reading the fingerprint reader'));
}

/** The enrolled fingerprints; an empty list where there is none. Throws `KEY_NO_FINGERPRINTS`, `PIN_TOKEN_EXPIRED`. */
export async function fingerprints(
  key: CtapCommands,
  token: PinUvAuthToken,
  operation: Operation = {},
): Promise<readonly Fingerprint[]> {
  const command = await bioCommand(key, operation);
  const request = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.ENUMERATE_ENROLLMENTS, undefined, token);
  try {
    return parseFingerprints(await underToken(() => key.call(command, request, operation, 'Listing the fingerprints')));
  } catch (error) {
    if (statusOf(error) === Status.INVALID_OPTION) return []; // how keys say "none" (6.7.6)
    throw error;
  }
}

/**
 * Enrolls a finger: the key wants it touched several times (`touch-wanted` each time). `onSample` is told each sample, the good
 * ones and the others. Cancelling, and whatever else ends it early, tells the key to forget what it has. Returns the template's
 * id; a name is given by `renameFingerprint`. Throws `CTAP_FINGERPRINTS_FULL`, `CTAP_NO_TOUCH` when no finger comes for three
 * waits of the key in a row, `CANCELLED`, `KEY_NO_FINGERPRINTS`, `PIN_TOKEN_EXPIRED`.
 */
export async function enrollFingerprint(
  key: CtapCommands,
  token: PinUvAuthToken,
  onSample: (sample: Sample) => void,
  operation: Operation = {},
): Promise<Uint8Array> {
  const command = await bioCommand(key, operation);
  return key.uninterrupted(async (call) => {
    try {
      const templateId = await capture(call, command, token, onSample, operation);
      key.forgetInfo(); // options `uv` and `bioEnroll` say whether a finger is enrolled
      return templateId;
    } catch (error) {
      await cancelEnrollment(call, command);
      throw error;
    }
  });
}

/** Throws `FINGERPRINT_NAME` when the key or its readers cannot have the name, else like `fingerprints`. */
export async function renameFingerprint(
  key: CtapCommands,
  token: PinUvAuthToken,
  templateId: Uint8Array,
  name: string,
  operation: Operation = {},
): Promise<void> {
  const command = await bioCommand(key, operation);
  assertFingerprintName(name, (await sensorInfo(key, operation)).maxNameBytes);
  const params = cborMap([
    [Param.TEMPLATE_ID, templateId],
    [Param.TEMPLATE_FRIENDLY_NAME, name],
  ]);
  const request = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.SET_FRIENDLY_NAME, params, token);
  await underToken(() => key.call(command, request, operation, 'Naming the fingerprint'));
}

/** Throws `FINGERPRINT_UNKNOWN` when the key holds none of this id, else like `fingerprints`. */
export async function removeFingerprint(
  key: CtapCommands,
  token: PinUvAuthToken,
  templateId: Uint8Array,
  operation: Operation = {},
): Promise<void> {
  const command = await bioCommand(key, operation);
  const params = cborMap([[Param.TEMPLATE_ID, templateId]]);
  const request = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.REMOVE_ENROLLMENT, params, token);
  try {
    await underToken(() => key.call(command, request, operation, 'Removing the fingerprint'));
  } catch (error) {
    if (statusOf(error) === Status.INVALID_OPTION) throw unknownFingerprint(error);
    throw error;
  }
  key.forgetInfo();
}

export function parseSensorInfo(reply: CborValue): SensorInfo {
  const members = new MemberReader(reply, 'a fingerprint sensor reply');
  const kind = members.optionalInteger(Reply.FINGERPRINT_KIND);
  return {
    kind: kind === 1 ? 'touch' : kind === 2 ? 'swipe' : undefined,
    samples: members.optionalInteger(Reply.MAX_CAPTURE_SAMPLES),
    maxNameBytes: members.optionalInteger(Reply.MAX_FRIENDLY_NAME),
  };
}

export function parseFingerprints(reply: CborValue): readonly Fingerprint[] {
  const infos = new MemberReader(reply, 'a fingerprint list').optionalArray(Reply.TEMPLATE_INFOS) ?? [];
  return infos.map((info) => {
    const members = new MemberReader(info, 'a fingerprint');
    return {
      templateId: members.bytes(Param.TEMPLATE_ID),
      name: members.optionalText(Param.TEMPLATE_FRIENDLY_NAME),
    };
  });
}

export function parseSample(reply: CborValue): Sample {
  const members = new MemberReader(reply, 'a fingerprint sample reply');
  return {
    status: SAMPLE_STATUS[members.integer(Reply.LAST_SAMPLE_STATUS)] ?? 'unknown',
    remaining: members.integer(Reply.REMAINING_SAMPLES),
  };
}

/** The template's id stands in the reply to the first sample only. */
export function parseFirstSample(reply: CborValue): Sample & { readonly templateId: Uint8Array } {
  const templateId = new MemberReader(reply, 'a fingerprint sample reply').bytes(Reply.TEMPLATE_ID);
  return { ...parseSample(reply), templateId };
}

async function capture(
  call: Call,
  command: number,
  token: PinUvAuthToken,
  onSample: (sample: Sample) => void,
  operation: Operation,
): Promise<Uint8Array> {
  const what = 'Enrolling the fingerprint';
  const beginParams = cborMap([[Param.TIMEOUT_MS, SAMPLE_TIMEOUT_MS]]);
  const begin = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.ENROLL_BEGIN, beginParams, token);
  const first = parseFirstSample(await underToken(() => call(command, begin, operation, what)));
  const nextParams = cborMap([
    [Param.TEMPLATE_ID, first.templateId],
    [Param.TIMEOUT_MS, SAMPLE_TIMEOUT_MS],
  ]);
  let sample: Sample = first;
  let idle = 0;
  for (;;) {
    onSample({ status: sample.status, remaining: sample.remaining });
    if (sample.status === 'database-full') throw statusError(Status.FP_DATABASE_FULL, what);
    if (sample.remaining <= 0) return first.templateId;
    idle = sample.status === 'no-finger' ? idle + 1 : 0;
    if (idle === MOST_IDLE_SAMPLES) throw statusError(Status.USER_ACTION_TIMEOUT, what);
    assertNotCancelled(operation.signal, what);
    const next = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.ENROLL_CAPTURE_NEXT_SAMPLE, nextParams, token);
    sample = parseSample(await underToken(() => call(command, next, operation, what)));
  }
}

/**
 * The key forgets the samples it took. It matters to nobody when it has none or is gone: the reason told is why it was
 * cancelled.
 */
async function cancelEnrollment(call: Call, command: number): Promise<void> {
  const request = subCommandRequest(BIO_ENROLLMENT_FORM, SubCommand.CANCEL_CURRENT_ENROLLMENT, undefined, undefined);
  await call(command, request, {}, 'Cancelling the enrollment').catch(() => {});
}

async function bioCommand(key: CtapCommands, operation: Operation): Promise<number> {
  const { options } = await key.info(operation);
  if (options.has('bioEnroll')) return CtapCommand.BIO_ENROLLMENT;
  if (options.has('userVerificationMgmtPreview')) return CtapCommand.BIO_ENROLLMENT_PREVIEW;
  throw new GlasskeyError({
    code: 'KEY_NO_FINGERPRINTS',
    message: 'This key has no fingerprint reader.',
    remedy: 'Use its PIN, or a key with a reader, such as a YubiKey Bio.',
  });
}

/**
 * Before anybody touches the reader for it. Throws `FINGERPRINT_NAME` when it is empty, longer than the key takes, or holds control
 * characters, which terminals of other programs would obey.
 */
export function assertFingerprintName(name: string, maxNameBytes: number | undefined): void {
  const bytes = Buffer.byteLength(name, 'utf8');
  if (/\p{Cc}/u.test(name)) throw unusableName(maxNameBytes);
  if (bytes === 0 || bytes > (maxNameBytes ?? Number.POSITIVE_INFINITY)) throw unusableName(maxNameBytes);
}

function unusableName(maxNameBytes: number | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'FINGERPRINT_NAME',
    message: 'The key does not take this name for a fingerprint.',
    remedy:
      maxNameBytes === undefined
        ? 'Give it a name that is not empty and holds no control characters.'
        : `Give it a name of 1 to ${maxNameBytes} bytes, without control characters; letters beyond ASCII take two or more.`,
  });
}

function unknownFingerprint(cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'FINGERPRINT_UNKNOWN',
    message: 'The key holds no such fingerprint.',
    remedy: 'List its fingerprints again: it may have been removed meanwhile.',
    cause,
  });
}
