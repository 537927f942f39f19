/** The main job as a person does it, at a real terminal, upon the whole lab: what the device's own log says of it. */
import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { startAgentServer } from '../../main/agent/agent-server.ts';
import { AuthenticatorKeyring } from '../../main/agent/authenticator-keyring.ts';
import { parseHostSpec, shownHostSpec } from '../../main/connect/host-spec.ts';
import { skPublicKey } from '../../main/enrollment/key-files.ts';
import { formatPublicLine } from '../../main/openssh/public-line.ts';
import { formatSkPublicBlob } from '../../main/openssh/sk-key.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm, CtapCommand } from '../../native/ctap2/constants.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import { systemClock } from '../../time/clock.ts';
import type { CounterValues } from '../lab/authenticator/counters.ts';
import { finalScreen } from '../lab/screen.ts';
import type { TerminalResult } from '../lab/terminal.ts';
import { type Lab, startLab } from '../lab/world.ts';

const run = promisify(execFile);
const COLUMNS = 100;

let lab: Lab;
let enrolled: TerminalResult;
let connected: TerminalResult;
let counted: CounterValues;
let deviceLog: string;
let jumpLog: string;

beforeAll(async () => {
  // Half a second after its publication a key counts as known to the devices.
  lab = await startLab({ reconcileEveryMs: 500 });
  enrolled = await lab.glasskey(['enroll'], { answers: [lab.typePin()], columns: COLUMNS });
  await lab.fabric.reconcile();
  const [jumpBefore, deviceBefore] = [await lab.fabric.jumpLog(), await lab.fabric.deviceLog()];
  lab.authenticator.counters.reset();
  connected = await lab.glasskey(['connect', lab.device, '--jump', lab.jump, '--save', 'leaf1', '--', 'show version'], {
    answers: [lab.typePin()],
    columns: COLUMNS,
  });
  counted = lab.authenticator.counters.read();
  jumpLog = (await lab.fabric.jumpLog()).slice(jumpBefore.length);
  deviceLog = (await lab.fabric.deviceLog()).slice(deviceBefore.length);
});
afterAll(() => lab?.close());

/** How often something stands in a text. */
function times(text: string, pattern: RegExp): number {
  return [...text.matchAll(new RegExp(pattern, 'g'))].length;
}

/** clientPIN is one command with subcommands (CTAP 2.1, 6.5.5): how often one was sent. */
function pinCommands({ commands }: CounterValues, subCommand: number): number {
  return commands.filter((one) => one.command === CtapCommand.CLIENT_PIN && one.subCommand === subCommand).length;
}

function sent({ commands }: CounterValues, command: number): number {
  return commands.filter((one) => one.command === command).length;
}

/** As sentences have it. */
const shown = (spec: string) => shownHostSpec(parseHostSpec(spec));

describe('the login through the jump host', () => {
  it('gives what the device answers', () => {
    expect(enrolled.exitCode, enrolled.screen).toBe(0);
    expect(connected.exitCode, connected.screen).toBe(0);
    expect(connected.screen).toContain('Software image version: 4.31.5M');
  });

  it('is real: each sshd logs a signature of the enrolled security key, with touch and user verification', async () => {
    const fingerprint = /SHA256:\S+/.exec(enrolled.screen)?.[0];
    expect(fingerprint).toBeDefined();
    for (const log of [jumpLog, deviceLog]) {
      expect(log).toMatch(/sk_flags = 0x05/);
      expect(log).toMatch(/Accepted publickey for \S+ from \S+ port \d+ ssh2: ED25519-SK/);
      expect(log).toContain(`ED25519-SK ${fingerprint}`);
    }
  });

  it('asks for the PIN once and for one touch per hop, and the key counts the same', () => {
    expect(times(connected.screen, /PIN of/)).toBe(1);
    expect(times(connected.screen, /Touch the security key: Log in as/)).toBe(2);
    expect(counted.touches).toBe(2);
    expect(counted.pinChecks).toBe(2);
    expect(sent(counted, CtapCommand.GET_ASSERTION)).toBe(2);
    // What does not change while the key stays plugged in is asked once: getInfo and the key agreement (subcommand 2).
    expect(sent(counted, CtapCommand.GET_INFO)).toBe(1);
    expect(pinCommands(counted, 2)).toBe(1);
  });

  it('says before it starts to whom and through whom, and with each touch which host it is for', () => {
    const [opening] = connected.screen.split('\r\n');
    expect(opening).toContain(`Logging in to ${shown(lab.device)} through ${shown(lab.jump)}`);
    const { jump, device } = lab.fabric;
    expect(connected.screen).toMatch(new RegExp(`Touch the security key: Log in as ${jump.user} on \\S*${jump.host}`));
    expect(connected.screen).toMatch(
      new RegExp(`Touch the security key: Log in as ${device.user} on .*${device.host}.* through ${jump.host}`),
    );
  });

  it('leaves nothing on the screen but what was done and what the device answered', () => {
    const lines = finalScreen(connected.raw, COLUMNS).split('\n');
    expect(lines.filter((line) => line.includes('Touch'))).toEqual([]);
    expect(lines.findIndex((line) => line.startsWith('PIN of'))).toBe(
      lines.findIndex((line) => line.startsWith('Arista')) - 1,
    );
    const enrollment = finalScreen(enrolled.raw, COLUMNS);
    expect(enrollment).not.toMatch(/Touch|Sign in to|…/);
    expect(enrollment).toContain('✓ Published on the profile of alice@lab.example');
  });

  it('through two jump hosts asks for the PIN once and for three touches, and names the whole way', async () => {
    const again = await secondJumpHost();
    lab.authenticator.counters.reset();
    const words = ['connect', lab.device, '--jump', `${lab.jump},${again}`, '--', 'show hostname'];
    const { exitCode, screen } = await lab.glasskey(words, { answers: [lab.typePin()], columns: 200 });
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain(lab.fabric.deviceName);
    expect(times(screen, /PIN of/)).toBe(1);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 3, pinChecks: 3 });
    expect(screen).toContain(`through ${shown(lab.jump)}, then ${shown(again)}`);
  });
});

/** The jump host once more, as it sees itself: a second hop on the way. */
async function secondJumpHost(): Promise<string> {
  const { jump, mode } = lab.fabric;
  if (mode === 'loopback') return lab.jump;
  const [line = ''] = lab.fabric.knownHosts.split('\n');
  await appendFile(join(lab.folder, 'data', 'known_hosts'), `127.0.0.1 ${line.split(' ').slice(1).join(' ')}\n`);
  return `${jump.user}@127.0.0.1:${jump.port}`;
}

describe('a key that is taken off the profile', () => {
  let refused: TerminalResult;
  beforeAll(async () => {
    lab.entra.graph.setExtension(lab.upn, undefined);
    await lab.fabric.reconcile();
    lab.authenticator.counters.reset();
    refused = await lab.glasskey(['connect', 'leaf1', '--', 'show version'], { answers: [lab.typePin()] });
  });

  it('is refused after the next reconciliation, with a code and a remedy, and without a touch for nothing', () => {
    expect(refused.exitCode).toBe(1);
    expect(refused.screen).toContain('[CONNECT_ACCOUNT_OR_KEY_UNKNOWN]');
    expect(refused.screen).toContain(
      `The jump host ${shown(lab.jump)} does not know this user, or not this key for it`,
    );
    expect(refused.screen).toContain('glasskey publish');
    expect(refused.screen).not.toContain('Software image');
    expect(lab.authenticator.counters.read().touches).toBe(0);
  });

  it('is accepted again once the remedy was followed', async () => {
    const published = await lab.glasskey(['publish']);
    expect(published.exitCode, published.screen).toBe(0);
    await lab.fabric.reconcile();
    const again = await lab.glasskey(['connect', 'leaf1', '--', 'show hostname'], { answers: [lab.typePin()] });
    expect(again.exitCode, again.screen).toBe(0);
  });
});

describe('a signature without user verification', () => {
  it('is refused by the server, which says why, where the same key with the PIN is accepted', async () => {
    const [device] = await lab.authenticator.bus.list();
    if (device === undefined) throw new Error('the lab has no key');
    const authenticator = await Authenticator.open(device, systemChannelWorld({ clock: systemClock, log: silentLog }));
    try {
      // Without credProtect: a key gives such a credential away for a touch alone.
      const made = await authenticator.makeCredential(
        {
          clientDataHash: new Uint8Array(32),
          rpId: 'ssh:',
          user: { id: new Uint8Array(32).fill(7), name: 'without user verification' },
          algorithm: CoseAlgorithm.EDDSA,
          residentKey: false,
        },
        new Pin(new TextEncoder().encode(lab.pin)),
      );
      const { publicKey, credentialId } = made.authData.attested;
      const key = skPublicKey(publicKey, 'ssh:');
      const line = formatPublicLine({ publicKey: key, comment: 'touch-only' });
      lab.entra.graph.setExtension(lab.upn, { publicKey: `${line}\n` });
      await lab.fabric.reconcile();
      const publicKeyFile = join(lab.folder, 'touch-only.pub');
      await writeFile(publicKeyFile, `${line}\n`);

      const login = async (withPin: boolean) => {
        const before = (await lab.fabric.jumpLog()).length;
        const enrolledKey = {
          publicBlob: formatSkPublicBlob(key),
          comment: 'touch-only',
          application: 'ssh:',
          credentialId,
          model: 'the lab authenticator',
          userVerification: withPin,
        };
        const server = await startAgentServer({
          socketPath: join(lab.folder, 'touch-only', 'agent'),
          clock: systemClock,
          log: silentLog,
          keyring: new AuthenticatorKeyring<Pin>({
            keys: { list: async () => [enrolledKey] },
            authenticator: {
              async assert({ application: rpId, clientDataHash, pin }, signal) {
                const request = { rpId, clientDataHash, credentialId, userPresence: true };
                const { authDataBytes: authData, signature } = await authenticator.getAssertion(request, pin, {
                  signal,
                });
                return { authData, signature };
              },
            },
            pins: { request: async () => new Pin(new TextEncoder().encode(lab.pin)) },
            notices: { touchWanted() {}, touchDone() {} },
            nameHost: () => undefined,
          }),
        });
        try {
          const accepted = await plainSsh(server.socketPath, publicKeyFile);
          return { accepted, log: (await lab.fabric.jumpLog()).slice(before) };
        } finally {
          await server.close();
        }
      };

      const without = await login(false);
      expect(without.log).toContain('user verification requirement not met');
      expect(without.accepted).toBe(false);
      const withPin = await login(true);
      expect(withPin.log).toMatch(/sk_flags = 0x05/);
      expect(withPin.accepted).toBe(true);
    } finally {
      await authenticator.close();
    }
  });

  /** Whether the jump host lets in who holds that key. */
  async function plainSsh(agent: string, publicKeyFile: string): Promise<boolean> {
    const { host, port, user } = lab.fabric.jump;
    const settings = [
      `IdentityAgent=${agent}`,
      `IdentityFile=${publicKeyFile}`,
      'IdentitiesOnly=yes',
      'SecurityKeyProvider=internal',
      `UserKnownHostsFile=${join(lab.folder, 'data', 'known_hosts')}`,
      'StrictHostKeyChecking=yes',
      'PreferredAuthentications=publickey',
      'BatchMode=yes',
    ];
    const words = [
      '-F',
      'none',
      ...settings.flatMap((one) => ['-o', one]),
      '-p',
      String(port),
      `${user}@${host}`,
      'true',
    ];
    return run('ssh', words, { env: { ...process.env, HOME: lab.folder } }).then(
      () => true,
      () => false,
    );
  }
});

it('the lab publishes and serves the very line that is in the key file', async () => {
  const published = await lab.glasskey(['publish', '--replace']);
  expect(published.exitCode, published.screen).toBe(0);
  const line = await readFile(`${lab.keyFile}.pub`, 'utf8');
  expect(lab.entra.graph.profileKeys().get(lab.upn)).toBe(line);
});
