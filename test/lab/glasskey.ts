/**
 * `glasskey` as it is, with one difference: its HID bus is the lab authenticator's socket, named by GLASSKEY_LAB_KEY. The lab
 * plugs in from outside; the product knows nothing of it.
 */
import { runProcess, systemCliWorld } from '../../main/cli/index.ts';
import { labHidBus } from './authenticator/socket-bus.ts';

const socket = process.env.GLASSKEY_LAB_KEY;
if (socket === undefined) throw new Error('GLASSKEY_LAB_KEY must name the socket of a lab authenticator');

await runProcess(process.argv.slice(2), { ...systemCliWorld(), hid: async () => labHidBus(socket) });
