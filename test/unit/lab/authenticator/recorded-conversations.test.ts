import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../../lab/authenticator/cbor.ts';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import type { ProfileName } from '../../../lab/authenticator/profiles.ts';
import { haveVectors, hex, vectorJson } from '../../shared-vectors.ts';
import { ManualClock } from './manual-clock.ts';
import { bytesOf, mapOf, Platform, type RawHost, readAuthData } from './platform.ts';

/**
 * Replays what real clients (OpenSSH, libfido2) sent in recorded conversations, byte for byte, and compares the status of
 * each reply. The key agreement keys, tokens and credential ids of the recording are handed to the lab's key as its
 * "random" numbers, so that every PIN and every pinUvAuthParam of the recording must check out.
 */
interface Exchange {
  readonly to?: 'authenticator' | 'platform';
  readonly hid_command?: number;
  readonly payload?: string;
  readonly secret?: string;
  readonly value?: unknown;
}
interface Transcript {
  readonly steps: readonly {
    readonly step: string;
    readonly authenticator_key_agreement_private: string;
    readonly exchange: readonly Exchange[];
  }[];
}

interface Round {
  readonly request: string;
  readonly reply: string;
  readonly drawn: readonly string[];
}

/** Requests with their replies, and the 32-byte values the recorded key drew while it answered. */
function rounds(exchange: readonly Exchange[]): Round[] {
  const found: Round[] = [];
  let request: string | undefined;
  let drawn: string[] = [];
  for (const entry of exchange) {
    if (entry.to === 'authenticator' && entry.hid_command === 0x10) request = entry.payload;
    if (entry.secret === 'token' && typeof entry.value === 'string') drawn.push(entry.value);
    if (entry.secret === 'new_key_agreement') {
      drawn.push((entry.value as { key_agreement_private: string }).key_agreement_private);
    }
    if (entry.to !== 'platform' || entry.hid_command !== 0x10 || request === undefined) continue;
    found.push({ request, reply: entry.payload ?? '', drawn });
    request = undefined;
    drawn = [];
  }
  return found;
}

/** What the profiles used here draw for the id of a resident credential. */
const ID_LENGTH = 64;

const CASES: readonly [string, ProfileName, RegExp][] = [
  // Left out: what this profile has not (fingerprints, large blobs, enterprise attestation), and the forced PIN change,
  // which the recorded key did not enforce.
  ['transcript-ctap21-pin2', 'yubikey-5.7', /fingerprint|built-in UV|large blob|enterprise|force PIN change/],
  ['transcript-ctap20-pin1', 'yubikey-5.4', /^$/],
  ['transcript-ctap20-no-eddsa', 'yubikey-5.1', /^$/],
];

describe.each(CASES)('%s against a %s', (name, profile, leftOut) => {
  const path = `generated/ctap/${name}.json`;

  it.runIf(haveVectors(path))('every reply has the recorded status', async () => {
    const { steps } = vectorJson<Transcript>(path);
    const queue: Uint8Array[] = [];
    let recordedId: Uint8Array | undefined;
    const random = (length: number) => {
      if (length === ID_LENGTH && recordedId !== undefined) return recordedId;
      const recorded = length === 32 ? queue.shift() : undefined;
      return recorded ?? crypto.getRandomValues(new Uint8Array(length));
    };
    const authenticator = new LabAuthenticator({ profile, env: { random, clock: new ManualClock() } });
    const platform = await Platform.connect(authenticator.bus);
    const idsHere = new Map<string, string>();
    let compared = 0;
    for (const { step, authenticator_key_agreement_private: scalar, exchange } of steps) {
      if (leftOut.test(step)) continue;
      authenticator.useKeyAgreementKey(hex(scalar));
      for (const round of rounds(exchange)) {
        queue.length = 0;
        queue.push(...round.drawn.map(hex));
        recordedId = residentIdOf(round);
        const reply = await send(platform.host, platform.channel, withIdsOf(round.request, idsHere));
        const told = `${step}: 0x${round.request.slice(0, 2)}`;
        expect(reply.slice(0, 2), told).toBe(round.reply.slice(0, 2));
        rememberIds(round, reply, idsHere);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(4);
    console.log(`${name}: ${compared} recorded requests answered with the recorded status`);
  });
});

async function send(host: RawHost, channel: number, request: string): Promise<string> {
  await host.send(channel, 0x10, hex(request));
  const { payload } = await host.next((message) => message.channel === channel && message.command === 0x10);
  return Buffer.from(payload).toString('hex');
}

const isMade = (round: Round) => round.request.startsWith('01') && round.reply.startsWith('00');

/** The id of a resident credential is drawn: the recorded one is handed over, because later requests sign it. */
function residentIdOf(round: Round): Uint8Array | undefined {
  const resident = isMade(round) && round.request.includes(Buffer.from('brk\xf5', 'latin1').toString('hex'));
  return resident ? credentialId(round.reply) : undefined;
}

/** The id of a non-resident credential is wrapped under our own secret: later allow lists are rewritten. */
function rememberIds(round: Round, reply: string, idsHere: Map<string, string>): void {
  if (!isMade(round)) return;
  idsHere.set(Buffer.from(credentialId(round.reply)).toString('hex'), Buffer.from(credentialId(reply)).toString('hex'));
}

function withIdsOf(request: string, idsHere: Map<string, string>): string {
  let rewritten = request;
  for (const [recorded, here] of idsHere) rewritten = rewritten.replaceAll(recorded, here);
  return rewritten;
}

function credentialId(reply: string): Uint8Array {
  return readAuthData(bytesOf(mapOf(decodeCbor(hex(reply.slice(2)))).get(2))).credentialId;
}
