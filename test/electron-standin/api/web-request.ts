/**
 * session.webRequest: onBeforeRequest, which sees every request (the app's scheme and all others) and may cancel it.
 *
 * onHeadersReceived and the rest are missing. Whether Electron runs them for answers of `protocol.handle` has changed from
 * version to version (electron/electron#45865, #45915), and nothing else ever receives headers here: set headers, a CSP
 * among them, in the handler's Response, which works in both.
 */
import { missing } from '../missing.ts';
import { StandInObject } from './standin-object.ts';

export interface RequestDetails {
  readonly id: number;
  readonly url: string;
  readonly method: string;
  readonly resourceType: string;
  readonly webContentsId: number;
}

interface Filter {
  readonly urls: readonly string[];
}

type Listener = (
  details: RequestDetails,
  callback: (answer: { cancel?: boolean; redirectURL?: string }) => void,
) => void;

/** A URL match pattern with its `*`s, or `<all_urls>`. */
function matches(pattern: string, url: string): boolean {
  if (pattern === '<all_urls>') return true;
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(url);
}

export class WebRequest extends StandInObject {
  static override readonly _apiName = 'WebRequest';

  private _filter: Filter = { urls: [] };
  private _listener: Listener | null = null;

  onBeforeRequest(filterOrListener: Filter | Listener | null, listener?: Listener | null): void {
    if (typeof filterOrListener === 'function' || filterOrListener === null) {
      this._filter = { urls: [] };
      this._listener = filterOrListener;
      return;
    }
    this._filter = filterOrListener;
    this._listener = listener ?? null;
  }

  onHeadersReceived(): never {
    throw missing(
      'WebRequest.onHeadersReceived',
      'nothing but protocol.handle ever answers here: set the header in its Response',
    );
  }

  /** Whether the app cancels the request. */
  _isCancelled(details: RequestDetails): Promise<boolean> {
    const listener = this._listener;
    const { urls } = this._filter;
    if (listener === null || (urls.length > 0 && !urls.some((pattern) => matches(pattern, details.url)))) {
      return Promise.resolve(false);
    }
    return new Promise((resolve, reject) => {
      listener(details, (answer) => {
        if (answer.redirectURL !== undefined) reject(missing('redirectURL in WebRequest.onBeforeRequest'));
        resolve(answer.cancel === true);
      });
    });
  }
}
