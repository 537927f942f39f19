/** The user's other agent, as the settings name it, composed for glasskey.ts: for the agents, and for who asks how it is. */
import { join } from 'node:path';
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Clock } from '../time/clock.ts';
import { listAgent } from './agent/agent-probe.ts';
import { isSameSocket, type PassThroughWorld } from './agent/pass-through.ts';
import { lookAtStandardPipe, STANDARD_PIPE, type StandardPipe } from './agent/standard-pipe.ts';
import { sha256Fingerprint } from './openssh/fingerprint.ts';
import type { Settings } from './storage/settings.ts';

/** Windows: whoever has the standard pipe; undefined elsewhere, where nobody has it, or where it cannot be found out. */
export async function standardPipe(platform: NodeJS.Platform, log: Log): Promise<StandardPipe | undefined> {
  if (platform !== 'win32') return undefined;
  try {
    return await lookAtStandardPipe();
  } catch (error) {
    log('warn', 'agent.standard-pipe.unknown', { message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

export interface OtherAgentWorld {
  readonly settings: Pick<Settings, 'get'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly platform: NodeJS.Platform;
}

/** How the other agent is, asked by this process. */
export interface PassThroughStatus {
  /** The setting `agent.passThrough`. */
  readonly setting: string | null;
  /** `own-socket`: it leads to the agent itself. `silent`: something listens there, and does not answer. */
  readonly state: 'off' | 'own-socket' | 'absent' | 'silent' | 'answers';
  /** Undefined: none is set, or the environment names none. */
  readonly socketPath: string | undefined;
  readonly keys: readonly { readonly fingerprint: string; readonly comment: string }[];
}

export function passThroughWorld(world: OtherAgentWorld, clock: Clock, log: Log): PassThroughWorld {
  const otherSocket = () => {
    try {
      return otherAgentSocket(world);
    } catch (thrown) {
      // Our own keys are served without the settings.
      log('warn', 'agent.pass-through.unreadable', { code: asGlasskeyError(thrown).code });
      return undefined;
    }
  };
  return { otherSocket, clock, log };
}

/** `ownSocket`: of the agent that is asked about. */
export async function passThroughStatus(
  world: OtherAgentWorld,
  ownSocket: string,
  clock: Clock,
): Promise<PassThroughStatus> {
  const setting = world.settings.get('agent.passThrough').value;
  if (setting === null) return { setting, state: 'off', socketPath: undefined, keys: [] };
  const socketPath = otherAgentSocket(world);
  if (socketPath === undefined) return { setting, state: 'absent', socketPath, keys: [] };
  if (isSameSocket(socketPath, ownSocket)) return { setting, state: 'own-socket', socketPath, keys: [] };
  const { state, identities } = await listAgent(socketPath, clock);
  const keys = identities.map(({ blob, comment }) => ({ fingerprint: sha256Fingerprint(blob), comment }));
  return { setting, state, socketPath, keys };
}

function otherAgentSocket({ settings, environment, homeFolder, platform }: OtherAgentWorld): string | undefined {
  const { value } = settings.get('agent.passThrough');
  if (value === null) return undefined;
  if (value.startsWith('~/')) return join(homeFolder, value.slice(2));
  if (value !== 'SSH_AUTH_SOCK') return value;
  return environment.SSH_AUTH_SOCK || (platform === 'win32' ? STANDARD_PIPE : undefined);
}
