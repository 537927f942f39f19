/** The hosts that are known to the agents that serve other programs, composed for glasskey.ts: what the keys of hosts are called, and which are known. */
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Clock } from '../time/clock.ts';
import { type HostSpec, parseHostSpec } from './connect/host-spec.ts';
import type { HostNames } from './glasskey-agent.ts';
import { hostNamesOf, knownHostsFilesOf, SYSTEM_KNOWN_HOSTS } from './glasskey-connect.ts';
import { pinnedHostKeys } from './glasskey-host-keys.ts';
import type { Database } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';
import { targetStore, type Way } from './storage/target-store.ts';

export interface AgentHostsWorld {
  readonly settings: Settings;
  readonly database: Database;
  readonly dataFolder: string;
  readonly homeFolder: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * From every known_hosts that ssh on this computer goes by, and the pinned files, read anew each time. Where known_hosts has only the hash
 * of a name, a saved target or jump host gives it. No way leads anywhere: nothing was planned.
 */
export function agentHostNames(world: AgentHostsWorld): HostNames {
  const knownTo = (hosts: readonly HostSpec[]) => hostNamesOf(hosts, knownHostsFiles(world), world.clock);
  const isKnownHost = (hostKey: Uint8Array) => knownTo([]).isKnownHost(hostKey);
  return {
    nameHost(hostKey) {
      const name = knownTo([]).nameHost(hostKey);
      // A stranger's key is not worth the list of all targets.
      return name ?? (isKnownHost(hostKey) ? knownTo(savedHosts(world)).nameHost(hostKey) : undefined);
    },
    isKnownHost,
    routeTo: () => [],
  };
}

function knownHostsFiles({ settings, dataFolder, homeFolder, log }: AgentHostsWorld): readonly string[] {
  const files = [...knownHostsFilesOf(dataFolder, homeFolder), ...SYSTEM_KNOWN_HOSTS];
  try {
    return [...files, ...pinnedHostKeys(settings, homeFolder).map(({ path }) => path)];
  } catch (error) {
    // An agent always answers: without the pins fewer hosts are known, and none more.
    log('warn', 'agent.pins.unreadable', { code: asGlasskeyError(error).code });
    return files;
  }
}

/** None where they cannot be read: then the fingerprint stands alone. */
function savedHosts({ database, log }: AgentHostsWorld): readonly HostSpec[] {
  try {
    const targets = targetStore(database).list();
    const names = new Set(targets.map(({ name }) => name));
    const written = targets.flatMap(({ device, ways }) => [device, ...ways.flatMap(hostsOf)]);
    return [...new Set(written)].filter((text) => !names.has(text)).map(parseHostSpec);
  } catch (error) {
    log('warn', 'agent.targets.unreadable', { code: asGlasskeyError(error).code });
    return [];
  }
}

function hostsOf({ jumps, device }: Way): readonly string[] {
  return device === undefined ? jumps : [...jumps, device];
}
