import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { Authenticator, systemChannelWorld } from '../../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { Command } from '../../../native/ctaphid/constants.ts';
import { systemClock } from '../../../time/clock.ts';
import { Conversation, type Exchange } from '../../bench/packets/conversation.ts';
import { toReports } from '../../lab/authenticator/ctaphid-packets.ts';
import { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';

const PIN = '482915';

describe('a listened-to conversation', () => {
  let key: LabAuthenticator;
  let conversation: Conversation;

  beforeEach(() => {
    key = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    conversation = new Conversation();
  });

  async function device() {
    const [only] = await conversation.listenTo(key.bus).list();
    if (only === undefined) throw new Error('no key');
    return only;
  }

  const sum = (exchanges: readonly Exchange[], of: (exchange: Exchange) => number) =>
    exchanges.reduce((total, one) => total + of(one), 0);

  it('names every request and counts what the key itself counts', async () => {
    const world = systemChannelWorld({ clock: systemClock, log: silentLog });
    const authenticator = await Authenticator.open(await device(), world);
    await authenticator.pinRetries();
    await authenticator.hasCredential('ssh:', new Uint8Array(64));
    await authenticator.makeCredential(
      {
        clientDataHash: new Uint8Array(32),
        rpId: 'ssh:',
        user: { id: new Uint8Array(32), name: 'alice' },
        algorithm: CoseAlgorithm.EDDSA,
        residentKey: true,
      },
      new Pin(new TextEncoder().encode(PIN)),
    );
    await authenticator.close();

    const heard = conversation.take();
    expect(heard.map(({ name }) => name)).toEqual([
      'INIT',
      'getInfo',
      'getPINRetries',
      'getAssertion(up=false)',
      'getKeyAgreement',
      'getToken',
      'makeCredential',
    ]);
    const counted = key.counters.read();
    expect(sum(heard, (one) => one.out)).toBe(counted.packetsOut);
    expect(sum(heard, (one) => one.in)).toBe(counted.packetsIn);
    expect(sum(heard, (one) => one.keepalives)).toBe(counted.keepalives);
    expect(heard.filter(({ isCtap }) => isCtap)).toHaveLength(counted.commands.length);
    expect(conversation.take()).toEqual([]);
  });

  it('gives the answer after a CANCEL to the request that was cancelled', async () => {
    key.setTouch('never');
    const transport = await (await device()).open();
    const replies: Uint8Array[] = [];
    let wake = () => {};
    transport.receive(
      (report) => {
        replies.push(report);
        wake();
      },
      () => {},
    );
    const next = async (): Promise<Uint8Array> => {
      while (replies.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return replies.shift() ?? new Uint8Array();
    };
    const send = async (channel: number, command: number, payload: Uint8Array) => {
      for (const report of toReports(channel, command, payload)) await transport.write(report);
    };
    await send(0xffffffff, Command.INIT, new Uint8Array(8));
    const channel = Buffer.from(await next()).readUInt32BE(15);
    await send(channel, Command.CBOR, Uint8Array.of(0x0b)); // authenticatorSelection waits for a touch
    await next();
    await send(channel, Command.CANCEL, new Uint8Array());
    while ((await next())[4] !== (0x80 | Command.CBOR)) {
      // keep-alives before the answer
    }
    await transport.close();
    expect(conversation.take()).toMatchObject([
      { name: 'INIT', out: 1, in: 1, isCtap: false },
      { name: 'CTAP 0xb', out: 1, isCtap: true },
      { name: 'CANCEL', out: 1, in: 0, isCtap: false },
    ]);
  });
});
