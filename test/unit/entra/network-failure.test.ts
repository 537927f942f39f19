import { describe, expect, it } from 'vitest';
import { networkFailure } from '../../../main/entra/network-failure.ts';

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a request that got no answer', () => {
  it.each([
    [
      'a name that does not resolve',
      new TypeError('fetch failed', { cause: coded('ENOTFOUND') }),
      'ENTRA_OFFLINE',
      'ENOTFOUND',
    ],
    [
      'both address families refused',
      new TypeError('fetch failed', { cause: new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]) }),
      'ENTRA_OFFLINE',
      'ECONNREFUSED',
    ],
    [
      'a certificate of an unknown authority',
      new TypeError('fetch failed', { cause: coded('SELF_SIGNED_CERT_IN_CHAIN') }),
      'ENTRA_TLS_UNTRUSTED',
      'SELF_SIGNED_CERT_IN_CHAIN',
    ],
    ['a thing that is no error', 'odd', 'ENTRA_OFFLINE', 'UNKNOWN'],
  ])('is told apart: %s', (_what, thrown, code, reason) => {
    expect(networkFailure(thrown, 'graph.example')).toMatchObject({ code, detail: { host: 'graph.example', reason } });
  });

  it('is a malformed answer when it was no JSON', () => {
    expect(networkFailure(new SyntaxError('x'), 'graph.example').code).toBe('ENTRA_ANSWER_MALFORMED');
  });

  it('ends on causes that go in a circle', () => {
    const circular: Error = new Error('a');
    circular.cause = circular;
    expect(networkFailure(circular, 'graph.example').code).toBe('ENTRA_OFFLINE');
  });
});
