/**
 * Answers a browser's requests for the built window as the app:// protocol does: the CSP by header, a fresh nonce in each
 * document. By interception: a request over the network fails when another test adds or removes an interface meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { BrowserContext } from 'playwright-core';

/** A secure origin that no name service knows. */
export const WINDOW_URL = 'https://window.glasskey.test/';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** `policy`: the header for a nonce. Whatever else is asked for fails, and is a fault of the page. */
export async function answerDocuments(
  context: BrowserContext,
  folder: string,
  policy: (nonce: string) => string,
): Promise<void> {
  await context.route('**/*', async (route) => {
    const { origin, pathname } = new URL(route.request().url());
    // A browser asks for it by itself; Electron does not.
    if (pathname === '/favicon.ico') return route.fulfill({ status: 204 });
    if (`${origin}/` !== WINDOW_URL) return route.abort('blockedbyclient');
    const path = pathname === '/' ? '/index.html' : pathname;
    const nonce = randomBytes(16).toString('base64');
    const file = await readFile(join(folder, path)).catch(() => undefined);
    if (file === undefined) return route.fulfill({ status: 404 });
    const body = extname(path) === '.html' ? file.toString('utf8').replaceAll('__STYLE_NONCE__', nonce) : file;
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    return route.fulfill({ body, headers: { 'content-type': type, 'content-security-policy': policy(nonce) } });
  });
}
