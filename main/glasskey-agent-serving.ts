/** The two agents that serve other programs, composed for glasskey.ts: that of `glasskey agent`, and that of the app. */
import type { SigningPeople } from './glasskey-agent.ts';
import { agentHostNames } from './glasskey-agent-hosts.ts';
import { agentRecords } from './glasskey-agent-records.ts';
import { connectWorld, startAgent } from './glasskey-login.ts';
import { passThroughWorld } from './glasskey-pass-through.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { type ResidentAgent, type ResidentAgentWorld, startResidentAgent } from './resident-agent.ts';
import { agentSocketOf, agentSocketPath } from './storage/agent-socket-path.ts';

/** Serves the enrolled keys until the signal fires. `listening` gets the path of the socket. Throws `NOT_ENROLLED`, and what the socket throws. */
export async function serveAgent(
  chosenSocket: string | undefined,
  people: SigningPeople,
  signal: AbortSignal,
  listening: (socketPath: string) => void,
  world: OpenWorld,
): Promise<void> {
  const socketPath = agentSocketOf(chosenSocket, world.dataFolder);
  const connecting = await connectWorld(world);
  const [oldest, ...newer] = connecting.enrollments;
  const [newest = oldest, ...older] = [oldest, ...newer].toReversed();
  const agent = await startAgent(
    {
      socketPath,
      enrollments: [newest, ...older],
      enrolledNow: async () => world.written().toReversed(),
      people,
      keepPin: 'for-one-signature',
      hostNames: agentHostNames(world),
      passThrough: passThroughWorld(world, world.clock, world.log),
    },
    connecting,
    'command-line',
  );
  try {
    listening(socketPath);
    if (!signal.aborted) await new Promise((resolved) => signal.addEventListener('abort', resolved, { once: true }));
  } finally {
    await agent.close();
  }
}

/** The agent of the app (resident-agent.ts). */
export async function residentAgent(people: ResidentAgentWorld['people'], world: OpenWorld): Promise<ResidentAgent> {
  const { clock, log } = world;
  const { hid, windowsKey } = await world.keyAccess();
  const { nameHost, isKnownHost } = agentHostNames(world);
  return startResidentAgent({
    socketPath: agentSocketPath(world.dataFolder),
    enrollments: async () => world.written().toReversed(),
    people,
    nameHost,
    isKnownHost,
    ...agentRecords('app', nameHost, world),
    passThrough: passThroughWorld(world, clock, log),
    hid,
    windowsKey,
    channel: await world.channel(),
    clock,
    log,
  });
}
