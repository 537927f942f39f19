import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerDocument, contentSecurityPolicy } from '../../../main/shell/document-server.ts';

let root = '';
const get = (url: string, init?: RequestInit) =>
  answerDocument(new Request(url, init), { main: join(root, 'window'), prompt: join(root, 'prompt') });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gk-documents-'));
  for (const folder of ['window/assets', 'prompt', 'window-more']) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'window', 'index.html'), '<meta name="style-nonce" content="__STYLE_NONCE__" />');
  await writeFile(join(root, 'window', 'assets', 'app-1a.js'), 'window.a = 1;');
  await writeFile(join(root, 'window', 'notes.txt'), 'private');
  await writeFile(join(root, 'prompt', 'index.html'), 'prompt __STYLE_NONCE__');
  await writeFile(join(root, 'window-more', 'index.html'), 'a neighbour');
  await writeFile(join(root, 'secret.js'), 'secret');
  await symlink(join(root, 'secret.js'), join(root, 'window', 'link.js'));
  await symlink(root, join(root, 'window', 'up'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('a document', () => {
  it('is answered from its own folder, with a policy and a nonce of its own each time', async () => {
    const [first, second] = await Promise.all([get('app://window/index.html'), get('app://window/index.html')]);
    const text = await first.text();
    const nonce = /content="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(first.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
    expect(await second.text()).not.toBe(text);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('of the prompt has no nonce, and its policy knows none', async () => {
    const response = await get('app://prompt/index.html');
    expect(await response.text()).toBe('prompt __STYLE_NONCE__');
    expect(response.headers.get('content-security-policy')).toContain("style-src 'self';");
  });

  it('has its scripts with their exact type', async () => {
    const response = await get('app://window/assets/app-1a.js');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(await response.text()).toBe('window.a = 1;');
  });
});

describe('the policy', () => {
  it('has no unsafe source, no host and no scheme but data: for pictures', () => {
    for (const kind of ['main', 'prompt'] as const) {
      const policy = contentSecurityPolicy(kind, 'N');
      expect(policy).not.toMatch(/unsafe|\*|https?:|blob:|app:/);
      expect(policy.match(/data:/g)).toEqual(['data:']);
      for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'none'", "base-uri 'none'"]) {
        expect(policy.split('; ')).toContain(part);
      }
      for (const part of ["form-action 'none'", "frame-ancestors 'none'", "object-src 'none'"]) {
        expect(policy.split('; ')).toContain(part);
      }
      expect(policy.split('; ')).toContain("require-trusted-types-for 'script'");
    }
  });
});

describe('not found', () => {
  it.each([
    'app://window/',
    'app://window',
    'app://window/none.js',
    'app://window/assets',
    'app://window/assets/',
    'app://window/notes.txt',
    'app://window/%2e%2e/secret.js',
    'app://window/..%2fsecret.js',
    'app://window/..%5csecret.js',
    'app://window/assets//app-1a.js',
    'app://window/assets%2Fapp-1a.js',
    'app://window/index.html%00.js',
    'app://window/.hidden.js',
    'app://window/link.js',
    'app://window/up/secret.js',
    'app://window-more/index.html',
    'app://other/index.html',
    'app://constructor/index.html',
    'app://window:80/index.html',
    'app://prompt/assets/app-1a.js',
    'https://window/index.html',
  ])('is %s', async (url) => {
    const response = await get(url);
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  it.each(['POST', 'PUT', 'HEAD', 'DELETE'])('and nothing is done by %s', async (method) => {
    expect((await get('app://window/index.html', { method })).status).toBe(405);
  });
});
