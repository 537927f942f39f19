/**
 * Signs with whichever plugged-in authenticator holds a credential, and keeps it open between signatures, so that each one
 * after the first costs two commands (design, decision 6). A key that was unplugged in between is opened anew.
 */
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator, type Operation } from '../../native/ctap2/authenticator.ts';
import { Permission, Status } from '../../native/ctap2/constants.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { statusError, statusOf } from '../../native/ctap2/status.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import { keyReplugged } from '../../native/hid/which-key.ts';
import type { AssertRequest } from './authenticator-keyring.ts';
import type { SigningAuthenticator } from './signing-authenticator.ts';

/** Which model holds a credential, as the enrollment noted it. Undefined: not known, any will be asked. */
export type AaguidOf = (credentialId: Uint8Array) => string | undefined;

const ALL_TRIES = 8;

export class PluggedInAuthenticator implements SigningAuthenticator {
  readonly #bus: () => Promise<HidBus>;
  readonly #world: ChannelWorld;
  readonly #aaguidOf: AaguidOf;
  readonly #onBusy: () => void;
  readonly #onLetGo: () => void;
  #open: Authenticator | undefined;

  /**
   * `onBusy`: another program uses the key. `onLetGo`: the key that was open is so no longer, whatever for: nobody can tell that the next
   * one is the same, so that a PIN which was given for it goes.
   */
  constructor(
    bus: () => Promise<HidBus>,
    world: ChannelWorld,
    aaguidOf: AaguidOf,
    onBusy: () => void = () => {},
    onLetGo: () => void = () => {},
  ) {
    this.#bus = bus;
    this.#world = world;
    this.#aaguidOf = aaguidOf;
    this.#onBusy = onBusy;
    this.#onLetGo = onLetGo;
  }

  /**
   * Throws `KEY_MISSING`, `KEY_SEVERAL`, `KEY_REPLUGGED` where the PIN was given for one that was unplugged since, and what the
   * authenticator answers: `PIN_WRONG`, `CTAP_NO_CREDENTIALS`, …
   */
  async assert(request: AssertRequest<Pin>, signal: AbortSignal, onTouchWanted: () => void) {
    const authenticator = await this.#readyFor(request, signal);
    const { authDataBytes, signature } = await authenticator.getAssertion(
      {
        rpId: request.application,
        clientDataHash: request.clientDataHash,
        credentialId: request.credentialId,
        userPresence: true,
      },
      request.pin,
      this.#operation(signal, onTouchWanted),
    );
    return { authData: authDataBytes, signature };
  }

  /**
   * Whether the open key holds the credential and would sign with it: asked without a touch, under the PIN where one is given, which the
   * key checks first (`onPinTaken`). Undefined: it answers no such question. Throws as `assert` does.
   */
  async holds(
    { application, credentialId, pin }: Pick<AssertRequest<Pin>, 'application' | 'credentialId' | 'pin'>,
    signal: AbortSignal,
    onPinTaken: () => void,
  ): Promise<boolean | undefined> {
    const authenticator = await this.#readyFor({ credentialId, ...(pin === undefined ? {} : { pin }) }, signal);
    const operation = this.#operation(signal);
    const request = { rpId: application, clientDataHash: new Uint8Array(32), credentialId, userPresence: false };
    const ask = async (token?: PinUvAuthToken) => {
      if (token !== undefined) onPinTaken();
      try {
        await authenticator.getAssertion(request, token, operation);
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (status === Status.NO_CREDENTIALS || status === Status.INVALID_CREDENTIAL) return false;
        if (status === Status.UNSUPPORTED_OPTION || status === Status.INVALID_OPTION) return undefined;
        throw error;
      }
    };
    return pin === undefined ? ask() : authenticator.withToken(pin, Permission.GA, operation, ask, application);
  }

  /**
   * Undefined while the key has all of its tries. Throws `PIN_BLOCKED` or `PIN_REPLUG_NEEDED` where no PIN can help: one is
   * never asked for then.
   */
  async pinTriesLeft(signal: AbortSignal): Promise<number | undefined> {
    if (this.#open === undefined || this.#open.isGone || this.#open.hasAllPinTries) return undefined;
    const { left, replugNeeded } = await this.#open.pinRetries(this.#operation(signal));
    if (left === 0) throw statusError(Status.PIN_BLOCKED, 'The signature');
    if (replugNeeded) throw statusError(Status.PIN_AUTH_BLOCKED, 'The signature');
    return left < ALL_TRIES ? left : undefined;
  }

  async agree(signal: AbortSignal): Promise<void> {
    await this.#open?.agreeForPin(this.#operation(signal));
  }

  /**
   * The open authenticator for a credential; opens it where that has not been done. No PIN, no touch. Throws `PIN_NOT_SET` for
   * one that has no PIN, before anybody is asked for it.
   */
  async ready(credentialId: Uint8Array, signal: AbortSignal): Promise<Authenticator> {
    const model = this.#aaguidOf(credentialId);
    if (this.isGone) this.abandon();
    if (this.#open !== undefined && !(await isModel(this.#open, model, this.#operation(signal)))) await this.close();
    const open = this.#open ?? (await this.#find(model, signal));
    if (signal.aborted) {
      // It may have been given up since, and another signature may have a key open.
      if (open !== this.#open) await open.close();
      throw cancelled('The signature');
    }
    this.#open = open;
    // getInfo is needed for the signature anyway, and kept.
    const { options } = await open.info(this.#operation(signal));
    if (options.get('clientPin') === false) throw withoutPin();
    return open;
  }

  prepare(credentialId: Uint8Array, signal: AbortSignal): Promise<Authenticator> {
    return this.ready(credentialId, signal);
  }

  /** The open key was unplugged. Of one that is not open, nobody knows. */
  get isGone(): boolean {
    return this.#open?.isGone === true;
  }

  /** Lets go of the key; the next signature opens it anew. */
  async close(): Promise<void> {
    await this.#letGo()?.close();
  }

  /** The same without waiting: a key that was unplugged while the computer slept may never be closed. */
  abandon(): void {
    void this.#letGo()
      ?.close()
      .catch(() => {});
  }

  #letGo(): Authenticator | undefined {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) this.#onLetGo();
    return open;
  }

  /** A PIN was typed for the key that was there: to another one of its model, which looks the same, it would cost a try. */
  async #readyFor(
    { credentialId, pin }: Pick<AssertRequest<Pin>, 'credentialId' | 'pin'>,
    signal: AbortSignal,
  ): Promise<Authenticator> {
    const wasUnplugged = this.isGone;
    const authenticator = await this.ready(credentialId, signal);
    if (pin !== undefined && wasUnplugged) throw keyReplugged();
    return authenticator;
  }

  /**
   * The only key plugged in of the model that was enrolled. A credential with credProtect 3 does not show itself without the
   * PIN (ctap.md 6.3), and a PIN tried on the wrong key costs it one of its tries: so none is.
   */
  async #find(model: string | undefined, signal: AbortSignal): Promise<Authenticator> {
    const found: Authenticator[] = [];
    try {
      for (const device of await (await this.#bus()).list()) {
        const authenticator = await Authenticator.open(device, this.#world, signal);
        found.push(authenticator);
        if (!(await isModel(authenticator, model, this.#operation(signal)))) {
          found.pop();
          await authenticator.close();
        }
      }
      const [match] = found;
      if (match === undefined) throw missing();
      if (found.length > 1) throw several(found.length);
      return match;
    } catch (error) {
      for (const authenticator of found) await authenticator.close();
      throw error;
    }
  }

  /** Any command may have to wait for another program, the first of all. */
  #operation(signal: AbortSignal, onTouchWanted: () => void = () => {}): Operation {
    return {
      signal,
      onProgress: (progress) => {
        if (progress === 'touch-wanted') onTouchWanted();
        if (progress === 'key-busy') this.#onBusy();
      },
    };
  }
}

/** The models (AAGUIDs) that are plugged in. No PIN, no touch; what cannot be asked (no permission, no FIDO2) is none of ours. */
export async function pluggedInModels(
  bus: HidBus,
  world: ChannelWorld,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const models: string[] = [];
  for (const device of await bus.list()) {
    try {
      const authenticator = await Authenticator.open(device, world, signal);
      try {
        models.push(formatAaguid((await authenticator.info({ signal })).aaguid));
      } finally {
        await authenticator.close();
      }
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.kind !== 'expected') throw error;
    }
  }
  return models;
}

async function isModel(
  authenticator: Authenticator,
  model: string | undefined,
  operation: Operation,
): Promise<boolean> {
  return model === undefined || formatAaguid((await authenticator.info(operation)).aaguid) === model;
}

/** A reset takes the PIN and every credential (CTAP 2.1, 6.6). */
function withoutPin(): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_NOT_SET',
    message: 'The security key that is plugged in has no PIN: it is not the enrolled one, or was reset since.',
    remedy: 'Plug in the enrolled one; one that was reset must be enrolled anew: glasskey enroll --new --overwrite',
  });
}

function missing(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_MISSING',
    message: 'The security key that was enrolled is not plugged in.',
    remedy: 'Plug it in and repeat the command; glasskey keys says which one it is.',
  });
}

function several(count: number): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_SEVERAL',
    message: `${count} security keys of the same model are plugged in, and nothing tells them apart before the PIN is given.`,
    remedy: 'Leave only the enrolled one plugged in, then repeat the command.',
  });
}
