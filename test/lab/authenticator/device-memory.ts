import type { Counters } from './counters.ts';
import { CredentialStore } from './credential-store.ts';
import type { Env } from './env.ts';
import { PinProtocol } from './pin-protocol.ts';
import type { Profile } from './profiles.ts';
import { type AuthenticatorState, factoryState } from './state.ts';
import { UvToken } from './uv-token.ts';

/** What an interrupted enumeration remembers: valid for the same channel, the next command, 30 s. */
export interface Continuation<T> {
  readonly channel: number;
  readonly startedAt: number;
  readonly rest: T[];
}

/** What dies with the power. */
export interface VolatileMemory {
  readonly protocols: readonly PinProtocol[];
  readonly token: UvToken;
  readonly poweredUpAt: number;
  /** Wrong PINs in a row since power-up; the third blocks until the next one. */
  wrongPins: number;
  /** The finger being enrolled, and how many good samples it still takes. */
  enrolling: { readonly templateId: string; remaining: number } | undefined;
}

/** The device all commands work on: profile, world, flash and RAM. */
export class DeviceMemory {
  readonly profile: Profile;
  readonly env: Env;
  readonly counters: Counters;
  readonly state: AuthenticatorState;
  readonly store: CredentialStore;
  private readonly save: () => void;
  ram: VolatileMemory;

  constructor(profile: Profile, env: Env, counters: Counters, state: AuthenticatorState, save: () => void) {
    this.profile = profile;
    this.env = env;
    this.counters = counters;
    this.state = state;
    this.save = save;
    this.store = new CredentialStore(state, profile, env);
    this.ram = freshRam(profile, env);
  }

  /** Power was cut and is back. */
  powerUp(): void {
    this.ram = freshRam(this.profile, this.env);
  }

  /** The state changed: to be called before the reply leaves. */
  commit(): void {
    this.save();
  }

  /** Back to the factory's state, in place. */
  wipe(): void {
    Object.assign(this.state, factoryState(this.profile, this.env));
    for (const protocol of this.ram.protocols) protocol.regenerate();
    this.ram.token.forget();
    this.ram.wrongPins = 0;
    this.ram.enrolling = undefined;
    this.commit();
  }
}

function freshRam(profile: Profile, env: Env): VolatileMemory {
  return {
    protocols: profile.pinProtocols.map((version) => new PinProtocol(version, env)),
    token: new UvToken(profile, env),
    poweredUpAt: env.clock.now(),
    wrongPins: 0,
    enrolling: undefined,
  };
}
