/**
 * One call to Microsoft Graph, through Microsoft's client and its retry handler, with what the client lacks: a time
 * limit, cancellation, the claims challenge, and a check of the address right before the token leaves.
 */
import type { Context, FetchOptions, Middleware } from '@microsoft/microsoft-graph-client';
import { assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { claimsChallengeOf } from './claims-challenge.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { malformedAnswer, networkFailure } from './network-failure.ts';
import { trustRoots } from './trusted-roots.ts';

export interface GraphCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `/me/extensions`, without the version; or an absolute address that Graph itself gave as the next page. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** What Graph said, whatever the status. The body was not looked into yet. */
export interface GraphAnswer {
  readonly status: number;
  /** The parsed JSON body; undefined when there was none. */
  readonly json: unknown;
  readonly requestId: string;
  /** Seconds to wait, when a 429 or 503 said so. */
  readonly retryAfterSeconds: number | undefined;
}

export interface Graph {
  /**
   * Retries 429, 503 and 504 as `Retry-After` says, answers one claims challenge, and gives whatever status comes in
   * the end. Errors: `CANCELLED`, `ENTRA_GRAPH_TIMED_OUT`, `ENTRA_GRAPH_ADDRESS_REFUSED`, those of
   * network-failure.ts, and the token source's.
   */
  call(call: GraphCall): Promise<GraphAnswer>;
}

export interface GraphOptions {
  /** `https://graph.microsoft.com`. The token goes to this origin and nowhere else. */
  readonly graphRoot: string;
  readonly caFile?: string | undefined;
  /** A token for Graph; with `claims`, one that answers the challenge. */
  readonly bearer: (claims: string | undefined, signal: AbortSignal | undefined) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  /** Limit of one call with all its retries. Default: two minutes. */
  readonly limitMs?: number;
}

const WHAT = 'The call to Microsoft Graph';
const DEFAULT_LIMIT_MS = 120_000;
/** The profile and its extensions are a few kilobytes. */
const MOST_ANSWER_BYTES = 1024 * 1024;
/** The client's own defaults (azure.md, section 3): three seconds without `Retry-After`, three retries. */
const RETRY_DELAY_SECONDS = 3;
const MOST_RETRIES = 3;

export function createGraph(options: GraphOptions): Graph {
  return new GraphConnection(options);
}

class GraphConnection implements Graph {
  readonly #options: GraphOptions;
  readonly #origin: string;

  constructor(options: GraphOptions) {
    this.#options = options;
    this.#origin = new URL(options.graphRoot).origin;
  }

  async call(call: GraphCall): Promise<GraphAnswer> {
    assertNotCancelled(call.signal, WHAT);
    await trustRoots(this.#options.caFile);
    const first = await this.#attempt(call, undefined);
    const claims = first.status === 401 || first.status === 403 ? challengeOf(first) : undefined;
    if (claims === undefined) return this.#read(first);
    this.#options.log('info', 'entra.graph.claims-challenge', { status: first.status });
    return this.#read(await this.#attempt(call, claims));
  }

  async #attempt(call: GraphCall, claims: string | undefined): Promise<RawAnswer> {
    const bearer = await this.#options.bearer(claims, call.signal);
    const limitMs = this.#options.limitMs ?? DEFAULT_LIMIT_MS;
    const deadline = startDeadline(this.#options.clock, limitMs, call.signal);
    try {
      return await this.#send(call, bearer, deadline, this.#options.clock.now() + limitMs);
    } catch (thrown) {
      if (deadline.expired) throw timedOut(new URL(this.#origin).host, limitMs);
      if (deadline.signal.aborted) throw cancelled(WHAT);
      throw networkFailure(thrown, new URL(this.#origin).host);
    } finally {
      deadline.close();
    }
  }

  async #send(call: GraphCall, bearer: string, deadline: Deadline, endsAt: number): Promise<RawAnswer> {
    const library = await import('@microsoft/microsoft-graph-client');
    const { clock, graphRoot } = this.#options;
    const transport = new GuardedTransport(this.#origin, deadline.signal);
    // A wait that would outlast the limit is not begun: the person gets the answer, and the seconds, at once.
    const retryOptions = new library.RetryHandlerOptions(
      RETRY_DELAY_SECONDS,
      MOST_RETRIES,
      (delay, _, __, ___, answer) => {
        const seconds = retryAfterSeconds(answer.headers, clock) ?? delay;
        return !deadline.signal.aborted && clock.now() + seconds * 1000 < endsAt;
      },
    );
    const client = library.Client.initWithMiddleware({
      baseUrl: `${graphRoot}/`,
      customHosts: new Set([new URL(graphRoot).hostname]),
      middleware: chain([
        new library.AuthenticationHandler({ getAccessToken: async () => bearer }),
        new library.RetryHandler(retryOptions),
        new library.TelemetryHandler(),
        transport,
      ]),
    });
    const request = client.api(call.path).responseType(library.ResponseType.RAW);
    const sending = sendBy(request, call);
    // The retry handler sleeps without looking at the signal; whoever waits here need not.
    sending.catch(() => undefined);
    try {
      await Promise.race([sending, whenAborted(deadline.signal)]);
    } catch (thrown) {
      // The client wraps what the transport threw and drops its cause.
      throw transport.failure ?? thrown;
    }
    if (transport.answer === undefined) throw new Error('the Graph client ended without an answer');
    return transport.answer;
  }

  #read(raw: RawAnswer): GraphAnswer {
    const host = new URL(this.#origin).host;
    return {
      status: raw.status,
      json: parseBody(raw, host),
      requestId: raw.headers.get('request-id') ?? '',
      retryAfterSeconds: retryAfterSeconds(raw.headers, this.#options.clock),
    };
  }
}

/** An answer whose body was read whole, within the deadline. */
interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * The last link of the chain: the fetch itself. It lets nothing go to another origin than the configured one, follows
 * no redirect (Graph's own calls have none, and a redirected token is a lost one), and reads the body at once.
 */
class GuardedTransport implements Middleware {
  readonly #origin: string;
  readonly #signal: AbortSignal;
  answer: RawAnswer | undefined;
  failure: unknown;

  constructor(origin: string, signal: AbortSignal) {
    this.#origin = origin;
    this.#signal = signal;
  }

  async execute(context: Context): Promise<void> {
    this.answer = undefined;
    try {
      const url = assertOrigin(String(context.request), this.#origin);
      const options: FetchOptions = { ...context.options, redirect: 'error', signal: this.#signal };
      const response = await fetch(url, options as RequestInit);
      this.answer = { status: response.status, headers: response.headers, text: await readText(response) };
      context.response = response;
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
  }
}

/** Each handler is told its successor; the client takes the first. */
function chain(links: readonly [Middleware, ...Middleware[]]): Middleware {
  links.forEach((link, index) => {
    const next = links[index + 1];
    if (next !== undefined) link.setNext?.(next);
  });
  return links[0];
}

interface Sendable {
  get(): Promise<unknown>;
  post(content: unknown): Promise<unknown>;
  patch(content: unknown): Promise<unknown>;
  delete(): Promise<unknown>;
}

function sendBy(request: Sendable, call: GraphCall): Promise<unknown> {
  switch (call.method) {
    case 'GET':
      return request.get();
    case 'POST':
      return request.post(call.body ?? {});
    case 'PATCH':
      return request.patch(call.body ?? {});
    case 'DELETE':
      return request.delete();
  }
}

function assertOrigin(url: string, origin: string): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'https:' && parsed.origin === origin) return parsed.href;
  throw new GlasskeyError({
    code: 'ENTRA_GRAPH_ADDRESS_REFUSED',
    message: 'Microsoft Graph named an address outside the configured service, and Glasskey did not go there.',
    remedy: 'Check entra.graphRoot in the settings; if it is right, tell your Entra administrator.',
    detail: { expected: origin, got: parsed?.origin ?? '' },
  });
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_ANSWER_BYTES) throw malformedAnswer(new URL(response.url).host);
  }
  return text + decoder.decode();
}

/** An answer that is not JSON is only a fault where success was claimed: proxies answer errors in HTML. */
function parseBody(raw: RawAnswer, host: string): unknown {
  if (raw.text === '') return undefined;
  try {
    return JSON.parse(raw.text);
  } catch {
    if (raw.status < 400) throw malformedAnswer(host);
    return undefined;
  }
}

function challengeOf(raw: RawAnswer): string | undefined {
  return claimsChallengeOf(raw.headers.get('www-authenticate'));
}

/** `Retry-After` in seconds, given as seconds or as a date. */
function retryAfterSeconds(headers: Headers, clock: Clock): number | undefined {
  const text = headers.get('retry-after');
  if (text === null || text.trim() === '') return undefined;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - clock.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Raced and mostly lost: a rejection nobody waits for any more is no fault.
  rejection.catch(() => undefined);
  return rejection;
}

function timedOut(host: string, limitMs: number): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_GRAPH_TIMED_OUT',
    message: `${host} did not answer within ${Math.round(limitMs / 1000)} seconds.`,
    remedy: 'Try again in a few minutes; what was already published stays as it is.',
    detail: { host },
  });
}
