/**
 * Every request of a page passes here (the Fetch domain, request stage): the app's own scheme is answered by the handler
 * it registered with `protocol.handle`, a navigation is asked about first, and everything else fails and is counted. No
 * remote content at all.
 *
 * Three things are done to an answer: the app's scheme in its headers becomes the host it stands for (see scheme-map.ts); a
 * document gets a Permissions-Policy for what api/permissions.ts cannot deny otherwise; and a document gets a second Content-Security-Policy, `sandbox` with everything allowed but popups. That is how
 * `window.open` and `target=_blank` give nothing, in the browser itself, before `setWindowOpenHandler` is asked; policies
 * only ever add up, so the app's own CSP is enforced as it stands.
 */
import type { CdpSession, Protocol } from '../chromium/cdp-connection.ts';
import type { SchemeMap } from './scheme-map.ts';

type Paused = Protocol.Fetch.requestPausedPayload;

export type SchemeHandler = (request: Request) => Response | Promise<Response>;

export interface BlockedRequest {
  readonly url: string;
  /** Chromium's word: Document, Script, XHR, Fetch, WebSocket, Image… */
  readonly resourceType: string;
}

export interface GateOwner {
  readonly schemes: SchemeMap;
  handlerFor(scheme: string): SchemeHandler | undefined;
  /** May this frame go there? Called for each new document that is not the answer to a redirect. */
  mayNavigate(frameId: string, browserUrl: string): boolean;
  /** Does the app's webRequest listener cancel it? */
  isCancelled(request: {
    readonly url: string;
    readonly method: string;
    readonly resourceType: string;
  }): Promise<boolean>;
  /** A document is about to be answered: sets what it may do, and says which features its policy must switch off. */
  prepareDocument(browserUrl: string): Promise<readonly string[]>;
  /** `isDocument`: a navigation, which stays where it was. */
  onBlocked(request: BlockedRequest, frameId: string): void;
}

const NO_POPUPS =
  'sandbox allow-downloads allow-forms allow-modals allow-orientation-lock allow-pointer-lock allow-presentation ' +
  'allow-same-origin allow-scripts allow-storage-access-by-user-activation';

function appRequest(paused: Paused, schemes: SchemeMap, body: Buffer | undefined): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(paused.request.headers)) headers.set(name, schemes.headerToApp(value));
  return new Request(schemes.toApp(paused.request.url), {
    method: paused.request.method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
}

function headerEntries(response: Response, schemes: SchemeMap): Protocol.Fetch.HeaderEntry[] {
  return [...response.headers].map(([name, value]) => ({ name, value: schemes.headerToBrowser(name, value) }));
}

/** What every document gets besides its own headers; the last Permissions-Policy is the one that counts. */
function documentHeaders(featuresOff: readonly string[]): Protocol.Fetch.HeaderEntry[] {
  const policy = featuresOff.map((feature) => `${feature}=()`).join(', ');
  return [
    { name: 'content-security-policy', value: NO_POPUPS },
    ...(policy === '' ? [] : [{ name: 'permissions-policy', value: policy }]),
  ];
}

export class RequestGate {
  private readonly session: CdpSession;
  private readonly owner: GateOwner;

  constructor(session: CdpSession, owner: GateOwner) {
    this.session = session;
    this.owner = owner;
    session.on('Fetch.requestPaused', (paused) => this.receive(paused));
  }

  async open(): Promise<void> {
    await this.session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  }

  private receive(paused: Paused): void {
    const isDocument = paused.resourceType === 'Document';
    if (isDocument && paused.redirectedRequestId === undefined) {
      if (!this.owner.mayNavigate(paused.frameId, paused.request.url)) {
        this.fail(paused, 'Aborted');
        return;
      }
    }
    // Chromium's own look for an icon; Electron makes none.
    if (paused.resourceType === 'Other' && new URL(paused.request.url).pathname === '/favicon.ico') {
      this.fail(paused, 'Aborted');
      return;
    }
    this.answer(paused).catch((error: unknown) => {
      console.error(`electron stand-in: answering ${this.owner.schemes.toApp(paused.request.url)} failed:`, error);
      this.fail(paused, 'Failed');
    });
  }

  private block(paused: Paused): void {
    const isDocument = paused.resourceType === 'Document';
    // A navigation that is aborted leaves the page where it was; any other reason would put an error page in its place.
    this.fail(paused, isDocument ? 'Aborted' : 'BlockedByClient');
    const url = this.owner.schemes.toApp(paused.request.url);
    this.owner.onBlocked({ url, resourceType: paused.resourceType }, paused.frameId);
  }

  private fail(paused: Paused, errorReason: Protocol.Network.ErrorReason): void {
    this.session.tell('Fetch.failRequest', { requestId: paused.requestId, errorReason });
  }

  private async bodyOf(paused: Paused): Promise<Buffer | undefined> {
    const { request, networkId } = paused;
    if (request.hasPostData !== true) return undefined;
    const entries = request.postDataEntries ?? [];
    if (entries.length > 0 && entries.every((entry) => entry.bytes !== undefined)) {
      return Buffer.concat(entries.map((entry) => Buffer.from(entry.bytes ?? '', 'base64')));
    }
    if (networkId === undefined) throw new Error('the stand-in cannot read the body of this request');
    const { postData } = await this.session.send('Network.getRequestPostData', { requestId: networkId });
    return Buffer.from(postData, 'utf8');
  }

  private async answer(paused: Paused): Promise<void> {
    const { schemes } = this.owner;
    const { request, resourceType } = paused;
    const url = schemes.toApp(request.url);
    if (await this.owner.isCancelled({ url, method: request.method, resourceType })) return this.block(paused);
    const scheme = schemes.schemeOf(request.url);
    const handler = scheme === undefined ? undefined : this.owner.handlerFor(scheme);
    if (handler === undefined) return this.block(paused);
    const own = resourceType === 'Document' ? documentHeaders(await this.owner.prepareDocument(request.url)) : [];
    const response = await handler(appRequest(paused, schemes, await this.bodyOf(paused)));
    if (!(response instanceof Response)) throw new Error('it gave no Response');
    if (response.type === 'error') return this.fail(paused, 'Failed');
    const body = Buffer.from(await response.arrayBuffer());
    this.session.tell('Fetch.fulfillRequest', {
      requestId: paused.requestId,
      responseCode: response.status,
      ...(response.statusText === '' ? {} : { responsePhrase: response.statusText }),
      responseHeaders: [...headerEntries(response, schemes), ...own],
      body: body.toString('base64'),
    });
  }
}
