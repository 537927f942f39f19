/**
 * A login that a script repeats has a head start: by the same words as before its ssh is on the way to the first host, while Glasskey is still
 * being loaded (docs/decisions/0037-a-repeated-login-has-a-head-start.md). What was kept of the last login is a guess. The plan is made as ever;
 * where it is another one, what was begun is ended, and no signature was made for it.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { silentLog } from '../diagnostics/log.ts';
import { type AgentDoor, openAgentDoorAtOnce } from './agent/agent-door.ts';
import { headStartSocketName } from './connect/connect-socket-name.ts';
import type { ConnectPlan } from './connect/plan.ts';
import {
  configFileIn,
  endSsh,
  environmentOf,
  OWN_TERMINAL,
  plainFolder,
  removeConfig,
  type StartedSsh,
  startSsh,
} from './connect/start-ssh.ts';
import { connectSocketPath } from './storage/agent-socket-path.ts';
import { isAmongOldest, isSameList, type KeptLogin } from './storage/kept-logins.ts';

export interface HeadStart {
  /** By these the plan is made, so that it can be the same. */
  readonly agentSocket: string;
  readonly configFile: string;
  readonly door: AgentDoor;
  /** On this process's own terminal. */
  readonly ssh: StartedSsh;
  /** What it was begun from goes soon, unless it is kept anew. */
  readonly isOld: boolean;
  /** Whether the plan would start that ssh, with that configuration. */
  isOf(plan: ConnectPlan, sshPath: string): boolean;
  /** Ends what has not ended yet, and removes what was made for it. */
  end(): Promise<void>;
}

export interface HeadStartWorld {
  readonly dataFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** All that are kept. */
  readonly logins: readonly KeptLogin[];
}

/**
 * Starts the ssh of a login that was kept, with other names for what each login has of its own. `command`: what is to run there. Undefined
 * where what it needs is not there as it was: nothing has begun then.
 */
export function beginHeadStart(
  kept: KeptLogin,
  command: readonly string[],
  { dataFolder, environment, logins }: HeadStartWorld,
): HeadStart | undefined {
  const agentSocket = connectSocketPath(dataFolder, headStartSocketName());
  if (!isFromHere(kept, agentSocket)) return undefined;
  if (!kept.publicKeys.every(({ file, line }) => textOf(file) === line)) return undefined;
  let door: AgentDoor | undefined;
  let configFile: string | undefined;
  try {
    door = openAgentDoorAtOnce({ socketPath: agentSocket, log: silentLog });
    if (door === undefined) return undefined;
    configFile = configFileIn(mkdtempSync(join(plainFolder(), 'glasskey-')));
    const plan = planAs(kept, command, { agentSocket, configFile });
    writeFileSync(configFile, plan.configText, { mode: 0o600, flag: 'wx' });
    const env = environmentOf(plan, kept.program, environment);
    const ssh = startSsh(kept.program, plan, { env, stdio: OWN_TERMINAL, hasOwnGroup: false });
    return headStart(plan, { program: kept.program, door, ssh: held(ssh), isOld: isAmongOldest(kept, logins) });
  } catch {
    // The login goes on without.
    if (configFile !== undefined) removeIfPossible({ configFile });
    void door?.close();
    return undefined;
  }
}

/** Whether it was kept with this data folder and this temporary folder: its plan would not be that of now. */
function isFromHere(kept: KeptLogin, agentSocket: string): boolean {
  return dirname(kept.agentSocket) === dirname(agentSocket) && dirname(dirname(kept.configFile)) === plainFolder();
}

/** Of a child that has ended Node lets go of what nobody has read: here it waits for whoever takes the ssh over. */
function held(ssh: StartedSsh): StartedSsh {
  if (ssh.stderr === null) return ssh;
  const stderr = ssh.stderr.pipe(new PassThrough());
  const read = new Promise((resolve) => stderr.once('end', resolve));
  const ended = ssh.ended.then(async (exit) => {
    await read;
    return exit;
  });
  ended.catch(() => {});
  return { ...ssh, stderr, ended };
}

/** What is left costs no login its end, nor the PIN its wiping. */
function removeIfPossible(plan: Pick<SshPlan, 'configFile'>): void {
  try {
    removeConfig(plan);
  } catch {
    // As in a crash: a configuration, and what ssh said.
  }
}

/** What a plan says of its ssh. */
type SshPlan = Pick<ConnectPlan, 'program' | 'arguments' | 'environment' | 'configFile' | 'configText' | 'agentSocket'>;

function planAs(
  kept: KeptLogin,
  command: readonly string[],
  { agentSocket, configFile }: { readonly agentSocket: string; readonly configFile: string },
): SshPlan {
  const renamed = (text: string) =>
    text
      .replaceAll(basename(dirname(kept.configFile)), basename(dirname(configFile)))
      .replaceAll(basename(kept.agentSocket), basename(agentSocket));
  return {
    program: 'ssh',
    arguments: [...kept.arguments.map(renamed), '--', ...command],
    environment: Object.fromEntries(
      Object.entries(kept.environment).map(([name, value]) => [name, renamed(value)] as const),
    ),
    configFile,
    configText: renamed(kept.configText),
    agentSocket,
  };
}

function headStart(
  begun: SshPlan,
  { program, door, ssh, isOld }: Pick<HeadStart, 'door' | 'ssh' | 'isOld'> & { readonly program: string },
): HeadStart {
  let ending: Promise<void> | undefined;
  const end = async () => {
    const { child } = ssh;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      const asked = endSsh(ssh);
      await gone;
      asked.forget();
      child.stderr?.destroy();
    }
    removeIfPossible(begun);
    await door.close();
  };
  return {
    agentSocket: begun.agentSocket,
    configFile: begun.configFile,
    ...{ door, ssh, isOld },
    isOf: (plan, sshPath) => ssh.child.pid !== undefined && sshPath === program && isSamePlan(plan, begun),
    end: () => (ending ??= end()),
  };
}

function isSamePlan(one: SshPlan, other: SshPlan): boolean {
  return (
    one.program === other.program &&
    isSameList(one.arguments, other.arguments) &&
    isSameList(namesAndValues(one), namesAndValues(other)) &&
    one.configFile === other.configFile &&
    one.configText === other.configText &&
    one.agentSocket === other.agentSocket
  );
}

function namesAndValues({ environment }: SshPlan): readonly string[] {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted();
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
