/**
 * Sign-in with the person's own browser (authorization code with PKCE, through MSAL). The cache is asked first; the
 * browser opens only when that does not do. Nothing here survives the process but what the token cache store keeps.
 */
import type { AccountInfo, AuthenticationResult, PublicClientApplication } from '@azure/msal-node';
import { asGlasskeyError, assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { type Clock, pause } from '../../time/clock.ts';
import type { EntraEndpoints } from './cloud.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { declineAtLoopback, type Loopback, loopbackOf } from './loopback-cancel.ts';
import { interactionRequired, msalFailureOf, needsPerson, signInError } from './sign-in-errors.ts';
import { SignInNetwork } from './sign-in-network.ts';
import { cachePlugin, memoryTokenCache, type TokenCacheStore } from './token-cache.ts';
import { trustRoots } from './trusted-roots.ts';

/** Who signed in. */
export interface EntraAccount {
  /** The user principal name. */
  readonly username: string;
  readonly name: string | undefined;
  /** The user's object id, as role assignments name it. */
  readonly objectId: string;
  readonly tenantId: string;
}

/** A signed-in account and its token. The token is behind a function so that no log or JSON takes it along. */
export interface SignedIn {
  readonly account: EntraAccount;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  readonly fromCache: boolean;
  readonly bearer: () => string;
}

export interface TokenRequest {
  /** Default: the profile, `{graph}/User.ReadWrite`. */
  readonly scopes?: readonly string[];
  /** The account that is wanted (user principal name). Signing in as another one is an error. */
  readonly username?: string;
  /** A claims challenge to answer (JSON text, azure.md 1.5). */
  readonly claims?: string;
  /** May the browser open? `when-needed` (default), `never`, or `always`, to choose another account. */
  readonly browser?: 'when-needed' | 'never' | 'always';
  readonly signal?: AbortSignal;
}

export interface SignIn {
  /**
   * A token, from the cache or by the browser. Errors: `CANCELLED`, `ENTRA_SIGN_IN_TIMED_OUT`, `ENTRA_WRONG_ACCOUNT`,
   * what `openBrowser` throws, and those of sign-in-errors.ts and network-failure.ts.
   */
  token(request?: TokenRequest): Promise<SignedIn>;
  /** The accounts the cache knows. */
  accounts(): Promise<readonly EntraAccount[]>;
  /** Forgets every account's tokens on this computer. */
  signOut(): Promise<void>;
}

export interface SignInOptions {
  readonly endpoints: EntraEndpoints;
  /** Shows the URL to the person. May stay pending while a browser runs; the signal tells it to stop. */
  readonly openBrowser: (url: string, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: memory only. */
  readonly tokens?: TokenCacheStore;
}

const WHAT = 'The sign-in';
/** After MSAL was told that the person declined: how long to wait for it to close its listener. */
const CLOSING_MS = 2000;

const SUCCESS_PAGE = page('You are signed in', 'You can close this tab and go back to Glasskey.');
const ERROR_PAGE = page('The sign-in did not succeed', 'You can close this tab; Glasskey says what to do next.');

export function createSignIn(options: SignInOptions): SignIn {
  return new MsalSignIn(options);
}

class MsalSignIn implements SignIn {
  readonly #endpoints: EntraEndpoints;
  readonly #openBrowser: SignInOptions['openBrowser'];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tokens: TokenCacheStore;
  /** Requests take turns: two browser tabs at once would only confuse, and the second mostly finds the first's token. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SignInOptions) {
    this.#endpoints = options.endpoints;
    this.#openBrowser = options.openBrowser;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#tokens = options.tokens ?? memoryTokenCache();
  }

  token(request: TokenRequest = {}): Promise<SignedIn> {
    let begun = false;
    const turn = this.#turn.then(() => {
      begun = true;
      return this.#acquire(request);
    });
    this.#turn = turn.catch(() => undefined);
    if (request.signal === undefined) return turn;
    // Once begun, cancelling waits until the listener is closed; before that there is nothing to wait for.
    const stopped = aborted(request.signal).catch(() => (begun ? turn : Promise.reject(cancelled(WHAT))));
    return Promise.race([turn, stopped]);
  }

  async accounts(): Promise<readonly EntraAccount[]> {
    const application = await this.#application(new SignInNetwork(this.#clock, AbortSignal.abort()));
    return (await application.getTokenCache().getAllAccounts()).map(accountOf);
  }

  async signOut(): Promise<void> {
    const application = await this.#application(new SignInNetwork(this.#clock, AbortSignal.abort()));
    const cache = application.getTokenCache();
    for (const account of await cache.getAllAccounts()) await cache.removeAccount(account);
    this.#log('info', 'entra.signed-out');
  }

  async #acquire(request: TokenRequest): Promise<SignedIn> {
    assertNotCancelled(request.signal, WHAT);
    await trustRoots(this.#endpoints.caFile);
    const deadline = startDeadline(this.#clock, this.#endpoints.signInTimeoutMs, request.signal);
    const network = new SignInNetwork(this.#clock, deadline.signal);
    try {
      const application = await this.#application(network);
      const result = await this.#silentThenBrowser(application, request, deadline.signal);
      return signedIn(result, request.username);
    } catch (thrown) {
      throw this.#explain(thrown, deadline, network);
    } finally {
      deadline.close();
    }
  }

  async #silentThenBrowser(
    application: PublicClientApplication,
    request: TokenRequest,
    signal: AbortSignal,
  ): Promise<AuthenticationResult> {
    const browser = request.browser ?? 'when-needed';
    const account = browser === 'always' ? undefined : await chooseAccount(application, request.username);
    if (account === undefined) {
      if (browser === 'never') throw interactionRequired();
      return this.#byBrowser(application, request, undefined, signal);
    }
    try {
      return await application.acquireTokenSilent({ account, ...this.#parameters(request) });
    } catch (thrown) {
      const failure = msalFailureOf(thrown);
      if (failure === undefined || !needsPerson(failure)) throw thrown;
      if (browser === 'never') throw interactionRequired(failure);
      this.#log('info', 'entra.sign-in.browser-needed', { errorCode: failure.errorCode, subError: failure.subError });
      const claims = failure.claims === '' ? request.claims : failure.claims;
      return this.#byBrowser(application, withClaims(request, claims), account, signal);
    }
  }

  /** Ends when the browser brought the answer, or when `signal` fires: then MSAL's listener is closed first. */
  async #byBrowser(
    application: PublicClientApplication,
    request: TokenRequest,
    account: AccountInfo | undefined,
    signal: AbortSignal,
  ): Promise<AuthenticationResult> {
    const loginHint = account?.username ?? request.username;
    let loopback: Loopback | undefined;
    const answered = application.acquireTokenInteractive({
      ...this.#parameters(request),
      ...(loginHint === undefined ? { prompt: 'select_account' } : { loginHint }),
      successTemplate: SUCCESS_PAGE,
      errorTemplate: ERROR_PAGE,
      openBrowser: async (url) => {
        loopback = loopbackOf(url);
        this.#log('info', 'entra.sign-in.browser');
        await Promise.race([this.#openBrowser(url, signal), aborted(signal)]);
      },
    });
    const settled = answered.then(
      () => undefined,
      () => undefined,
    );
    const stopped = aborted(signal).catch(async (reason: unknown) => {
      if (loopback !== undefined) await declineAtLoopback(loopback);
      await Promise.race([settled, pause(this.#clock, CLOSING_MS)]);
      throw reason;
    });
    return Promise.race([answered, stopped]);
  }

  #parameters(request: TokenRequest) {
    return {
      scopes: [...(request.scopes ?? [this.#endpoints.graphScope])],
      ...(request.claims === undefined ? {} : { claims: request.claims }),
    };
  }

  /** One application per request: it costs little, and the network client then belongs to one request's signal. */
  async #application(network: SignInNetwork): Promise<PublicClientApplication> {
    const msal = await import('@azure/msal-node');
    return new msal.PublicClientApplication({
      auth: {
        clientId: this.#endpoints.clientId,
        authority: this.#endpoints.authority,
        knownAuthorities: [...this.#endpoints.knownAuthorities],
        clientCapabilities: ['cp1'],
      },
      cache: { cachePlugin: cachePlugin(this.#tokens, this.#log) },
      system: {
        networkClient: network,
        loggerOptions: { piiLoggingEnabled: false, logLevel: msal.LogLevel.Error, loggerCallback: () => {} },
      },
      telemetry: { application: { appName: 'Glasskey', appVersion: '0' } },
    });
  }

  #explain(thrown: unknown, deadline: Deadline, network: SignInNetwork): GlasskeyError {
    if (deadline.expired) return timedOut(this.#endpoints.signInTimeoutMs);
    if (deadline.signal.aborted) return cancelled(WHAT);
    if (thrown instanceof GlasskeyError) return thrown;
    if (network.failure !== undefined) return network.failure;
    const failure = msalFailureOf(thrown);
    if (failure === undefined) return asGlasskeyError(thrown);
    const error = signInError(failure);
    this.#log('warn', 'entra.sign-in.failed', { code: error.code, ...error.detail });
    return error;
  }
}

/** The wanted account, or the only one there is. With several and none wanted, the person chooses. */
async function chooseAccount(
  application: PublicClientApplication,
  username: string | undefined,
): Promise<AccountInfo | undefined> {
  const accounts = await application.getTokenCache().getAllAccounts();
  if (username !== undefined) return accounts.find((account) => sameName(account.username, username));
  return accounts.length === 1 ? accounts[0] : undefined;
}

function signedIn(result: AuthenticationResult, wanted: string | undefined): SignedIn {
  if (result.account === null) throw interactionRequired();
  const account = accountOf(result.account);
  if (wanted !== undefined && !sameName(account.username, wanted)) throw wrongAccount(wanted, account.username);
  const token = result.accessToken;
  return {
    account,
    expiresAt: result.expiresOn?.getTime() ?? 0,
    fromCache: result.fromCache,
    bearer: () => token,
  };
}

function accountOf(account: AccountInfo): EntraAccount {
  return {
    username: account.username,
    name: account.name,
    objectId: account.localAccountId,
    tenantId: account.tenantId,
  };
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function withClaims(request: TokenRequest, claims: string | undefined): TokenRequest {
  return claims === undefined ? request : { ...request, claims };
}

/** Rejects with the signal's reason once it fires; never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Raced and mostly lost: a rejection nobody waits for any more is no fault.
  rejection.catch(() => undefined);
  return rejection;
}

function timedOut(ms: number): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_SIGN_IN_TIMED_OUT',
    message: `The sign-in was not finished in the browser within ${Math.round(ms / 1000)} seconds.`,
    remedy: 'Sign in again, and leave the browser’s tab open until it says that you are signed in.',
  });
}

function wrongAccount(wanted: string, got: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_WRONG_ACCOUNT',
    message: `You signed in as ${got}, but this is about the account ${wanted}.`,
    remedy: `Sign in again and choose ${wanted}.`,
    detail: { wanted, got },
  });
}

function page(title: string, text: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p>`;
}
