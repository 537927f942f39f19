/** The window's rotation over the real one: a lab key, a profile, and a person at the prompts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveUp, type RotateKeyPeople, type RotationStep, rotate } from '../../../main/glasskey-rotation.ts';
import { CALLS, type EnrollStep, type EventName } from '../../../main/ipc/contract.ts';
import { rotationCalls } from '../../../main/ipc/rotation-calls.ts';
import { PIN } from '../enrollment/enrollment-world.ts';
import { Rotating } from '../enrollment/rotation-world.ts';
import { Person, texts } from '../prompts/person.ts';

let rotating: Rotating;
let person: Person;
let steps: EnrollStep[];
let events: EventName[];

beforeEach(async () => {
  rotating = await Rotating.start();
  person = new Person();
  steps = [];
  events = [];
});
afterEach(() => rotating.computer.close());

const context = () => ({
  signal: new AbortController().signal,
  windowId: 1,
  progress: (step: EnrollStep) => void steps.push(step),
});

function calls() {
  const world = (people: RotateKeyPeople) => ({ ...rotating.world, people });
  const result = async (did: Promise<RotationStep>) => ({ did: await did, rotation: undefined, next: '' });
  return rotationCalls({
    glasskey: {
      status: async () => ({
        verdict: 'ready',
        next: '',
        enrollments: [],
        rotation: undefined,
        targets: [],
        lastDrill: undefined,
        lastProven: {},
        neverProven: [],
      }),
      rotate: (request, people, signal) => result(rotate(request, world(people), signal)),
      giveUpRotation: (request, people, signal) => result(giveUp(request, world(people), signal)),
    },
    desk: person.desk,
    texts,
    tell: (name) => void events.push(name),
    enrolled: () => {},
    now: () => 1,
  });
}

const asked = () => vi.waitFor(() => expect(person.sees.state).toBe('asking'), { interval: 5, timeout: 10_000 });

async function typePin(): Promise<void> {
  await vi.waitFor(() => expect(person.sees.field?.kind).toBe('pin'), { interval: 5, timeout: 10_000 });
  await person.press('once', PIN);
}

describe('rotation.run', () => {
  it('makes the new key beside the old one after one PIN, and tells each step as agreed', async () => {
    const run = calls()['rotation.run']({ step: 'next' }, context());
    await typePin();
    expect(await run).toEqual({ did: 'published' });
    for (const step of steps) expect(CALLS['rotation.run'].progress.parse(step)).toEqual(step);
    expect(steps.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['pin-wanted', 'credential-made', 'published']),
    );
    expect(rotating.credentials).toHaveLength(2);
    expect(events).toEqual(expect.arrayContaining(['readiness.changed', 'keys.changed']));
  });

  it('takes the security key that was chosen, and no other in its place', async () => {
    const run = calls()['rotation.run']({ step: 'next', device: '/dev/none-of-that-path' }, context());
    await expect(run).rejects.toMatchObject({ code: 'KEY_MISSING' });
    expect(rotating.credentials).toHaveLength(1);
    expect(person.seesNothing).toBe(true);
  });

  it('asks in a prompt of its own before the old key goes; a no changes nothing', async () => {
    await rotating.rotateAndProve();
    const refused = calls()['rotation.run']({ step: 'next' }, context());
    await asked();
    expect(person.sees).toMatchObject({ title: 'Retire the old key?' });
    expect(person.sees.field).toBeUndefined();
    await person.press('deny');
    expect(await refused).toEqual({ did: 'declined' });
    expect(rotating.credentials).toHaveLength(2);

    const agreed = calls()['rotation.run']({ step: 'next' }, context());
    await asked();
    await person.press('once');
    await typePin();
    expect(await agreed).toEqual({ did: 'retired' });
    expect(rotating.credentials).toHaveLength(1);
  });

  it('gives up after a yes, and puts the old key back on the profile', async () => {
    await rotating.rotate();
    const run = calls()['rotation.run']({ step: 'give-up' }, context());
    await asked();
    expect(person.sees).toMatchObject({ title: 'Keep the old key?' });
    await person.press('once');
    expect(await run).toEqual({ did: 'turned-back' });
    expect(rotating.credentials).toHaveLength(2);
  });
});
