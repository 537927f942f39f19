import type { TokenCacheContext } from '@azure/msal-node';
import { describe, expect, it } from 'vitest';
import { cachePlugin, memoryTokenCache } from '../../../main/entra/token-cache.ts';

function contextOf(cacheHasChanged: boolean, deserialize: (blob: string) => void): TokenCacheContext {
  const tokenCache = { deserialize, serialize: () => 'the new blob' };
  return { cacheHasChanged, tokenCache } as unknown as TokenCacheContext;
}

describe('the token cache', () => {
  it('is written only when it changed', async () => {
    const store = memoryTokenCache();
    const plugin = cachePlugin(store, () => {});
    await plugin.afterCacheAccess(contextOf(false, () => {}));
    expect(await store.read()).toBeUndefined();
    await plugin.afterCacheAccess(contextOf(true, () => {}));
    expect(await store.read()).toBe('the new blob');
  });

  it('counts as empty when it cannot be read, and its content stays out of the log', async () => {
    const store = memoryTokenCache();
    await store.write('{"RefreshToken": secret');
    const logged: unknown[] = [];
    const plugin = cachePlugin(store, (...entry) => logged.push(entry));
    await plugin.beforeCacheAccess(contextOf(false, (blob) => void JSON.parse(blob)));
    expect(JSON.stringify(logged)).toContain('entra.token-cache.unreadable');
    expect(JSON.stringify(logged)).not.toContain('secret');
  });
});
