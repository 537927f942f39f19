import { describe, expect, it } from 'vitest';
import { msalFailureOf, needsPerson, signInError } from '../../../main/entra/sign-in-errors.ts';

function msalError(errorCode: string, more: Record<string, string> = {}, message = errorCode): Error {
  return Object.assign(new Error(message), { errorCode, subError: '', correlationId: 'c-1', ...more });
}

function codeOf(error: Error): string {
  const failure = msalFailureOf(error);
  return failure === undefined ? 'NOT_MSAL' : signInError(failure).code;
}

describe('MSAL errors', () => {
  // shared/reference/azure.md, section 2.5.
  it.each([
    ['access_denied', 'ENTRA_SIGN_IN_DENIED'],
    ['consent_required', 'ENTRA_CONSENT_REQUIRED'],
    ['no_tokens_found', 'ENTRA_INTERACTION_REQUIRED'],
    ['invalid_client', 'ENTRA_REGISTRATION_REFUSED'],
    ['endpoints_resolution_error', 'ENTRA_AUTHORITY_MISCONFIGURED'],
    ['authority_uri_insecure', 'ENTRA_AUTHORITY_MISCONFIGURED'],
    ['no_network_connectivity', 'ENTRA_OFFLINE'],
    ['loopback_server_timeout', 'ENTRA_LOOPBACK_FAILED'],
    ['loopback_server_query_response_not_supported', 'ENTRA_ANSWER_UNSUPPORTED'],
    ['state_mismatch', 'ENTRA_ANSWER_UNSUPPORTED'],
    ['something_new', 'ENTRA_SIGN_IN_FAILED'],
  ])('%s is %s', (errorCode, code) => {
    expect(codeOf(msalError(errorCode))).toBe(code);
  });

  it('names consent by the sub-error and by the AADSTS number too', () => {
    expect(codeOf(msalError('interaction_required', { subError: 'consent_required' }))).toBe('ENTRA_CONSENT_REQUIRED');
    expect(codeOf(msalError('invalid_grant', {}, 'AADSTS65001: not consented'))).toBe('ENTRA_CONSENT_REQUIRED');
  });

  it('keeps the numbers a ticket needs and not the server’s text', () => {
    const failure = msalFailureOf(msalError('server_error', {}, 'AADSTS90033: eyJ0oken of alice@lab.example'));
    const error = failure && signInError(failure);
    expect(error?.detail).toEqual({
      errorCode: 'server_error',
      subError: '',
      aadsts: 'AADSTS90033',
      correlationId: 'c-1',
    });
    expect(`${error?.message} ${error?.remedy} ${String(error?.cause)}`).not.toContain('eyJ0oken');
  });

  it('says when only the person can help', () => {
    const refused = msalFailureOf(msalError('invalid_grant'));
    const expired = msalFailureOf(Object.assign(msalError('x'), { name: 'InteractionRequiredAuthError' }));
    const offline = msalFailureOf(msalError('network_error'));
    expect([refused, expired, offline].map((one) => one !== undefined && needsPerson(one))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('leaves other errors alone', () => {
    expect(msalFailureOf(new TypeError('x'))).toBeUndefined();
    expect(msalFailureOf('x')).toBeUndefined();
  });
});
