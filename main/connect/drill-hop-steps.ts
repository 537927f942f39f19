/**
 * What a rehearsed login says, step by step: pure functions over the log that the ssh of a hop writes at debug level 1
 * (OpenSSH's sshconnect.c, sshconnect2.c). The steps are those of storage/drill-store.ts.
 *
 * The lines are ssh's own; of its host they quote a version and a reason to disconnect, in the middle of a line. Every pattern here
 * is of a whole line.
 */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { DrillStep, DrillStepName, DrillVerdict } from '../storage/drill-store.ts';
import { KEY_KNOWN, LOGIN } from './hop-trace.ts';

/** What the log of one hop's ssh has said so far. Times in milliseconds since the Unix epoch. */
export interface HopEvidence {
  /** When this ssh could begin: the hop before it had accepted the login. */
  readonly startedAt: number;
  /** An SSH server has told its version. */
  readonly reachedAt?: number;
  /** `ED25519 SHA256:…`, as the host showed it; whether it is the known one is another question. */
  readonly shownHostKey?: string;
  /** It is the known one. */
  readonly hostKeyAt?: number;
  /** The fingerprint of the key that the host knows and that was offered last. */
  readonly acceptedKey?: string;
  readonly loggedInAt?: number;
}

const REACHED = /^debug1: Remote protocol version [0-9.]+, remote software version .*$/;
const SHOWN_KEY =
  /^debug1: Server host (?:key|certificate): (\S+?)(?:-cert-v01@openssh\.com)? .*?(SHA256:[A-Za-z0-9+/]{43})/;
const KNOWN_KEY = /^debug1: Host '\S*' is known and matches the \S+ host (?:key|certificate)\.$/;

/** One more line of the log. */
export function withLine(evidence: HopEvidence, line: string, at: number): HopEvidence {
  if (evidence.reachedAt === undefined) return REACHED.test(line) ? { ...evidence, reachedAt: at } : evidence;
  if (evidence.hostKeyAt === undefined) {
    const shown = SHOWN_KEY.exec(line);
    if (shown !== null) return { ...evidence, shownHostKey: `${shownType(shown[1] ?? '')} ${shown[2]}` };
    return KNOWN_KEY.test(line) ? { ...evidence, hostKeyAt: at } : evidence;
  }
  const key = KEY_KNOWN.exec(line)?.[1];
  if (key !== undefined) return { ...evidence, acceptedKey: key };
  return LOGIN.test(line) ? { ...evidence, loggedInAt: at } : evidence;
}

/** As ssh says it to a person at first contact: `ssh-ed25519` is ED25519. */
function shownType(type: string): string {
  return type
    .replace(/^ssh-|^rsa-sha2-\d+$/, '')
    .replace(/^ecdsa-sha2-.*/, 'ecdsa')
    .toUpperCase();
}

export interface HopOutcome {
  /** As people read it. */
  readonly hop: string;
  /** Undefined: its ssh never began. */
  readonly evidence: HopEvidence | undefined;
  /** When its ssh ended, or had said enough. */
  readonly endedAt: number;
  /** Why it ended before the login, where it did. */
  readonly failure: GlasskeyError | undefined;
  /** Why no login was tried, however far it came. */
  readonly noLogin: string | undefined;
  /** What is said of a host key that is the known one. */
  readonly hostKeyRemark?: string;
}

/** The three steps of a hop. The first that did not pass has the failure; what depends on it was not done. */
export function hopSteps({
  hop,
  evidence,
  endedAt,
  failure,
  noLogin,
  hostKeyRemark,
}: HopOutcome): readonly DrillStep[] {
  const began = evidence?.startedAt ?? endedAt;
  const { reachedAt, hostKeyAt, loggedInAt } = evidence ?? {};
  const passed = (step: DrillStepName, from: number, to: number, message?: string): DrillStep => {
    return { step, hop, state: 'passed', ms: Math.max(0, to - from), ...(message === undefined ? {} : { message }) };
  };
  const fails = (step: DrillStepName, from: number, error: GlasskeyError): DrillStep => {
    return failedStep(step, endedAt - from, error, hop);
  };
  const skip = (step: DrillStepName, message: string): DrillStep => skippedStep(step, message, hop);
  const broken = failure ?? unexplained(hop);
  if (reachedAt === undefined) {
    const reach =
      noLogin !== undefined && evidence === undefined ? skip('reach', noLogin) : fails('reach', began, broken);
    return [reach, skip('host-key', NOT_REACHED), skip('login', NOT_REACHED)];
  }
  const reach = passed('reach', began, reachedAt);
  if (hostKeyAt === undefined) return [reach, fails('host-key', reachedAt, broken), skip('login', NO_HOST_KEY)];
  const hostKey = passed('host-key', reachedAt, hostKeyAt, hostKeyRemark);
  if (loggedInAt !== undefined) return [reach, hostKey, passed('login', hostKeyAt, loggedInAt)];
  return [reach, hostKey, noLogin === undefined ? fails('login', hostKeyAt, broken) : skip('login', noLogin)];
}

const NOT_REACHED = 'The host was not reached.';
const NO_HOST_KEY = 'The host’s key is not the known one, so no key was offered to it.';

export function failedStep(step: DrillStepName, ms: number, error: unknown, hop?: string): DrillStep {
  const { code, message, remedy } = asGlasskeyError(error);
  return { step, ...(hop === undefined ? {} : { hop }), state: 'failed', ms: Math.max(0, ms), code, message, remedy };
}

/** `why`: a sentence. */
export function skippedStep(step: DrillStepName, why: string, hop?: string): DrillStep {
  return { step, ...(hop === undefined ? {} : { hop }), state: 'skipped', ms: 0, message: why };
}

/** Passed: the device, which is the last hop, has accepted the login and nothing failed. Not tried: nothing failed, and the device was not asked. */
export function verdictOf(steps: readonly DrillStep[]): DrillVerdict {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  const last = steps.at(-1);
  return last?.step === 'login' && last.state === 'passed' ? 'passed' : 'not-tried';
}

/** Whether somebody may go on through the hop to the next. */
export function isLoggedIn(steps: readonly DrillStep[]): boolean {
  return steps.some(({ step, state }) => step === 'login' && state === 'passed');
}

/** A drill accepts no host key unasked. `shown`: as in `HopEvidence`. */
export function hostKeyUnknown(where: string, shown: string | undefined, connect: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: `The host key of ${where} is not known yet${shown === undefined ? '' : `: ${shown}`}.`,
    remedy: `Compare it with the fingerprint that the host’s administrator gives. If it is the same, log in once and answer yes: ${connect}`,
    detail: { hop: where, hostKey: shown ?? null },
  });
}

function unexplained(hop: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CONNECT_FAILED',
    message: `The login to ${hop} ended, and ssh did not say why.`,
    remedy: 'Rehearse it again; with --verbose more is said.',
  });
}
