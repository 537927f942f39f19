import { describe, expect, it } from 'vitest';
import { CtapCommand } from '../../../native/ctap2/constants.ts';
import { desk, forever, labKey, timesSent } from './key-desk.ts';

describe('the settings of a key', () => {
  it('alwaysUv is switched on and off again; where it is so already, nobody is asked', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    expect(await keys.setAlwaysUv(undefined, true, people, forever)).toMatchObject({ abilities: { alwaysUv: true } });
    expect(await keys.setAlwaysUv(undefined, true, people, forever)).toMatchObject({ abilities: { alwaysUv: true } });
    expect(people.pinQuestions).toHaveLength(1);
    expect(timesSent(lab, CtapCommand.CONFIG)).toBe(1);
    expect(await keys.setAlwaysUv(undefined, false, people, forever)).toMatchObject({ abilities: { alwaysUv: false } });
  });

  it('the shortest PIN grows when people agree, and what they have may then be too short', async () => {
    const { keys, people } = desk([labKey('yubikey-5.7')]);
    expect(await keys.setMinPinLength(undefined, 8, people, forever)).toMatchObject({
      pin: { state: 'change-forced', minLength: 8 },
    });
    expect(people.consents).toMatchObject([{ kind: 'raise-min-pin-length', from: 4, to: 8 }]);
  });

  it('the shortest PIN stays where people decline, and where it is no length for it', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ minPinLength: 6 });
    const { keys, people } = desk([lab]);
    people.agrees = false;
    await expect(keys.setMinPinLength(undefined, 8, people, forever)).rejects.toMatchObject({ code: 'CANCELLED' });
    for (const length of [5, 64]) {
      await expect(keys.setMinPinLength(undefined, length, people, forever)).rejects.toMatchObject({
        code: 'PIN_MINIMUM',
      });
    }
    expect(await keys.setMinPinLength(undefined, 6, people, forever)).toMatchObject({ pin: { minLength: 6 } });
    expect(people.pinQuestions).toEqual([]);
    expect(timesSent(lab, CtapCommand.CONFIG)).toBe(0);
  });

  it.each(['yubikey-5.1', 'yubikey-5.4', 'plain-ctap20'] as const)('are none on a %s', async (profile) => {
    const { keys, people } = desk([labKey(profile)]);
    const code = 'KEY_NO_CONFIG';
    await expect(keys.setAlwaysUv(undefined, true, people, forever)).rejects.toMatchObject({ code });
    await expect(keys.setMinPinLength(undefined, 8, people, forever)).rejects.toMatchObject({ code });
    expect(people.pinQuestions).toEqual([]);
  });
});
