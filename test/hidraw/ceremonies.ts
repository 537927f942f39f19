/**
 * What Glasskey and Debian's OpenSSH with libfido2 say to equal keys at /dev/hidrawN for the same three ends, PIN included: each by
 * the program a person would run, as its whole command line, and counted where the kernel hands the reports on.
 *
 * Run as a program it prints the result as JSON into the file named (test/bench/hidraw.ts).
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { silentLog } from '../../diagnostics/log.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { CredProtect } from '../../native/ctap2/make-credential.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import { systemClock } from '../../time/clock.ts';
import type { Exchange } from '../bench/packets/conversation.ts';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { startInTerminal } from '../lab/terminal.ts';
import { type LoginServer, startLoginServer } from './login-server.ts';
import { PIN, type PluggedInKey, plugIn } from './plugged-in-key.ts';
import { AS_ENGINEER, ENGINEER_ENVIRONMENT, engineerFolder, GLASSKEY, mustRun, mustRunOpenSsh } from './programs.ts';
import { letEngineerIn, settled } from './seat.ts';

export interface Ceremony {
  /** As it would be typed. */
  readonly command: string;
  readonly exchanges: readonly Exchange[];
}

export interface BothSides {
  readonly glasskey: Ceremony;
  readonly openssh: Ceremony;
}

export interface Ceremonies {
  /** A resident, verify-required ed25519 key. */
  readonly enroll: BothSides;
  /** A login with it by plain ssh: through Glasskey's agent, which has signed before; and with the key file alone. */
  readonly sign: BothSides;
  /** Two resident keys of two relying parties, onto a computer that has none of their files. */
  readonly recover: BothSides;
}

const KIND = ['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required'];

export async function measureCeremonies(): Promise<Ceremonies> {
  await letEngineerIn();
  const server = await startLoginServer();
  try {
    const glasskey = await withKey((plugged) => measureGlasskey(plugged, server));
    const openssh = await withKey((plugged) => measureOpenSsh(plugged, server));
    const state = await stateWithTwoKeys();
    return {
      enroll: { glasskey: glasskey.enroll, openssh: openssh.enroll },
      sign: { glasskey: glasskey.sign, openssh: openssh.sign },
      recover: {
        glasskey: await withKey(recoverWithGlasskey, { state }),
        openssh: await withKey(recoverWithOpenSsh, { state }),
      },
    };
  } finally {
    await server.close();
  }
}

type OneSide = { readonly [Name in 'enroll' | 'sign']: Ceremony };

async function measureGlasskey({ conversation }: PluggedInKey, server: LoginServer): Promise<OneSide> {
  const folder = await engineerFolder('packets-glasskey');
  const environment = { GLASSKEY_HOME: `${folder}/data` };
  const words = ['enroll', '--no-publish', '--pin-stdin', '--json', '--file', `${folder}/id_ed25519_sk`];
  const { stdout } = await mustRun([...GLASSKEY, ...words], { input: `${PIN}\n`, environment });
  const enroll = { command: `glasskey ${words.join(' ')}`, exchanges: conversation.take() };
  await server.authorize([JSON.parse(stdout).publicLine]);

  const socket = `${folder}/agent.sock`;
  const [file = '', ...rest] = [...AS_ENGINEER, ...GLASSKEY, 'agent', '--socket', socket];
  const listening = Promise.withResolvers<void>();
  const agent = startInTerminal({
    file,
    arguments: rest,
    environment: { ...ENGINEER_ENVIRONMENT, ...environment },
    answers: [
      { when: /Sign it\? \[y\/N\] $/, type: () => 'y\r', times: 2 },
      { when: /PIN of .*: ?$/, type: () => `${PIN}\r`, times: 2 },
    ],
    onOutput: (text) => text.includes('SSH_AUTH_SOCK=') && listening.resolve(),
    timeoutMs: 180_000,
  });
  try {
    await Promise.race([listening.promise, agent.ended.then(({ screen }) => Promise.reject(new Error(screen)))]);
    const login = [...server.ssh('-o', `IdentityAgent=${socket}`), 'true'];
    await mustRun(login);
    conversation.take();
    await mustRun(login);
    const sign = {
      command: `${login.join(' ')}   (glasskey agent running, a second login)`,
      exchanges: conversation.take(),
    };
    return { enroll, sign };
  } finally {
    agent.kill('SIGINT');
    await agent.ended;
  }
}

async function measureOpenSsh({ conversation }: PluggedInKey, server: LoginServer): Promise<OneSide> {
  const folder = await engineerFolder('packets-openssh');
  const words = ['ssh-keygen', ...KIND, '-N', '', '-f', `${folder}/id_ed25519_sk`];
  await mustRunOpenSsh(words);
  const enroll = { command: asTyped(words), exchanges: conversation.take() };
  const { stdout } = await mustRun(['cat', `${folder}/id_ed25519_sk.pub`]);
  await server.authorize([stdout]);

  const login = [...server.ssh('-o', 'IdentitiesOnly=yes', '-i', `${folder}/id_ed25519_sk`), 'true'];
  await mustRunOpenSsh(login);
  return { enroll, sign: { command: asTyped(login), exchanges: conversation.take() } };
}

async function recoverWithGlasskey({ conversation }: PluggedInKey): Promise<Ceremony> {
  const folder = await engineerFolder('recover-glasskey');
  const words = ['recover', '--all', '--no-profile', '--pin-stdin', '--json'];
  const environment = { HOME: folder, GLASSKEY_HOME: `${folder}/data` };
  const { stdout, transcript } = await mustRun([...GLASSKEY, ...words], { input: `${PIN}\n`, environment });
  assert.equal(JSON.parse(stdout).keys.length, 2, transcript);
  return { command: `glasskey ${words.join(' ')}`, exchanges: conversation.take() };
}

async function recoverWithOpenSsh({ conversation }: PluggedInKey): Promise<Ceremony> {
  const folder = await engineerFolder('recover-openssh');
  const words = ['ssh-keygen', '-K', '-N', ''];
  const { transcript } = await mustRunOpenSsh(words, { folder });
  assert.equal(transcript.match(/Saved .* key/g)?.length, 2, transcript);
  return { command: asTyped(words), exchanges: conversation.take() };
}

/** What a key holds on which two were made, as `LabAuthenticator` takes it. */
async function stateWithTwoKeys(): Promise<string> {
  const key = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
  const [device] = await key.bus.list();
  assert.ok(device);
  const authenticator = await Authenticator.open(device, systemChannelWorld({ clock: systemClock, log: silentLog }));
  for (const rpId of ['ssh:', 'ssh:demo']) {
    const pin = new Pin(new TextEncoder().encode(PIN));
    await authenticator.makeCredential(
      {
        ...{ clientDataHash: new Uint8Array(32), rpId, user: { id: new Uint8Array(32), name: 'openssh' } },
        ...{ algorithm: CoseAlgorithm.EDDSA, residentKey: true, credProtect: CredProtect.REQUIRED },
      },
      pin,
    );
    pin.wipe();
  }
  await authenticator.close();
  return key.save();
}

function asTyped(words: readonly string[]): string {
  return words.map((word) => (word === '' ? "''" : word)).join(' ');
}

async function withKey<T>(
  use: (plugged: PluggedInKey) => Promise<T>,
  options: { readonly state?: string } = {},
): Promise<T> {
  const plugged = await plugIn(options);
  try {
    await settled();
    return await use(plugged);
  } finally {
    await plugged.pullOut();
  }
}

if (import.meta.main) {
  const [, , path] = process.argv;
  if (path === undefined) throw new Error('name the file for the result');
  await writeFile(path, JSON.stringify(await measureCeremonies()));
}
