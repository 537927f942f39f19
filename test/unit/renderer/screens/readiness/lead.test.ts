import { describe, expect, test } from 'vitest';
import { leadOf } from '../../../../../renderer/screens/readiness/lead.ts';
import { READINESS } from '../../../../window/sample-readiness.ts';

describe('Below the verdict', () => {
  test('it is said that the key works after a login to the device with it, and not before', () => {
    const { verdict, chain } = READINESS.ready;
    expect(leadOf({ verdict, chain })).toBe('readiness.lead-proven');
    const untried = chain.map((one) => (one.link === 'device' ? { ...one, state: 'unknown' as const } : one));
    expect(leadOf({ verdict, chain: untried })).toBe('readiness.lead-ready');
  });

  test('a login that once worked does not cover what is missing now', () => {
    expect(leadOf({ verdict: 'files-missing', chain: READINESS.ready.chain })).toBe('readiness.lead-files-missing');
  });
});
