import { beforeEach, describe, expect, it } from 'vitest';
import { HeldPin, LOOK_EVERY_MS, SLEPT_MS } from '../../../main/agent/held-pin.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const newPin = () => new Pin(new TextEncoder().encode('123456'));
const facts = { purpose: { kind: 'sshsig', namespace: 'file' }, through: [], way: 'known' } as const;
const question = { why: 'needed', purpose: 'Log in', facts, model: 'A', credentialId: Uint8Array.of(1) } as const;
const { signal } = new AbortController();

/** A person who gives a new PIN object each time, and what was given. */
function person() {
  const given: Pin[] = [];
  const ask = async () => {
    const pin = newPin();
    given.push(pin);
    return pin;
  };
  return { given, ask };
}

let clock: ManualClock;
let isGone: boolean;
const world = {
  get clock() {
    return clock;
  },
  isKeyGone: () => isGone,
};

beforeEach(() => {
  clock = new ManualClock();
  isGone = false;
});

describe('a PIN that is held', () => {
  it('until wiped is asked for once, however many signatures there are', async () => {
    const { given, ask } = person();
    const held = new HeldPin(ask, 'until-wiped', world);
    const first = await held.request(question, signal);
    held.used();
    expect(await held.request(question, signal)).toBe(first);
    expect(given).toHaveLength(1);
    held.wipe();
    expect(first?.isWiped).toBe(true);
  });

  it('for one signature is wiped after it, however it ended', async () => {
    const { given, ask } = person();
    const held = new HeldPin(ask, 'for-one-signature', world);
    await held.request(question, signal);
    held.used();
    expect(given[0]?.isWiped).toBe(true);
    await held.request(question, signal);
    expect(given).toHaveLength(2);
  });

  it.each(['wrong', 'replugged'] as const)('is wiped and asked for anew when the question is: %s', async (why) => {
    const { given, ask } = person();
    const held = new HeldPin(ask, 'until-wiped', world);
    await held.request(question, signal);
    const second = await held.request({ ...question, why, triesLeft: 7 }, signal);
    expect(given[0]?.isWiped).toBe(true);
    expect(second).toBe(given[1]);
  });

  it('may be given beforehand, and then nobody is asked', async () => {
    const held = new HeldPin(async () => expect.unreachable(), 'until-wiped', world);
    const [first, second] = [newPin(), newPin()];
    held.hold(first, 'A');
    held.hold(second, 'A');
    expect(first.isWiped).toBe(true);
    expect(await held.request(question, signal)).toBe(second);
  });

  it('is never given for a key of another model: it is wiped, and asked for anew', async () => {
    const { given, ask } = person();
    const held = new HeldPin(ask, 'until-wiped', world);
    await held.request(question, signal);
    expect(await held.request({ ...question, model: 'B' }, signal)).toBe(given[1]);
    expect(given[0]?.isWiped).toBe(true);
  });

  it('is none when the person declined, and the next signature asks again', async () => {
    let asked = 0;
    const held = new HeldPin(
      async () => {
        asked += 1;
        return undefined;
      },
      'until-wiped',
      world,
    );
    expect(await held.request(question, signal)).toBeUndefined();
    expect(await held.request(question, signal)).toBeUndefined();
    expect(asked).toBe(2);
  });

  it.each(['until-wiped', 'for-one-signature'] as const)(
    'is wiped, and not kept for the next request, where it was given for one that has ended meanwhile: %s',
    async (keep) => {
      const { given, ask } = person();
      const gone = new AbortController();
      const leaving = async () => {
        gone.abort();
        return ask();
      };
      let asking = leaving;
      const held = new HeldPin(() => asking(), keep, world);
      expect(await held.request(question, gone.signal)).toBeUndefined();
      expect(given.map(({ isWiped }) => isWiped)).toEqual([true]);
      asking = ask;
      expect(await held.request(question, signal)).toBe(given[1]);
      expect(given[1]?.isWiped).toBe(false);
    },
  );

  it('is wiped within a second of its key being unplugged, though nothing is signed, and asked for anew', async () => {
    const { given, ask } = person();
    const held = new HeldPin(ask, 'until-wiped', world);
    await held.request(question, signal);
    await clock.pass(60 * LOOK_EVERY_MS);
    expect(given[0]?.isWiped).toBe(false);
    isGone = true;
    await clock.pass(LOOK_EVERY_MS);
    expect(given[0]?.isWiped).toBe(true);
    isGone = false;
    expect(await held.request(question, signal)).toBe(given[1]);
    isGone = true;
    await clock.pass(LOOK_EVERY_MS);
    expect(given[1]?.isWiped).toBe(true);
  });

  it('is wiped when the computer has slept, which no command line is told of, and asked for anew', async () => {
    const { given, ask } = person();
    let asleepMs = 0;
    const sleeping = {
      now: () => clock.now() + asleepMs,
      after: (ms: number, run: () => void) => clock.after(ms, run),
    };
    const held = new HeldPin(ask, 'until-wiped', { clock: sleeping, isKeyGone: () => false });
    await held.request(question, signal);
    // A computer that is busy comes late, too.
    asleepMs = SLEPT_MS;
    await clock.pass(LOOK_EVERY_MS);
    expect(given[0]?.isWiped).toBe(false);
    asleepMs += SLEPT_MS + 1;
    await clock.pass(LOOK_EVERY_MS);
    expect(given[0]?.isWiped).toBe(true);
    expect(await held.request(question, signal)).toBe(given[1]);
  });

  it('given beforehand is wiped with its key too', async () => {
    const held = new HeldPin(async () => expect.unreachable(), 'until-wiped', world);
    const pin = newPin();
    held.hold(pin, 'A');
    isGone = true;
    await clock.pass(LOOK_EVERY_MS);
    expect(pin.isWiped).toBe(true);
  });
});
