/**
 * MSAL waits for the browser's answer without end and without a way to stop it. What works is to give it the answer
 * of a person who declined: POST `error=access_denied` with the request's own state to its loopback listener
 * (azure.md 2.2).
 */
import { request } from 'node:http';

const GIVE_UP_MS = 2000;

/** The loopback listener that a sign-in URL names, and the state it expects. */
export interface Loopback {
  readonly port: number;
  readonly state: string;
}

/** Reads `redirect_uri` and `state` of an authorization URL; undefined when it does not lead to a loopback listener. */
export function loopbackOf(authorizationUrl: string): Loopback | undefined {
  const parameters = URL.parse(authorizationUrl)?.searchParams;
  const redirect = URL.parse(parameters?.get('redirect_uri') ?? '');
  const state = parameters?.get('state');
  if (redirect?.hostname !== 'localhost' || redirect.port === '' || !state) return undefined;
  return { port: Number(redirect.port), state };
}

/**
 * Tells the listener that the person declined. Resolves when it took that in, or is gone, or said nothing for two
 * seconds; never rejects. Uses node:http with an agent of its own, so that no proxy setting reroutes it, and
 * 127.0.0.1, because that is what MSAL binds.
 */
export function declineAtLoopback(loopback: Loopback): Promise<void> {
  const body = new URLSearchParams({
    error: 'access_denied',
    error_description: 'The sign-in was stopped in Glasskey.',
    state: loopback.state,
  }).toString();
  return new Promise((resolve) => {
    const post = request({
      host: '127.0.0.1',
      port: loopback.port,
      path: '/',
      method: 'POST',
      agent: false,
      timeout: GIVE_UP_MS,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
    });
    post.on('response', (response) => response.resume());
    post.on('timeout', () => post.destroy());
    post.on('error', () => resolve());
    post.on('close', () => resolve());
    post.end(body);
  });
}
