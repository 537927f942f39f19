/**
 * The lab's browser: `node test/lab/entra/browser.ts <url>`, meant as $BROWSER. It signs in as LAB_ENTRA_USER with the
 * password in the file LAB_ENTRA_PASSWORD_FILE: follows redirects with a cookie jar, fills the login form, and submits
 * the form that posts the answer to the product's loopback listener. Trusts LAB_ENTRA_CA_FILE beside the usual roots.
 * Ends with status 0 when the loopback took the answer.
 */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { trustRoots } from '../../../main/entra/trusted-roots.ts';

export interface BrowserUser {
  readonly username: string;
  readonly password: string;
}

/** One page that was loaded: what a person would look at. */
interface Page {
  readonly url: string;
  readonly status: number;
  readonly html: string;
}

interface Form {
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
}

const MOST_STEPS = 20;

/** Opens `url` and signs in; gives the last page. Throws when the login page comes back a second time. */
export async function signInByForm(url: string, user: BrowserUser, signal?: AbortSignal): Promise<Page> {
  const browser = new FormBrowser(signal);
  let page = await browser.open(url);
  let triedPassword = false;
  for (let step = 0; step < MOST_STEPS; step++) {
    const form = formOf(page);
    if (form === undefined) return page;
    const asksPassword = form.fields.has('password');
    if (asksPassword && triedPassword) throw new Error('the lab refused the user name or the password');
    triedPassword ||= asksPassword;
    const entered = asksPassword ? { username: user.username, password: user.password } : {};
    page = await browser.submit(form, { ...Object.fromEntries(form.fields), ...entered });
  }
  throw new Error('the sign-in did not come to an end');
}

interface Cookie {
  readonly value: string;
  readonly origin: string;
  readonly path: string;
}

class FormBrowser {
  readonly #signal: AbortSignal | undefined;
  readonly #cookies = new Map<string, Cookie>();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  open(url: string): Promise<Page> {
    return this.#follow(url, { method: 'GET' });
  }

  submit(form: Form, fields: Readonly<Record<string, string>>): Promise<Page> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#follow(form.action, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  }

  async #follow(start: string, first: RequestInit): Promise<Page> {
    let url = start;
    let init = first;
    for (let step = 0; step < MOST_STEPS; step++) {
      const headers = new Headers(init.headers);
      const cookie = this.#cookieHeader(url);
      if (cookie !== '') headers.set('cookie', cookie);
      const signal = this.#signal === undefined ? {} : { signal: this.#signal };
      const response = await fetch(url, { ...init, headers, redirect: 'manual', ...signal });
      this.#remember(url, response.headers.getSetCookie());
      const location = response.headers.get('location');
      const html = await response.text();
      if (location === null) return { url, status: response.status, html };
      url = new URL(location, url).href;
      init = { method: 'GET' };
    }
    throw new Error('too many redirects');
  }

  #remember(url: string, lines: readonly string[]): void {
    const { origin } = new URL(url);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [name = '', ...value] = pair.split('=');
      const path = attributes.find((one) => one.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
      this.#cookies.set(`${origin} ${path} ${name}`, { value: `${name}=${value.join('=')}`, origin, path });
    }
  }

  #cookieHeader(url: string): string {
    const { origin, pathname } = new URL(url);
    const matching = [...this.#cookies.values()].filter(
      (one) => one.origin === origin && pathname.startsWith(one.path),
    );
    return matching.map((one) => one.value).join('; ');
  }
}

/** The page's first form: the lab's pages, oidc-provider's form_post page and nothing else are read by it. */
function formOf(page: Page): Form | undefined {
  const form = /<form\b[^>]*\baction="([^"]*)"[^>]*>([\s\S]*?)<\/form>/i.exec(page.html);
  if (form === null) return undefined;
  const [, action = '', inside = ''] = form;
  const fields = new Map<string, string>();
  for (const [tag] of inside.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(tag, 'name');
    if (name !== '') fields.set(name, attribute(tag, 'value'));
  }
  return { action: new URL(unescapeHtml(action), page.url).href, fields };
}

function attribute(tag: string, name: string): string {
  return unescapeHtml(new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1] ?? '');
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

async function run(): Promise<void> {
  const url = process.argv[2];
  const username = process.env.LAB_ENTRA_USER;
  const passwordFile = process.env.LAB_ENTRA_PASSWORD_FILE;
  if (url === undefined || username === undefined || passwordFile === undefined) {
    throw new Error('usage: LAB_ENTRA_USER=… LAB_ENTRA_PASSWORD_FILE=… [LAB_ENTRA_CA_FILE=…] browser.ts <url>');
  }
  await trustRoots(process.env.LAB_ENTRA_CA_FILE);
  const page = await signInByForm(url, { username, password: await readFile(passwordFile, 'utf8') });
  if (page.status !== 200) throw new Error(`the sign-in ended with status ${page.status}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  run().catch((fault: unknown) => {
    console.error(fault instanceof Error ? fault.message : fault);
    process.exitCode = 1;
  });
}
