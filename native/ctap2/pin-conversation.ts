/**
 * clientPIN with one authenticator (CTAP 2.1, 6.5.5): tries, setting, changing, tokens. The key agreement is kept while nobody
 * else talks to the key. A PIN that was given is sent once, whatever comes back.
 */
import { assertBuiltInUvGrants } from './built-in-uv.ts';
import type { CborMap, CborValue } from './cbor.ts';
import type { PinRetries, TokenScope } from './client-pin.ts';
import {
  changePinRequest,
  keyAgreementRequest,
  parseKeyAgreementReply,
  parsePinRetries,
  parseToken,
  parseUvRetries,
  pinRetriesRequest,
  setPinRequest,
  tokenRequest,
  tokenUsingUvRequest,
  uvRetriesRequest,
} from './client-pin.ts';
import { CtapCommand, Status } from './constants.ts';
import type { CtapCommands, Operation } from './ctap-commands.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import type { Pin } from './pin.ts';
import type { PinProtocolVersion, SharedSecret } from './pin-protocol.ts';
import { choosePinProtocol, exchange } from './pin-protocol.ts';
import { assertNewPin } from './pin-rules.ts';
import type { PinState } from './pin-state.ts';
import { assertPinAccepted, pinState } from './pin-state.ts';
import { PinUvAuthToken } from './pin-uv-auth-token.ts';
import { statusOf } from './status.ts';

/** How the user is verified: by the PIN, or by the key's own fingerprint reader. */
export type Verification = Pin | 'built-in-uv';

/** Of a key that has just taken its PIN. How many they are matters to nobody but the key. */
const ALL_TRIES: PinRetries = { left: 8, replugNeeded: false };

/** What is left after a PIN that the key did not take: it counts one less before it looks at the PIN (6.5.5.7.2). Undefined: not known. */
function triesAfter(status: number | undefined, before: PinRetries | undefined): PinRetries | undefined {
  if (status === Status.PIN_BLOCKED) return { left: 0, replugNeeded: false };
  if (before === undefined || (status !== Status.PIN_INVALID && status !== Status.PIN_AUTH_BLOCKED)) return undefined;
  // One that waits to be plugged in again looks at none.
  if (before.replugNeeded) return before;
  return { left: Math.max(0, before.left - 1), replugNeeded: status === Status.PIN_AUTH_BLOCKED };
}

export class PinConversation {
  readonly #key: CtapCommands;
  readonly #random: (length: number) => Uint8Array;
  readonly #stood: (info: AuthenticatorInfo, state: PinState) => void;
  #keyAgreement: { readonly point: Uint8Array; readonly foreignPackets: number } | undefined;
  /** What `foreignPackets` was when the key last took its PIN, which gave it all of its tries back. */
  #pinTakenAt: number | undefined;
  /** The tries as last read; no longer known once a PIN was sent or another program was there. */
  #retries: { readonly read: PinRetries; readonly foreignPackets: number } | undefined;

  /** `stood`: told each time that the key says, or shows by what it answers to a PIN, where that stands. */
  constructor(
    key: CtapCommands,
    random: (length: number) => Uint8Array,
    stood: (info: AuthenticatorInfo, state: PinState) => void,
  ) {
    this.#key = key;
    this.#random = random;
    this.#stood = stood;
  }

  /** True while the PIN has all of its tries for certain: the key took it, and nobody else has talked to it since. */
  get hasAllTries(): boolean {
    return this.#pinTakenAt === this.#key.foreignPackets;
  }

  /** Tries left before the PIN is blocked, asked of the key. */
  async retries(operation: Operation): Promise<PinRetries> {
    const info = await this.#key.info(operation);
    const request = pinRetriesRequest(choosePinProtocol(info.pinUvAuthProtocols));
    const { foreignPackets } = this.#key;
    const read = parsePinRetries(
      await this.#key.call(CtapCommand.CLIENT_PIN, request, operation, 'Reading the PIN tries'),
    );
    this.#retries = { read, foreignPackets };
    this.#stood(info, pinState(info, read));
    return read;
  }

  /** Agrees beforehand on the secret that the next PIN is sent under: kept as long as nobody else talks to the key, and not waited for then. */
  async agree(operation: Operation): Promise<void> {
    await this.#authenticatorPoint(await this.#protocol(operation), operation);
  }

  /** Unknown fingers left before the reader is blocked. Throws `CTAP_UNSUPPORTED` on a key without a reader. */
  async uvRetries(operation: Operation): Promise<number> {
    const what = 'Reading the fingerprint tries';
    return parseUvRetries(await this.#key.call(CtapCommand.CLIENT_PIN, uvRetriesRequest(), operation, what));
  }

  /** Where the PIN stands. The tries are asked for only where they are not known. */
  async state(operation: Operation): Promise<PinState> {
    const info = await this.#key.info(operation);
    if (info.options.get('clientPin') !== true) return pinState(info, undefined);
    return pinState(info, this.#lastRead() ?? (await this.retries(operation)));
  }

  async set(pin: Pin, operation: Operation): Promise<void> {
    assertNewPin(pin, await this.#key.info(operation));
    await this.#withSharedSecret(operation, async (secret) => {
      const request = setPinRequest(secret, pin);
      await this.#key.call(CtapCommand.CLIENT_PIN, request, operation, 'Setting the PIN');
    });
    this.#key.forgetInfo(); // option clientPin has changed
  }

  async change(current: Pin, next: Pin, operation: Operation): Promise<void> {
    await this.assertAccepted(operation, 'change');
    assertNewPin(next, await this.#key.info(operation), current);
    await this.#withSharedSecret(operation, async (secret) => {
      await this.#sendPin(changePinRequest(secret, current, next), operation, 'Changing the PIN');
    });
    this.#key.forgetInfo();
  }

  /** Throws where the key says that it would refuse the PIN. The tries are asked for only where they are not known. */
  async assertAccepted(operation: Operation, purpose: 'token' | 'change'): Promise<void> {
    const info = await this.#key.info(operation);
    assertPinAccepted(this.hasAllTries ? pinState(info, ALL_TRIES) : await this.state(operation), purpose);
  }

  /**
   * A token; the caller wipes it. It is to be used at once: keys let it lapse 30 s after it was issued (6.5.2.1). Keys before
   * CTAP 2.1 know no scope: theirs is good for all that they can do.
   */
  async token(verification: Verification, scope: TokenScope, operation: Operation): Promise<PinUvAuthToken> {
    return verification === 'built-in-uv'
      ? this.#tokenUsingUv(scope, operation)
      : this.#tokenUsingPin(verification, scope, operation);
  }

  /** The key was reset. */
  forget(): void {
    this.#keyAgreement = undefined;
    this.#pinTakenAt = undefined;
    this.#retries = undefined;
  }

  async #tokenUsingPin(pin: Pin, scope: TokenScope, operation: Operation): Promise<PinUvAuthToken> {
    const info = await this.#key.info(operation);
    // Subcommand 9 exists only with this option; its absence must not be tried out with a PIN (ctap.md section 7).
    const scoped = info.options.get('pinUvAuthToken') === true ? scope : undefined;
    return this.#withSharedSecret(operation, async (secret) => {
      const reply = await this.#sendPin(tokenRequest(secret, pin, scoped), operation, 'Checking the PIN');
      const token = new PinUvAuthToken(secret.version, parseToken(secret, reply));
      this.#pinTakenAt = this.#key.foreignPackets;
      this.#stood(info, pinState(info, ALL_TRIES));
      return token;
    });
  }

  /** A request that has the PIN in it: never sent twice. */
  async #sendPin(request: CborMap, operation: Operation, what: string): Promise<CborValue> {
    const info = await this.#key.info(operation);
    const before = this.hasAllTries ? ALL_TRIES : this.#lastRead();
    this.#retries = undefined;
    try {
      return await this.#key.call(CtapCommand.CLIENT_PIN, request, { ...operation, onceOnly: true }, what);
    } catch (error) {
      const after = triesAfter(statusOf(error), before);
      if (after !== undefined) this.#stood(info, pinState(info, after));
      throw error;
    }
  }

  /** Undefined once a PIN was sent or another program was there. */
  #lastRead(): PinRetries | undefined {
    return this.#retries?.foreignPackets === this.#key.foreignPackets ? this.#retries.read : undefined;
  }

  async #tokenUsingUv(scope: TokenScope, operation: Operation): Promise<PinUvAuthToken> {
    assertBuiltInUvGrants(await this.#key.info(operation), scope.permissions);
    return this.#withSharedSecret(operation, async (secret) => {
      const request = tokenUsingUvRequest(secret, scope);
      const reply = await this.#key.call(CtapCommand.CLIENT_PIN, request, operation, 'Checking the fingerprint');
      return new PinUvAuthToken(secret.version, parseToken(secret, reply));
    });
  }

  async #withSharedSecret<T>(operation: Operation, use: (secret: SharedSecret) => Promise<T>): Promise<T> {
    const version = await this.#protocol(operation);
    const point = await this.#authenticatorPoint(version, operation);
    const secret = exchange(version, point, { bytes: this.#random });
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
    const { foreignPackets } = this.#key;
    if (this.#keyAgreement?.foreignPackets === foreignPackets) return this.#keyAgreement.point;
    const request = keyAgreementRequest(version);
    const what = 'Agreeing on a secret with the key';
    const point = parseKeyAgreementReply(await this.#key.call(CtapCommand.CLIENT_PIN, request, operation, what));
    this.#keyAgreement = { point, foreignPackets };
    return point;
  }

  async #protocol(operation: Operation): Promise<PinProtocolVersion> {
    return choosePinProtocol((await this.#key.info(operation)).pinUvAuthProtocols);
  }
}
