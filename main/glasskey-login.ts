/** Logs in, composed for glasskey.ts: an agent for just this connect, the plan's ssh, what is noted of it, and what helps where it failed. */
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { Clock } from '../time/clock.ts';
import type { RunSshOptions } from './connect/run-ssh.ts';
import type { SshTerminal } from './connect/ssh-terminal.ts';
import type { EnrollmentJournal, WrittenEnrollment } from './enrollment/enrollment.ts';
import type { Proof } from './enrollment/proof.ts';
import type { Verdict } from './enrollment/readiness.ts';
import type { KeyAgent, KeyAgentRequest, SigningPeople } from './glasskey-agent.ts';
import type { ConnectTo, PlannedLogin } from './glasskey-connect.ts';
import type { Database } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';

/** Where ssh runs when it does not have this process's terminal: on streams, or on a terminal that a window draws. */
export type ConnectPlace =
  | { readonly streams: NonNullable<RunSshOptions['streams']> }
  | {
      readonly terminal: SshTerminal;
      /** A key that is not plugged in is waited for (true), until it is (false). Absent: it is not, as at the command line. */
      readonly keyWanted?: (isWanted: boolean) => void;
    };

export interface ConnectWorld {
  readonly settings: Settings;
  readonly database: Database;
  readonly journal: EnrollmentJournal;
  /** Those whose files were written, oldest first. */
  readonly enrollments: readonly [WrittenEnrollment, ...WrittenEnrollment[]];
  readonly dataFolder: string;
  readonly homeFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hid: () => Promise<HidBus>;
  readonly channel: ChannelWorld;
  readonly clock: Clock;
  readonly log: Log;
  /** Those that run now: the screen lock reaches them. */
  readonly agents: Set<KeyAgent>;
  /** How readiness stands, from the disk. */
  readonly verdict: () => Promise<Verdict>;
}

/** The plan of a login as `logIn` would run it, without looking which security key is there. Throws what planLogin throws. */
export async function planOf(request: ConnectTo, world: ConnectWorld): Promise<PlannedLogin> {
  return plan(request, await keysToOffer(world), world);
}

/**
 * Logs in and stays until the end. Returns ssh's exit code; a failure of ssh itself is thrown with its cause
 * (connect/ssh-outcome.ts). Without `place`, ssh has this process's terminal.
 */
export async function logIn(
  request: ConnectTo,
  people: SigningPeople,
  signal: AbortSignal,
  place: ConnectPlace | undefined,
  world: ConnectWorld,
): Promise<{ readonly exitCode: number }> {
  const { environment, clock, log } = world;
  const window = place !== undefined && 'terminal' in place ? place : undefined;
  // At once: it answers while the rest is made ready.
  const foundSsh = import('./connect/ssh-program.ts').then(({ findSsh }) => findSsh(environment, log));
  foundSsh.catch(() => {});
  const keys = await keysToOffer(world, signal);
  const login = await plan(request, keys, world);
  const { removeStaleSockets } = await import('./connect/connect-sockets.ts');
  await removeStaleSockets(dirname(login.plan.agentSocket));
  const [{ runSsh }, { isRestated, outcomeError }, { writeWholeFile }] = await Promise.all([
    import('./connect/run-ssh.ts'),
    import('./connect/ssh-outcome.ts'),
    import('./storage/whole-file.ts'),
  ]);
  const { namesHosts } = await foundSsh;
  people.remark(login.sentence);
  const agent = await startAgent(
    {
      socketPath: login.plan.agentSocket,
      enrollments: keys,
      people,
      keepPin: 'until-closed',
      hostNames: login.hostNames,
      expected: login.expected(namesHosts),
    },
    world,
  );
  // At once: a jump host's ssh that waits for its signature lives on after the ssh that started it.
  signal.addEventListener('abort', () => void agent.close().catch(() => {}), { once: true });
  try {
    const keyWanted = window?.keyWanted;
    if (keyWanted === undefined) await agent.warmUp(signal);
    else {
      const { whenPluggedIn } = await import('./glasskey-key-wait.ts');
      const pluggedIn = async () => (await (await world.hid()).list()).map(({ path }) => path);
      const tryIt = () => agent.warmUp(signal);
      await whenPluggedIn({ tryIt, pluggedIn, clock, keyWanted }, signal);
    }
    for (const { file, line } of login.publicKeys) {
      await writeWholeFile(file, new TextEncoder().encode(line), { mode: 0o600, overwrite: true });
    }
    let isOpen = false;
    const onDeviceLogin = (fingerprint: string | undefined) => {
      isOpen = true;
      login.remember(clock.now());
      const accepted = keys.find(({ files }) => files.fingerprint === fingerprint);
      const by = keyWanted === undefined ? 'command-line' : 'window';
      if (accepted !== undefined) noteProof(accepted, { at: clock.now(), device: login.device, by }, world);
    };
    const run = await runSsh(login.plan, {
      signal,
      log,
      environment,
      onWarning: (text) => people.remark(text),
      holdBack: isRestated,
      onDeviceLogin,
      ...place,
    });
    if (run.exit.kind === 'signalled') return { exitCode: 128 + constants.signals[run.exit.signal] };
    // What the agent refused to a session that was open is no reason for its end.
    const failure = (isOpen ? undefined : agent.lastFailure()) ?? outcomeError(login.plan, run);
    if (failure !== undefined && (run.exit.code === 255 || login.plan.onward !== undefined)) {
      const { withWayOut } = await import('./glasskey-login-failure.ts');
      throw await withWayOut(failure, login, world);
    }
    login.remember(clock.now());
    return { exitCode: run.exit.code };
  } finally {
    await agent.close();
  }
}

/** An agent over the enrolled keys that is among the running ones until it is closed. */
export async function startAgent(
  request: Omit<KeyAgentRequest, 'hid' | 'channel' | 'clock' | 'log'>,
  { hid, channel, clock, log, agents }: Pick<ConnectWorld, 'hid' | 'channel' | 'clock' | 'log' | 'agents'>,
): Promise<KeyAgent> {
  const { startKeyAgent } = await import('./glasskey-agent.ts');
  const agent = await startKeyAgent({ ...request, hid, channel, clock, log });
  agents.add(agent);
  return {
    ...agent,
    close: () => {
      agents.delete(agent);
      return agent.close();
    },
  };
}

async function plan(
  request: ConnectTo,
  keys: KeyAgentRequest['enrollments'],
  { settings, database, dataFolder, homeFolder, enrollments }: ConnectWorld,
): Promise<PlannedLogin> {
  const { lastAccount, planLogin } = await import('./glasskey-connect.ts');
  const account = lastAccount(enrollments);
  return planLogin(request, { settings, database, keys, homeFolder, dataFolder, account });
}

/** Which security key is there is asked only where it can matter, and with `asksDevices`: it costs packets. */
export async function keysToOffer(
  { enrollments, hid, channel }: ConnectWorld,
  asksDevices?: AbortSignal,
): Promise<KeyAgentRequest['enrollments']> {
  const { areOnSeveralModels, keysForLogin } = await import('./glasskey-connect.ts');
  if (asksDevices === undefined || !areOnSeveralModels(enrollments)) return keysForLogin(enrollments);
  const { pluggedInModels } = await import('./agent/plugged-in-authenticator.ts');
  return keysForLogin(enrollments, await pluggedInModels(await hid(), channel, asksDevices));
}

/** The device accepted that key. What cannot be noted, as on a full disk, must not end a session. */
export function noteProof({ id }: WrittenEnrollment, proof: Proof, { journal, log }: ConnectWorld): void {
  try {
    journal.prove(id, proof);
  } catch (error) {
    log('warn', 'connect.proof-not-noted', { code: asGlasskeyError(error).code });
  }
}
