/** Test only, for Windows: an agent whose key lies in memory, on the pipe that its data folder has. Its lines are JSON. */
import { createServer } from 'node:net';
import { startAgentServer } from '../../main/agent/agent-server.ts';
import { loadClientOf } from '../../main/agent/asking-program.ts';
import { PassThrough } from '../../main/agent/pass-through.ts';
import { lookAtStandardPipe } from '../../main/agent/standard-pipe.ts';
import { agentSocketPath } from '../../main/storage/agent-socket-path.ts';
import { dataFolderPath } from '../../main/storage/data-folder.ts';
import { loadAccessLists } from '../../native/windows/owner-only.ts';
import { loadPipeServerOf } from '../../native/windows/pipe-peer.ts';
import { loadProcesses } from '../../native/windows/processes.ts';
import { systemClock } from '../../time/clock.ts';
import { SoftwareKeyring, softwareKey } from '../unit/agent/software-keyring.ts';

const say = (what: object) => console.log(JSON.stringify(what));
const [comment = 'key', otherSocket] = process.argv.slice(2);
const key = softwareKey(comment);
const dataFolder = dataFolderPath({ platform: process.platform, env: process.env, home: '' });
const socketPath = agentSocketPath(dataFolder);
const log = (level: string, event: string, facts?: object) => {
  if (level === 'warn' || level === 'error') say({ event, ...facts });
};
const keyring = new SoftwareKeyring([key]);
const passThrough = new PassThrough({ otherSocket: () => otherSocket, clock: systemClock, log }, socketPath);
const clientOf = await loadClientOf(log);
const activity = { record: ({ client, decision }: { client: object; decision: string }) => say({ client, decision }) };
try {
  await startAgentServer({ socketPath, keyring, clock: systemClock, log, clientOf, activity, passThrough });
} catch (error) {
  say({ code: Reflect.get(error instanceof Error ? error : {}, 'code'), message: String(error) });
  process.exit(1);
}
/** Beside its own: one that is another account's by its list, and one that is as Node makes them. */
const pipes = { own: socketPath, another: `${socketPath}-another`, unrestricted: `${socketPath}-unrestricted` };
for (const path of [pipes.another, pipes.unrestricted]) {
  await new Promise<void>((resolve) => createServer().listen(path, resolve));
}
(await loadAccessLists()).restrictPipe(pipes.another, 'S-1-5-21-1-2-3-1001');
const server = (await loadPipeServerOf())(socketPath);
const nobody = (await loadPipeServerOf())(`${socketPath}-none`) ?? null;
const owner = await lookAtStandardPipe(socketPath);
say({
  pid: process.pid,
  server,
  nobody,
  owner,
  socketPath,
  dataFolder,
  publicLine: key.publicLine,
  pipes,
  account: (await loadProcesses()).ownAccount(),
});
