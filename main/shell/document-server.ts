/**
 * What the app's own scheme answers: the two built documents and their files, from the folders they were built into, with the
 * headers that hold them to that. Knows no Electron; app-protocol.ts binds it to the scheme.
 */
import { randomBytes } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { WindowKind } from '../ipc/contract.ts';

export const APP_SCHEME = 'app';

/** The host of each document: each is an origin of its own. */
const HOSTS: Readonly<Record<string, WindowKind>> = { window: 'main', prompt: 'prompt' };

/** `app://window`, `app://prompt`. */
export const ORIGINS: Readonly<Record<WindowKind, string>> = {
  main: `${APP_SCHEME}://window`,
  prompt: `${APP_SCHEME}://prompt`,
};

export const DOCUMENTS: Readonly<Record<WindowKind, string>> = {
  main: `${ORIGINS.main}/index.html`,
  prompt: `${ORIGINS.prompt}/index.html`,
};

/** What is built into a document's folder; anything else is not served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** In index.html, where a nonce of the response takes its place. */
const NONCE_PLACE = '__STYLE_NONCE__';

const OF_EVERY_ANSWER: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** Features that a document could ask for, all switched off: what permissions deny anyway (guards.ts), denied once more. */
const PERMISSIONS_POLICY = [
  ...['accelerometer', 'camera', 'clipboard-read', 'display-capture', 'fullscreen', 'geolocation'],
  ...['gyroscope', 'hid', 'idle-detection', 'local-fonts', 'magnetometer', 'microphone', 'midi', 'payment'],
  ...['publickey-credentials-create', 'publickey-credentials-get', 'screen-wake-lock', 'serial', 'usb'],
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** The document's policy, without any unsafe source. `nonce`: for the style elements that Griffel makes. */
export function contentSecurityPolicy(kind: WindowKind, nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    kind === 'main' ? `style-src 'self' 'nonce-${nonce}'` : "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // The prompt has no code of others, so it needs no policy at all.
    ...(kind === 'prompt' ? ["trusted-types 'none'"] : []),
  ].join('; ');
}

/**
 * Answers one request for the app's scheme. `folders`: where each document was built. Whatever is not a file of that folder is
 * not found, whatever it is instead.
 */
export async function answerDocument(
  request: Request,
  folders: Readonly<Record<WindowKind, string>>,
): Promise<Response> {
  if (request.method !== 'GET') return refusal(405);
  const wanted = parseDocumentUrl(request.url);
  if (wanted === undefined) return refusal(404);
  const { kind, path, type } = wanted;
  const bytes = await readWithin(folders[kind], path);
  if (bytes === undefined) return refusal(404);
  const isDocument = type.startsWith('text/html');
  const nonce = randomBytes(18).toString('base64');
  const headers = {
    ...OF_EVERY_ANSWER,
    'content-type': type,
    'cache-control': isDocument ? 'no-store' : 'no-cache',
    'content-security-policy': contentSecurityPolicy(kind, nonce),
    'permissions-policy': PERMISSIONS_POLICY,
  };
  if (!isDocument || kind !== 'main') return new Response(bytes, { headers });
  return new Response(new TextDecoder().decode(bytes).replaceAll(NONCE_PLACE, nonce), { headers });
}

interface Wanted {
  readonly kind: WindowKind;
  /** Relative, with `/`. */
  readonly path: string;
  readonly type: string;
}

/** Undefined for everything that cannot name a file of ours. */
export function parseDocumentUrl(text: string): Wanted | undefined {
  const url = URL.parse(text);
  if (url === null || url.protocol !== `${APP_SCHEME}:` || url.host !== url.hostname) return undefined;
  if (url.username !== '' || url.password !== '' || !Object.hasOwn(HOSTS, url.host)) return undefined;
  const kind = HOSTS[url.host];
  const parts = url.pathname.split('/').slice(1);
  // Built files have plain names: nothing to decode, so nothing that could be decoded twice.
  if (parts.length === 0 || !parts.every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part))) return undefined;
  const type = CONTENT_TYPES[extname(url.pathname)];
  return kind === undefined || type === undefined ? undefined : { kind, path: parts.join('/'), type };
}

/** The file's bytes when it lies within the folder by its real path; a link out of it is not followed. */
async function readWithin(folder: string, path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return undefined;
    return new Uint8Array(await readFile(file));
  } catch {
    return undefined;
  }
}

function refusal(status: number): Response {
  const headers = { ...OF_EVERY_ANSWER, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return new Response('', { status, headers });
}
