/** The window's recovery over the real one: a lab key with keys of another computer, a person at the prompts, a window that chooses. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recoverKeys } from '../../../main/glasskey-recovery.ts';
import { CALLS, type EventName, type RecoveryStep } from '../../../main/ipc/contract.ts';
import { recoveryCalls } from '../../../main/ipc/recovery-calls.ts';
import { Computer, PIN } from '../enrollment/enrollment-world.ts';
import { recoveryWorld, residentCredential, secondComputer } from '../enrollment/recovery-world.ts';
import { Person, texts } from '../prompts/person.ts';

let first: Computer;
let computer: Computer;
let person: Person;
let steps: RecoveryStep[];
let events: EventName[];
let enrolled: number;
let stop: AbortController;

beforeEach(async () => {
  first = await Computer.start();
  await residentCredential(first, { user: 'one' });
  computer = await secondComputer(first);
  person = new Person();
  steps = [];
  events = [];
  enrolled = 0;
  stop = new AbortController();
});
afterEach(() => Promise.all([first.close(), computer.close()]));

const context = () => ({ signal: stop.signal, windowId: 1, progress: (step: RecoveryStep) => void steps.push(step) });

const calls = () =>
  recoveryCalls({
    glasskey: {
      recover: async (request, people, signal) => ({
        ...(await recoverKeys(request, computer.keyFile, recoveryWorld(computer, people), signal)),
        next: '',
      }),
    },
    desk: person.desk,
    texts,
    tell: (name) => void events.push(name),
    enrolled: () => {
      enrolled += 1;
    },
  });

async function typePin(): Promise<void> {
  await vi.waitFor(() => expect(person.sees.state).toBe('asking'), { interval: 5, timeout: 10_000 });
  await person.press('once', PIN);
}

describe('recovery.run', () => {
  it('takes the only key in after one PIN, and says which files were written, as agreed', async () => {
    const run = calls()['recovery.run']({ looksAtProfile: false }, context());
    await typePin();
    const report = await run;
    expect(CALLS['recovery.run'].output.parse(report)).toEqual(report);
    for (const step of steps) expect(CALLS['recovery.run'].progress.parse(step)).toEqual(step);
    expect(report.keys).toMatchObject([{ outcome: 'recovered', keyFile: expect.any(String) }]);
    expect(steps.map(({ kind }) => kind)).toEqual(['pin-wanted', 'pin-given', 'keys-listed', 'files-written']);
    expect(person.seesNothing).toBe(true);
    expect(enrolled).toBe(1);
    expect(events).toEqual(['readiness.changed', 'keys.changed']);
  });

  it('waits for the window where there are several, and takes those alone that it names', async () => {
    await residentCredential(computer, { user: 'two' });
    const both = calls();
    const run = both['recovery.run']({ looksAtProfile: false }, context());
    await typePin();
    await vi.waitFor(() => expect(steps.at(-1)?.kind).toBe('choice-wanted'), { interval: 5, timeout: 10_000 });
    const wanted = steps.at(-1);
    const keys = wanted?.kind === 'choice-wanted' ? wanted.keys : [];
    expect(keys).toHaveLength(2);
    expect(person.seesNothing).toBe(true);
    const second = keys.find(({ userName }) => userName === 'two')?.id ?? '';
    expect(await both['recovery.choose']({ ids: [second] }, context())).toEqual({ taken: true });
    const report = await run;
    expect(Object.fromEntries(report.keys.map(({ userName, outcome }) => [userName, outcome]))).toEqual({
      one: 'left',
      two: 'recovered',
    });
    expect(await both['recovery.choose']({ ids: [second] }, context())).toEqual({ taken: false });
  });

  it('shows names that end no line and turn no words round, whatever a program wrote on the key', async () => {
    await residentCredential(computer, { user: '\u202eowt\n' });
    await residentCredential(computer, { rpId: `ssh:\u2066${'x'.repeat(40)}`, user: 'three' });
    const both = calls();
    const run = both['recovery.run']({ looksAtProfile: false }, context());
    await typePin();
    await vi.waitFor(() => expect(steps.at(-1)?.kind).toBe('choice-wanted'), { interval: 5, timeout: 10_000 });
    const wanted = steps.at(-1);
    const keys = wanted?.kind === 'choice-wanted' ? wanted.keys : [];
    expect(keys.map(({ userName }) => userName).toSorted()).toEqual(['one', '\ufffdowt\ufffd']);
    await both['recovery.choose']({ ids: [] }, context());
    const report = await run;
    expect(report.unusable).toMatchObject([{ why: 'application-cut', userName: 'three' }]);
    expect(JSON.stringify(report)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it('is stopped by the window while it waits for a choice, with nothing taken', async () => {
    await residentCredential(computer, { user: 'two' });
    const failed = expect(calls()['recovery.run']({ looksAtProfile: false }, context())).rejects.toMatchObject({
      kind: 'cancelled',
    });
    await typePin();
    await vi.waitFor(() => expect(steps.at(-1)?.kind).toBe('choice-wanted'), { interval: 5, timeout: 10_000 });
    stop.abort();
    await failed;
    expect(computer.journal.list()).toEqual([]);
  });

  it('ends where nobody gives the PIN', async () => {
    const failed = expect(calls()['recovery.run']({ looksAtProfile: false }, context())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    await vi.waitFor(() => expect(person.sees.state).toBe('asking'), { interval: 5, timeout: 10_000 });
    await person.press('deny');
    await failed;
    expect(person.seesNothing).toBe(true);
  });
});
