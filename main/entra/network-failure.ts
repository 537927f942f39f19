/** Says why an HTTPS request got no answer. `fetch` says only "fetch failed" and hides the reason in its causes. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** OpenSSL's and Node's names for "the certificate is not to be trusted". */
export const UNTRUSTED: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const DEEPEST = 5;

/** `ENTRA_TLS_UNTRUSTED`, `ENTRA_ANSWER_MALFORMED` or `ENTRA_OFFLINE` for a request to `host` that failed. */
export function networkFailure(thrown: unknown, host: string): GlasskeyError {
  if (thrown instanceof GlasskeyError) return thrown;
  const reason = reasonOf(thrown);
  if (UNTRUSTED.has(reason)) return tlsUntrusted(host, reason);
  if (thrown instanceof SyntaxError) return malformedAnswer(host);
  return new GlasskeyError({
    code: 'ENTRA_OFFLINE',
    message: `${host} could not be reached.`,
    remedy: 'Check the network, VPN and proxy, then try again; logging in to devices needs none of this.',
    detail: { host, reason },
  });
}

/** The service answered, but not as itself: most often a proxy's or hotel's page. */
export function malformedAnswer(host: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_ANSWER_MALFORMED',
    message: `${host} gave an answer that Glasskey could not read.`,
    remedy: 'Open any web page to see whether the network wants a login first, then try again.',
    detail: { host },
  });
}

function tlsUntrusted(host: string, reason: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_TLS_UNTRUSTED',
    message: `The certificate of ${host} is not trusted by this computer.`,
    remedy:
      'If your organization inspects HTTPS, set entra.caFile to its root certificate (PEM); if not, do not go on.',
    detail: { host, reason },
  });
}

/** The first `code` in the chain of causes; a failed dual-stack connect hides it in an AggregateError. */
function reasonOf(thrown: unknown, depth = 0): string {
  if (!(thrown instanceof Error) || depth > DEEPEST) return 'UNKNOWN';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown.cause;
  return inner === undefined ? thrown.name : reasonOf(inner, depth + 1);
}
