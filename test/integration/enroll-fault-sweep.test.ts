/** The key is pulled out at every packet of an enrollment; the next run always finishes it (issue 2, "It must show"). */
import { afterAll, describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { EnrollChoices } from '../../main/enrollment/enroll.ts';
import type { ProfileName } from '../lab/authenticator/profiles.ts';
import { expectNoHalfWrittenFile, expectOneUsableEnrollment } from '../unit/enrollment/enrollment-expectations.ts';
import { Computer } from '../unit/enrollment/enrollment-world.ts';
import { ManualClock } from '../unit/lab/authenticator/manual-clock.ts';

interface Case {
  readonly name: string;
  readonly profile: ProfileName;
  readonly withoutPin?: boolean;
  readonly choices?: Partial<EnrollChoices>;
}

const cases: readonly Case[] = [
  { name: 'a YubiKey 5.7 with its PIN, ed25519-sk', profile: 'yubikey-5.7' },
  { name: 'a YubiKey 5.7 with its PIN, ecdsa-sk', profile: 'yubikey-5.7', choices: { algorithm: 'ecdsa-sk' } },
  { name: 'a YubiKey 5.7 whose PIN is set on the way', profile: 'yubikey-5.7', withoutPin: true },
  { name: 'a YubiKey 5.4', profile: 'yubikey-5.4' },
  { name: 'a fingerprint key', profile: 'yubikey-bio' },
];

let indexes = 0;
let dropped = 0;
afterAll(() => console.log(`fault sweep: ${indexes} packet indexes; ${dropped} more with a packet lost`));

/** A clock that stands keeps keep-alives away, which would come by the speed of the machine: the packets are the same each time. */
function plugIn({ profile, withoutPin = false }: Case): Promise<Computer> {
  return Computer.start({ clock: new ManualClock(), authenticator: { profile }, withoutPin });
}

async function packetsOf(one: Case): Promise<number> {
  const computer = await plugIn(one);
  try {
    await computer.enroll(one.choices);
    await expectNoHalfWrittenFile(computer);
    const { packetsOut, packetsIn } = computer.authenticator.counters.read();
    const packets = packetsOut + packetsIn;
    expect(computer.people.newPinQuestions).toHaveLength(one.withoutPin === true ? 1 : 0);
    await expectOneUsableEnrollment(computer);
    return packets;
  } finally {
    await computer.close();
  }
}

async function unplugAt(index: number, one: Case): Promise<void> {
  const computer = await plugIn(one);
  try {
    computer.authenticator.faults.set({ unplugAfterPackets: index });
    const thrown: unknown = await computer.enroll(one.choices).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(GlasskeyError);
    expect(thrown).toMatchObject({ code: 'HID_GONE', kind: 'expected' });
    await expectNoHalfWrittenFile(computer);
    expect(computer.people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);

    await computer.authenticator.replug();
    await computer.enroll(one.choices);
    await expectNoHalfWrittenFile(computer);
    await expectOneUsableEnrollment(computer);
    expect(computer.authenticator.pinRetries).toBe(8);
  } finally {
    await computer.close();
  }
}

describe('an enrollment whose key is pulled out at any packet', () => {
  it.each(cases)('says so and finishes at the next run: $name', async (one) => {
    const packets = await packetsOf(one);
    expect(packets).toBeGreaterThan(20);
    for (let index = 0; index < packets; index++) {
      await unplugAt(index, one).catch((error: unknown) => {
        throw new Error(`unplugged after ${index} of ${packets} packets`, { cause: error });
      });
      indexes += 1;
    }
  });
});

/** What a lost packet may end in; where the channel mends it, the enrollment just goes on. */
const LOST_PACKET = ['KEY_SILENT', 'CTAPHID_GARBLED', 'CTAPHID_ERROR', 'CTAP_NO_TOUCH'];

async function loseAt(index: number, one: Case): Promise<void> {
  const clock = new ManualClock();
  const computer = await Computer.start({ clock, authenticator: { profile: one.profile } });
  try {
    computer.authenticator.faults.set({ dropPackets: [index + 1] });
    let isRunning = true;
    const run = computer.enroll(one.choices).then(
      () => undefined,
      (error: unknown) => error,
    );
    run.finally(() => {
      isRunning = false;
    });
    while (isRunning) await clock.pass(250);
    const thrown = await run;
    await expectNoHalfWrittenFile(computer);
    if (thrown !== undefined) {
      expect(LOST_PACKET).toContain(thrown instanceof GlasskeyError ? thrown.code : thrown);
      await computer.enroll(one.choices);
    }
    await expectOneUsableEnrollment(computer);
    expect(computer.authenticator.pinRetries).toBe(8);
  } finally {
    await computer.close();
  }
}

describe('an enrollment of which any one packet is lost', () => {
  it('goes on, or says so and finishes at the next run', async () => {
    const [one] = cases;
    if (one === undefined) throw new Error('no case');
    const packets = await packetsOf(one);
    for (let index = 0; index < packets; index++) {
      await loseAt(index, one).catch((error: unknown) => {
        throw new Error(`packet ${index + 1} of ${packets} lost`, { cause: error });
      });
      dropped += 1;
    }
  });
});
