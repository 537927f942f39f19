import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Enrollment, EnrollmentIn, EnrollmentJournal } from '../../../main/enrollment/enrollment.ts';
import { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';
import { authenticatorStateSchema } from '../../lab/authenticator/state.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { expectOneUsableEnrollment } from './enrollment-expectations.ts';
import { Computer, type ComputerOptions, OTHER_LINE, PIN } from './enrollment-world.ts';

const WRONG = '999999';
const AUTH_DATA_FLAGS_AT = 32; // WebAuthn 2, 6.1: behind the 32 bytes of rpIdHash
const UV = 0x04;
const open: Computer[] = [];

async function start(options: ComputerOptions = {}): Promise<Computer> {
  const computer = await Computer.start(options);
  open.push(computer);
  return computer;
}

afterEach(async () => {
  const computers = open.splice(0);
  const pins = computers.flatMap(({ people }) => people.pinsGiven);
  await Promise.all(computers.map((computer) => computer.close()));
  expect(pins.filter((pin) => !pin.isWiped)).toEqual([]);
});

const states = (computer: Computer) => computer.journal.list().map(({ state }) => state);

/** A journal that loses power once, when it is to note `state`: what `change` makes of it is on disk, and the run ends. */
function losesPowerAt(state: Enrollment['state'], change?: (enrollment: EnrollmentIn<'made'>) => EnrollmentIn<'made'>) {
  let isDue = true;
  return (journal: EnrollmentJournal): EnrollmentJournal => ({
    ...journal,
    save(enrollment) {
      if (!isDue || enrollment.state !== state) return journal.save(enrollment);
      isDue = false;
      if (change !== undefined && enrollment.state === 'made') journal.save(change(enrollment));
      throw new Error('the power went');
    },
  });
}

describe('enrolling', () => {
  it('makes one usable key: resident, PIN required, published, files of mode 0600 and 0644 in a folder of 0700', async () => {
    const computer = await start();
    const enrolled = await computer.enroll();
    await expectOneUsableEnrollment(computer);
    expect(computer.authenticator.credentials()).toMatchObject([{ rpId: 'ssh:', credProtect: 3 }]);
    expect(enrolled.plan.comment).toBe('NexusIdentitySSHKey');
    const modes = [computer.keyFile, `${computer.keyFile}.pub`, computer.keyFolder].map(async (path) => {
      return ((await stat(path)).mode & 0o777).toString(8);
    });
    expect(await Promise.all(modes)).toEqual(['600', '644', '700']);
    expect(computer.people.events.map(({ kind }) => kind)).toEqual([
      'key-found',
      'touch-wanted',
      'touched',
      'credential-made',
      'attestation',
      'files-written',
      'publishing',
      'published',
    ]);
  });

  it('without publishing ends with the files, and asks the profile nothing', async () => {
    const computer = await start();
    computer.profiles.fault = 'read';
    await computer.enroll({ publish: false });
    await expectOneUsableEnrollment(computer, 'written');
  });

  it('asks for one PIN and one touch', async () => {
    const computer = await start();
    await computer.enroll();
    expect(computer.people.pinQuestions).toEqual([
      { product: 'Yubico YubiKey OTP+FIDO+CCID', wasWrong: false, triesLeft: undefined },
    ]);
    expect(computer.authenticator.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('keeps the credential when it is stopped right after the touch', async () => {
    const computer = await start();
    const stop = new AbortController();
    const { people } = computer;
    const tell = people.tell.bind(people);
    people.tell = (event) => {
      tell(event);
      if (event.kind === 'credential-made') stop.abort();
    };
    await expect(computer.enroll({}, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    expect(states(computer)).toEqual(['made']);
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
    expect(people.pinQuestions).toHaveLength(1);
    expect(people.told('resumed')).toMatchObject([{ state: 'made' }]);
  });
});

describe('existing files', () => {
  it.each(['id_ed25519_sk', 'id_ed25519_sk.pub'])('stop it before the key is even opened: %s', async (name) => {
    const computer = await start();
    await mkdir(computer.keyFolder, { recursive: true });
    await writeFile(join(computer.keyFolder, name), 'mine');
    await expect(computer.enroll()).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      detail: { path: join(computer.keyFolder, name) },
    });
    expect(computer.authenticator.counters.read()).toMatchObject({ packetsOut: 0, pinChecks: 0, touches: 0 });
    expect(await readFile(join(computer.keyFolder, name), 'utf8')).toBe('mine');
    expect(states(computer)).toEqual([]);
  });

  it('stop it even where one is a link that leads nowhere', async () => {
    const computer = await start();
    await mkdir(computer.keyFolder, { recursive: true });
    await symlink('/nonexistent/key', computer.keyFile);
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    await expect(computer.enroll({ overwrite: true })).rejects.toThrow(/a folder or a link/);
    expect(computer.authenticator.counters.read().packetsOut).toBe(0);
  });

  it('of an enrolled key are called so', async () => {
    const computer = await start();
    await computer.enroll();
    await expect(computer.enroll()).rejects.toMatchObject({
      message: expect.stringContaining('is of a key that is enrolled already'),
      remedy: expect.stringMatching(/glasskey rotate\. .*glasskey enroll --backup\. .*--overwrite/),
    });
    await expectOneUsableEnrollment(computer);
  });

  it('that appear while the key is touched are left alone, and the next run takes another file', async () => {
    const computer = await start();
    computer.people.onTouchWanted = async () => {
      await mkdir(computer.keyFolder, { recursive: true });
      await writeFile(computer.keyFile, 'mine');
      computer.authenticator.touch();
    };
    computer.authenticator.setTouch('by-hand');
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await computer.keyFiles()).toEqual(['id_ed25519_sk']);
    const enrolled = await computer.enroll({ keyFile: join(computer.keyFolder, 'other') });
    expect(enrolled.state).toBe('published');
    expect(await computer.keyFiles()).toEqual(['id_ed25519_sk', 'other', 'other.pub']);
    expect(await readFile(computer.keyFile, 'utf8')).toBe('mine');
    expect(computer.authenticator.credentials()).toHaveLength(1);
  });

  it('that take the place of one of ours are never taken for the pair', async () => {
    const computer = await start({ journal: losesPowerAt('written') });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    await writeFile(`${computer.keyFile}.pub`, OTHER_LINE);
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(computer.profiles.writes).toBe(0);
    expect(await readFile(`${computer.keyFile}.pub`, 'utf8')).toBe(OTHER_LINE);
  });

  it('are kept beside when they are to be replaced', async () => {
    const computer = await start();
    await mkdir(computer.keyFolder, { recursive: true });
    await writeFile(computer.keyFile, 'mine');
    await writeFile(`${computer.keyFile}.pub`, 'my public line');
    await computer.enroll({ overwrite: true });
    await expectOneUsableEnrollment(computer);
    const [written] = computer.people.told('files-written');
    const [oldPrivate = '', oldPublic = ''] = written?.keptOld ?? [];
    expect(oldPublic).toBe(`${oldPrivate}.pub`);
    expect(await readFile(oldPrivate, 'utf8')).toBe('mine');
    expect(await readFile(oldPublic, 'utf8')).toBe('my public line');
    expect(await readdir(computer.keyFolder)).toHaveLength(4);
  });
});

describe('an unfinished enrollment', () => {
  it('is given up when its owner begins anew, and stays in the journal', async () => {
    const computer = await start({ journal: losesPowerAt('made') });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    await computer.enroll({ fresh: true });
    expect(states(computer)).toEqual(['abandoned', 'published']);
    expect(computer.people.told('resumed')).toEqual([]);
  });

  it('is not given up when the new one cannot begin', async () => {
    const computer = await start({ journal: losesPowerAt('made') });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    await mkdir(computer.keyFolder, { recursive: true });
    await writeFile(computer.keyFile, 'mine');
    await expect(computer.enroll({ fresh: true })).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(states(computer)).toEqual(['requested']);
  });

  it('waiting to be published stays a usable key when its owner begins anew', async () => {
    const computer = await start();
    computer.profiles.fault = 'read';
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    await computer.enroll({ fresh: true, keyFile: join(computer.keyFolder, 'second') });
    expect(states(computer)).toEqual(['written', 'published']);
    expect(computer.authenticator.credentials()).toHaveLength(2);
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'FILE_EXISTS' }); // it is no longer taken up
  });

  it('waiting to be published does not stand in for a key that is to lie elsewhere', async () => {
    const computer = await start();
    computer.profiles.fault = 'read';
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    const other = join(computer.keyFolder, 'lab_sk');
    const enrolled = await computer.enroll({ keyFile: other, publish: false });
    expect(enrolled.plan.keyFile).toBe(other);
    expect(states(computer)).toEqual(['written', 'written']);
    expect((await computer.enroll()).plan.keyFile).toBe(computer.keyFile);
    expect(states(computer)).toEqual(['published', 'written']);
  });

  it('with a credential of another algorithm is not passed off as the one that is wanted', async () => {
    const computer = await start();
    computer.profiles.fault = 'read';
    await expect(computer.enroll({ algorithm: 'ecdsa-sk' })).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    await expect(computer.enroll()).rejects.toMatchObject({
      code: 'ENROLLMENT_UNFINISHED',
      remedy: expect.stringContaining('--algorithm ecdsa-sk'),
    });
    await computer.enroll({ algorithm: 'ecdsa-sk' });
    await expectOneUsableEnrollment(computer);
  });

  it('that no credential was made for follows the choice of algorithm', async () => {
    const computer = await start({ journal: losesPowerAt('made') });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    expect((await computer.enroll({ algorithm: 'ecdsa-sk' })).plan.algorithm).toBe('ecdsa-sk');
    await expectOneUsableEnrollment(computer); // the key replaced the ed25519 one of the same user id
  });

  it('finishes on another key than the one it was begun with', async () => {
    const computer = await start({ journal: losesPowerAt('made') });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    const first = computer.authenticator;
    computer.plugInAnother();
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
    expect(first.credentials()).toHaveLength(1);
  });

  it('finishes although its credential took the last free slot of the key', async () => {
    const computer = await start({ journal: losesPowerAt('made') });
    computer.plugInAnother({ authenticator: { state: withOneFreeSlot() } });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    expect(computer.authenticator.credentials()).toHaveLength(100);
    await computer.enroll();
    expect(states(computer)).toEqual(['published']);
    expect(computer.authenticator.credentials()).toHaveLength(100);
    const third = computer.enroll({ keyFile: join(computer.keyFolder, 'third') });
    await expect(third).rejects.toMatchObject({ code: 'CTAP_KEY_STORE_FULL' });
  });
});

/** A YubiKey 5.7 with 99 of its 100 slots taken by other sites. */
function withOneFreeSlot(): string {
  const state = authenticatorStateSchema.parse(
    JSON.parse(new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN }).save()),
  );
  for (let count = 0; count < 99; count++) {
    const id = count.toString(16).padStart(64, '0');
    state.credentials.push({
      credentialId: id,
      rpId: `site-${count}.example`,
      userId: id,
      algorithm: -8,
      privateKey: id,
      credProtect: 1,
      madeAs: count,
    });
  }
  return JSON.stringify({ ...state, credentialsMade: 99 });
}

describe('the PIN', () => {
  it('is asked again after a wrong one, with the tries left, and never sent again by itself', async () => {
    const computer = await start();
    computer.people.pins = [WRONG, PIN];
    await computer.enroll();
    expect(computer.people.pinQuestions.map(({ wasWrong, triesLeft }) => [wasWrong, triesLeft])).toEqual([
      [false, undefined],
      [true, 7],
    ]);
    expect(computer.authenticator.counters.read().pinChecks).toBe(2);
    await expectOneUsableEnrollment(computer);
  });

  it.each(['yubikey-5.7', 'yubikey-5.4'] as const)(
    'wrong three times ends it, until the key is plugged in again (%s)',
    async (profile) => {
      const computer = await start({ authenticator: { profile } });
      computer.people.pins = [WRONG];
      await expect(computer.enroll()).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
      expect(computer.authenticator.counters.read().pinChecks).toBe(3);
      expect(computer.authenticator.pinRetries).toBe(5);
      computer.people.pins = [PIN];
      await expect(computer.enroll()).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
      expect(computer.authenticator.pinRetries).toBe(5);
      await computer.authenticator.replug();
      await computer.enroll();
      await expectOneUsableEnrollment(computer);
    },
  );

  it('of a blocked key is not asked for', async () => {
    const computer = await start();
    computer.authenticator.setPinState({ pinRetries: 0 });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    expect(computer.people.pinQuestions).toEqual([]);
    expect(computer.authenticator.counters.read().pinChecks).toBe(0);
  });

  it('that is set on the way is used at once: nobody types it a third time', async () => {
    const computer = await start({ withoutPin: true });
    await computer.enroll();
    expect(computer.people.newPinQuestions).toEqual([{ product: 'Yubico YubiKey OTP+FIDO+CCID', minLength: 4 }]);
    expect(computer.people.pinQuestions).toEqual([]);
    expect(computer.people.told('pin-set')).toHaveLength(1);
    await expectOneUsableEnrollment(computer);
  });

  it('that the key does not take leaves the key without one', async () => {
    const computer = await start({ withoutPin: true });
    computer.authenticator.setPinState({ minPinLength: 6 });
    computer.people.newPin = '12345';
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'PIN_POLICY' });
    computer.people.newPin = PIN;
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });

  it('that must be changed first is told before it is asked for', async () => {
    const computer = await start();
    computer.authenticator.setPinState({ forcePinChange: true });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'PIN_CHANGE_FORCED' });
    expect(computer.people.pinQuestions).toEqual([]);
  });

  it('prompt that is left with Ctrl-C ends it, and the next run finishes', async () => {
    const computer = await start();
    const stop = new AbortController();
    computer.people.onPin = () => stop.abort();
    await expect(computer.enroll({}, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(computer.authenticator.counters.read().pinChecks).toBe(0);
    computer.people.onPin = () => {};
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });
});

describe('the touch', () => {
  it('declined ends it; the next run finishes with one credential', async () => {
    const computer = await start({ authenticator: { touch: 'declined' } });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    computer.authenticator.setTouch('at-once');
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });

  it('that never comes ends it when the key gives up; the next run finishes', async () => {
    const clock = new ManualClock();
    const computer = await start({ clock, authenticator: { touch: 'never' } });
    const ended = expect(computer.enroll()).rejects.toMatchObject({ code: 'CTAP_NO_TOUCH' });
    await computer.authenticator.touchPad.untilBlinking();
    await clock.pass(60_000);
    await ended;
    expect(computer.authenticator.touchPad.blinking).toBe(false);
    computer.authenticator.setTouch('at-once');
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });

  it('wait that is cancelled lets the key stop blinking; the next run finishes', async () => {
    const computer = await start({ authenticator: { touch: 'by-hand' } });
    const stop = new AbortController();
    computer.people.onTouchWanted = () => stop.abort();
    await expect(computer.enroll({}, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    expect(computer.authenticator.touchPad.blinking).toBe(false);
    expect(computer.authenticator.counters.read().cancels).toBe(1);
    expect(states(computer)).toEqual(['requested']);
    expect(await computer.keyFiles()).toEqual([]);
    computer.authenticator.setTouch('at-once');
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });
});

describe('the key', () => {
  it('must be plugged in', async () => {
    const computer = await start();
    await computer.authenticator.unplug();
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('that another program is using is waited for from the first command on, and that is said', async () => {
    const clock = new ManualClock();
    const computer = await start({ clock });
    computer.authenticator.faults.set({ busyRequests: 30 });
    const enrolled = computer.enroll();
    await expect.poll(() => computer.authenticator.counters.read().packetsOut).toBeGreaterThan(1);
    await clock.pass(5_000);
    await enrolled;
    expect(computer.people.events.map(({ kind }) => kind).slice(0, 2)).toEqual(['key-busy', 'key-found']);
    await expectOneUsableEnrollment(computer);
  });

  it('must be named when two are plugged in, and is then the only one used', async () => {
    const computer = await start({ authenticator: { path: 'lab:first' } });
    const first = computer.authenticator;
    computer.plugInAnother({ authenticator: { path: 'lab:second' } });
    const second = computer.authenticator;
    computer.bus = { list: async () => [...(await first.bus.list()), ...(await second.bus.list())] };
    await expect(computer.enroll()).rejects.toMatchObject({
      code: 'KEY_SEVERAL',
      message: expect.stringMatching(/lab:first.*lab:second/),
    });
    await computer.enroll({ device: 'lab:first' });
    expect(first.credentials()).toHaveLength(1);
    expect(second.counters.read().packetsOut).toBe(0);
    await expect(
      computer.enroll({ device: 'lab:third', fresh: true, keyFile: join(computer.folder, 'x') }),
    ).rejects.toMatchObject({
      code: 'KEY_MISSING',
    });
  });

  it.each(['yubikey-5.1', 'plain-ctap20'] as const)(
    'that cannot protect a credential by its PIN is refused before the PIN: %s',
    async (profile) => {
      const computer = await start({ authenticator: { profile } });
      await expect(computer.enroll()).rejects.toMatchObject({ code: 'KEY_NO_CREDPROTECT' });
      expect(computer.people.events).toEqual([]);
      expect(computer.authenticator.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
    },
  );

  it.each([
    ['packed', 'unknown-issuer'],
    ['self', 'self'],
    ['none', 'none'],
  ] as const)('with attestation %s makes a usable key, and people are told: %s', async (attestation, verdict) => {
    const computer = await start({ authenticator: { attestation } });
    await computer.enroll();
    expect(computer.people.told('attestation')).toMatchObject([{ verdict }]);
    await expectOneUsableEnrollment(computer);
  });

  it('with a forged attestation gets no file and no publication, and the next run begins anew', async () => {
    const computer = await start({ authenticator: { attestation: 'forged' } });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'ATTESTATION_FORGED' });
    expect(await computer.keyFiles()).toEqual([]);
    expect(computer.profiles.writes).toBe(0);
    expect(states(computer)).toEqual(['abandoned']);
    computer.plugInAnother();
    await computer.enroll();
    expect(states(computer)).toEqual(['abandoned', 'published']);
  });

  it.each([
    ['PIN verification', withoutUv],
    ['credProtect', withoutExtensions],
  ] as const)('that made a credential without %s gets no file, and the next run begins anew', async (fault, change) => {
    const computer = await start({ journal: losesPowerAt('made', change), authenticator: { attestation: 'none' } });
    await expect(computer.enroll()).rejects.toThrow('the power went');
    await expect(computer.enroll()).rejects.toMatchObject({
      code: 'CREDENTIAL_NOT_AS_ASKED',
      message: expect.stringContaining(fault),
    });
    expect(await computer.keyFiles()).toEqual([]);
    await computer.enroll();
    expect(states(computer)).toEqual(['abandoned', 'published']);
  });
});

/** As a key would have answered that does not verify its user. */
function withoutUv(made: EnrollmentIn<'made'>): EnrollmentIn<'made'> {
  const authData = made.credential.authData.slice();
  authData[AUTH_DATA_FLAGS_AT] = (authData[AUTH_DATA_FLAGS_AT] ?? 0) & ~UV;
  return { ...made, credential: { ...made.credential, authData } };
}

/** As a key would have answered that does not know credProtect: no extension data, and the flag for it (0x80) unset. */
function withoutExtensions(made: EnrollmentIn<'made'>): EnrollmentIn<'made'> {
  const output = Buffer.from('a16b6372656450726f7465637403', 'hex'); // {"credProtect": 3}
  const whole = Buffer.from(made.credential.authData);
  expect(whole.subarray(-output.length)).toEqual(output);
  const authData = new Uint8Array(whole.subarray(0, -output.length));
  authData[AUTH_DATA_FLAGS_AT] = (authData[AUTH_DATA_FLAGS_AT] ?? 0) & ~0x80;
  return { ...made, credential: { ...made.credential, authData } };
}

describe('a second enrollment while one runs', () => {
  it('is refused at once, and the first finishes', async () => {
    const computer = await start({ authenticator: { touch: 'by-hand' } });
    const first = computer.enroll();
    await computer.authenticator.touchPad.untilBlinking();
    const commands = computer.authenticator.counters.read().commands.length;
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'ENROLLMENT_RUNNING', kind: 'expected' });
    await expect(computer.enroll({ fresh: true })).rejects.toMatchObject({ code: 'ENROLLMENT_RUNNING' });
    expect(computer.authenticator.counters.read().commands).toHaveLength(commands);
    computer.authenticator.touch();
    await first;
    computer.authenticator.setTouch('at-once');
    await expectOneUsableEnrollment(computer);
  });

  it('may begin after the first one failed', async () => {
    const computer = await start({ authenticator: { touch: 'declined' } });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'CTAP_DENIED' });
  });
});
