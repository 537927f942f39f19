/** The lab's Microsoft Graph: `/me` and its open extensions (azure.md 1.1-1.3), with faults that tests can set. */
import { type JsonWebKey, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessToken, readAccessToken } from './access-token.ts';
import type { LabAccount, LabAccounts } from './accounts.ts';
import { OpenExtensions, type Properties, type WriteResult } from './open-extensions.ts';

export const EXTENSION_NAME = 'com.nexusidentity.keys';
const QUALIFIER = 'microsoft.graph.openTypeExtension.';
const MOST_BODY_BYTES = 64 * 1024;

/** What the lab's Graph does wrong, on demand. Each applies to Graph calls only, never to the lab's own routes. */
export interface GraphFaults {
  /** The next `times` calls get 429 (or 503) with `Retry-After` (left out when undefined). */
  throttle: { times: number; status: 429 | 503; retryAfterSeconds: number | undefined };
  /** The next so many calls have their connection cut without an answer. */
  cut: number;
  /** Every call waits this long first. */
  slowMs: number;
  /** A token is refused with a claims challenge unless it was asked for with these claims (JSON text). */
  requiredClaims: string | undefined;
  /** Reads give this as `publicKey`, whatever is stored. */
  readBackAs: string | undefined;
  /** After each write, so many reads still see what was there before it. */
  olderReads: number;
  /** Items in a page of `/me/extensions`. */
  pageSize: number;
  /** The next page's address is on this origin instead. */
  nextLinkOrigin: string | undefined;
}

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: Properties | undefined;
}

export interface LabGraph {
  readonly calls: readonly RecordedCall[];
  /** What a reconciliation reads: user principal name to `publicKey`, for users who have one. */
  profileKeys(): ReadonlyMap<string, string>;
  /** Sets the properties of an extension as another app would; undefined removes it. */
  setExtension(upn: string, properties: Properties | undefined, name?: string): void;
  /** The properties stored, lag or no lag. */
  extension(upn: string, name?: string): Properties | undefined;
}

export interface GraphServiceOptions {
  readonly root: string;
  readonly accounts: LabAccounts;
  readonly publicKey: JsonWebKey;
  /** Wanted in the header `x-lab-secret` of the lab's own routes. */
  readonly labSecret: string;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Caller {
  readonly account: LabAccount;
  readonly token: AccessToken;
}

interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly body: Properties | undefined;
}

export class GraphService implements LabGraph {
  readonly calls: RecordedCall[] = [];
  readonly faults: GraphFaults = {
    throttle: { times: 0, status: 429, retryAfterSeconds: 0 },
    cut: 0,
    slowMs: 0,
    requiredClaims: undefined,
    readBackAs: undefined,
    olderReads: 0,
    pageSize: 100,
    nextLinkOrigin: undefined,
  };
  readonly #options: GraphServiceOptions;
  readonly #extensions = new OpenExtensions();

  constructor(options: GraphServiceOptions) {
    this.#options = options;
  }

  profileKeys(): ReadonlyMap<string, string> {
    const keys = new Map<string, string>();
    for (const account of this.#options.accounts.list()) {
      const line = this.#extensions.current(account.oid).get(EXTENSION_NAME)?.properties.publicKey;
      if (typeof line === 'string') keys.set(account.upn, line);
    }
    return keys;
  }

  setExtension(upn: string, properties: Properties | undefined, name = EXTENSION_NAME): void {
    const oid = this.#oidOf(upn);
    this.#extensions.remove(oid, name);
    if (properties === undefined) return;
    const result = this.#extensions.create(oid, name, 'another-app', properties);
    if (result !== 'done') throw new Error(`the lab's Graph does not take that extension: ${result}`);
  }

  extension(upn: string, name = EXTENSION_NAME): Properties | undefined {
    return this.#extensions.current(this.#oidOf(upn)).get(name)?.properties;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#options.root);
    const incoming = { method: request.method ?? 'GET', url, body: await readBody(request) };
    if (url.pathname.startsWith('/lab/')) return send(response, this.#labRoute(request, incoming));
    if (this.faults.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.faults.slowMs));
    if (this.faults.cut > 0) {
      this.faults.cut -= 1;
      request.socket.destroy();
      return;
    }
    const answer = this.#throttled() ?? this.#answer(request, incoming);
    this.calls.push({
      method: incoming.method,
      path: url.pathname + url.search,
      status: answer.status,
      body: incoming.body,
    });
    send(response, answer);
  }

  #throttled(): Answer | undefined {
    const { throttle } = this.faults;
    if (throttle.times === 0) return undefined;
    throttle.times -= 1;
    const headers: Record<string, string> =
      throttle.retryAfterSeconds === undefined ? {} : { 'retry-after': String(throttle.retryAfterSeconds) };
    const code = throttle.status === 429 ? 'TooManyRequests' : 'serviceNotAvailable';
    return { ...refusal(throttle.status, code, 'Too many requests.'), headers };
  }

  #answer(request: IncomingMessage, incoming: Incoming): Answer {
    const caller = this.#callerOf(request);
    if (caller === undefined) return refusal(401, 'InvalidAuthenticationToken', 'Access token is missing or invalid.');
    const { requiredClaims } = this.faults;
    if (requiredClaims !== undefined && !answersClaims(caller.token.labClaims, requiredClaims)) {
      return challenge(requiredClaims);
    }
    const { pathname } = incoming.url;
    if (pathname === '/v1.0/me' && incoming.method === 'GET') return me(caller.account, incoming.url);
    if (pathname === '/v1.0/me/extensions') return this.#collection(caller, incoming);
    if (pathname.startsWith('/v1.0/me/extensions/')) return this.#single(caller, incoming);
    return refusal(404, 'BadRequest', 'Resource not found for the segment.');
  }

  #callerOf(request: IncomingMessage): Caller | undefined {
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined) return undefined;
    const token = readAccessToken(bearer, this.#options.publicKey, this.#options.root);
    const account = token === undefined ? undefined : this.#options.accounts.byOid(token.oid);
    return token === undefined || account === undefined ? undefined : { token, account };
  }

  #collection(caller: Caller, incoming: Incoming): Answer {
    if (!this.#allowed(caller, incoming.method)) return accessDenied();
    if (incoming.method === 'GET') return this.#list(caller, incoming.url);
    if (incoming.method !== 'POST') return refusal(405, 'Request_BadRequest', 'Method not allowed.');
    const { body } = incoming;
    const name = body?.extensionName;
    if (body === undefined || typeof name !== 'string' || !isExtensionType(body['@odata.type'])) return badRequest();
    const result = this.#extensions.create(caller.account.oid, name, caller.token.clientId, propertiesOf(body));
    if (result !== 'done') return refusalOf(result);
    return { status: 201, body: this.#show(name, propertiesOf(body)) };
  }

  #list(caller: Caller, url: URL): Answer {
    this.#extensions.olderReads = this.faults.olderReads;
    const all = [...this.#extensions.visible(caller.account.oid)].map(([name, one]) =>
      this.#show(name, one.properties),
    );
    const from = Number(url.searchParams.get('$skiptoken') ?? '0');
    const to = from + this.faults.pageSize;
    const root = this.faults.nextLinkOrigin ?? this.#options.root;
    const next = to < all.length ? { '@odata.nextLink': `${root}/v1.0/me/extensions?$skiptoken=${to}` } : {};
    return { status: 200, body: { value: all.slice(from, to), ...next } };
  }

  #single(caller: Caller, incoming: Incoming): Answer {
    if (!this.#allowed(caller, incoming.method)) return accessDenied();
    const name = nameOf(incoming.url.pathname);
    const { oid } = caller.account;
    switch (incoming.method) {
      case 'GET': {
        this.#extensions.olderReads = this.faults.olderReads;
        const found = this.#extensions.visible(oid).get(name);
        return found === undefined ? refusalOf('missing') : { status: 200, body: this.#show(name, found.properties) };
      }
      case 'PATCH': {
        if (incoming.body === undefined) return badRequest();
        const result = this.#extensions.replace(oid, name, propertiesOf(incoming.body));
        return result === 'done' ? { status: 204 } : refusalOf(result);
      }
      case 'DELETE': {
        const result = this.#extensions.remove(oid, name);
        return result === 'done' ? { status: 204 } : refusalOf(result);
      }
      default:
        return refusal(405, 'Request_BadRequest', 'Method not allowed.');
    }
  }

  #allowed(caller: Caller, method: string): boolean {
    const { root } = this.#options;
    if (caller.token.scopes.has(`${root}/User.ReadWrite`)) return true;
    return method === 'GET' && caller.token.scopes.has(`${root}/User.Read`);
  }

  #show(name: string, properties: Properties): Properties {
    const { readBackAs } = this.faults;
    const wrong = readBackAs !== undefined && 'publicKey' in properties ? { publicKey: readBackAs } : {};
    return {
      '@odata.type': '#microsoft.graph.openTypeExtension',
      id: name,
      extensionName: name,
      ...properties,
      ...wrong,
    };
  }

  /** For the fabric's reconciliation, which may be another process. */
  #labRoute(request: IncomingMessage, incoming: Incoming): Answer {
    const given = Buffer.from(String(request.headers['x-lab-secret'] ?? ''));
    const wanted = Buffer.from(this.#options.labSecret);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { status: 403, body: {} };
    const { pathname } = incoming.url;
    if (pathname === '/lab/profile-keys' && incoming.method === 'GET') {
      return { status: 200, body: Object.fromEntries(this.profileKeys()) };
    }
    const upn = decodeURIComponent(/^\/lab\/profile-keys\/([^/]+)$/.exec(pathname)?.[1] ?? '');
    if (incoming.method !== 'DELETE' || this.#options.accounts.byUpn(upn) === undefined)
      return { status: 404, body: {} };
    this.setExtension(upn, undefined);
    return { status: 204 };
  }

  #oidOf(upn: string): string {
    const account = this.#options.accounts.byUpn(upn);
    if (account === undefined) throw new Error(`the lab has no account ${upn}`);
    return account.oid;
  }
}

function me(account: LabAccount, url: URL): Answer {
  const whole: Properties = {
    id: account.oid,
    displayName: account.displayName,
    mail: account.mail,
    userPrincipalName: account.upn,
    businessPhones: [],
  };
  const selected = url.searchParams.get('$select')?.split(',') ?? Object.keys(whole);
  return { status: 200, body: Object.fromEntries(selected.map((name) => [name, whole[name] ?? null])) };
}

/** The last segment, plain or fully qualified. */
function nameOf(pathname: string): string {
  const id = decodeURIComponent(pathname.slice('/v1.0/me/extensions/'.length));
  return id.toLowerCase().startsWith(QUALIFIER.toLowerCase()) ? id.slice(QUALIFIER.length) : id;
}

function isExtensionType(type: unknown): boolean {
  return type === 'microsoft.graph.openTypeExtension' || type === '#microsoft.graph.openTypeExtension';
}

/** A null empties a property. */
function propertiesOf(body: Properties): Properties {
  const own = Object.entries(body).filter(
    ([name]) => name !== 'id' && name !== 'extensionName' && !name.startsWith('@'),
  );
  return Object.fromEntries(own.filter(([, value]) => value !== null));
}

/** MSAL merges its own members into the claims it sends; every member that was asked for must be there. */
function answersClaims(given: string, required: string): boolean {
  const got = jsonObject(given);
  return got !== undefined && holds(got, jsonObject(required));
}

function holds(got: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return got === wanted;
  if (typeof got !== 'object' || got === null) return false;
  return Object.entries(wanted).every(([name, value]) => holds(Reflect.get(got, name), value));
}

function challenge(claims: string): Answer {
  const encoded = Buffer.from(claims).toString('base64');
  const header = `Bearer realm="", authorization_uri="https://localhost/authorize", error="insufficient_claims", claims="${encoded}"`;
  const answer = refusal(401, 'InvalidAuthenticationToken', 'Continuous access evaluation resulted in challenge.');
  return { ...answer, headers: { 'www-authenticate': header } };
}

function refusalOf(result: Exclude<WriteResult, 'done'>): Answer {
  switch (result) {
    case 'exists':
      return refusal(400, 'Request_BadRequest', 'An extension already exists with given id.');
    case 'missing':
      return refusal(404, 'ResourceNotFound', 'Extension with given id not found.');
    case 'too-large':
      return refusal(400, 'Request_BadRequest', 'The extension is larger than 2 KB.');
    case 'too-many':
      return refusal(403, 'Authorization_RequestDenied', 'The app has two extensions on this resource already.');
    case 'malformed':
      return badRequest();
  }
}

function accessDenied(): Answer {
  return refusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

function badRequest(): Answer {
  return refusal(400, 'Request_BadRequest', 'The request is malformed.');
}

function refusal(status: number, code: string, message: string): Answer {
  const innerError = { date: new Date().toISOString(), 'request-id': randomUUID(), 'client-request-id': randomUUID() };
  return { status, body: { error: { code, message, innerError } } };
}

function send(response: ServerResponse, answer: Answer): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  const type = text === '' ? {} : { 'content-type': 'application/json' };
  response.writeHead(answer.status, { 'request-id': randomUUID(), ...type, ...answer.headers });
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<Properties | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_BODY_BYTES) return undefined;
  }
  return jsonObject(text);
}

function jsonObject(text: string): Properties | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : undefined;
  } catch {
    return undefined;
  }
}
