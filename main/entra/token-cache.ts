/**
 * Where MSAL's token cache lives between runs. The blob holds a refresh token in the clear (azure.md 2.6): a store
 * that writes it anywhere must encrypt it with the operating system's keychain. Without one it stays in memory.
 */
import type { ICachePlugin } from '@azure/msal-node';
import type { Log } from '../../diagnostics/log.ts';

export interface TokenCacheStore {
  /** The blob last written, or undefined when there is none. */
  read(): Promise<string | undefined>;
  write(blob: string): Promise<void>;
}

/** Forgets everything when the process ends. */
export function memoryTokenCache(): TokenCacheStore {
  let kept: string | undefined;
  return {
    read: async () => kept,
    write: async (blob) => {
      kept = blob;
    },
  };
}

/** The store as MSAL wants it. A blob that cannot be read costs a new sign-in, never an error. */
export function cachePlugin(store: TokenCacheStore, log: Log): ICachePlugin {
  return {
    async beforeCacheAccess(context) {
      const blob = await store.read();
      if (blob === undefined) return;
      try {
        context.tokenCache.deserialize(blob);
      } catch {
        log('warn', 'entra.token-cache.unreadable');
      }
    },
    async afterCacheAccess(context) {
      if (context.cacheHasChanged) await store.write(context.tokenCache.serialize());
    },
  };
}
