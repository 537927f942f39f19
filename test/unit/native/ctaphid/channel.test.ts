import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../diagnostics/log.ts';
import { CtapCommand } from '../../../../native/ctap2/constants.ts';
import { CtaphidChannel } from '../../../../native/ctaphid/channel.ts';
import { Command } from '../../../../native/ctaphid/constants.ts';
import type { HidTransport } from '../../../../native/hid/transport.ts';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { ManualClock, settle } from '../../lab/authenticator/manual-clock.ts';

const GET_INFO = Uint8Array.of(CtapCommand.GET_INFO);

/** The key's own transport, but for its writes: as node-hid's, they are reported as done when the test says so. */
async function lateWrites(key: LabAuthenticator) {
  const [device] = await key.bus.list();
  if (device === undefined) throw new Error('no key');
  const transport = await device.open();
  let done: (() => void)[] = [];
  let isLate = false;
  const late: HidTransport = {
    ...transport,
    async write(report) {
      await transport.write(report);
      if (isLate) await new Promise<void>((resolve) => done.push(resolve));
    },
  };
  return {
    transport: late,
    holdBack() {
      isLate = true;
    },
    report() {
      const held = done;
      done = [];
      for (const resolve of held) resolve();
    },
  };
}

describe('a write that is reported as done after its reply has come', () => {
  it('leaves nothing of its request behind: a later abort cancels and fails no other', async () => {
    const clock = new ManualClock();
    const key = new LabAuthenticator({ profile: 'yubikey-5.7', env: { clock } });
    const writes = await lateWrites(key);
    const random = (length: number) => new Uint8Array(length).fill(7);
    const channel = await CtaphidChannel.open(writes.transport, { clock, log: silentLog, random });
    const stop = new AbortController();

    writes.holdBack();
    await channel.transact(Command.CBOR, GET_INFO, { signal: stop.signal });
    key.faults.set({ lateRepliesMs: 500 });
    const next = channel.transact(Command.CBOR, GET_INFO, { signal: stop.signal });
    await settle();
    writes.report(); // that of the first, while the second waits for its reply
    await clock.pass(600);
    writes.report();
    await next;

    stop.abort();
    const other = channel.transact(Command.CBOR, GET_INFO);
    await clock.pass(1_500);
    writes.report();
    await other;
    expect(key.counters.read()).toMatchObject({ cancels: 0, inits: 1 });
    await channel.close();
  });
});
