import { describe, expect, it } from 'vitest';
import { ClientPin, CtapCommand } from '../../../native/ctap2/constants.ts';
import { profileNames } from '../../lab/authenticator/profiles.ts';
import { desk, forever, labKey, PIN, pinWasSent } from './key-desk.ts';

const NEW = '314159';

function setPinCommands(lab: ReturnType<typeof labKey>): number {
  const { commands } = lab.counters.read();
  return commands.filter(
    ({ command, subCommand }) => command === CtapCommand.CLIENT_PIN && subCommand === ClientPin.SET_PIN,
  ).length;
}

describe('a first PIN', () => {
  it.each(profileNames)('is set on a %s, its rules told first', async (profile) => {
    const lab = labKey(profile);
    lab.setPinState({ pin: null });
    const { keys, people, begun } = desk([lab]);
    expect(await keys.setPin(undefined, people, forever)).toMatchObject({ pin: { state: 'set', triesLeft: 8 } });
    expect(people.newPinQuestions).toMatchObject([
      { why: 'first', minLength: 4, maxLength: 63, refusesSimple: false, refused: undefined },
    ]);
    expect(people.kinds).toEqual(['pin-set']);
    expect(people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
    expect(begun).toEqual(['pin.set']);
    // It is that PIN: changing it takes it.
    people.pins = [NEW];
    people.newPins = ['161803'];
    await keys.changePin(undefined, people, forever);
  });

  it('that is too short for this key is asked for again, and nothing is sent for it', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ pin: null, minPinLength: 6 });
    const { keys, people } = desk([lab]);
    people.newPins = ['12345', 'äöüß€😀'];
    await keys.setPin(undefined, people, forever);
    expect(people.newPinQuestions).toMatchObject([
      { minLength: 6, refused: undefined },
      { minLength: 6, refused: expect.stringContaining('6 characters') },
    ]);
    expect(setPinCommands(lab)).toBe(1);
  });

  it('is refused where there is one, and where there can be none', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    await expect(keys.setPin(undefined, people, forever)).rejects.toMatchObject({
      code: 'PIN_SET_ALREADY',
      remedy: expect.stringContaining('glasskey pin change'),
    });
    lab.setPinState({ pinRetries: 0 });
    await expect(keys.setPin(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    expect(people.newPinQuestions).toEqual([]);
  });
});

describe('another PIN', () => {
  it.each(profileNames)('takes the place of the old one on a %s', async (profile) => {
    const lab = labKey(profile);
    const { keys, people } = desk([lab]);
    expect(await keys.changePin(undefined, people, forever)).toMatchObject({ pin: { state: 'set', triesLeft: 8 } });
    expect(people.pinQuestions).toMatchObject([{ operation: 'change-pin', triesLeft: undefined, wasWrong: false }]);
    expect(people.newPinQuestions).toMatchObject([{ why: 'change' }]);
    expect(lab.counters.read().pinChecks).toBe(1);
    expect(people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
  });

  it('is not sent a second time by the program when the old one was wrong: it is asked for, with the tries left', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    people.pins = ['000000', PIN];
    await keys.changePin(undefined, people, forever);
    expect(people.pinQuestions).toMatchObject([
      { triesLeft: undefined, wasWrong: false },
      { triesLeft: 7, wasWrong: true },
    ]);
    expect(lab.counters.read().pinChecks).toBe(2);
  });

  it('tells the tries that are left before anything is typed', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ pinRetries: 1 });
    const { keys, people } = desk([lab]);
    await keys.changePin(undefined, people, forever);
    expect(people.pinQuestions).toMatchObject([{ triesLeft: 1 }]);
    expect(lab.pinRetries).toBe(8);
  });

  it('is what a key asks for that forces it, and frees it', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ forcePinChange: true, minPinLength: 6 });
    const { keys, people } = desk([lab]);
    await expect(keys.credentials(undefined, people, forever)).rejects.toMatchObject({
      code: 'PIN_CHANGE_FORCED',
      remedy: expect.stringContaining('glasskey pin change'),
    });
    expect(pinWasSent(lab)).toBe(false);
    people.newPins = [NEW];
    expect(await keys.changePin(undefined, people, forever)).toMatchObject({ pin: { state: 'set' } });
    expect(people.newPinQuestions).toMatchObject([{ why: 'forced', minLength: 6 }]);
  });

  it('that the key refuses is asked for again', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ forcePinChange: true });
    const { keys, people } = desk([lab]);
    people.newPins = [PIN, NEW]; // a forced change wants another one (CTAP 2.1, 6.5.5.6)
    await keys.changePin(undefined, people, forever);
    expect(people.newPinQuestions.map(({ refused }) => refused === undefined)).toEqual([true, false]);
  });
});

describe('a PIN is not asked for, and none is sent, where the key says that it takes none', () => {
  it.each(profileNames)('blocked for good: a %s', async (profile) => {
    const lab = labKey(profile);
    lab.setPinState({ pinRetries: 0 });
    const { keys, people } = desk([lab]);
    await expect(keys.changePin(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    expect(people.pinQuestions).toEqual([]);
    expect(pinWasSent(lab)).toBe(false);
  });

  it.each(profileNames)('three wrong ones in a row, until it is plugged in again: a %s', async (profile) => {
    const lab = labKey(profile);
    const { keys, people } = desk([lab]);
    people.pins = ['000000'];
    await expect(keys.changePin(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    expect(people.pinQuestions).toHaveLength(3);
    expect(lab.counters.read().pinChecks).toBe(3);

    lab.counters.reset();
    await expect(keys.changePin(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    expect(people.pinQuestions).toHaveLength(3);
    expect(pinWasSent(lab)).toBe(false);
    expect(await keys.look(undefined, people, forever)).toMatchObject({
      pin: { state: 'replug-needed', triesLeft: 5 },
    });

    await lab.replug();
    people.pins = [PIN];
    await keys.changePin(undefined, people, forever);
    expect(lab.pinRetries).toBe(8);
  });

  it('not set', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ pin: null });
    const { keys, people } = desk([lab]);
    await expect(keys.changePin(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_NOT_SET' });
    expect(people.pinQuestions).toEqual([]);
  });
});

describe('a change of the PIN that is disturbed', () => {
  it('by the key being pulled out says so, and wipes both PINs', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    people.onPin = () => lab.faults.set({ unplugAfterPackets: 4 });
    await expect(keys.changePin(undefined, people, forever)).rejects.toMatchObject({ code: 'HID_GONE' });
    expect(people.pinsGiven).toHaveLength(2);
    expect(people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
  });

  it('by its cancelling at the question sends nothing', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    const stop = new AbortController();
    people.onPin = () => stop.abort();
    await expect(keys.changePin(undefined, people, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(pinWasSent(lab)).toBe(false);
    expect(people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
  });
});
