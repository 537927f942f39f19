import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { macSigning } from '../../../packaging/macos/signing.ts';

const IDENTITY = { GLASSKEY_SIGN_IDENTITY: 'Developer ID Application: Example (TEAM)' };
const KEY = { APPLE_API_KEY: '/key.p8', APPLE_API_KEY_ID: 'ID', APPLE_API_ISSUER: 'issuer' };

describe('macSigning', () => {
  it('signs nothing without an identity', () => {
    expect(macSigning({})).toEqual({});
    expect(macSigning(KEY)).toEqual({});
  });

  it('signs every file with the hardened runtime and our entitlements', () => {
    const { osxSign, osxNotarize } = macSigning(IDENTITY);
    expect(osxNotarize).toBeUndefined();
    if (typeof osxSign !== 'object') throw new Error('nothing is signed');
    for (const file of [
      '/Glasskey.app',
      '/Glasskey.app/Contents/Frameworks/Glasskey Helper (GPU).app',
      '/spawn-helper',
    ]) {
      expect(osxSign.optionsForFile?.(file, { platform: 'darwin' })).toEqual({
        hardenedRuntime: true,
        entitlements: expect.stringMatching(/entitlements\.plist$/),
      });
    }
  });

  it('notarizes with all of the key, and refuses a part of it', () => {
    expect(macSigning({ ...IDENTITY, ...KEY }).osxNotarize).toEqual({
      appleApiKey: '/key.p8',
      appleApiKeyId: 'ID',
      appleApiIssuer: 'issuer',
    });
    expect(() => macSigning({ ...IDENTITY, APPLE_API_KEY: '/key.p8' })).toThrow(/all three/);
  });

  it('asks for just-in-time code and nothing else', async () => {
    const file = join(import.meta.dirname, '..', '..', '..', 'packaging', 'macos', 'entitlements.plist');
    const plist = await readFile(file, 'utf8');
    expect([...plist.matchAll(/<key>(.*)<\/key>/g)].map(([, key]) => key)).toEqual(['com.apple.security.cs.allow-jit']);
  });
});
