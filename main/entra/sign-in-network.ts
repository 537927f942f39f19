/**
 * The HTTP client MSAL is given. MSAL's own has no time limit on POST, cannot be cancelled, and its errors drop the
 * reason ("endpoints_resolution_error" for an untrusted certificate and a pulled cable alike).
 */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { startDeadline } from './deadline.ts';
import { networkFailure } from './network-failure.ts';

const REQUEST_LIMIT_MS = 30_000;

export class SignInNetwork implements INetworkModule {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #failure: GlasskeyError | undefined;

  /** Every request ends when `signal` fires, and after half a minute in any case. */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Why the last request got no answer; undefined when it got one. */
  get failure(): GlasskeyError | undefined {
    return this.#failure;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send(url, { method: 'GET', headers: options?.headers ?? {} });
  }

  /** Does not follow redirects: the body of a token request holds a code or a refresh token, meant for one host. */
  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send(url, {
      method: 'POST',
      headers: options?.headers ?? {},
      body: options?.body ?? '',
      redirect: 'error',
    });
  }

  async #send<T>(url: string, init: RequestInit): Promise<NetworkResponse<T>> {
    const host = assertHttps(url);
    const deadline = startDeadline(this.#clock, REQUEST_LIMIT_MS, this.#signal);
    try {
      const response = await fetch(url, { ...init, signal: deadline.signal });
      // A missing discovery document is often told in HTML: MSAL shall see that there is none, by its status.
      const missing = init.method === 'GET' && !response.ok;
      // MSAL checks the members it needs; the type is its promise to itself.
      const body = (missing ? {} : await response.json()) as T;
      this.#failure = undefined;
      return { headers: Object.fromEntries(response.headers), body, status: response.status };
    } catch (thrown) {
      this.#failure = networkFailure(thrown, host);
      throw this.#failure;
    } finally {
      deadline.close();
    }
  }
}

/** Endpoints come from a discovery document, which could name plain http; a token request must never go there. */
function assertHttps(url: string): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'https:') return parsed.host;
  throw new GlasskeyError({
    code: 'ENTRA_AUTHORITY_MISCONFIGURED',
    message: 'The sign-in service names an address that is not https.',
    remedy: 'Check entra.loginRoot and entra.tenant in the settings.',
    detail: { host: parsed?.host ?? '' },
  });
}
