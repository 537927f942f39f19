import { afterEach, describe, expect, it } from 'vitest';
import { diskKeyFiles } from '../../../main/enrollment/disk-key-files.ts';
import { backupOutlook, enrollOutlook } from '../../../main/enrollment/enroll-outlook.ts';
import { type Enrollment, isWritten } from '../../../main/enrollment/enrollment.ts';
import { enrollmentToPublish } from '../../../main/enrollment/publish.ts';
import { CtapCommand, Status } from '../../../native/ctap2/constants.ts';
import type { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';
import { ACCOUNT, Computer, type ComputerOptions } from './enrollment-world.ts';

const open: Computer[] = [];

async function start(options: ComputerOptions = {}): Promise<Computer> {
  const computer = await Computer.start(options);
  open.push(computer);
  return computer;
}

afterEach(async () => {
  for (const computer of open.splice(0)) await computer.close();
});

function plugIn(computer: Computer, authenticator: LabAuthenticator): void {
  computer.authenticator = authenticator;
  computer.bus = authenticator.bus;
}

describe('the enrollment of a backup', () => {
  const backup = (computer: Computer) => ({ backup: true, publish: false, keyFile: `${computer.keyFile}_backup` });

  it('makes a key of its own on a second security key, and leaves profile and files of the first alone', async () => {
    const computer = await start();
    const main = await computer.enroll();
    const files = await computer.keyFiles();
    computer.plugInAnother();
    const second = await computer.enroll(backup(computer));
    expect(second).toMatchObject({ state: 'written', plan: { backup: true, publish: false } });
    expect(computer.journal.list()).toMatchObject([main, { id: second.id }]);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(main.files.publicLine);
    expect(await computer.keyFiles()).toEqual([...files, 'id_ed25519_sk_backup', 'id_ed25519_sk_backup.pub'].sort());
  });

  it('is refused by the security key that holds the first, which then holds nothing more', async () => {
    const computer = await start();
    await computer.enroll();
    const before = computer.authenticator.credentials();
    await expect(computer.enroll(backup(computer))).rejects.toMatchObject({ code: 'BACKUP_NEEDS_ANOTHER_KEY' });
    expect(computer.authenticator.credentials()).toEqual(before);
    computer.plugInAnother();
    expect((await computer.enroll(backup(computer))).state).toBe('written');
  });

  it.each(['yubikey-5.4', 'yubikey-5.7', 'yubikey-bio'] as const)(
    'is refused by it before anybody touches anything, and nothing is noted of it (%s)',
    async (profile) => {
      const computer = await start({ authenticator: { profile } });
      const main = await computer.enroll();
      const touched = computer.authenticator.counters.read().touches;
      const wanted = computer.people.told('touch-wanted').length;
      const run = computer.enroll(backup(computer));
      await expect(run).rejects.toMatchObject({
        code: 'BACKUP_NEEDS_ANOTHER_KEY',
        message: expect.stringMatching(/holds a key that is enrolled already/),
      });
      expect(computer.people.told('touch-wanted')).toHaveLength(wanted);
      expect(computer.authenticator.counters.read().touches).toBe(touched);
      expect(computer.journal.list()).toEqual([main]);
    },
  );

  it('costs one question more on a key that holds none, under the one token', async () => {
    const computer = await start();
    await computer.enroll();
    computer.plugInAnother();
    const tokens = computer.people.pinQuestions.length;
    await computer.enroll(backup(computer));
    expect(computer.people.pinQuestions).toHaveLength(tokens + 1);
    expect(computer.authenticator.counters.read()).toMatchObject({ touches: 1 });
  });

  it('is refused after the touch by a key that answers nothing without one, and is given up: nothing was made', async () => {
    const computer = await start();
    const main = await computer.enroll();
    const before = computer.authenticator.credentials();
    computer.authenticator.faults.set({
      statusReplies: [{ command: CtapCommand.GET_ASSERTION, status: Status.INVALID_OPTION }],
    });
    await expect(computer.enroll(backup(computer))).rejects.toMatchObject({ code: 'BACKUP_NEEDS_ANOTHER_KEY' });
    expect(computer.authenticator.credentials()).toEqual(before);
    expect(computer.journal.list()).toMatchObject([{ id: main.id }, { state: 'abandoned', plan: { backup: true } }]);
    expect(computer.journal.list()[1]).not.toHaveProperty('credential');
  });

  it('that may have been made on another key is not forgotten when the first refuses it', async () => {
    const computer = await start();
    await computer.enroll();
    const first = computer.authenticator;
    computer.plugInAnother();
    computer.authenticator.faults.set({
      statusReplies: [{ command: CtapCommand.MAKE_CREDENTIAL, status: Status.USER_ACTION_TIMEOUT }],
    });
    await expect(computer.enroll(backup(computer))).rejects.toMatchObject({ code: 'CTAP_NO_TOUCH' });
    expect(computer.journal.list()[1]).toMatchObject({ state: 'requested' });
    const second = computer.authenticator;
    plugIn(computer, first);
    await expect(computer.enroll(backup(computer))).rejects.toMatchObject({ code: 'BACKUP_NEEDS_ANOTHER_KEY' });
    expect(computer.journal.list()[1]).toMatchObject({ state: 'requested' });
    plugIn(computer, second);
    expect((await computer.enroll(backup(computer))).state).toBe('written');
    expect(second.credentials()).toHaveLength(1);
  });

  it('leaves nothing behind when its PIN is wrong and no other is given', async () => {
    const computer = await start();
    const main = await computer.enroll();
    computer.plugInAnother();
    computer.people.pins = ['111111', '222222', '333333'];
    await expect(computer.enroll(backup(computer))).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    expect(computer.journal.list()).toEqual([main]);
  });

  it('is refused before anything is asked where there is no key that it could stand in for', async () => {
    const computer = await start();
    await expect(computer.enroll(backup(computer))).rejects.toMatchObject({
      code: 'BACKUP_WITHOUT_KEY',
      remedy: expect.stringContaining('glasskey recover'),
    });
    expect(computer.people.pinQuestions).toEqual([]);
    expect(computer.journal.list()).toEqual([]);
  });

  it('of a backup that the profile was switched to is one like any other', async () => {
    const computer = await start();
    const main = await computer.enroll();
    computer.plugInAnother();
    const second = await computer.enroll(backup(computer));
    computer.people.mayReplace = true;
    await computer.publish(second);
    const { id, createdAt, plan, credential } = main;
    computer.journal.save({ id, createdAt, plan, state: 'abandoned', credential });
    computer.plugInAnother();
    const third = await computer.enroll({ ...backup(computer), keyFile: `${computer.keyFile}_backup-2` });
    expect(third.state).toBe('written');
  });

  it('keeps the main key off its security key, before anybody touches it', async () => {
    const computer = await start();
    await computer.enroll();
    computer.plugInAnother();
    await computer.enroll(backup(computer));
    const before = computer.journal.list();
    const wanted = computer.people.told('touch-wanted').length;
    await expect(computer.enroll({ overwrite: true })).rejects.toMatchObject({
      code: 'BACKUP_NEEDS_ANOTHER_KEY',
      message: expect.stringMatching(/holds your backup/),
    });
    expect(computer.people.told('touch-wanted')).toHaveLength(wanted);
    expect(computer.journal.list()).toEqual(before);
    expect(computer.authenticator.credentials()).toHaveLength(1);
  });

  it('does not go on with the enrollment of the main key, nor the other way round, and gives neither up', async () => {
    const computer = await start();
    computer.profiles.fault = 'read';
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    computer.plugInAnother();
    await computer.enroll({ ...backup(computer), fresh: true });
    await computer.enroll();
    expect(computer.journal.list().map(({ state }) => state)).toEqual(['published', 'written']);
  });

  it('is offered once a key is on a profile, with what was begun of it and whether one is prepared', async () => {
    const computer = await start();
    const { keyFile } = backup(computer);
    const look = () => backupOutlook(keyFile, computer.journal, diskKeyFiles(computer.clock));
    expect(await look()).toBeUndefined();
    await computer.enroll();
    const nothing = { keyFile, keyFileTaken: false, unfinished: undefined, isPrepared: false };
    expect(await look()).toEqual(nothing);

    computer.plugInAnother();
    const prepared = await computer.enroll(backup(computer));
    expect(await look()).toEqual({ ...nothing, keyFileTaken: true, isPrepared: true });
    const { createdAt, plan } = prepared;
    const begun: Enrollment = { id: 'begun', createdAt: createdAt + 1, plan, state: 'planned' };
    computer.journal.save(begun);
    expect(await look()).toEqual({ ...nothing, unfinished: begun, keyFileTaken: true, isPrepared: true });
    const main = await enrollOutlook({ keyFile: computer.keyFile }, computer.journal, diskKeyFiles(computer.clock));
    expect(main.unfinished).toBeUndefined();
  });

  it('is published when it is named, by consent, and the first can be put back', async () => {
    const computer = await start();
    const main = await computer.enroll();
    computer.plugInAnother();
    const second = await computer.enroll(backup(computer));
    expect(enrollmentToPublish(computer.journal.list().filter(isWritten))?.id).toBe(main.id);
    await expect(computer.publish(second)).rejects.toMatchObject({ code: 'PROFILE_KEY_KEPT' });
    computer.people.mayReplace = true;
    await computer.publish(second);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(second.files.publicLine);
    await computer.publish(main);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(main.files.publicLine);
    expect(computer.people.conflicts).toMatchObject([
      { enrolledHere: true },
      { enrolledHere: true },
      { enrolledHere: true },
    ]);
  });
});
