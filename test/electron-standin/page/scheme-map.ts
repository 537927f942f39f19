/**
 * Where the app's own scheme lives in the browser. Chromium knows no schemes but its own, so `app://glasskey/a?b#c`
 * becomes `https://glasskey.app.standin/a?b#c` there: a secure, standard origin of its own, no port, no certificate, never
 * resolved (every request is answered by interception). The app sees its own URLs only: the way back is taken wherever
 * one is shown to it.
 */

/** Reserved by nobody and resolved by nobody; the last label of every host the stand-in serves. */
const ZONE = 'standin';

const SCHEME = /^[a-z][a-z0-9+.-]*$/;

export class SchemeMap {
  private readonly schemes = new Set<string>();

  /** Throws for a scheme that cannot be one label of a host name. */
  add(scheme: string): void {
    if (!SCHEME.test(scheme) || /[+.]/.test(scheme)) {
      throw new Error(`the stand-in cannot map the scheme '${scheme}': use letters, digits and hyphens`);
    }
    this.schemes.add(scheme);
  }

  has(scheme: string): boolean {
    return this.schemes.has(scheme);
  }

  /** `app://glasskey/` → `https://glasskey.app.standin/`; any other URL as it is. */
  toBrowser(url: string): string {
    const parsed = URL.parse(url);
    const scheme = parsed?.protocol.slice(0, -1);
    if (parsed === null || scheme === undefined || !this.schemes.has(scheme)) return url;
    if (parsed.hostname === '') throw new Error(`the stand-in cannot map ${url}: the URL names no host`);
    const port = parsed.port === '' ? '' : `:${parsed.port}`;
    const path = parsed.pathname === '' ? '/' : parsed.pathname;
    return `https://${parsed.hostname}.${scheme}.${ZONE}${port}${path}${parsed.search}${parsed.hash}`;
  }

  /** The way back; any other URL as it is. */
  toApp(url: string): string {
    const served = this.served(url);
    if (served === undefined) return url;
    const { parsed, host, scheme } = served;
    const port = parsed.port === '' ? '' : `:${parsed.port}`;
    return `${scheme}://${host}${port}${parsed.pathname}${parsed.search}${parsed.hash}`;
  }

  /** `https://glasskey.app.standin` → `app://glasskey`; any other origin as it is. */
  originToApp(origin: string): string {
    const url = this.toApp(origin);
    return url === origin ? origin : url.replace(/\/$/, '');
  }

  /** The app's scheme that answers for a URL of the browser's. */
  schemeOf(url: string): string | undefined {
    return this.served(url)?.scheme;
  }

  private served(url: string): { parsed: URL; host: string; scheme: string } | undefined {
    const parsed = URL.parse(url);
    if (parsed === null || parsed.protocol !== 'https:') return undefined;
    const labels = parsed.hostname.split('.');
    const zone = labels.pop();
    const scheme = labels.pop();
    if (zone !== ZONE || scheme === undefined || labels.length === 0 || !this.schemes.has(scheme)) return undefined;
    return { parsed, host: labels.join('.'), scheme };
  }

  /**
   * A response header as the browser must read it: `app://glasskey` in any value becomes the host it is served from, and in
   * a Content-Security-Policy the scheme alone (`app:`) all of its hosts.
   */
  headerToBrowser(name: string, value: string): string {
    let mapped = value;
    for (const scheme of this.schemes) {
      mapped = mapped.replace(
        new RegExp(`\\b${scheme}://([a-z0-9.-]+)`, 'gi'),
        (_all, host: string) => `https://${host}.${scheme}.${ZONE}`,
      );
      if (!/^content-security-policy(-report-only)?$/i.test(name)) continue;
      mapped = mapped.replace(new RegExp(`(^|[\\s;])${scheme}:(?=[\\s;]|$)`, 'gi'), `$1https://*.${scheme}.${ZONE}`);
    }
    return mapped;
  }

  /** A request header as the app must read it (Origin, Referer). */
  headerToApp(value: string): string {
    return /^https:\/\/\S+$/.test(value) ? this.originToApp(value) : value;
  }
}
