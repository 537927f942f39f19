/** A recovery is stopped everywhere: the key is pulled out at any packet, the program is killed after any step. The next run finishes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectNoHalfWrittenFile, expectOneUsableEnrollment } from '../unit/enrollment/enrollment-expectations.ts';
import { Computer } from '../unit/enrollment/enrollment-world.ts';
import { recoverOn, ScriptedRecoveryPeople, secondComputer } from '../unit/enrollment/recovery-world.ts';
import { ManualClock } from '../unit/lab/authenticator/manual-clock.ts';

const CHILD = join(import.meta.dirname, 'recover-and-die.ts');
const NEVER = -1;
const AT_ONCE = 2;

describe('a recovery whose key is pulled out at any packet', () => {
  it.each(['yubikey-5.7', 'yubikey-5.4'] as const)(
    'says so, leaves nothing, and finishes at the next run: %s',
    async (profile) => {
      // A clock that stands keeps keep-alives away, which would come by the speed of the machine.
      const first = await Computer.start({ clock: new ManualClock(), authenticator: { profile } });
      try {
        await first.enroll();
        const packets = await unplugAt(first, undefined);
        expect(packets).toBeGreaterThan(10);
        for (let index = 0; index < packets; index++) {
          await unplugAt(first, index).catch((error: unknown) => {
            throw new Error(`unplugged after ${index} of ${packets} packets`, { cause: error });
          });
        }
        expect(first.authenticator.pinRetries).toBe(8);
      } finally {
        await first.close();
      }
    },
  );
});

/** The packets of a recovery; with an index, one that is pulled out there before it is repeated. */
async function unplugAt(first: Computer, index: number | undefined): Promise<number> {
  const second = await secondComputer(first);
  const people = new ScriptedRecoveryPeople();
  try {
    if (index !== undefined) {
      first.authenticator.faults.set({ unplugAfterPackets: index });
      await expect(recoverOn(second, people)).rejects.toMatchObject({ code: 'HID_GONE', kind: 'expected' });
      expect([second.journal.list(), await second.keyFiles()]).toEqual([[], []]);
      first.authenticator.faults.clear();
      await first.authenticator.replug();
    }
    first.authenticator.counters.reset();
    await recoverOn(second, people);
    const { packetsOut, packetsIn } = first.authenticator.counters.read();
    await expectNoHalfWrittenFile(second);
    expect(second.journal.list()).toMatchObject([{ state: 'published', credential: { origin: 'found' } }]);
    expect(people.given.every((pin) => 'isWiped' in pin && pin.isWiped)).toBe(true);
    return packetsOut + packetsIn;
  } finally {
    await second.close();
  }
}

describe('a recovery that is killed after any step', () => {
  it('finishes at the next run', { timeout: 60_000 }, async () => {
    const steps = await recoverInChild(NEVER);
    expect(steps.length).toBeGreaterThan(5);
    const waiting = steps.map((name, step) => ({ name, step }));
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { name, step } = next;
        await recoverInChild(step).catch((error: unknown) => {
          throw new Error(`killed after step ${step} (${name})`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  });
});

/** On a laptop that knows nothing of a key that was enrolled and published elsewhere; then again, to its end. The steps of the child. */
async function recoverInChild(killAfter: number): Promise<readonly string[]> {
  const authenticator = (folder: string) => ({ authenticator: { stateFile: join(folder, 'key.json') } });
  const empty = await Computer.start();
  const { folder } = empty;
  empty.database.close();
  const enrolling = Computer.again(folder, authenticator(folder));
  await enrolling.enroll();
  enrolling.database.close();
  for (const part of ['data', 'home']) await rm(join(folder, part), { recursive: true });

  const child = spawn(process.execPath, [CHILD, folder, String(killAfter)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const [status, signal] = await once(child, 'close');
  const computer = Computer.again(folder, authenticator(folder));
  try {
    expect({ status, signal, errors }).toEqual(
      killAfter === NEVER ? { status: 0, signal: null, errors: '' } : { status: null, signal: 'SIGKILL', errors: '' },
    );
    await recoverOn(computer, new ScriptedRecoveryPeople());
    await expectOneUsableEnrollment(computer);
    await expectNoHalfWrittenFile(computer);
  } finally {
    await computer.close();
  }
  return killAfter === NEVER ? (JSON.parse(output) as string[]) : [];
}
