/** A pinUvAuthToken in memory (CTAP 2.1, 6.5.2.1): what a key gives out for the PIN or a fingerprint. One owner, who wipes it. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Status } from './constants.ts';
import type { PinProtocolVersion } from './pin-protocol.ts';
import { authenticateWithToken } from './pin-protocol.ts';
import { statusOf } from './status.ts';

/** Proof that the PIN was given: HMAC under a token, with the protocol it was made by. */
export interface PinUvAuth {
  readonly param: Uint8Array;
  readonly protocol: PinProtocolVersion;
}

export class PinUvAuthToken {
  readonly #protocol: PinProtocolVersion;
  readonly #bytes: Uint8Array;
  #wiped = false;

  /** Takes over `bytes`: 16 or 32 in protocol one, 32 in protocol two. */
  constructor(protocol: PinProtocolVersion, bytes: Uint8Array) {
    this.#protocol = protocol;
    this.#bytes = bytes;
  }

  /** pinUvAuthParam over `message`. Throws `PIN_TOKEN_EXPIRED` once the token is wiped. */
  authenticate(message: Uint8Array): PinUvAuth {
    if (this.#wiped) throw tokenExpired();
    return { param: authenticateWithToken(this.#protocol, this.#bytes, message), protocol: this.#protocol };
  }

  wipe(): void {
    this.#wiped = true;
    this.#bytes.fill(0);
  }
}

/**
 * Runs a command that carries proof of a token. A key says in two ways that it no longer knows the token: 0x38, and in most
 * cases 0x33. Both become `PIN_TOKEN_EXPIRED`: whoever still has the PIN may give it again, nobody else.
 */
export async function underToken<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const status = statusOf(error);
    if (status === Status.PIN_AUTH_INVALID || status === Status.PIN_TOKEN_EXPIRED) throw tokenExpired(status, error);
    throw error;
  }
}

function tokenExpired(ctapStatus?: number, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_TOKEN_EXPIRED',
    message:
      'What the key gave out for the PIN is no longer valid: it lapses with time, or when another program asks for one.',
    remedy: 'Repeat the command and give the PIN again.',
    ...(ctapStatus === undefined ? {} : { detail: { ctapStatus } }),
    cause,
  });
}
