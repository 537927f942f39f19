/**
 * Keeps the tokens of a sign-in between runs, encrypted by the operating system's keychain (decision 0007). Where there is none,
 * or only Chromium's fixed password that anybody knows ('basic_text' on Linux), they stay in memory.
 */
import { readFile, rm } from 'node:fs/promises';
import type { SafeStorage } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import { memoryTokenCache, type TokenCacheStore } from '../entra/token-cache.ts';
import { writeWholeFile } from '../storage/whole-file.ts';

export type Keychain = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> &
  Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>;

/** After the app is ready: earlier no keychain is known. `file`: where the encrypted blob lies. */
export function safeStorageTokenCache(
  file: string,
  keychain: Keychain,
  { platform, log }: { readonly platform: NodeJS.Platform; readonly log: Log },
): TokenCacheStore {
  const obstacle = whyNot(keychain, platform);
  if (obstacle !== undefined) {
    log('info', 'tokens.in-memory', { why: obstacle });
    return memoryTokenCache();
  }
  return {
    async read() {
      const sealed = await readFile(file).catch(() => undefined);
      if (sealed === undefined) return undefined;
      try {
        return keychain.decryptString(sealed);
      } catch {
        // Another user's, or another keychain's: of no use to anyone, and it costs one more sign-in.
        log('warn', 'tokens.unreadable');
        await rm(file, { force: true }).catch(() => {});
        return undefined;
      }
    },
    async write(blob) {
      try {
        await writeWholeFile(file, keychain.encryptString(blob), { mode: 0o600, overwrite: true });
      } catch {
        log('warn', 'tokens.not-written');
      }
    },
  };
}

function whyNot(keychain: Keychain, platform: NodeJS.Platform): string | undefined {
  if (platform === 'linux') {
    const backend = keychain.getSelectedStorageBackend?.() ?? 'unknown';
    if (backend === 'basic_text' || backend === 'unknown') return `the keychain is ${backend}`;
  }
  return keychain.isEncryptionAvailable() ? undefined : 'no keychain is available';
}
