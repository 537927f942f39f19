import { describe, expect, it } from 'vitest';
import { consentLines } from '../../../main/cli/consent-lines.ts';
import type { SecurityKeyEvent } from '../../../main/security-keys/people.ts';
import { CtapCommand } from '../../../native/ctap2/constants.ts';
import type { Clock } from '../../../time/clock.ts';
import type { LabAuthenticator, LabAuthenticatorOptions } from '../../lab/authenticator/lab-authenticator.ts';
import { profileNames } from '../../lab/authenticator/profiles.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { desk, forever, holdCredential, labKey, PIN, pinWasSent, timesSent } from './key-desk.ts';

const resets = (lab: LabAuthenticator) => timesSent(lab, CtapCommand.RESET);

/** A key at a clock that the test moves, and a person who plugs it out and in as they are told. */
function resettable(
  profile: LabAuthenticatorOptions['profile'],
  { others = [] }: { others?: readonly LabAuthenticator[] } = {},
) {
  const clock = new ManualClock();
  let ahead = 0;
  const keyClock: Clock = { now: () => clock.now() + ahead, after: (ms, run) => clock.after(ms, run) };
  const lab = labKey(profile, { path: 'lab:key', env: { clock: keyClock } });
  const set = desk([lab, ...others], { clock });
  let told: (event: SecurityKeyEvent) => void = () => {};
  set.people.onEvent = (event) => {
    if (event.kind === 'unplug-wanted') void lab.unplug();
    if (event.kind === 'plug-in-wanted') void lab.replug();
    told(event);
  };
  return {
    ...set,
    clock,
    lab,
    keyRunsAhead: (ms: number) => {
      ahead += ms;
    },
    /** In place of the person. */
    onEvent: (event: (event: SecurityKeyEvent) => void) => {
      set.people.onEvent = event;
    },
    alsoOn: (event: (event: SecurityKeyEvent) => void) => {
      told = event;
    },
    /** Runs the reset while time passes, until it ends. */
    async reset(signal = forever, device: string | undefined = 'lab:key') {
      let isDone = false;
      const running = set.keys.reset(device, set.people, signal).finally(() => {
        isDone = true;
      });
      running.catch(() => {});
      for (let looks = 0; looks < 1_000 && !isDone; looks += 1) await clock.pass(100);
      return running;
    },
  };
}

describe('a reset', () => {
  it.each(profileNames)(
    'takes everything from a %s, after the word was typed for it and the key was plugged in again',
    async (profile) => {
      const { keys, people, lab, reset, begun } = resettable(profile);
      await holdCredential(lab, { rpId: 'ssh:', userName: 'alice', algorithm: -7 });
      people.offersPin = false;
      const after = await reset();
      expect(after).toMatchObject({ pin: { state: 'not-set' }, problem: undefined });
      expect(lab.credentials()).toEqual([]);
      expect(people.consents).toMatchObject([{ kind: 'reset', typed: 'reset', loss: { pinSet: true } }]);
      expect(people.kinds).toEqual(['unplug-wanted', 'plug-in-wanted', 'reset-touch-wanted', 'touched']);
      expect(resets(lab)).toBe(1);
      expect(pinWasSent(lab)).toBe(false);
      expect(begun).toEqual(['key.reset']);
      expect(await keys.look('lab:key', people, forever)).toMatchObject({ pinSet: false });
    },
  );

  it('tells first what is lost, and which enrollments of this computer are on the key, where the PIN is given', async () => {
    const clock = new ManualClock();
    const lab = labKey('yubikey-5.7', { env: { clock } });
    const [mine] = [await holdCredential(lab, { rpId: 'ssh:', userName: 'alice' })];
    await holdCredential(lab, { rpId: 'github.com', userName: 'alice' });
    const enrollment = { id: 'ab12', keyFile: '/k', fingerprint: 'SHA256:x', onProfileOf: 'alice@lab.example' };
    const elsewhere = { ...enrollment, id: 'cd34' };
    const enrolled = [
      { enrollment, credentialId: mine, aaguid: undefined },
      { enrollment: elsewhere, credentialId: new Uint8Array(64), aaguid: undefined },
    ];
    const { keys, people } = desk([lab], { enrolled, clock });
    people.agrees = false;
    await expect(keys.reset(undefined, people, forever)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(people.pinQuestions).toMatchObject([{ operation: 'list-what-is-lost' }]);
    expect(people.consents).toMatchObject([
      {
        kind: 'reset',
        windowSeconds: 10,
        loss: { enrollments: [{ enrollment: { id: 'ab12' }, certain: true }] },
      },
    ]);
    const [question] = people.consents;
    const credentials = question?.kind === 'reset' ? question.loss.credentials : undefined;
    expect(credentials?.map(({ rpId }) => rpId).toSorted()).toEqual(['github.com', 'ssh:']);
    // Nothing was asked of anybody, and nothing sent, that cannot be taken back.
    expect(people.events).toEqual([]);
    expect(resets(lab)).toBe(0);
  });

  it('names the enrollments that may be on the key where nobody knows the PIN any more', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ pinRetries: 0 });
    const aaguid = '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b';
    const enrollment = { id: 'ab12', keyFile: '/k', fingerprint: 'SHA256:x', onProfileOf: undefined };
    const enrolled = [
      { enrollment, credentialId: Uint8Array.of(1), aaguid },
      { enrollment: { ...enrollment, id: 'of another model' }, credentialId: Uint8Array.of(2), aaguid: 'other' },
    ];
    const { keys, people } = desk([lab], { enrolled });
    people.agrees = false;
    await expect(keys.reset(undefined, people, forever)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(people.pinQuestions).toEqual([]);
    expect(people.consents).toMatchObject([
      {
        loss: {
          credentials: undefined,
          unlisted: 'pin-blocked',
          enrollments: [{ enrollment: { id: 'ab12' }, certain: false }],
        },
      },
    ]);
  });

  it.each([
    ['nobody gave the PIN', 'yubikey-5.7', PIN, 'pin-not-given', 'the PIN was not given'],
    ['the key has none', 'yubikey-5.7', null, 'no-pin', 'no PIN'],
    ['the key cannot list', 'yubikey-5.1', PIN, 'cannot-list', 'cannot list them'],
  ] as const)('says why it lists nothing: %s', async (_why, profile, pin, unlisted, words) => {
    const lab = labKey(profile);
    lab.setPinState({ pin });
    const { keys, people } = desk([lab]);
    people.offersPin = false;
    people.agrees = false;
    await expect(keys.reset(undefined, people, forever)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(people.consents).toMatchObject([{ loss: { credentials: undefined, unlisted } }]);
    const [question] = people.consents;
    expect(question && consentLines(question).join('\n')).toContain(`(not listed: `);
    expect(question && consentLines(question).join('\n')).toContain(words);
  });

  it('goes on without a list where the PIN that was tried is wrong three times', async () => {
    const { people, lab, reset } = resettable('yubikey-5.7');
    people.pins = ['000000'];
    expect(await reset()).toMatchObject({ pin: { state: 'not-set' } });
    expect(people.consents).toMatchObject([{ loss: { credentials: undefined, unlisted: 'pin-blocked' } }]);
    expect(resets(lab)).toBe(1);
  });

  it.each([
    ['yubikey-5.4', 5],
    ['yubikey-5.7', 10],
  ] as const)('counts the window of a %s down from %i s', async (profile, seconds) => {
    const { people, clock, reset } = resettable(profile);
    let pluggedInAt = 0;
    const before = people.onEvent;
    people.onEvent = (event) => {
      if (event.kind === 'plug-in-wanted') pluggedInAt = clock.now();
      before(event);
    };
    await reset();
    const touch = people.events.find((event) => event.kind === 'reset-touch-wanted');
    expect(touch).toMatchObject({ endsAt: pluggedInAt + seconds * 1000, isHeld: false });
  });

  it('that comes too late is refused by the key, which keeps everything', async () => {
    const { people, lab, reset, onEvent, keyRunsAhead } = resettable('yubikey-5.7');
    await holdCredential(lab, { rpId: 'ssh:', userName: 'alice' });
    onEvent((event) => {
      if (event.kind === 'unplug-wanted') void lab.unplug();
      if (event.kind !== 'plug-in-wanted') return;
      // A hub that kept it powered, or a computer that was busy: the key has been up for longer than this computer saw it.
      void lab.replug();
      keyRunsAhead(11_000);
    });
    people.offersPin = false;
    await expect(reset()).rejects.toMatchObject({ code: 'RESET_TOO_LATE' });
    expect(lab.credentials()).toHaveLength(1);
  });

  it('wants the touch, and is over where nobody gives it', async () => {
    const { lab, reset } = resettable('yubikey-5.7');
    lab.setTouch('never');
    await expect(reset()).rejects.toMatchObject({ code: 'CTAP_NO_TOUCH' });
    expect(lab.save()).not.toContain('"pin": null');
  });
});

describe('a reset that is cancelled', () => {
  it.each(['unplug-wanted', 'plug-in-wanted', 'reset-touch-wanted'] as const)('at %s resets nothing', async (kind) => {
    const { people, lab, reset, alsoOn } = resettable('yubikey-5.7');
    await holdCredential(lab, { rpId: 'ssh:', userName: 'alice' });
    lab.setTouch('never');
    const stop = new AbortController();
    alsoOn((event) => {
      if (event.kind === kind) stop.abort();
    });
    await expect(reset(stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(lab.credentials()).toHaveLength(1);
    expect(people.kinds.at(-1)).toBe(kind);
    expect(lab.touchPad.blinking).toBe(false);
  });

  it('while the key is waited for, to go or to come, resets nothing', async () => {
    for (const waits of ['out', 'in'] as const) {
      const { lab, clock, keys, people, onEvent } = resettable('yubikey-5.7');
      onEvent((event) => {
        if (waits === 'in' && event.kind === 'unplug-wanted') void lab.unplug();
      });
      const stop = new AbortController();
      const running = expect(keys.reset('lab:key', people, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
      await clock.pass(60_000);
      stop.abort();
      await running;
      expect(resets(lab)).toBe(0);
    }
  });
});

describe('another key that appears in the window', () => {
  it('of another kind gets nothing at all, and the right one is waited for', async () => {
    const other = labKey('plain-ctap20', { path: 'lab:other' });
    await other.unplug();
    const { people, lab, reset, onEvent } = resettable('yubikey-5.7', { others: [other] });
    onEvent((event) => {
      if (event.kind === 'unplug-wanted') void lab.unplug();
      if (event.kind === 'plug-in-wanted') void other.replug();
      if (event.kind === 'other-key') void lab.replug();
    });
    await reset();
    expect(people.kinds).toContain('other-key');
    expect(other.counters.read().packetsOut).toBe(0);
    expect([resets(lab), resets(other)]).toEqual([1, 0]);
  });

  it.each<[string, (other: LabAuthenticator) => Promise<void>]>([
    ['has no PIN', async (other) => other.setPinState({ pin: null })],
    ['holds something else', async (other) => void (await holdCredential(other, { rpId: 'x', userName: 'y' }))],
  ])('of the same model that %s is not reset', async (_, prepare) => {
    const other = labKey('yubikey-5.7', { path: 'lab:other' });
    await prepare(other);
    await other.unplug();
    const { people, lab, reset, onEvent } = resettable('yubikey-5.7', { others: [other] });
    onEvent((event) => {
      if (event.kind === 'unplug-wanted') void lab.unplug();
      if (event.kind === 'plug-in-wanted') void other.replug();
      if (event.kind === 'other-key') void lab.replug();
    });
    await reset();
    expect(people.kinds.filter((kind) => kind === 'other-key')).toHaveLength(1);
    expect([resets(lab), resets(other)]).toEqual([1, 0]);
  });

  it('of the same model with other firmware is not reset', async () => {
    const other = labKey('yubikey-5.4', { path: 'lab:other' });
    await other.unplug();
    const { lab, reset, onEvent } = resettable('yubikey-5.7', { others: [other] });
    onEvent((event) => {
      if (event.kind === 'unplug-wanted') void lab.unplug();
      if (event.kind === 'plug-in-wanted') void other.replug();
      if (event.kind === 'other-key') void lab.replug();
    });
    await reset();
    expect([resets(lab), resets(other)]).toEqual([1, 0]);
  });

  it('that looks the same ends it: with two of them, nothing tells which one came', async () => {
    const other = labKey('yubikey-5.7', { path: 'lab:other' });
    await other.unplug();
    const { lab, reset, onEvent } = resettable('yubikey-5.7', { others: [other] });
    onEvent((event) => {
      if (event.kind === 'unplug-wanted') void lab.unplug();
      if (event.kind === 'plug-in-wanted') {
        void other.replug();
        void lab.replug();
      }
    });
    await expect(reset()).rejects.toMatchObject({ code: 'RESET_OTHER_KEY' });
    expect([resets(lab), resets(other)]).toEqual([0, 0]);
  });

  it('of the same kind that goes meanwhile ends it: its path could be taken for the other’s', async () => {
    const other = labKey('yubikey-5.7', { path: 'lab:other' });
    const { lab, reset, onEvent } = resettable('yubikey-5.7', { others: [other] });
    onEvent((event) => {
      if (event.kind === 'unplug-wanted') void lab.unplug();
      if (event.kind === 'plug-in-wanted') void other.unplug();
    });
    await expect(reset()).rejects.toMatchObject({ code: 'RESET_OTHER_KEY' });
    expect([resets(lab), resets(other)]).toEqual([0, 0]);
  });

  it('that stays plugged in all the while is left alone', async () => {
    const other = labKey('yubikey-5.7', { path: 'lab:other' });
    const { lab, reset } = resettable('yubikey-5.7', { others: [other] });
    await reset();
    expect([resets(lab), resets(other)]).toEqual([1, 0]);
    expect(other.counters.read().packetsOut).toBe(0);
  });
});

describe('a key whose PIN is blocked', () => {
  it('is made usable by a reset, and gets no PIN on the way', async () => {
    const { people, lab, reset } = resettable('yubikey-5.7');
    lab.setPinState({ pinRetries: 0 });
    people.pins = [PIN];
    expect(await reset()).toMatchObject({ pin: { state: 'not-set' } });
    expect(pinWasSent(lab)).toBe(false);
  });
});
