import { describe, expect, it } from 'vitest';
import { FACILITY_NT_BIT, Hresult, Ntstatus } from '../../../../native/webauthn/constants.ts';
import { type Ceremony, hresultError } from '../../../../native/webauthn/hresult-error.ts';

/** As koffi returns a `long`. */
function asSigned(number: number): number {
  return number | 0;
}

const TABLE: readonly (readonly [string, number, Ceremony, string])[] = [
  ['ERROR_CANCELLED', Hresult.ERROR_CANCELLED, 'makeCredential', 'CANCELLED'],
  ['NTE_USER_CANCELLED', Hresult.NTE_USER_CANCELLED, 'getAssertion', 'CANCELLED'],
  ['ERROR_TIMEOUT', Hresult.ERROR_TIMEOUT, 'getAssertion', 'WEBAUTHN_TIMED_OUT'],
  ['E_ACCESSDENIED', Hresult.E_ACCESSDENIED, 'makeCredential', 'WEBAUTHN_NOT_ALLOWED'],
  ['NTE_PERM', Hresult.NTE_PERM, 'getAssertion', 'WEBAUTHN_NOT_ALLOWED'],
  ['NTE_DEVICE_NOT_FOUND', Hresult.NTE_DEVICE_NOT_FOUND, 'makeCredential', 'KEY_MISSING'],
  ['NTE_NOT_FOUND when signing', Hresult.NTE_NOT_FOUND, 'getAssertion', 'WEBAUTHN_NO_CREDENTIAL'],
  ['NTE_NOT_FOUND when making', Hresult.NTE_NOT_FOUND, 'makeCredential', 'KEY_MISSING'],
  ['NTE_EXISTS', Hresult.NTE_EXISTS, 'makeCredential', 'WEBAUTHN_EXCLUDED'],
  ['NTE_NOT_SUPPORTED', Hresult.NTE_NOT_SUPPORTED, 'makeCredential', 'WEBAUTHN_UNSUPPORTED'],
  ['ERROR_NOT_SUPPORTED', Hresult.ERROR_NOT_SUPPORTED, 'makeCredential', 'WEBAUTHN_UNSUPPORTED'],
  ['E_NOTIMPL', Hresult.E_NOTIMPL, 'getAssertion', 'WEBAUTHN_UNSUPPORTED'],
  ['NTE_TOKEN_KEYSET_STORAGE_FULL', Hresult.NTE_TOKEN_KEYSET_STORAGE_FULL, 'makeCredential', 'WEBAUTHN_KEY_FULL'],
  ['NTE_INVALID_PARAMETER', Hresult.NTE_INVALID_PARAMETER, 'makeCredential', 'WEBAUTHN_INVALID_PARAMETER'],
  ['E_INVALIDARG', Hresult.E_INVALIDARG, 'getAssertion', 'WEBAUTHN_INVALID_PARAMETER'],
  ['STATUS_CANCELLED', Ntstatus.CANCELLED, 'getAssertion', 'CANCELLED'],
  ['STATUS_TIMEOUT', Ntstatus.TIMEOUT, 'getAssertion', 'WEBAUTHN_TIMED_OUT'],
  ['STATUS_IO_TIMEOUT', Ntstatus.IO_TIMEOUT, 'makeCredential', 'WEBAUTHN_TIMED_OUT'],
  ['STATUS_ACCESS_DENIED', Ntstatus.ACCESS_DENIED, 'makeCredential', 'WEBAUTHN_NOT_ALLOWED'],
  ['STATUS_NO_SUCH_DEVICE', Ntstatus.NO_SUCH_DEVICE, 'getAssertion', 'KEY_MISSING'],
  ['STATUS_DEVICE_NOT_CONNECTED', Ntstatus.DEVICE_NOT_CONNECTED, 'getAssertion', 'KEY_MISSING'],
  ['STATUS_NOT_FOUND when signing', Ntstatus.NOT_FOUND, 'getAssertion', 'WEBAUTHN_NO_CREDENTIAL'],
  ['STATUS_OBJECT_NAME_COLLISION', Ntstatus.OBJECT_NAME_COLLISION, 'makeCredential', 'WEBAUTHN_EXCLUDED'],
  ['STATUS_NOT_SUPPORTED', Ntstatus.NOT_SUPPORTED, 'makeCredential', 'WEBAUTHN_UNSUPPORTED'],
  ['STATUS_INVALID_PARAMETER', Ntstatus.INVALID_PARAMETER, 'makeCredential', 'WEBAUTHN_INVALID_PARAMETER'],
];

describe('the error of an HRESULT', () => {
  it.each(TABLE)('%s has its code, a sentence and a remedy', (_name, number, ceremony, code) => {
    const error = hresultError(asSigned(number), ceremony, '');
    expect(error).toMatchObject({ code, detail: { ceremony } });
    expect(error.message).toMatch(/^[A-Z].*\.$/);
    expect(error.remedy).toMatch(/^[A-Z].*/);
    expect(hresultError(number, ceremony, '')).toMatchObject({ code, message: error.message });
  });

  it('is for a number that each table knows', () => {
    const tested = new Set(TABLE.map(([, number]) => number));
    const { OK, ...failures } = Hresult;
    expect(OK).toBe(0);
    for (const number of [...Object.values(failures), ...Object.values(Ntstatus)]) expect(tested).toContain(number);
  });

  it('is the same for an NTSTATUS that was made an HRESULT', () => {
    const wrapped = asSigned((Ntstatus.CANCELLED | FACILITY_NT_BIT) >>> 0);
    expect(hresultError(wrapped, 'getAssertion', '')).toMatchObject({
      code: 'CANCELLED',
      kind: 'cancelled',
      detail: { hresult: '0xd0000120' },
    });
  });

  it('goes by the name that Windows gives a number which it does not know itself', () => {
    const number = asSigned(0x80280001);
    expect(hresultError(number, 'getAssertion', 'NotAllowedError')).toMatchObject({ code: 'WEBAUTHN_NOT_ALLOWED' });
    expect(hresultError(number, 'getAssertion', 'UnknownError')).toMatchObject({
      code: 'WEBAUTHN_FAILED',
      message: 'Windows could not use the security key (0x80280001, UnknownError).',
    });
  });

  it('is a bug where Windows was asked for what it does not take', () => {
    expect(hresultError(Hresult.E_INVALIDARG, 'makeCredential', '').kind).toBe('bug');
    expect(hresultError(Hresult.ERROR_TIMEOUT, 'makeCredential', '').kind).toBe('expected');
  });
});
