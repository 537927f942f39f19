import { beforeEach, describe, expect, it } from 'vitest';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { BROADCAST, channelBytes, makeCredentialRequest, RawHost, requestBytes } from './platform.ts';

const ERROR = 0x3f;
const CBOR = 0x10;
const KEEPALIVE = 0x3b;

let clock: ManualClock;
let authenticator: LabAuthenticator;
let host: RawHost;
let channel: number;

beforeEach(async () => {
  clock = new ManualClock();
  authenticator = new LabAuthenticator({ profile: 'yubikey-5.7', env: { clock }, touch: 'by-hand' });
  host = await RawHost.open(authenticator.bus);
  channel = await host.init();
});

async function errorOf(on: number): Promise<number | undefined> {
  const { payload } = await host.next((message) => message.channel === on && message.command === ERROR);
  return payload[0];
}

async function startTouchWait(on = channel): Promise<void> {
  await host.send(on, CBOR, requestBytes(0x01, makeCredentialRequest()));
  await authenticator.touchPad.untilBlinking();
}

describe('CTAPHID channels', () => {
  it('INIT on broadcast grants a new channel each time, with nonce, version 2 and capabilities', async () => {
    const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    await host.send(BROADCAST, 0x06, nonce);
    const { payload, channel: on } = await host.next();
    expect(on).toBe(BROADCAST);
    expect(payload.subarray(0, 8)).toEqual(nonce);
    expect(Buffer.from(payload).readUInt32BE(8)).not.toBe(channel);
    expect([...payload.subarray(12)]).toEqual([2, 5, 7, 1, 0x0d]);
  });

  it('INIT on an own channel gives the same channel and ends what ran there without a reply', async () => {
    await startTouchWait();
    expect(await host.init(channel)).toBe(channel);
    authenticator.touch();
    await settle();
    expect(host.messages.filter((message) => message.command === CBOR)).toEqual([]);
    expect(authenticator.credentials()).toEqual([]);
  });

  it('a channel it never gave out is refused, and so is anything but INIT on broadcast', async () => {
    await host.send(0x12345678, 0x01, Uint8Array.of(1));
    expect(await errorOf(0x12345678)).toBe(0x0b);
    await host.send(BROADCAST, CBOR, Uint8Array.of(4));
    expect(await errorOf(BROADCAST)).toBe(0x0b);
  });

  it('forgets its channels when it loses power', async () => {
    await authenticator.replug();
    const again = await RawHost.open(authenticator.bus);
    await again.send(channel, 0x01, Uint8Array.of(1));
    expect((await again.next()).payload[0]).toBe(0x0b);
  });

  it('every report reaches every open handle, as with hidraw', async () => {
    const other = await RawHost.open(authenticator.bus);
    await host.send(channel, 0x01, Uint8Array.of(7));
    expect((await other.next()).payload).toEqual(Uint8Array.of(7));
    expect((await host.next()).payload).toEqual(Uint8Array.of(7));
    expect(authenticator.counters.read().packetsIn).toBe(2);
  });
});

describe('CTAPHID messages', () => {
  it.each([0, 57, 58, 116, 117, 7609])('PING echoes %i bytes', async (length) => {
    const payload = new Uint8Array(length).map((_byte, index) => index * 7);
    await host.send(channel, 0x01, payload);
    expect((await host.next()).payload).toEqual(payload);
  });

  it('WINK is answered; U2F messages and unknown commands are INVALID_CMD', async () => {
    await host.send(channel, 0x08, new Uint8Array());
    expect((await host.next()).command).toBe(0x08);
    await host.send(channel, 0x03, Uint8Array.of(0, 3, 0, 0, 0, 0, 0));
    expect(await errorOf(channel)).toBe(0x01);
    await host.send(channel, 0x22, Uint8Array.of(0));
    expect(await errorOf(channel)).toBe(0x01);
    expect(authenticator.counters.read()).toMatchObject({ winks: 1, errors: [1, 1] });
  });

  it('a length beyond 7609, a short INIT and an empty CBOR message are INVALID_LEN', async () => {
    await host.write(channelBytes(channel), [0x90, 0x1d, 0xba]);
    expect(await errorOf(channel)).toBe(0x03);
    await host.send(channel, 0x06, Uint8Array.of(1));
    expect(await errorOf(channel)).toBe(0x03);
    await host.send(channel, CBOR, new Uint8Array());
    expect(await errorOf(channel)).toBe(0x03);
  });

  it('a continuation packet out of order is INVALID_SEQ and drops the message', async () => {
    await host.write(channelBytes(channel), [0x81, 0, 100]);
    await host.write(channelBytes(channel), [1]);
    expect(await errorOf(channel)).toBe(0x04);
    await host.send(channel, 0x01, Uint8Array.of(9));
    expect((await host.next()).payload).toEqual(Uint8Array.of(9));
  });

  it('another message in the middle of a message on the same channel is INVALID_SEQ', async () => {
    await host.write(channelBytes(channel), [0x81, 0, 100]);
    await host.send(channel, 0x01, Uint8Array.of(9));
    expect(await errorOf(channel)).toBe(0x04);
  });

  it('a half-sent message times out after half a second, and not before', async () => {
    await host.write(channelBytes(channel), [0x81, 0, 100]);
    await clock.pass(499);
    expect(host.messages).toEqual([]);
    await clock.pass(1);
    expect(await errorOf(channel)).toBe(0x05);
  });

  it('continuation packets that belong to nothing are ignored', async () => {
    await host.write(channelBytes(channel), [0]);
    await settle();
    expect(host.messages).toEqual([]);
  });
});

describe('CTAPHID transactions', () => {
  it('another channel is told CHANNEL_BUSY while one waits for a touch, but may get a channel', async () => {
    const other = await host.init();
    await startTouchWait();
    await host.send(other, CBOR, Uint8Array.of(4));
    expect(await errorOf(other)).toBe(0x06);
    expect(await host.init()).not.toBe(other);
    authenticator.touch();
    expect((await host.next((message) => message.command === CBOR)).channel).toBe(channel);
    await host.send(other, CBOR, Uint8Array.of(4));
    expect((await host.next()).payload[0]).toBe(0);
  });

  it('keep-alives come at each status change and every 100 ms', async () => {
    await startTouchWait();
    await clock.pass(350);
    const statuses = () =>
      host.messages.filter((message) => message.command === KEEPALIVE).map((message) => message.payload[0]);
    expect(statuses()).toEqual([2, 2, 2, 2]);
    authenticator.touch();
    await settle();
    expect(statuses()).toEqual([2, 2, 2, 2, 1]);
    expect(authenticator.counters.read().keepalives).toBe(5);
  });

  it('CANCEL ends a touch wait with 0x2d and has no reply of its own', async () => {
    await startTouchWait();
    await host.send(channel, 0x11, new Uint8Array());
    expect((await host.next()).payload).toEqual(Uint8Array.of(0x2d));
    await host.send(channel, 0x11, new Uint8Array());
    await settle();
    expect(host.messages.filter((message) => message.command !== KEEPALIVE)).toEqual([]);
    expect(authenticator.counters.read().cancels).toBe(2);
    expect(authenticator.touchPad.blinking).toBe(false);
  });

  it('CANCEL on a foreign channel cancels nothing', async () => {
    const other = await host.init();
    await startTouchWait();
    await host.send(other, 0x11, new Uint8Array());
    await settle();
    expect(authenticator.touchPad.blinking).toBe(true);
  });

  it('nobody touches: 0x2f after 30 s', async () => {
    await startTouchWait();
    await clock.pass(29_999);
    expect(authenticator.touchPad.blinking).toBe(true);
    await clock.pass(1);
    expect((await host.next()).payload).toEqual(Uint8Array.of(0x2f));
  });

  it('a touch declined is 0x27; one after a delay comes when its time has come', async () => {
    authenticator.setTouch('declined');
    await host.send(channel, CBOR, requestBytes(0x01, makeCredentialRequest()));
    expect((await host.next()).payload).toEqual(Uint8Array.of(0x27));
    authenticator.setTouch({ afterMs: 1500 });
    await startTouchWait();
    await clock.pass(1499);
    expect(authenticator.touchPad.blinking).toBe(true);
    await clock.pass(1);
    expect((await host.next()).payload[0]).toBe(0);
    expect(authenticator.counters.read().touches).toBe(1);
  });
});
