import { describe, expect, it } from 'vitest';
import { Status } from '../../../../native/ctap2/constants.ts';
import { statusError, statusOf } from '../../../../native/ctap2/status.ts';

describe('a CTAP status byte', () => {
  it.each(Array.from({ length: 255 }, (_, index) => index + 1))('%i has a code, a sentence and a remedy', (status) => {
    const error = statusError(status, 'Signing');
    expect(error.code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(error.message).toMatch(/^[A-Z].*\.$/);
    expect(error.remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('that is not known is kept and shown', () => {
    const error = statusError(0xf3, 'Signing');
    expect(error.message).toContain('0xf3');
    expect(statusOf(error)).toBe(0xf3);
  });

  it('of our own cancelling is told as cancelled', () => {
    expect(statusError(Status.KEEPALIVE_CANCEL, 'Signing')).toMatchObject({ kind: 'cancelled', code: 'CANCELLED' });
  });
});
