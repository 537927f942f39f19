/** The host keys of saved targets, composed for glasskey.ts: what is known of them, and forgetting it. */
import { knownHostsFilesOf } from './glasskey-connect.ts';
import { forgetHostKeys, type HostKeysOfHost, hostKeysOf, pinnedHostKeys } from './glasskey-host-keys.ts';
import { noteHostKeys } from './glasskey-observing.ts';
import { knownTarget } from './glasskey-targets.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { targetStore } from './storage/target-store.ts';

/** Throws `TARGET_UNKNOWN`, `HOST_KEYS_UNUSABLE`. */
export function hostKeysOfTarget(name: string, world: OpenWorld): readonly HostKeysOfHost[] {
  const { settings, database, dataFolder, homeFolder } = world;
  const store = targetStore(database);
  const pinned = pinnedHostKeys(settings, homeFolder);
  const knownHostsFiles = knownHostsFilesOf(dataFolder, homeFolder);
  return hostKeysOf(knownTarget(store, name), store.get, { pinned, knownHostsFiles });
}

/** Forgets what Glasskey's own known_hosts says of it; the file as it was is kept. Throws `TARGET_UNKNOWN`, and what `forgetHostKeys` throws. */
export async function forgetHostKeysOfTarget(name: string, world: OpenWorld): ReturnType<typeof forgetHostKeys> {
  const store = targetStore(world.database);
  const [own] = knownHostsFilesOf(world.dataFolder, world.homeFolder);
  const forgotten = await forgetHostKeys(knownTarget(store, name), store.get, own);
  // There is nothing left that a changed key would differ from.
  const unknown = hostKeysOfTarget(name, world).filter(({ keys }) => keys.length === 0);
  noteHostKeys(
    unknown.map(({ address }) => address),
    true,
    world,
  );
  return forgotten;
}
