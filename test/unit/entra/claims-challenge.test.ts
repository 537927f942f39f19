import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimsChallengeOf } from '../../../main/entra/claims-challenge.ts';

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';

function headerOf(claims: string, error = 'insufficient_claims'): string {
  const uri = 'https://login.microsoftonline.com/common/oauth2/authorize';
  const encoded = Buffer.from(claims).toString('base64');
  return `Bearer realm="", authorization_uri="${uri}", error="${error}", claims="${encoded}"`;
}

describe('a claims challenge', () => {
  it('gives the claims as JSON text', () => {
    expect(claimsChallengeOf(headerOf(CLAIMS))).toBe(CLAIMS);
  });

  it.each([
    ['no header', null],
    ['another error', headerOf(CLAIMS, 'invalid_token')],
    ['claims that are no JSON', headerOf('x')],
    ['claims that are a list', headerOf('[1]')],
    ['no claims', 'Bearer realm="", error="insufficient_claims"'],
    ['a header of absurd length', headerOf(`{"a":"${'x'.repeat(9000)}"}`)],
  ])('is none with %s', (_what, header) => {
    expect(claimsChallengeOf(header)).toBeUndefined();
  });

  it('never throws, whatever the header', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        claimsChallengeOf(text);
        claimsChallengeOf(headerOf(text));
      }),
    );
  });
});
