/** Sign-in and profile over one set of settings: what the composer asks for. Opening one costs no network call. */
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { type EntraSettings, resolveEndpoints } from './cloud.ts';
import { createGraph } from './graph.ts';
import { createProfileKeys, type ProfileKeys } from './profile-key.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import type { TokenCacheStore } from './token-cache.ts';

export interface EntraSessionOptions {
  readonly settings: EntraSettings;
  /** Shows the sign-in page to the person. */
  readonly openBrowser: (url: string, signal: AbortSignal) => Promise<void>;
  /** The account whose profile is meant; without it, whoever signs in. */
  readonly username?: string;
  /** May calls to the profile open the browser? Default: when needed. */
  readonly browser?: 'when-needed' | 'never';
  readonly tokens?: TokenCacheStore;
  readonly clock: Clock;
  readonly log: Log;
}

export interface EntraSession {
  readonly signIn: SignIn;
  readonly profile: ProfileKeys;
}

/** Throws `ENTRA_NOT_CONFIGURED` or `ENTRA_SETTINGS_INVALID`. */
export function openEntraSession(options: EntraSessionOptions): EntraSession {
  const endpoints = resolveEndpoints(options.settings);
  const { clock, log, openBrowser, tokens, browser } = options;
  // Once somebody signed in, every later call is about that account: no call may end up on another one's profile.
  let { username } = options;
  const signIn = createSignIn({ endpoints, openBrowser, clock, log, ...(tokens === undefined ? {} : { tokens }) });
  const graph = createGraph({
    graphRoot: endpoints.graphRoot,
    caFile: endpoints.caFile,
    clock,
    log,
    bearer: async (claims, signal) => {
      const signedIn = await signIn.token({
        scopes: [endpoints.graphScope],
        ...(username === undefined ? {} : { username }),
        ...(browser === undefined ? {} : { browser }),
        ...(claims === undefined ? {} : { claims }),
        ...(signal === undefined ? {} : { signal }),
      });
      username ??= signedIn.account.username;
      return signedIn.bearer();
    },
  });
  const profile = createProfileKeys({ graph, graphHost: new URL(endpoints.graphRoot).host, clock, log });
  return { signIn, profile };
}
