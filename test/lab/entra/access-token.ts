/** What the lab's Graph reads off a bearer token, once its signature, issuer's audience and time hold. */
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';

export interface AccessToken {
  readonly oid: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  /** The `claims` parameter of the token request that gave it, as the lab's provider notes it. */
  readonly labClaims: string;
}

/** Checks an RS256 JWT for `audience`; undefined when anything is wrong with it. */
export function readAccessToken(token: string, publicKey: JsonWebKey, audience: string): AccessToken | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || jsonOf(header).alg !== 'RS256') return undefined;
  const key = createPublicKey({ key: publicKey, format: 'jwk' });
  const signed = verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
  const claims = jsonOf(payload);
  if (!signed || claims.aud !== audience) return undefined;
  if (typeof claims.exp !== 'number' || claims.exp * 1000 < Date.now()) return undefined;
  return {
    oid: String(claims.sub),
    clientId: String(claims.client_id),
    scopes: new Set(String(claims.scope).split(' ')),
    labClaims: typeof claims.lab_claims === 'string' ? claims.lab_claims : '',
  };
}

function jsonOf(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
