/** Test only, for Windows: what a program asks the agent on the pipe of its first argument: a list, and a signature with the first key. */
import { AgentClient } from '../unit/agent/agent-client.ts';

const [socketPath = '', dataHex = ''] = process.argv.slice(2);
const client = await AgentClient.connect(socketPath);
const listed = await client.ask({ type: 'requestIdentities' });
const identities = listed?.type === 'identitiesAnswer' ? listed.identities : [];
const request = {
  type: 'signRequest',
  keyBlob: identities[0]?.blob ?? new Uint8Array(),
  data: new Uint8Array(Buffer.from(dataHex, 'hex')),
  flags: 0,
} as const;
const signed = await client.ask(request);
const signature = signed?.type === 'signResponse' ? Buffer.from(signed.signature).toString('hex') : signed?.type;
console.log(JSON.stringify({ pid: process.pid, comments: identities.map(({ comment }) => comment), signature }));
client.close();
