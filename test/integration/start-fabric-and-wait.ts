/** Started by fabric.test.ts to be killed: `node start-fabric-and-wait.ts FOLDER MODE` starts a fabric and stays. */
import { networkInterfaces } from 'node:os';
import { type FabricMode, startFabric } from '../lab/fabric/fabric.ts';

const [folder = '', mode] = process.argv.slice(2);
const fabric = await startFabric({
  folder,
  mode: mode as FabricMode,
  readProfileKeys: async () => new Map(),
  accounts: {
    jump: [{ user: 'jumper', upn: 'alice@contoso.com' }],
    device: [{ user: 'alice', upn: 'alice@contoso.com' }],
  },
});
// This side of the link has the address before the jump host's.
const here = fabric.jump.host.replace(/\d+$/, (last) => String(Number(last) - 1));
const link = Object.entries(networkInterfaces()).find(
  ([name, addresses]) => name.startsWith('gklab') && addresses?.some(({ address }) => address === here),
);
process.stdout.write(`${JSON.stringify({ link: link?.[0] ?? null })}\n`);
setInterval(() => {}, 60_000);
