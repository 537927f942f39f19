/**
 * Runs one lab authenticator as its own process, until SIGTERM or SIGINT. Arguments:
 *   --profile <name> --socket <path> | --hidraw [--control <path>] [--state <file>] [--touch at-once|by-hand|never|declined|<ms>]
 *   [--attestation packed|self|none|forged] [--fingers <n>]
 * `--hidraw` makes this Linux take it for a real key (root, and a kernel with uhid).
 * A first PIN is taken from the environment (GLASSKEY_LAB_PIN), never from the arguments: those are public.
 * Prints one line, `ready`, once both sockets listen; leaves no socket behind.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { attestationModes } from './attestation.ts';
import { touchPolicySchema } from './control-protocol.ts';
import { serveControl } from './control-server.ts';
import { LabAuthenticator } from './lab-authenticator.ts';
import { profileNames } from './profiles.ts';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'yubikey-5.7' },
    socket: { type: 'string' },
    hidraw: { type: 'boolean', default: false },
    control: { type: 'string' },
    state: { type: 'string' },
    touch: { type: 'string', default: 'at-once' },
    attestation: { type: 'string', default: 'packed' },
    fingers: { type: 'string', default: '0' },
  },
});

const { socket, control, state } = values;
const pin = process.env.GLASSKEY_LAB_PIN;
delete process.env.GLASSKEY_LAB_PIN;

const authenticator = new LabAuthenticator({
  profile: z.enum(profileNames).parse(values.profile),
  touch: touchPolicySchema.parse(/^\d+$/.test(values.touch) ? { afterMs: Number(values.touch) } : values.touch),
  attestation: z.enum(attestationModes).parse(values.attestation),
  fingers: Number(values.fingers),
  ...(state === undefined ? {} : { stateFile: state }),
  ...(pin === undefined || pin === '' ? {} : { pin }),
});

if (socket === undefined && !values.hidraw) throw new Error('--socket or --hidraw is needed');
const served = [
  ...(socket === undefined ? [] : [await authenticator.serve(socket)]),
  ...(values.hidraw ? [await authenticator.serveHidraw()] : []),
  ...(control === undefined ? [] : [await serveControl(authenticator, control)]),
];

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await authenticator.unplug();
  await Promise.all(served.map((one) => one.close()));
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
console.log('ready');
