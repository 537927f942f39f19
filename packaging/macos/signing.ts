/** Signing and notarizing on macOS, each only where the environment brings what it needs: a build without them runs locally. */
import { join } from 'node:path';
import type { ForgePackagerOptions } from '@electron-forge/shared-types';

const ENTITLEMENTS = join(import.meta.dirname, 'entitlements.plist');

type Signing = Pick<ForgePackagerOptions, 'osxSign' | 'osxNotarize'>;

/**
 * GLASSKEY_SIGN_IDENTITY names a certificate of the keychain ("Developer ID Application: …"). Notarizing needs the signature
 * and App Store Connect's API key: APPLE_API_KEY (a file), APPLE_API_KEY_ID, APPLE_API_ISSUER. Throws when only some of the
 * three are set: a release that silently was not notarized would not start anywhere.
 */
export function macSigning(environment: NodeJS.ProcessEnv): Signing {
  const { GLASSKEY_SIGN_IDENTITY, APPLE_API_KEY, APPLE_API_KEY_ID, APPLE_API_ISSUER } = environment;
  if (!GLASSKEY_SIGN_IDENTITY) return {};
  const osxSign = {
    identity: GLASSKEY_SIGN_IDENTITY,
    // For the app, its helpers and spawn-helper alike: osx-sign's own defaults ask for camera, microphone and more.
    optionsForFile: () => ({ hardenedRuntime: true, entitlements: ENTITLEMENTS }),
  };
  const given = [APPLE_API_KEY, APPLE_API_KEY_ID, APPLE_API_ISSUER].filter((value) => value);
  if (given.length === 0) return { osxSign };
  if (!APPLE_API_KEY || !APPLE_API_KEY_ID || !APPLE_API_ISSUER) {
    throw new Error('to notarize, set APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER, all three');
  }
  return {
    osxSign,
    osxNotarize: { appleApiKey: APPLE_API_KEY, appleApiKeyId: APPLE_API_KEY_ID, appleApiIssuer: APPLE_API_ISSUER },
  };
}
