import { Permission, Status } from '../../../native/ctap2/constants.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Env } from './env.ts';
import type { PinProtocol } from './pin-protocol.ts';
import type { Profile } from './profiles.ts';

const FIRST_USE_LIMIT_MS = 30_000;
const MAX_USAGE_MS = 600_000;
const USER_PRESENT_LIMIT_MS = 30_000;

interface Issued {
  readonly protocol: PinProtocol;
  readonly value: Uint8Array;
  permissions: number;
  /** Bound at issue, or by the first makeCredential or getAssertion. */
  rpId: string | undefined;
  readonly issuedAt: number;
  used: boolean;
  /** The gesture that issued it was a touch as well (fingerprint). */
  userPresent: boolean;
}

/** What a command wants the token for. */
export interface TokenUse {
  readonly protocol: PinProtocol;
  readonly message: Uint8Array;
  readonly param: Uint8Array;
  readonly permission: number;
  /** makeCredential and getAssertion: must match, and binds an unbound token. */
  readonly rpId?: string;
}

/** The one pinUvAuthToken (CTAP 2.1, 6.5.2.1): its life, permissions and relying party. */
export class UvToken {
  private readonly env: Env;
  private readonly legacy: boolean;
  private issued: Issued | undefined;

  constructor(profile: Profile, env: Env) {
    this.env = env;
    this.legacy = profile.tokens === 'legacy';
  }

  /** Issues a new token, which kills the old one; returns its 32 bytes. */
  issue(protocol: PinProtocol, permissions: number, rpId: string | undefined, userPresent: boolean): Uint8Array {
    const value = this.env.random(32);
    this.issued = { protocol, value, permissions, rpId, issuedAt: this.env.clock.now(), used: false, userPresent };
    return value;
  }

  forget(): void {
    this.issued = undefined;
  }

  /** The relying party the token is bound to, if it is. */
  get boundRpId(): string | undefined {
    return this.issued?.rpId;
  }

  /** Fails with 0x33 unless a living token with the permission made the parameter. */
  check(use: TokenUse): void {
    const token = this.living();
    if (token === undefined || token.protocol !== use.protocol) throw invalid('no such token');
    if (!use.protocol.verify(token.value, use.message, use.param)) throw invalid('wrong pinUvAuthParam');
    if (!this.legacy) {
      if ((token.permissions & use.permission) === 0) throw invalid('permission missing');
      if (use.rpId !== undefined && token.rpId !== undefined && token.rpId !== use.rpId) throw invalid('other rpId');
      if (use.rpId !== undefined) token.rpId = use.rpId;
    }
    token.used = true;
  }

  /** True when the gesture that issued the token counts as this command's touch too. */
  get coversPresence(): boolean {
    const token = this.living();
    return token?.userPresent === true && this.env.clock.now() - token.issuedAt <= USER_PRESENT_LIMIT_MS;
  }

  /** A touch-requiring makeCredential or getAssertion used it: only lbw survives. A CTAP 2.0 token stays as it is. */
  consume(): void {
    if (this.legacy || this.issued === undefined) return;
    this.issued.permissions &= Permission.LBW;
    this.issued.userPresent = false;
  }

  private living(): Issued | undefined {
    const token = this.issued;
    if (token === undefined || this.legacy) return token;
    const age = this.env.clock.now() - token.issuedAt;
    if (age > MAX_USAGE_MS || (!token.used && age > FIRST_USE_LIMIT_MS)) this.issued = undefined;
    return this.issued;
  }
}

function invalid(why: string): CtapFailure {
  return new CtapFailure(Status.PIN_AUTH_INVALID, why);
}
