import { describe, expect, it } from 'vitest';
import type { CredentialsOnKey } from '../../../main/security-keys/security-key.ts';
import type { EnrolledCredential } from '../../../main/security-keys/security-keys-world.ts';
import { CoseAlgorithm, CtapCommand } from '../../../native/ctap2/constants.ts';
import type { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';
import { desk, forever, holdCredential, labKey, PIN, pinWasSent, timesSent } from './key-desk.ts';

const MANAGEABLE = ['yubikey-5.4', 'yubikey-5.7', 'yubikey-bio'] as const;
const UNMANAGEABLE = ['yubikey-5.1', 'plain-ctap20'] as const;

function enrolledWith(credentialId: Uint8Array, over: Partial<EnrolledCredential['enrollment']> = {}) {
  const enrollment = {
    id: 'ab12',
    keyFile: '/home/alice/.ssh/id_ed25519_sk',
    fingerprint: 'SHA256:x',
    onProfileOf: 'alice@lab.example',
    ...over,
  };
  return { enrollment, credentialId, aaguid: undefined };
}

/** A key with two SSH credentials and one of a web site; the first is enrolled here. */
async function filled(lab: LabAuthenticator) {
  const first = await holdCredential(lab, { rpId: 'ssh:', userName: 'alice 1' });
  const second = await holdCredential(lab, { rpId: 'ssh:', userName: 'alice 2', algorithm: CoseAlgorithm.ES256 });
  const third = await holdCredential(lab, { rpId: 'github.com', userName: 'alice' });
  return { ids: [first, second, third], enrolled: [enrolledWith(first)] };
}

function named(listed: CredentialsOnKey, userName: string) {
  const all = listed.relyingParties.flatMap(({ credentials }) => credentials);
  const found = all.find((one) => one.userName === userName);
  if (found === undefined) throw new Error(`there is no credential of ${userName}`);
  return found;
}

const names = (lab: LabAuthenticator) =>
  lab
    .credentials()
    .map(({ userName }) => userName)
    .toSorted();

describe('the credentials of a key', () => {
  it.each(MANAGEABLE)(
    'are listed by relying party, with the free slots, those of SSH marked: a %s',
    async (profile) => {
      const lab = labKey(profile);
      const { enrolled } = await filled(lab);
      const { keys, people } = desk([lab], { enrolled });
      const listed = await keys.credentials(undefined, people, forever);
      expect(listed).toMatchObject({ used: 3, free: lab.profile.residentSlots - 3, key: { pinTriesLeft: 8 } });
      expect(listed.relyingParties.map(({ rpId }) => rpId).toSorted()).toEqual(['github.com', 'ssh:']);
      expect(named(listed, 'alice 1')).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        algorithm: 'ed25519',
        credProtect: 3,
        ssh: { fingerprint: expect.stringMatching(/^SHA256:/), enrollment: { id: 'ab12' } },
      });
      expect(named(listed, 'alice 2')).toMatchObject({ algorithm: 'es256', ssh: { enrollment: undefined } });
      expect(named(listed, 'alice').ssh).toBeUndefined();
      expect(people.pinQuestions).toMatchObject([{ operation: 'list-credentials', triesLeft: undefined }]);
      // One PIN for the whole list, wiped; nobody has to touch anything.
      expect(lab.counters.read()).toMatchObject({ pinChecks: 1, touches: 0 });
      expect(people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
    },
  );

  it.each(MANAGEABLE)('are none on a fresh %s', async (profile) => {
    const { keys, people } = desk([labKey(profile)]);
    expect(await keys.credentials(undefined, people, forever)).toMatchObject({ relyingParties: [], used: 0 });
  });

  it.each(UNMANAGEABLE)('cannot be managed on a %s, which is said before anybody types the PIN', async (profile) => {
    const lab = labKey(profile);
    const { keys, people } = desk([lab]);
    const code = 'KEY_NO_CREDENTIAL_MANAGEMENT';
    await expect(keys.credentials(undefined, people, forever)).rejects.toMatchObject({ code });
    await expect(keys.deleteCredential(undefined, 'ab', people, forever)).rejects.toMatchObject({ code });
    expect(people.pinQuestions).toEqual([]);
  });

  it('of an application that the key has cut have no fingerprint: it would be another key’s', async () => {
    const lab = labKey('yubikey-5.7');
    const application = 'ssh:backup-of-the-night-shift-in-rotterdam';
    const id = await holdCredential(lab, { rpId: application, userName: 'alice' });
    const { keys, people } = desk([lab], { enrolled: [enrolledWith(id)] });
    const cut = named(await keys.credentials(undefined, people, forever), 'alice');
    expect(cut.rpId).not.toBe(application);
    expect(cut.ssh).toMatchObject({ fingerprint: undefined, enrollment: { id: 'ab12' } });
  });

  it('of an application in capitals are SSH keys too, as OpenSSH reads it', async () => {
    const lab = labKey('yubikey-5.7');
    await holdCredential(lab, { rpId: 'SSH:night', userName: 'alice' });
    const { keys, people } = desk([lab]);
    const { ssh } = named(await keys.credentials(undefined, people, forever), 'alice');
    expect(ssh?.fingerprint).toMatch(/^SHA256:/);
  });

  it('are listed on a key that is full', async () => {
    const lab = labKey('yubikey-5.4');
    for (let slot = 0; slot < lab.profile.residentSlots; slot += 1) {
      await holdCredential(lab, { rpId: `site${slot}.example`, userName: 'alice' });
    }
    const { keys, people } = desk([lab]);
    const listed = await keys.credentials(undefined, people, forever);
    expect(listed).toMatchObject({ used: 25, free: 0 });
    expect(listed.relyingParties).toHaveLength(25);
  });

  it('are listed by the fingerprint alone, of a key that takes one', async () => {
    const lab = labKey('yubikey-bio', { fingers: 1 });
    await filled(lab);
    const { keys, people } = desk([lab]);
    people.hasPinAtHand = false;
    expect(await keys.credentials(undefined, people, forever)).toMatchObject({ used: 3 });
    expect(people.kinds).toEqual(['fingerprint-wanted', 'touched']);
    expect(people.pinQuestions).toEqual([]);
  });

  it('want the PIN after fingers that the key does not know', async () => {
    const lab = labKey('yubikey-bio', { fingers: 1 });
    await filled(lab);
    lab.touchPad.finger = 'unknown';
    const { keys, people } = desk([lab]);
    people.hasPinAtHand = false;
    expect(await keys.credentials(undefined, people, forever)).toMatchObject({ used: 3 });
    expect(people.kinds.filter((kind) => kind === 'fingerprint-unknown').length).toBeGreaterThanOrEqual(2);
    expect(people.pinQuestions).toHaveLength(1);
  });
});

describe('a credential', () => {
  it.each(['yubikey-5.7', 'yubikey-bio'] as const)('is renamed, and no other is touched: a %s', async (profile) => {
    const lab = labKey(profile);
    const { enrolled } = await filled(lab);
    const { keys, people } = desk([lab], { enrolled });
    const { id, userId } = named(await keys.credentials(undefined, people, forever), 'alice 2');
    expect(await keys.renameCredential(undefined, id, 'laptop', people, forever)).toMatchObject({
      id,
      userId,
      userName: 'laptop',
    });
    expect(names(lab)).toEqual(['alice', 'alice 1', 'laptop']);
    expect(people.consents).toEqual([]);
  });

  it('cannot be renamed on a preview key, which is said before anybody types the PIN', async () => {
    const lab = labKey('yubikey-5.4');
    await filled(lab);
    const { keys, people } = desk([lab]);
    await expect(keys.renameCredential(undefined, 'ab', 'x', people, forever)).rejects.toMatchObject({
      code: 'KEY_NO_RENAMING',
    });
    expect(people.pinQuestions).toEqual([]);
  });

  it.each(['', ' ', 'a\u202eb', 'n'.repeat(65)])('gets no name like %j', async (name) => {
    const { keys, people } = desk([labKey('yubikey-5.7')]);
    await expect(keys.renameCredential(undefined, 'ab', name, people, forever)).rejects.toMatchObject({
      code: 'CREDENTIAL_NAME',
    });
  });

  it.each(MANAGEABLE)('is deleted when people agree, and it alone: a %s', async (profile) => {
    const lab = labKey(profile);
    const { enrolled } = await filled(lab);
    const { keys, people, begun } = desk([lab], { enrolled });
    const { id } = named(await keys.credentials(undefined, people, forever), 'alice 2');
    expect(await keys.deleteCredential(undefined, id, people, forever)).toMatchObject({ id, userName: 'alice 2' });
    expect(people.consents).toMatchObject([
      { kind: 'delete-credential', typed: undefined, credential: { id, userName: 'alice 2' } },
    ]);
    expect(names(lab)).toEqual(['alice', 'alice 1']);
    expect(begun).toEqual(['credential.delete']);
  });

  it('that an enrollment of this computer uses is deleted for a typed word only, which says whose profile holds it', async () => {
    const lab = labKey('yubikey-5.7');
    const { enrolled } = await filled(lab);
    const { keys, people, gone } = desk([lab], { enrolled });
    const { ssh } = named(await keys.credentials(undefined, people, forever), 'alice 1');
    await keys.deleteCredential(undefined, ssh?.fingerprint ?? '', people, forever);
    expect(people.consents).toMatchObject([
      { typed: 'delete', credential: { ssh: { enrollment: { onProfileOf: 'alice@lab.example' } } } },
    ]);
    expect(names(lab)).toEqual(['alice', 'alice 2']);
    expect(gone).toEqual(['ab12']);
  });

  it('stays, and nobody is asked for anything, while somebody else enrolls or publishes', async () => {
    const lab = labKey('yubikey-5.7');
    const { enrolled } = await filled(lab);
    const running = new Error('another is enrolling');
    const { keys, people } = desk([lab], { enrolled, deleting: () => Promise.reject(running) });
    await expect(keys.deleteCredential(undefined, 'ab', people, forever)).rejects.toBe(running);
    await expect(keys.reset(undefined, people, forever)).rejects.toBe(running);
    expect([people.pinQuestions, people.consents]).toEqual([[], []]);
    expect(names(lab)).toHaveLength(3);
  });

  it('stays where people decline, where it is cancelled at the question, and where nobody knows which is meant', async () => {
    const lab = labKey('yubikey-5.7');
    await filled(lab);
    const { keys, people } = desk([lab]);
    const { id, credentialId } = named(await keys.credentials(undefined, people, forever), 'alice');
    people.agrees = false;
    await expect(keys.deleteCredential(undefined, id, people, forever)).rejects.toMatchObject({ code: 'CANCELLED' });
    people.agrees = true;
    const stop = new AbortController();
    people.onConsent = () => stop.abort();
    await expect(keys.deleteCredential(undefined, credentialId, people, stop.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    for (const which of ['', '00', id.slice(0, 8), 'alice', 'github.com', '*']) {
      await expect(keys.deleteCredential(undefined, which, people, forever)).rejects.toMatchObject({
        code: 'CREDENTIAL_UNKNOWN',
      });
    }
    expect(names(lab)).toEqual(['alice', 'alice 1', 'alice 2']);
  });

  it('stays where the key is pulled out before it is deleted', async () => {
    const lab = labKey('yubikey-5.7');
    await filled(lab);
    const { keys, people } = desk([lab]);
    const { id } = named(await keys.credentials(undefined, people, forever), 'alice');
    people.onConsent = () => void lab.unplug();
    await expect(keys.deleteCredential(undefined, id, people, forever)).rejects.toMatchObject({ code: 'HID_GONE' });
    expect(names(lab)).toHaveLength(3);
  });
});

describe('the PIN of a list', () => {
  it('is asked for again when it was wrong, with the tries left, and never sent twice', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    people.pins = ['000000', PIN];
    await keys.credentials(undefined, people, forever);
    expect(people.pinQuestions).toMatchObject([
      { triesLeft: undefined, wasWrong: false },
      { triesLeft: 7, wasWrong: true },
    ]);
    expect(lab.counters.read().pinChecks).toBe(2);
  });

  it.each(MANAGEABLE)('is not asked for on a %s that reports it blocked, or wants a replug', async (profile) => {
    const lab = labKey(profile);
    const { keys, people } = desk([lab]);
    people.pins = ['000000'];
    await expect(keys.credentials(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    lab.counters.reset();
    await expect(keys.credentials(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    lab.setPinState({ pinRetries: 0 });
    await expect(keys.credentials(undefined, people, forever)).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    expect(people.pinQuestions).toHaveLength(3);
    expect(pinWasSent(lab)).toBe(false);
    expect(timesSent(lab, CtapCommand.CREDENTIAL_MANAGEMENT)).toBe(0);
  });
});
