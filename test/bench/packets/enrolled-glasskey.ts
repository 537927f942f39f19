/** Glasskey itself, over a bus of this process and in a folder of its own: enrolling, and its agent signing. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '../../../diagnostics/log.ts';
import { Glasskey, type GlasskeyPeople } from '../../../main/glasskey.ts';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import { formatSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { sshsigMessage } from '../../../main/openssh/sshsig.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import type { HidBus } from '../../../native/hid/transport.ts';
import { systemClock } from '../../../time/clock.ts';
import { AgentClient } from '../../unit/agent/agent-client.ts';

export interface GlasskeyOver {
  readonly bus: HidBus;
  /** Empty; home and data folders are made in it. */
  readonly folder: string;
  readonly pin: string;
}

/** Makes the key and its files; nothing is published, which costs the key no packet. Returns the public line. */
export async function enrollWithGlasskey(over: GlasskeyOver): Promise<string> {
  const glasskey = await open(over);
  try {
    const report = await glasskey.enroll(
      {
        algorithm: 'ed25519-sk',
        // Named, because the default one is in the home folder of whoever runs the benchmark.
        keyFile: join(over.folder, 'home', 'id_ed25519_sk'),
        overwrite: false,
        publish: false,
        fresh: false,
        device: undefined,
      },
      people(over.pin),
      new AbortController().signal,
    );
    return report.publicLine;
  } finally {
    await glasskey.close();
  }
}

/** A fresh Glasskey serves its agent, a client asks it for `signatures` signatures; `signed` is called after each. */
export async function signWithAgent(
  over: GlasskeyOver,
  publicLine: string,
  signatures: number,
  signed: () => void,
): Promise<void> {
  const glasskey = await open(over);
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  const serving = glasskey.serveAgent(
    join(over.folder, 'agent', 's'),
    people(over.pin),
    stop.signal,
    listening.resolve,
  );
  try {
    const client = await AgentClient.connect(await Promise.race([listening.promise, serving.then(endedEarly)]));
    try {
      for (let made = 0; made < signatures; made += 1) {
        const data = sshsigMessage(new TextEncoder().encode(`message ${made}`), 'bench');
        const keyBlob = formatSkPublicBlob(parsePublicLine(publicLine).publicKey);
        const answer = await client.ask({ type: 'signRequest', keyBlob, data, flags: 0 });
        if (answer?.type !== 'signResponse') throw new Error(`the agent answered ${answer?.type ?? 'nothing'}`);
        signed();
      }
    } finally {
      client.close();
    }
  } finally {
    stop.abort();
    await serving;
    await glasskey.close();
  }
}

async function open({ bus, folder }: GlasskeyOver): Promise<Glasskey> {
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true });
  return new Glasskey({
    hid: async () => bus,
    clock: systemClock,
    log: silentLog,
    environment: { GLASSKEY_HOME: join(folder, 'data') },
    homeFolder: home,
    owner: 'alice@bench',
  });
}

function endedEarly(): never {
  throw new Error('the agent ended before it listened');
}

/** Knows the PIN, says yes, and has nothing else to say. */
function people(pin: string): GlasskeyPeople {
  const typed = async () => new Pin(new TextEncoder().encode(pin));
  return {
    requestPin: typed,
    requestNewPin: typed,
    signingPin: typed,
    approveUnplanned: async () => true,
    mayReplaceProfileKey: async () => false,
    tell() {},
    signInWanted() {},
    touchWanted() {},
    touchDone() {},
    remark() {},
  };
}
