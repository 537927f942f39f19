/** A claims challenge: Graph refuses a token it would have taken a minute ago, and says what a new one must show. */

/** Longer than any challenge seen; keeps a hostile header from becoming a long URL. */
const MOST_CHARACTERS = 8192;

/**
 * The claims of a `WWW-Authenticate` header whose error is `insufficient_claims` (azure.md 1.5), as the JSON text that
 * MSAL takes; undefined when the header holds none that can be read.
 */
export function claimsChallengeOf(wwwAuthenticate: string | null): string | undefined {
  if (wwwAuthenticate === null || wwwAuthenticate.length > MOST_CHARACTERS) return undefined;
  if (!/\berror="?insufficient_claims\b/i.test(wwwAuthenticate)) return undefined;
  const encoded = /\bclaims="([A-Za-z0-9+/_=-]+)"/.exec(wwwAuthenticate)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return isJsonObject(text) ? text : undefined;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
