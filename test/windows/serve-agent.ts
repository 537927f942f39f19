/**
 * Runs under Wine: the agent over what is enrolled, on its pipe, before somebody who agrees to every signature, and who is never asked for a PIN:
 * Windows does that. Programs of this computer reach it by TCP. Its lines are JSON.
 */
import { connect, createServer } from 'node:net';
import { silentLog } from '../../diagnostics/log.ts';
import { systemCliWorld } from '../../main/cli/cli-world.ts';
import { Glasskey, type GlasskeyPeople } from '../../main/glasskey.ts';

const say = (what: object) => console.log(JSON.stringify(what));
const notAsked = (what: string) => async (): Promise<never> => {
  say({ asked: what });
  throw new Error(`nobody is to be asked for ${what}`);
};

const people: GlasskeyPeople = {
  requestPin: notAsked('a PIN'),
  requestNewPin: notAsked('a new PIN'),
  signingPin: notAsked('a PIN for a signature'),
  mayReplaceProfileKey: async () => false,
  approveUnplanned: async ({ facts }) => {
    say({ approved: facts.purpose.kind });
    return true;
  },
  touchWanted: (purpose, { systemAsks }) => say({ purpose, systemAsks }),
  touchDone: (how) => say({ how }),
  remark: (text) => say({ text }),
  signInWanted() {},
  tell() {},
};

const glasskey = new Glasskey({ ...systemCliWorld(), log: silentLog, check: [process.execPath] });
await glasskey.serveAgent(undefined, people, new AbortController().signal, (socketPath) => {
  const relay = createServer((socket) => {
    const pipe = connect(socketPath);
    socket.pipe(pipe).pipe(socket);
    for (const end of [socket, pipe]) end.on('error', () => socket.destroy());
  });
  relay.listen(0, '127.0.0.1', () => {
    const address = relay.address();
    say({ socketPath, port: typeof address === 'object' ? address?.port : undefined });
  });
});
