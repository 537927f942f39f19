import { describe, expect, it } from 'vitest';
import { SchemeMap } from '../../electron-standin/page/scheme-map.ts';

const map = new SchemeMap();
map.add('app');
map.add('prompt');

describe('the map of the app’s schemes', () => {
  it.each([
    ['app://glasskey/', 'https://glasskey.app.standin/'],
    ['app://glasskey', 'https://glasskey.app.standin/'],
    ['app://glasskey/a/b.html?c=d#e', 'https://glasskey.app.standin/a/b.html?c=d#e'],
    ['prompt://pin:8080/x', 'https://pin.prompt.standin:8080/x'],
  ])('puts %s at %s', (url, browserUrl) => {
    expect(map.toBrowser(url)).toBe(browserUrl);
    expect(map.toBrowser(map.toApp(browserUrl))).toBe(browserUrl);
  });

  it.each([
    'https://example.com/',
    'https://standin/',
    'https://x.other.standin/',
    'http://glasskey.app.standin/',
    'about:blank',
  ])('leaves %s alone', (url) => {
    expect(map.toApp(url)).toBe(url);
    expect(map.schemeOf(url)).toBeUndefined();
  });

  it('knows origins', () => {
    expect(map.originToApp('https://glasskey.app.standin')).toBe('app://glasskey');
    expect(map.originToApp('https://example.com')).toBe('https://example.com');
  });

  it('maps the scheme in a policy, with a host and alone, and in no other header alone', () => {
    expect(
      map.headerToBrowser('Content-Security-Policy', "img-src app://glasskey 'self' app: data:; connect-src app:"),
    ).toBe(
      "img-src https://glasskey.app.standin 'self' https://*.app.standin data:; connect-src https://*.app.standin",
    );
    expect(map.headerToBrowser('access-control-allow-origin', 'app://glasskey')).toBe('https://glasskey.app.standin');
    expect(map.headerToBrowser('x-note', 'app: 5')).toBe('app: 5');
  });

  it('refuses URLs without a host and schemes that are no label', () => {
    expect(() => map.toBrowser('app:///x')).toThrow('names no host');
    expect(() => map.add('web+app')).toThrow('cannot map the scheme');
  });
});
