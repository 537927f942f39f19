/**
 * One plugged-in authenticator, spoken to with as few packets as can be (design, decision 6): the channel, getInfo and the
 * key agreement are kept while the device stays open.
 */
import { createHash, randomBytes } from 'node:crypto';
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { ChannelWorld, DeviceFacts, Transaction } from '../ctaphid/channel.ts';
import { CtaphidChannel } from '../ctaphid/channel.ts';
import { Capability, Command } from '../ctaphid/constants.ts';
import type { HidDevice } from '../hid/transport.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { PinRetries, TokenScope } from './client-pin.ts';
import { CtapCommand, Permission, Status } from './constants.ts';
import type { Call, CtapCommands, Operation } from './ctap-commands.ts';
import type { Assertion, GetAssertion } from './get-assertion.ts';
import { getAssertionRequest, parseAssertion } from './get-assertion.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { parseInfo } from './get-info.ts';
import type { AttestationObject, MakeCredential } from './make-credential.ts';
import { makeCredentialRequest, parseMakeCredential } from './make-credential.ts';
import type { Pin } from './pin.ts';
import type { Verification } from './pin-conversation.ts';
import { PinConversation } from './pin-conversation.ts';
import type { PinState } from './pin-state.ts';
import { type PinUvAuth, PinUvAuthToken } from './pin-uv-auth-token.ts';
import { resetAuthenticator } from './reset.ts';
import { selectByTouch } from './selection.ts';
import { statusOf } from './status.ts';
import { statusErrorFor } from './status-for-key.ts';

export type { Operation } from './ctap-commands.ts';

/** What a key said or showed of its PIN while something else was done, at no packet more. */
export interface PinSeen {
  readonly device: HidDevice;
  /** Major, minor, build, of the channel. */
  readonly deviceVersion: DeviceFacts['version'];
  readonly info: AuthenticatorInfo;
  readonly state: PinState;
}

export interface AuthenticatorWorld extends ChannelWorld {
  /** Must not throw. */
  readonly pinSeen?: ((seen: PinSeen) => void) | undefined;
}

/** The world outside, for everything but tests. */
export function systemChannelWorld(world: Pick<AuthenticatorWorld, 'clock' | 'log' | 'pinSeen'>): AuthenticatorWorld {
  return { ...world, random: (length) => new Uint8Array(randomBytes(length)) };
}

/** What a key says to a question without a touch when it holds none of what is named, or answers no such question. */
const NOT_HELD: readonly number[] = [
  Status.NO_CREDENTIALS,
  Status.INVALID_CREDENTIAL,
  Status.UNSUPPORTED_OPTION,
  Status.INVALID_OPTION,
];

export class Authenticator implements CtapCommands {
  readonly device: HidDevice;
  readonly #channel: CtaphidChannel;
  readonly #world: AuthenticatorWorld;
  readonly #pin: PinConversation;
  #info: AuthenticatorInfo | undefined;
  /** The tail of the queue of commands: a sequence keeps the others waiting. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(device: HidDevice, channel: CtaphidChannel, world: AuthenticatorWorld) {
    this.device = device;
    this.#channel = channel;
    this.#world = world;
    const deviceVersion = channel.facts.version;
    this.#pin = new PinConversation(this, world.random, (info, state) =>
      world.pinSeen?.({ device, deviceVersion, info, state }),
    );
  }

  /**
   * Opens a device and allocates a channel: one packet each way. Throws `HID_PERMISSION`, `HID_OPEN_FAILED`, `HID_GONE`,
   * `KEY_SILENT`, `KEY_BUSY`, `CANCELLED`, and `KEY_IS_U2F` for a key that knows no CTAP2.
   */
  static async open(device: HidDevice, world: AuthenticatorWorld, signal?: AbortSignal): Promise<Authenticator> {
    const transport = await device.open();
    try {
      const channel = await CtaphidChannel.open(transport, world, signal);
      if ((channel.facts.capabilities & Capability.CBOR) === 0) throw u2fOnly();
      return new Authenticator(device, channel, world);
    } catch (error) {
      await transport.close();
      throw error;
    }
  }

  get facts(): DeviceFacts {
    return this.#channel.facts;
  }

  get isGone(): boolean {
    return this.#channel.isGone;
  }

  get foreignPackets(): number {
    return this.#channel.foreignPackets;
  }

  /** True while the PIN has all of its tries for certain: the key took it, and nobody else has talked to it since. */
  get hasAllPinTries(): boolean {
    return this.#pin.hasAllTries;
  }

  /** Asked once while the device stays open. */
  async info(operation: Operation = {}): Promise<AuthenticatorInfo> {
    this.#info ??= parseInfo(await this.call(CtapCommand.GET_INFO, undefined, operation, 'Reading the key'));
    return this.#info;
  }

  forgetInfo(): void {
    this.#info = undefined;
  }

  /** Tries left before the PIN is blocked. Needs no PIN. */
  pinRetries(operation: Operation = {}): Promise<PinRetries> {
    return this.#pin.retries(operation);
  }

  /** Agrees on the secret that the PIN will be sent under (6.5.5.4), so that the command that needs the PIN does not wait for it. Needs no PIN. */
  agreeForPin(operation: Operation = {}): Promise<void> {
    return this.#pin.agree(operation);
  }

  /** Where the PIN stands: to be looked at before a person is asked for it (`assertPinAccepted`). Needs no PIN. */
  pinState(operation: Operation = {}): Promise<PinState> {
    return this.#pin.state(operation);
  }

  /** Unknown fingers left before the reader is blocked. Needs no PIN. Throws `CTAP_UNSUPPORTED` on a key without a reader. */
  uvRetries(operation: Operation = {}): Promise<number> {
    return this.#pin.uvRetries(operation);
  }

  /**
   * First PIN of a key that has none. Throws `PIN_POLICY` (`assertNewPin`: nothing was sent), `PIN_TOKEN_REFUSED` (there is one
   * already).
   */
  setPin(pin: Pin, operation: Operation = {}): Promise<void> {
    return this.#pin.set(pin, operation);
  }

  /**
   * Throws `PIN_WRONG`, `PIN_BLOCKED`, `PIN_REPLUG_NEEDED`, `PIN_POLICY`. Where the key says that it takes no PIN, none is
   * sent.
   */
  changePin(current: Pin, next: Pin, operation: Operation = {}): Promise<void> {
    return this.#pin.change(current, next, operation);
  }

  /**
   * Several commands under one token, which is wiped after `use`. `permissions`: bits of `Permission`; with `rpId` they are for
   * that relying party only. Keys before CTAP 2.1 know neither: theirs is good for all that they can do. `use` begins at once,
   * or the token lapses (30 s).
   *
   * A wrong PIN throws `PIN_WRONG` and is not sent again. None is sent to a key that says it takes none: `PIN_NOT_SET`,
   * `PIN_BLOCKED`, `PIN_REPLUG_NEEDED`, `PIN_CHANGE_FORCED`. `built-in-uv` has the key blink for a finger (`touch-wanted`):
   * `UV_INVALID` for an unknown one, `UV_BLOCKED`, `UV_UNAVAILABLE`; `builtInUv` says when to ask for the PIN instead. In `use`
   * a token that the key no longer knows is `PIN_TOKEN_EXPIRED`.
   */
  async withToken<T>(
    verification: Verification,
    permissions: number,
    operation: Operation,
    use: (token: PinUvAuthToken) => Promise<T>,
    rpId?: string,
  ): Promise<T> {
    if (verification !== 'built-in-uv') await this.#pin.assertAccepted(operation, 'token');
    const token = await this.#pin.token(verification, { permissions, rpId }, operation);
    try {
      return await use(token);
    } finally {
      token.wipe();
    }
  }

  /**
   * Makes a credential. With `verification`, a token for just this is fetched first; or one is at hand already (`withToken`). The reply is
   * returned even when the signal fired after the touch: the credential then exists, and whoever asked must know. Throws what
   * `statusErrorFor` names.
   */
  async makeCredential(
    request: MakeCredential,
    verification: Verification | PinUvAuthToken | undefined,
    operation: Operation = {},
  ): Promise<AttestationObject> {
    const scope = { permissions: Permission.MC, rpId: request.rpId };
    const auth = verification && (await this.#authorize(verification, scope, request.clientDataHash, operation));
    const members = makeCredentialRequest(request, auth);
    return parseMakeCredential(
      await this.call(CtapCommand.MAKE_CREDENTIAL, members, operation, 'Making the credential'),
    );
  }

  /**
   * Signs `clientDataHash`. With `verification`, a token for just this is fetched first, or one is at hand already; the answer then carries
   * the UV flag.
   */
  async getAssertion(
    request: GetAssertion,
    verification: Verification | PinUvAuthToken | undefined,
    operation: Operation = {},
  ): Promise<Assertion> {
    const scope = { permissions: Permission.GA, rpId: request.rpId };
    const auth = verification && (await this.#authorize(verification, scope, request.clientDataHash, operation));
    const members = getAssertionRequest(request, auth);
    return parseAssertion(await this.call(CtapCommand.GET_ASSERTION, members, operation, 'Signing'));
  }

  /**
   * Which of the credentials is on this key, asked under a token of permission `ga`, without a touch: it shows those with credProtect 3 too.
   * The token stays good for a makeCredential that was asked for along with it: only a command with a touch takes its permissions away
   * (6.2.2). Undefined: none, or a key that does not answer without a touch. `credentialIds`: no more than the key takes in one list.
   */
  async heldCredential(
    rpId: string,
    credentialIds: readonly Uint8Array[],
    token: PinUvAuthToken,
    operation: Operation = {},
  ): Promise<Uint8Array | undefined> {
    if (credentialIds.length === 0) return undefined;
    const clientDataHash = new Uint8Array(createHash('sha256').update(new Uint8Array(32)).digest());
    try {
      const request = { rpId, clientDataHash, credentialId: credentialIds, userPresence: false };
      const { credentialId } = await this.getAssertion(request, token, operation);
      return credentialId ?? credentialIds[0];
    } catch (error) {
      if (NOT_HELD.includes(statusOf(error) ?? Status.OK)) return undefined;
      throw error;
    }
  }

  /**
   * Whether the credential is on this key, without PIN or touch (ctap.md 6.3). False also for one with credProtect 3, which
   * a key hides from whoever has not given the PIN.
   */
  async hasCredential(rpId: string, credentialId: Uint8Array, operation: Operation = {}): Promise<boolean> {
    const clientDataHash = new Uint8Array(createHash('sha256').update(new Uint8Array(32)).digest());
    try {
      await this.getAssertion({ rpId, clientDataHash, credentialId, userPresence: false }, undefined, operation);
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status === Status.NO_CREDENTIALS || status === Status.INVALID_CREDENTIAL) return false;
      throw error;
    }
  }

  /**
   * Has the key blink, and resolves when it is touched. `touchedOne` asks several. Throws `CTAP_NO_TOUCH`, `CTAP_DENIED`,
   * `CANCELLED`.
   */
  select(operation: Operation = {}): Promise<void> {
    return selectByTouch(this, operation);
  }

  /** Has the key blink for a moment, to be found. False: this one cannot. */
  async wink(): Promise<boolean> {
    if ((this.facts.capabilities & Capability.WINK) === 0) return false;
    await this.#inTurn(() => this.#channel.transact(Command.WINK, new Uint8Array()));
    return true;
  }

  /** Deletes everything on the key; right after `open`, see `resetAuthenticator` for when and for what it throws. */
  async reset(operation: Operation = {}): Promise<void> {
    try {
      await resetAuthenticator(this, operation);
    } finally {
      this.forgetInfo();
      this.#pin.forget();
    }
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  readonly call: Call = (command, request, operation, what) =>
    this.#inTurn(() => this.#send(command, request, operation, what));

  uninterrupted<T>(use: (call: Call) => Promise<T>): Promise<T> {
    return this.#inTurn(() => use((...sent) => this.#send(...sent)));
  }

  /** A token for one operation, used at once and wiped; one that is at hand is its owner's. */
  async #authorize(
    verification: Verification | PinUvAuthToken,
    scope: TokenScope,
    clientDataHash: Uint8Array,
    operation: Operation,
  ): Promise<PinUvAuth> {
    if (verification instanceof PinUvAuthToken) return verification.authenticate(clientDataHash);
    const token = await this.#pin.token(verification, scope, operation);
    try {
      return token.authenticate(clientDataHash);
    } finally {
      token.wipe();
    }
  }

  #refusal(status: number, what: string): GlasskeyError {
    const { vendorId } = this.device;
    return statusErrorFor(status, what, { vendorId, deviceVersion: this.facts.version, info: this.#info });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** One CTAP2 command: status byte, then a CBOR map where there is one (section 8). An empty reply reads as an empty map. */
  async #send(command: number, request: CborMap | undefined, operation: Transaction, what: string): Promise<CborValue> {
    assertNotCancelled(operation.signal, what);
    const body = request === undefined ? new Uint8Array() : encodeCbor(request);
    const message = new Uint8Array(1 + body.length);
    message[0] = command;
    message.set(body, 1);
    // What the key has not said yet cannot be exceeded: getInfo itself is one byte.
    if (message.length > (this.#info?.maxMsgSize ?? 1024)) throw this.#refusal(Status.REQUEST_TOO_LARGE, what);
    const reply = await this.#channel.transact(Command.CBOR, message, operation);
    const status = reply[0] ?? Status.OTHER;
    if (status !== Status.OK) throw this.#refusal(status, what);
    if (reply.length === 1) return new Map();
    return decodeCbor(reply.subarray(1), (departure) =>
      this.#world.log('info', 'ctap2.departure', { command, departure }),
    );
  }
}

function u2fOnly(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_IS_U2F',
    message: 'This key knows only U2F, the predecessor of FIDO2: it has no PIN and no resident credentials.',
    remedy: 'Use a FIDO2 key, such as a YubiKey 5 with firmware 5.2.3 or later.',
  });
}
