/**
 * `glasskey` as it is, with one difference: its HID bus is the lab authenticator's socket, named by GLASSKEY_LAB_KEY (several,
 * separated by colons: as many keys; `=PROFILE` behind one: it says of itself what such a key does). The lab plugs in from outside;
 * the product knows nothing of it.
 */
import { z } from 'zod';
import { beginLogin } from '../../main/cli/head-start.ts';
import { runProcess, systemCliWorld } from '../../main/cli/index.ts';
import { profileNames, profiles } from './authenticator/profiles.ts';
import { labHidBus } from './authenticator/socket-bus.ts';

const sockets = process.env.GLASSKEY_LAB_KEY;
if (sockets === undefined) throw new Error('GLASSKEY_LAB_KEY must name the socket of a lab authenticator');

const buses = sockets.split(':').map((one) => {
  const [socket = '', profile] = one.split('=');
  return labHidBus(socket, profile === undefined ? undefined : profiles[z.enum(profileNames).parse(profile)]);
});
const bus = { list: async () => (await Promise.all(buses.map((one) => one.list()))).flat() };

// As bin/glasskey.js does it.
const words = process.argv.slice(2);
const begunLogin = beginLogin(words);
await runProcess(words, { ...systemCliWorld(), begunLogin, hid: async () => bus });
