/** The app's own scheme and the documents' policy, asked by a page's own script in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

describe.skipIf(!hasChromium)('the documents', () => {
  let shell: LaunchedShell;

  beforeAll(async () => {
    shell = await launchShell();
    await shell.app.until(({ windows }) => windows[0]?.isFocused === true, 'the window to be shown');
  });

  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]();
  });

  it('load from the app’s own scheme, with their own scripts and styles', async () => {
    expect((await shell.app.windows()).map(({ url }) => url)).toEqual(['app://window/index.html']);
    expect(await shell.probe('colour')).toBe('rgb(1, 2, 3)');
  });

  it('have nothing of Node or Electron, and the contract’s wire alone', async () => {
    expect(await shell.probe('globals')).toEqual([]);
    expect(await shell.probe('bridge')).toEqual(['call', 'cancel', 'onEvent', 'onProgress']);
  });

  it('run no script of another place, none that is inline, and none that is made of text', async () => {
    await shell.probe('clickInline');
    expect(await shell.probe('ran')).toEqual([]);
    expect(await shell.probe('eval')).toMatch(/^EvalError/);
    expect(await shell.probe('script', 'page.js')).toMatch(/TrustedScriptURL/);
    expect(await shell.probe('worker')).toMatch(/Error/);
  });

  it('take no HTML from text: trusted types are required', async () => {
    expect(await shell.probe('html', '<i>text</i>')).toMatch(/^TypeError.*TrustedHTML/);
  });

  it('take styles with the nonce of their response only, which no two responses share', async () => {
    const nonce = await shell.probe('nonce');
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(await shell.probe('style', nonce)).toBe('rgb(9, 9, 9)');
    expect(await shell.probe('style')).toBe('rgb(1, 2, 3)');
    expect(await shell.probe('style', 'AAAAAAAAAAAAAAAAAAAAAAAA')).toBe('rgb(1, 2, 3)');
    await using second = await launchShell();
    expect(await second.probe('nonce')).not.toBe(nonce);
  });

  it('reach no network: no fetch, no socket, no picture', async () => {
    expect(await shell.probe('fetch', 'https://example.com/')).toMatch(/^TypeError/);
    expect(await shell.probe('fetch', 'page.css')).toMatch(/^TypeError/);
    expect(await shell.probe('socket', 'wss://example.com/')).toMatch(/Error/);
    expect(await shell.probe('image', 'https://example.com/a.png')).toBe('refused');
    const pixel = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
    expect(await shell.probe('image', pixel)).toBe('loaded');
  });

  it('were refused each of these by their policy', async () => {
    const directives = new Set((await shell.probe('violations')) as string[]);
    const refused = [
      'require-trusted-types-for',
      'script-src-attr',
      'script-src-elem',
      'style-src-elem',
      'connect-src',
      'img-src',
    ];
    for (const directive of refused) expect([...directives]).toContain(directive);
  });

  it('load no file of another name, and the log says so', async () => {
    for (const url of ['../../main.ts', 'none.png', 'package.json']) {
      expect(await shell.probe('image', url), url).toBe('refused');
    }
    const events = (await shell.log()).map(({ event }) => event);
    expect(events).toContain('documents.refused');
  });
});
