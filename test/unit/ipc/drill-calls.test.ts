/** The window's drill over a scripted core: what crosses, and how it is asked for PIN and touches. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cancelled } from '../../../diagnostics/glasskey-error.ts';
import type { DrillPeople } from '../../../main/glasskey-drill.ts';
import { CALLS, type DrillEventView, type EventName } from '../../../main/ipc/contract.ts';
import { drillCalls } from '../../../main/ipc/drill-calls.ts';
import type { DrillRecord } from '../../../main/storage/drill-store.ts';
import { Person, texts } from '../prompts/person.ts';

const NOW = 100 * 86_400_000;
const FAILED: DrillRecord = {
  id: 1,
  target: 'leaf1',
  device: 'alice@leaf1',
  way: { kind: 'jump', hops: ['ops@jump', 'alice@leaf1'] },
  at: NOW - 1000,
  verdict: 'failed',
  steps: [
    {
      step: 'host-key',
      hop: 'ops@jump',
      state: 'failed',
      ms: 3,
      code: 'CONNECT_HOST_KEY_UNKNOWN',
      message: 'It is not known yet.',
      remedy: 'Log in once: glasskey connect leaf1',
    },
  ],
};

let person: Person;
let told: DrillEventView[];
let events: EventName[];
beforeEach(() => {
  person = new Person();
  told = [];
  events = [];
});

type Run = (people: DrillPeople, signal: AbortSignal) => Promise<readonly DrillRecord[]>;

const calls = (run: Run, kept: readonly DrillRecord[] = []) =>
  drillCalls({
    glasskey: { drill: (_, people, signal) => run(people, signal), drills: async () => kept },
    desk: person.desk,
    texts,
    tell: (name) => void events.push(name),
    now: () => NOW,
  });
const context = {
  signal: new AbortController().signal,
  windowId: 1,
  progress: (event: DrillEventView) => told.push(event),
};
const request = { targets: ['leaf1'], everyWay: false };
const asking = () => vi.waitFor(() => expect(person.sees.state).toBe('asking'), { interval: 5 });

describe('drill.run', () => {
  it('tells each step as agreed, with a remedy that names no command line', async () => {
    const [step] = FAILED.steps;
    if (step === undefined) throw new Error('no step');
    const run = calls(async (people) => {
      people.tellDrill({ kind: 'target', target: 'leaf1', way: 'jump', hops: ['ops@jump'] });
      people.tellDrill({ kind: 'doing', target: undefined, step: 'key' });
      people.tellDrill({ kind: 'done', target: 'leaf1', step });
      return [FAILED];
    })['drill.run'](request, context);
    const { drills } = await run;
    for (const event of told) expect(CALLS['drill.run'].progress.parse(event)).toEqual(event);
    expect(CALLS['drill.run'].output.parse({ drills })).toEqual({ drills });
    expect(told.map(({ kind }) => kind)).toEqual(['target', 'doing', 'done']);
    for (const text of [JSON.stringify(told), JSON.stringify(drills)]) expect(text).not.toContain('glasskey connect');
    expect(drills[0]?.steps[0]?.remedy).toContain('connect once and answer yes');
    expect(events).toEqual(['drills.changed', 'readiness.changed']);
  });

  it('asks for the PIN and shows the touches in one prompt, which goes with the drill', async () => {
    const run = calls(async (people, signal) => {
      const pin = await people.signingPin({ why: 'needed', product: 'YubiKey 5C' }, signal);
      pin?.wipe();
      const { id } = person.sees;
      people.touchDone('signed');
      expect(person.sees.id).toBe(id);
      return [];
    })['drill.run'](request, context);
    await asking();
    expect(person.sees.field?.kind).toBe('pin');
    await person.press('once', '271828');
    await run;
    expect(person.seesNothing).toBe(true);
  });

  it('ends where the prompt is cancelled', async () => {
    const run = calls(async (people, signal) => {
      const pin = await people.signingPin({ why: 'needed', product: 'YubiKey 5C' }, signal);
      if (pin === undefined) throw cancelled('The drill');
      return [];
    })['drill.run'](request, context);
    await asking();
    await Promise.all([expect(run).rejects.toMatchObject({ code: 'CANCELLED' }), person.press('deny')]);
    expect(person.seesNothing).toBe(true);
  });
});

it('drill.list gives those of the last 90 days', async () => {
  const old = { ...FAILED, id: 0, at: NOW - 91 * 86_400_000 };
  const { drills } = await calls(async () => [], [FAILED, old])['drill.list']({}, context as never);
  expect(drills.map(({ id }) => id)).toEqual([1]);
});
