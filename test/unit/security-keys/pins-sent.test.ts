/** A PIN that people gave goes to the key once, whatever the key says of it, and none goes that nobody gave. */
import { describe, expect, it } from 'vitest';
import { ClientPin, CtapCommand } from '../../../native/ctap2/constants.ts';
import type { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';
import { desk, forever, labKey } from './key-desk.ts';

/** clientPIN commands that carry the PIN which a key has. */
const CARRIERS: readonly number[] = [ClientPin.CHANGE_PIN, ClientPin.GET_PIN_TOKEN, ClientPin.GET_TOKEN_USING_PIN];

function pinsSent(lab: LabAuthenticator): number {
  const { commands } = lab.counters.read();
  return commands.filter(
    ({ command, subCommand }) => command === CtapCommand.CLIENT_PIN && CARRIERS.includes(subCommand ?? 0),
  ).length;
}

/** The key refuses the next PIN with this status. */
function refuseOnce(lab: LabAuthenticator, status: number): void {
  lab.faults.set({
    statusReplies: CARRIERS.map((subCommand) => ({ command: CtapCommand.CLIENT_PIN, subCommand, status })),
  });
}

describe.each(['yubikey-5.4', 'yubikey-5.7', 'yubikey-bio'] as const)('the PIN of a %s', (profile) => {
  it.each([
    [0x32, 'PIN_BLOCKED'],
    [0x33, 'PIN_TOKEN_REFUSED'],
    [0x34, 'PIN_REPLUG_NEEDED'],
  ])('that is refused with status %i is asked for and sent once', async (status, code) => {
    for (const work of ['credentials', 'changePin'] as const) {
      const lab = labKey(profile);
      refuseOnce(lab, status);
      const { keys, people } = desk([lab]);
      await expect(keys[work](undefined, people, forever)).rejects.toMatchObject({ code });
      expect([work, people.pinQuestions.length, pinsSent(lab)]).toEqual([work, 1, 1]);
      expect(people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
    }
  });

  it('that is wrong is asked for again, and what is sent is what was given', async () => {
    const lab = labKey(profile);
    lab.faults.set({
      statusReplies: [5, 9].map((subCommand) => ({ command: CtapCommand.CLIENT_PIN, subCommand, status: 0x31 })),
    });
    const { keys, people } = desk([lab]);
    await keys.credentials(undefined, people, forever);
    expect(people.pinQuestions.map(({ wasWrong }) => wasWrong)).toEqual([false, true]);
    expect(pinsSent(lab)).toBe(2);
  });
});
