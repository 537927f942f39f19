/**
 * One plugged-in authenticator, spoken to with as few packets as can be (design, decision 6): the channel, getInfo and the
 * key agreement are kept while the device stays open.
 */
import { createHash, randomBytes } from 'node:crypto';
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { ChannelWorld, DeviceFacts, Progress, Transaction } from '../ctaphid/channel.ts';
import { CtaphidChannel } from '../ctaphid/channel.ts';
import { Capability, Command } from '../ctaphid/constants.ts';
import type { HidDevice } from '../hid/transport.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { PinRetries, TokenScope } from './client-pin.ts';
import {
  changePinRequest,
  keyAgreementRequest,
  parseKeyAgreementReply,
  parsePinRetries,
  parseToken,
  pinRetriesRequest,
  setPinRequest,
  tokenRequest,
} from './client-pin.ts';
import { CtapCommand, Permission, Status } from './constants.ts';
import type { Assertion, GetAssertion } from './get-assertion.ts';
import { getAssertionRequest, parseAssertion } from './get-assertion.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { parseInfo } from './get-info.ts';
import type { AttestationObject, MakeCredential, PinUvAuth } from './make-credential.ts';
import { makeCredentialRequest, parseMakeCredential } from './make-credential.ts';
import type { Pin } from './pin.ts';
import type { PinProtocolVersion, SharedSecret } from './pin-protocol.ts';
import { authenticateWithToken, choosePinProtocol, exchange } from './pin-protocol.ts';
import { statusError, statusOf } from './status.ts';

export interface Operation {
  readonly signal?: AbortSignal | undefined;
  /** Told upon each change: above all `touch-wanted`, which is when a person must be told. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The world outside, for everything but tests. */
export function systemChannelWorld(world: Pick<ChannelWorld, 'clock' | 'log'>): ChannelWorld {
  return { ...world, random: (length) => new Uint8Array(randomBytes(length)) };
}

export class Authenticator {
  readonly device: HidDevice;
  readonly #channel: CtaphidChannel;
  readonly #world: ChannelWorld;
  #info: AuthenticatorInfo | undefined;
  #keyAgreement: { readonly point: Uint8Array; readonly foreignPackets: number } | undefined;
  /** What `foreignPackets` was when the key last took its PIN, which gave it all of its tries back. */
  #pinTakenAt: number | undefined;

  private constructor(device: HidDevice, channel: CtaphidChannel, world: ChannelWorld) {
    this.device = device;
    this.#channel = channel;
    this.#world = world;
  }

  /**
   * Opens a device and allocates a channel: one packet each way. Throws `HID_PERMISSION`, `HID_OPEN_FAILED`, `HID_GONE`,
   * `KEY_SILENT`, `KEY_BUSY`, `CANCELLED`, and `KEY_IS_U2F` for a key that knows no CTAP2.
   */
  static async open(device: HidDevice, world: ChannelWorld, signal?: AbortSignal): Promise<Authenticator> {
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

  /** True while the PIN has all of its tries for certain: the key took it, and nobody else has talked to it since. */
  get hasAllPinTries(): boolean {
    return this.#pinTakenAt === this.#channel.foreignPackets;
  }

  /** Asked once while the device stays open. */
  async info(operation: Operation = {}): Promise<AuthenticatorInfo> {
    this.#info ??= parseInfo(await this.#call(CtapCommand.GET_INFO, undefined, operation, 'Reading the key'));
    return this.#info;
  }

  /** Tries left before the PIN is blocked. Needs no PIN. */
  async pinRetries(operation: Operation = {}): Promise<PinRetries> {
    const request = pinRetriesRequest(await this.#pinProtocol(operation));
    return parsePinRetries(await this.#call(CtapCommand.CLIENT_PIN, request, operation, 'Reading the PIN tries'));
  }

  /** First PIN of a key that has none. Throws `PIN_POLICY`, `PIN_TOKEN_REFUSED` (there is one already). */
  async setPin(pin: Pin, operation: Operation = {}): Promise<void> {
    await this.#withSharedSecret(operation, async (secret) => {
      await this.#call(CtapCommand.CLIENT_PIN, setPinRequest(secret, pin), operation, 'Setting the PIN');
    });
    this.#info = undefined; // option clientPin has changed
  }

  /** Throws `PIN_WRONG`, `PIN_BLOCKED`, `PIN_REPLUG_NEEDED`, `PIN_POLICY`. */
  async changePin(current: Pin, next: Pin, operation: Operation = {}): Promise<void> {
    await this.#withSharedSecret(operation, async (secret) => {
      const request = changePinRequest(secret, current, next);
      await this.#call(CtapCommand.CLIENT_PIN, request, { ...operation, onceOnly: true }, 'Changing the PIN');
    });
    this.#info = undefined;
  }

  /**
   * Makes a credential. With `pin`, a token for just this is fetched first. The reply is returned even when the signal fired
   * after the touch: the credential then exists, and whoever asked must know. Throws what `statusError` names.
   */
  async makeCredential(
    request: MakeCredential,
    pin: Pin | undefined,
    operation: Operation = {},
  ): Promise<AttestationObject> {
    const scope = { permissions: Permission.MC, rpId: request.rpId };
    const auth = pin && (await this.#authorize(pin, scope, request.clientDataHash, operation));
    const members = makeCredentialRequest(request, auth);
    return parseMakeCredential(
      await this.#call(CtapCommand.MAKE_CREDENTIAL, members, operation, 'Making the credential'),
    );
  }

  /** Signs `clientDataHash`. With `pin`, a token for just this is fetched first, and the answer carries the UV flag. */
  async getAssertion(request: GetAssertion, pin: Pin | undefined, operation: Operation = {}): Promise<Assertion> {
    const scope = { permissions: Permission.GA, rpId: request.rpId };
    const auth = pin && (await this.#authorize(pin, scope, request.clientDataHash, operation));
    const members = getAssertionRequest(request, auth);
    return parseAssertion(await this.#call(CtapCommand.GET_ASSERTION, members, operation, 'Signing'));
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

  async close(): Promise<void> {
    await this.#channel.close();
  }

  /** A token for one operation, used at once: keys let it lapse 30 s after it was issued (6.5.2.1). */
  async #authorize(pin: Pin, scope: TokenScope, clientDataHash: Uint8Array, operation: Operation): Promise<PinUvAuth> {
    const info = await this.info(operation);
    // Subcommand 9 exists only with this option; its absence must not be tried out with a PIN (ctap.md section 7).
    const scoped = info.options.get('pinUvAuthToken') === true ? scope : undefined;
    return this.#withSharedSecret(operation, async (secret) => {
      const request = tokenRequest(secret, pin, scoped);
      const token = parseToken(
        secret,
        await this.#call(CtapCommand.CLIENT_PIN, request, { ...operation, onceOnly: true }, 'Checking the PIN'),
      );
      const param = authenticateWithToken(secret.version, token, clientDataHash);
      token.fill(0);
      this.#pinTakenAt = this.#channel.foreignPackets;
      return { param, protocol: secret.version };
    });
  }

  async #withSharedSecret<T>(operation: Operation, use: (secret: SharedSecret) => Promise<T>): Promise<T> {
    const version = await this.#pinProtocol(operation);
    const point = await this.#authenticatorPoint(version, operation);
    const secret = exchange(version, point, { bytes: this.#world.random });
    try {
      return await use(secret);
    } catch (error) {
      this.#pinTakenAt = undefined;
      this.#keyAgreement = undefined; // the key makes a new pair after each PIN error (6.5.5.7.2, step 5)
      throw error;
    } finally {
      secret.wipe();
    }
  }

  /**
   * The authenticator's key agreement point, kept while nobody else talks to the key: a wrong PIN from another program makes
   * the key change its pair, and our right PIN under the old one would count as wrong.
   */
  async #authenticatorPoint(version: PinProtocolVersion, operation: Operation): Promise<Uint8Array> {
    const { foreignPackets } = this.#channel;
    if (this.#keyAgreement?.foreignPackets === foreignPackets) return this.#keyAgreement.point;
    const request = keyAgreementRequest(version);
    const reply = await this.#call(CtapCommand.CLIENT_PIN, request, operation, 'Agreeing on a secret with the key');
    const point = parseKeyAgreementReply(reply);
    this.#keyAgreement = { point, foreignPackets };
    return point;
  }

  async #pinProtocol(operation: Operation): Promise<PinProtocolVersion> {
    return choosePinProtocol((await this.info(operation)).pinUvAuthProtocols);
  }

  /** One CTAP2 command: status byte, then a CBOR map where there is one (section 8). An empty reply reads as an empty map. */
  async #call(command: number, request: CborMap | undefined, operation: Transaction, what: string): Promise<CborValue> {
    assertNotCancelled(operation.signal, what);
    const body = request === undefined ? new Uint8Array() : encodeCbor(request);
    const message = new Uint8Array(1 + body.length);
    message[0] = command;
    message.set(body, 1);
    // What the key has not said yet cannot be exceeded: getInfo itself is one byte.
    if (message.length > (this.#info?.maxMsgSize ?? 1024)) throw statusError(Status.REQUEST_TOO_LARGE, what);
    const reply = await this.#channel.transact(Command.CBOR, message, operation);
    const status = reply[0] ?? Status.OTHER;
    if (status !== Status.OK) throw statusError(status, what);
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
