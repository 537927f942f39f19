/**
 * `glasskey` as it is, with one difference: its HID bus is the lab authenticator's socket, named by GLASSKEY_LAB_KEY (several,
 * separated by colons: as many keys). The lab plugs in from outside; the product knows nothing of it.
 */
import { runProcess, systemCliWorld } from '../../main/cli/index.ts';
import { labHidBus } from './authenticator/socket-bus.ts';

const sockets = process.env.GLASSKEY_LAB_KEY;
if (sockets === undefined) throw new Error('GLASSKEY_LAB_KEY must name the socket of a lab authenticator');

const buses = sockets.split(':').map(labHidBus);
const bus = { list: async () => (await Promise.all(buses.map((one) => one.list()))).flat() };

await runProcess(process.argv.slice(2), { ...systemCliWorld(), hid: async () => bus });
