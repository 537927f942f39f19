/**
 * The agent over the enrolled keys, composed for glasskey.ts: who serves, who signs, who is asked for the PIN and who is told
 * of the touch.
 */
import { cancelled, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import { Status } from '../native/ctap2/constants.ts';
import type { Pin } from '../native/ctap2/pin.ts';
import { statusError } from '../native/ctap2/status.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { WindowsKey } from '../native/webauthn/windows-access.ts';
import type { Clock } from '../time/clock.ts';
import type { WrittenActivityLog } from './agent/activity-log.ts';
import type { AgentDoor } from './agent/agent-door.ts';
import { AgentLock } from './agent/agent-lock.ts';
import { DEFAULT_KEY_POLICY, type Expectations, type PolicyOf } from './agent/agent-rules.ts';
import { startAgentServer } from './agent/agent-server.ts';
import { agentLocked } from './agent/approving-keyring.ts';
import type { ClientOf } from './agent/asking-program.ts';
import {
  AuthenticatorKeyring,
  type EnrolledKey,
  type Notices,
  type PinQuestion,
  type WhyPin,
} from './agent/authenticator-keyring.ts';
import type { NameHost, RouteTo, SigningFacts } from './agent/describe-signing.ts';
import { HeldPin } from './agent/held-pin.ts';
import { KeyRelease } from './agent/key-release.ts';
import type { Keyring } from './agent/keyring.ts';
import { PassThrough, type PassThroughWorld } from './agent/pass-through.ts';
import { type AaguidOf, PluggedInAuthenticator } from './agent/plugged-in-authenticator.ts';
import { RuledKeyring, type RuledPeople } from './agent/ruled-keyring.ts';
import type { SigningAuthenticator } from './agent/signing-authenticator.ts';
import { WindowsAuthenticator } from './agent/windows-authenticator.ts';
import { productOf, type WrittenEnrollment } from './enrollment/enrollment.ts';
import { skPrivateKey } from './enrollment/key-files.ts';
import { sha256Fingerprint, skFingerprint } from './openssh/fingerprint.ts';
import { formatSkPublicBlob, SkFlag } from './openssh/sk-key.ts';
import { triesLeftWords } from './security-keys/tries-left.ts';

/** What somebody is asked who is to give the PIN for signatures. */
export interface SigningPinQuestion {
  readonly why: WhyPin;
  /** What the signature is for; undefined when it was said already. */
  readonly purpose?: string;
  /** The same in parts. */
  readonly facts?: SigningFacts;
  /** Wrong tries left; undefined while the key has all of them. */
  readonly triesLeft?: number;
  /** The authenticator, as enrollment noted it. */
  readonly product: string;
}

export interface SigningPeople extends Notices, RuledPeople {
  /** The PIN comes without a question, as a script gives it: nobody has to type it before ssh has the terminal. */
  readonly givesPinUnasked?: boolean;
  /** Undefined: declined. */
  signingPin(question: SigningPinQuestion, signal: AbortSignal): Promise<Pin | undefined>;
}

export interface HostNames {
  readonly nameHost: NameHost;
  /** Whether somebody has that key in known_hosts, or pinned it, under whatever name. */
  readonly isKnownHost: (hostKeyBlob: Uint8Array) => boolean;
  readonly routeTo: RouteTo;
}

export interface KeyAgentRequest {
  readonly socketPath: string;
  /** Open there already; closed with the agent. */
  readonly door?: AgentDoor;
  /** In the order they are offered; `warmUp` opens the first whose security key is plugged in. */
  readonly enrollments: readonly [WrittenEnrollment, ...WrittenEnrollment[]];
  /** For an agent that outlives them: what is enrolled by now, read anew for each request and offered in their place. */
  readonly enrolledNow?: () => Promise<readonly WrittenEnrollment[]>;
  readonly people: SigningPeople;
  /** How long a PIN that was given is kept. */
  readonly keepPin: 'until-closed' | 'for-one-signature';
  readonly hostNames: HostNames;
  /** For a connect: what it expects now, and signs unasked. The rest, and without it everything, is asked for or refused (agent/agent-rules.ts). */
  readonly expected?: () => Expectations;
  /** What is to be signed waits for it, and fails with it. Absent, or undefined: nothing to wait for. */
  readonly ready?: () => Promise<void> | undefined;
  /** Absent: each key has the default one. */
  readonly policyOf?: PolicyOf;
  /** Closed with the agent. Without it nothing is noted. */
  readonly activity?: WrittenActivityLog;
  /** Keys of the user's other agent are offered too. Without it, as in a connect, there are none but ours. */
  readonly passThrough?: PassThroughWorld;
  readonly hid: () => Promise<HidBus>;
  /** Where keys are reached through Windows. */
  readonly windowsKey?: (() => Promise<WindowsKey>) | undefined;
  readonly channel: ChannelWorld;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a drill asks of the security key, in this order. */
export type KeyRehearsalStep = 'key' | 'pin' | 'credential';

export interface KeyAgent {
  /**
   * Opens the key and asks for the PIN where it needs one, before ssh has the terminal. Throws where no key is there or no PIN can help.
   * `given`: it was given already; the agent's own from now on.
   */
  warmUp(signal: AbortSignal, given?: Pin): Promise<void>;
  /**
   * Finds out whether the security key would sign, without a touch: it is there, it takes the PIN, which is asked for once and then kept as
   * by `warmUp`, and it holds the credential. Tells each step once it is through, and of one that could not be asked why. Throws why
   * the next one is not: `KEY_MISSING`, `PIN_WRONG`, `PIN_BLOCKED`, `CTAP_NO_CREDENTIALS`, …; `CANCELLED` where the PIN was declined.
   */
  rehearse(signal: AbortSignal, through: (step: KeyRehearsalStep, skipped?: string) => void): Promise<void>;
  /** Why the last planned login was not signed: ssh says only that the agent refused. Other requests for signatures have no part in it. */
  lastFailure(): GlasskeyError | undefined;
  /**
   * Fingerprint of the host that the jump host of a `forwarded` way went on to, where it is not the key that is known of the device: nothing
   * was signed for it. Undefined: it did not. The ssh there says only that the agent refused.
   */
  otherDeviceKey(): string | undefined;
  /**
   * The screen is locked: the PIN is wiped, and asked for when it is next needed; a signature that waits for its touch ends, and no key
   * blinks until `unlock`.
   */
  lock(): void;
  /** A question that stands comes back by itself; keys of the other agent are offered again. */
  unlock(): void;
  /** Ends the agent and what it is doing; the PIN is wiped. Safe to call twice. */
  close(): Promise<void>;
}

export async function startKeyAgent(request: KeyAgentRequest): Promise<KeyAgent> {
  const {
    enrollments,
    enrolledNow,
    people,
    keepPin,
    hostNames,
    expected,
    ready: isReady,
    policyOf,
    activity,
    hid,
    windowsKey,
    channel,
    clock,
    log,
    socketPath,
    door,
  } = request;
  const offer = (enrollment: WrittenEnrollment) => ({ enrollment, key: enrolledKey(enrollment) });
  let offered = enrollments.map(offer);
  const keys = offered.map(({ key }) => key);
  const [first] = enrollments;
  const keysNow = async (): Promise<readonly EnrolledKey[]> => {
    if (enrolledNow === undefined) return keys;
    offered = (await enrolledNow()).map(offer);
    return offered.map(({ key }) => key);
  };
  const enrollmentOf = (credentialId: Uint8Array): WrittenEnrollment | undefined =>
    offered.find(({ key }) => isSame(key.credentialId, credentialId))?.enrollment;
  const authenticator = signingAuthenticator({
    hid,
    windowsKey,
    channel,
    aaguidOf: (credentialId) => enrollmentOf(credentialId)?.credential.aaguid,
    onBusy: () => people.remark('Another program is using the security key; waiting for it to finish.'),
    onLetGo: () => pin.wipe(),
  });
  let failure: GlasskeyError | undefined;
  let otherDeviceKey: string | undefined;
  const onPlanned = (outcome: 'signed' | GlasskeyError) => {
    failure = outcome === 'signed' ? undefined : outcome;
    if (outcome === 'signed') otherDeviceKey = undefined;
  };
  const onOtherDevice = (hostKey: Uint8Array) => {
    otherDeviceKey = sha256Fingerprint(hostKey);
  };
  const ask = async (asked: PinQuestion, signal: AbortSignal) => {
    const { why, purpose, facts, credentialId, triesLeft: known, onAsked } = asked;
    onAsked?.();
    const product = productOf(enrollmentOf(credentialId) ?? first);
    const triesLeft = known ?? (await authenticator.pinTriesLeft(signal));
    const question = { why, purpose, facts, product, ...(triesLeft === undefined ? {} : { triesLeft }) };
    return people.signingPin(question, signal);
  };
  const pin = new HeldPin(ask, keepPin === 'until-closed' ? 'until-wiped' : 'for-one-signature', {
    clock,
    isKeyGone: () => authenticator.isGone,
  });
  let untilLocked = new AbortController();
  const keyring = new AuthenticatorKeyring<Pin>({
    keys: { list: keysNow },
    authenticator: {
      ...(authenticator.asksItself === true ? { asksItself: true } : {}),
      prepare: (credentialId, signal) => authenticator.ready(credentialId, signal),
      pinTriesLeft: (signal) => authenticator.pinTriesLeft(signal),
      abandon: () => authenticator.abandon(),
      async assert(assertion, signal, onTouchWanted) {
        const running = AbortSignal.any([signal, untilLocked.signal]);
        try {
          return await authenticator.assert(assertion, running, onTouchWanted);
        } catch (error) {
          throw running.aborted && !signal.aborted ? cancelled('The signature', running.reason) : error;
        } finally {
          pin.used();
        }
      },
    },
    pins: pin,
    notices: people,
    clock,
    ...hostNames,
  });
  const ruled = new RuledKeyring({
    keyring,
    expected: expected ?? (() => undefined),
    policyOf: policyOf ?? (() => DEFAULT_KEY_POLICY),
    ...hostNames,
    people,
    clock,
    log,
    onPlanned,
    onOtherDevice,
  });
  // A PIN that is held goes when its key goes, which only an open key can tell.
  const release =
    keepPin === 'until-closed' ? undefined : new KeyRelease({ clock, close: () => authenticator.close() });
  const served: Keyring = {
    identities: () => ruled.identities(),
    sign(request, signal) {
      const sign = () =>
        release === undefined ? ruled.sign(request, signal) : release.during(() => ruled.sign(request, signal));
      const ready = isReady?.();
      return ready === undefined ? sign() : ready.then(sign);
    },
  };
  const noted = activity === undefined ? {} : { activity };
  // Who asks is looked up where it is shown: it costs the start of an agent. Where nobody is asked, as on ssh's own terminal, it is shown
  // for what is refused.
  let loaded: Promise<ClientOf> | undefined;
  const findClientOf = () => {
    loaded ??= import('./agent/asking-program.ts').then(({ loadClientOf }) => loadClientOf(log));
    return loaded;
  };
  // Of a client that came a while ago, Windows no longer says it.
  const found = process.platform === 'win32' ? {} : { findClientOf };
  const known = people.approveUnplanned === undefined ? found : { clientOf: await findClientOf() };
  const passThrough = request.passThrough && new PassThrough(request.passThrough, socketPath);
  // Of `ssh-add -x`: whoever locks the agent leaves nothing in it that would sign once somebody has guessed the passphrase.
  const lock = new AgentLock(clock, () => lock.isLocked && pin.wipe());
  const passing = passThrough === undefined ? {} : { passThrough };
  const optional = { ...(door === undefined ? {} : { door }), ...known, ...noted, ...passing };
  const server = await startAgentServer({ socketPath, keyring: served, clock, log, lock, ...optional });
  const closeAll = async () => {
    pin.wipe();
    lock.close();
    await server.close();
    release?.stop();
    await authenticator.close();
    // Whoever was still being asked may have answered in between.
    pin.wipe();
    activity?.close();
  };
  /** While one key takes the place of another, the two may be on different security keys, and one of those is enough. */
  const readyKey = async (signal: AbortSignal): Promise<EnrolledKey> => {
    let missing: GlasskeyError | undefined;
    for (const key of keys.filter(({ model }, at) => keys.findIndex((one) => one.model === model) === at)) {
      try {
        await authenticator.ready(key.credentialId, signal);
        return key;
      } catch (error) {
        if (!(error instanceof GlasskeyError) || error.code !== 'KEY_MISSING') throw error;
        missing ??= error;
      }
    }
    throw missing ?? new Error('an agent has a key');
  };
  /** Throws where no PIN can help; undefined: declined. A key that is replugged while it is asked for is asked for anew. */
  const askAtOnce = async (key: EnrolledKey, signal: AbortSignal): Promise<Pin | undefined> => {
    const product = productOf(enrollments[keys.indexOf(key)] ?? first);
    for (let why: WhyPin = 'needed'; ; why = 'replugged') {
      const triesLeft = await authenticator.pinTriesLeft(signal);
      const question = { why, product, ...(triesLeft === undefined ? {} : { triesLeft }) };
      const given = await people.signingPin(question, signal);
      if (given === undefined || !authenticator.isGone) return given;
      given.wipe();
      await authenticator.ready(key.credentialId, signal);
    }
  };
  const warmUp = async (signal: AbortSignal, given?: Pin): Promise<void> => {
    let unused = given;
    try {
      const key = await readyKey(signal);
      if (!key.userVerification || authenticator.asksItself === true) return;
      if (given !== undefined) {
        await authenticator.pinTriesLeft(signal);
        // The ssh that will ask for the signature is on its way: it would wait for this.
        await authenticator.agree?.(signal);
      }
      const held = given ?? (await askAtOnce(key, signal));
      if (held !== undefined) pin.hold(held, key.model);
      unused = undefined;
    } finally {
      unused?.wipe();
    }
  };
  let closing: Promise<void> | undefined;
  return {
    warmUp,
    async rehearse(signal, through) {
      const key = await readyKey(signal);
      const systemAsks = authenticator.asksItself === true;
      through('key', systemAsks ? 'Windows does not say which keys are plugged in.' : undefined);
      const asksPin = key.userVerification && !systemAsks;
      const given = asksPin ? await askAtOnce(key, signal) : undefined;
      if (asksPin && given === undefined) throw cancelled('The drill');
      if (systemAsks) through('pin', 'Windows asks for the PIN when the key signs.');
      else if (given === undefined) through('pin', 'This key signs without a PIN.');
      let isHeld = false;
      try {
        const { application, credentialId } = key;
        const question = { application, credentialId, ...(given === undefined ? {} : { pin: given }) };
        const holds = await authenticator.holds(question, signal, () => through('pin'));
        if (holds === false) throw statusError(Status.NO_CREDENTIALS, 'The signature');
        if (given !== undefined) pin.hold(given, key.model);
        isHeld = true;
        const unsaid = `${systemAsks ? 'Windows' : 'This key'} does not say without a touch what the key holds.`;
        through('credential', holds ? undefined : unsaid);
      } catch (error) {
        throw await withTriesLeft(error, () => authenticator.pinTriesLeft(signal));
      } finally {
        if (!isHeld) given?.wipe();
      }
    },
    lastFailure: () => failure,
    otherDeviceKey: () => otherDeviceKey,
    lock() {
      pin.wipe();
      // A key that blinks would sign for whoever touches it, and nobody sees what for.
      untilLocked.abort(agentLocked());
      passThrough?.lock();
    },
    unlock() {
      if (untilLocked.signal.aborted) untilLocked = new AbortController();
      passThrough?.unlock();
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

export interface SigningAuthenticatorWorld extends Pick<KeyAgentRequest, 'hid' | 'windowsKey' | 'channel'> {
  readonly aaguidOf: AaguidOf;
  /** Another program is using the key. */
  readonly onBusy: () => void;
  /** The key that was open is so no longer: a PIN that was given for it goes. */
  readonly onLetGo?: () => void;
}

/** The security key, by the way that keys are reached (glasskey-key-way.ts). */
export function signingAuthenticator(world: SigningAuthenticatorWorld): SigningAuthenticator {
  const { hid, windowsKey, channel, aaguidOf, onBusy, onLetGo } = world;
  if (windowsKey !== undefined) return new WindowsAuthenticator(windowsKey);
  return new PluggedInAuthenticator(hid, channel, aaguidOf, onBusy, onLetGo);
}

/** A wrong PIN, with how many tries the key has left where it says so; of anything else, the same. */
async function withTriesLeft(error: unknown, triesLeft: () => Promise<number | undefined>): Promise<unknown> {
  if (!(error instanceof GlasskeyError) || error.code !== 'PIN_WRONG') return error;
  const left = await triesLeft().catch(() => undefined);
  if (left === undefined) return error;
  const { code, remedy, detail } = error;
  return new GlasskeyError({
    code,
    message: `Wrong PIN; ${triesLeftWords(left)}.`,
    remedy,
    detail: { ...detail, triesLeft: left },
    cause: error,
  });
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** An enrollment as the agent offers it. */
export function enrolledKey(enrollment: WrittenEnrollment): EnrolledKey {
  const { publicKey, keyHandle, comment, flags } = skPrivateKey(enrollment);
  return {
    publicBlob: formatSkPublicBlob(publicKey),
    comment,
    application: publicKey.application,
    credentialId: keyHandle,
    // Of two whose model is not known, nobody knows that they are on one security key.
    model: enrollment.credential.aaguid ?? skFingerprint(publicKey),
    userVerification: (flags & SkFlag.USER_VERIFICATION_REQUIRED) !== 0,
  };
}
