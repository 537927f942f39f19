import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import type { FaultPlan } from '../../../lab/authenticator/faults.ts';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { BROADCAST, makeCredentialRequest, Platform, type RawHost } from './platform.ts';

const PIN = '123456';

async function plug(plan: FaultPlan = {}) {
  const clock = new ManualClock();
  const authenticator = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN, env: { clock } });
  const platform = await Platform.connect(authenticator.bus);
  authenticator.counters.reset();
  authenticator.faults.set(plan);
  return { authenticator, platform, clock };
}

/** INIT, token and a resident credential: the packets of a small enrollment. */
async function enroll(authenticator: LabAuthenticator): Promise<void> {
  const platform = await Platform.connect(authenticator.bus);
  const token = await platform.mustToken(2, PIN, 1, 'ssh:');
  await platform.command(0x01, makeCredentialRequest({ token, rk: true }));
}

describe('unplugging at a packet', () => {
  it('every index of an enrollment fails, the one past its end does not', async () => {
    const { authenticator } = await plug();
    authenticator.counters.reset();
    await enroll(authenticator);
    const { packetsIn, packetsOut } = authenticator.counters.read();
    const total = packetsIn + packetsOut;
    expect(total).toBeGreaterThan(20);
    for (let index = 0; index < total; index++) {
      authenticator.faults.set({ unplugAfterPackets: index });
      await expect(enroll(authenticator), `index ${index}`).rejects.toThrow(/gone|unplugged/);
      expect(authenticator.plugged).toBe(false);
      expect(authenticator.faults.packetsSeen).toBe(index);
      await authenticator.replug();
    }
    authenticator.faults.set({ unplugAfterPackets: total + 1 });
    await enroll(authenticator);
    expect(authenticator.credentials()).toHaveLength(1);
  });

  it('before the touch nothing is stored; when only the reply is lost, the credential is there', async () => {
    const { authenticator } = await plug();
    const stored: number[] = [];
    authenticator.counters.reset();
    await enroll(authenticator);
    const { packetsIn, packetsOut } = authenticator.counters.read();
    for (const back of [18, 17, 16, 1]) {
      const fresh = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
      fresh.faults.set({ unplugAfterPackets: packetsIn + packetsOut - back });
      await expect(enroll(fresh)).rejects.toThrow();
      stored.push(fresh.credentials().length);
    }
    expect(stored[0]).toBe(0);
    expect(stored.at(-1)).toBe(1);
  });

  it('tells every open handle once, rejects later writes, and empties the bus until the replug', async () => {
    const { authenticator } = await plug();
    const [device] = await authenticator.bus.list();
    const transport = await device?.open();
    let told = 0;
    transport?.receive(
      () => {},
      () => told++,
    );
    await authenticator.unplug();
    await authenticator.unplug();
    await settle();
    expect(told).toBe(1);
    expect(await authenticator.bus.list()).toEqual([]);
    await expect(transport?.write(new Uint8Array(64))).rejects.toMatchObject({ code: 'HID_GONE' });
    await expect(device?.open()).rejects.toBeInstanceOf(GlasskeyError);
    await authenticator.replug();
    await expect(transport?.write(new Uint8Array(64))).rejects.toMatchObject({ code: 'HID_GONE' });
    expect((await authenticator.bus.list()).map((one) => one.path)).toEqual([device?.path]);
  });

  it('a close is no unplug', async () => {
    const { authenticator } = await plug();
    const [device] = await authenticator.bus.list();
    const transport = await device?.open();
    let told = 0;
    transport?.receive(
      () => {},
      () => told++,
    );
    await transport?.close();
    await authenticator.unplug();
    await settle();
    expect(told).toBe(0);
  });
});

describe('packets that go astray', () => {
  it('a dropped packet of a request ends in MSG_TIMEOUT', async () => {
    const { platform, clock } = await plug({ dropPackets: [2] });
    await platform.host.send(platform.channel, 0x01, new Uint8Array(100));
    await clock.pass(500);
    expect(await platform.host.next()).toMatchObject({ command: 0x3f, payload: Uint8Array.of(5) });
  });

  it('a dropped packet of a reply is missing, the others come', async () => {
    const { authenticator, platform } = await plug({ dropPackets: [2] });
    const before = platform.host.reports.length;
    await platform.host.send(platform.channel, 0x10, Uint8Array.of(4));
    await settle();
    expect(platform.host.reports.length - before).toBe(authenticator.counters.read().packetsIn - 1);
  });

  it('stray packets are of channels nobody was given', async () => {
    const { authenticator, platform } = await plug({ strayPackets: 3 });
    await platform.host.send(platform.channel, 0x01, Uint8Array.of(1));
    await settle();
    const last = platform.host.reports.slice(-4);
    const channels = last.map((report) => Buffer.from(report).readUInt32BE(0));
    expect(channels[3]).toBe(platform.channel);
    expect(channels.slice(0, 3)).not.toContain(platform.channel);
    expect(authenticator.counters.read()).toMatchObject({ packetsIn: 1, strayPackets: 3 });
  });

  it('a wrong sequence number is in the first continuation packet of the next long reply, and only there', async () => {
    const { platform } = await plug({ wrongSequences: 1 });
    const sequences = async () => {
      const before = platform.host.reports.length;
      await platform.host.send(platform.channel, 0x10, Uint8Array.of(4));
      await settle();
      return platform.host.reports.slice(before + 1, before + 3).map((report) => report[4]);
    };
    expect(await sequences()).toEqual([5, 1]);
    expect(await sequences()).toEqual([0, 1]);
  });
});

describe('a key that misbehaves', () => {
  it('CHANNEL_BUSY for the next requests, not for INIT', async () => {
    const { platform } = await plug({ busyRequests: 2 });
    const errors: unknown[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      await platform.host.send(platform.channel, 0x10, Uint8Array.of(4));
      errors.push((await platform.host.next()).payload[0]);
    }
    expect(errors).toEqual([6, 6]);
    expect(await platform.host.init(BROADCAST)).not.toBe(platform.channel);
    expect((await platform.command(0x04)).status).toBe(0);
  });

  it('floods with keep-alives before the reply', async () => {
    const { authenticator, platform } = await plug({ keepaliveFlood: 500 });
    expect((await platform.command(0x04)).status).toBe(0);
    expect(authenticator.counters.read().keepalives).toBe(500);
  });

  it('answers late, in silence', async () => {
    const { authenticator, platform, clock } = await plug({ lateRepliesMs: 3000 });
    await platform.host.send(platform.channel, 0x10, Uint8Array.of(4));
    await clock.pass(2999);
    expect(authenticator.counters.read().packetsIn).toBe(0);
    await clock.pass(1);
    expect((await platform.reply()).status).toBe(0);
  });

  it('answers garbage as often as it was told, then the truth', async () => {
    for (const kind of ['bytes', 'cbor'] as const) {
      const { platform } = await plug({ garbageReplies: { kind, count: 1 } });
      await platform.host.send(platform.channel, 0x10, Uint8Array.of(4));
      const { payload } = await platform.host.next();
      expect(payload[0]).toBe(0);
      expect(payload[1]).not.toBe(0xb0);
      expect((await platform.command(0x04)).map.get(1)).toContain('FIDO_2_1');
    }
  });

  it('random reports are whole reports', async () => {
    const { platform } = await plug({ garbageReplies: { kind: 'reports', count: 1 } });
    const raw: RawHost = platform.host;
    const before = raw.reports.length;
    await raw.send(platform.channel, 0x10, Uint8Array.of(4));
    await settle();
    expect(raw.reports.slice(before).map((report) => report.length)).toEqual([64, 64, 64]);
  });
});
