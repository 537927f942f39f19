import { afterEach, describe, expect, it } from 'vitest';
import { diskKeyFiles } from '../../../main/enrollment/disk-key-files.ts';
import { backupOutlook, enrollOutlook } from '../../../main/enrollment/enroll-outlook.ts';
import { type Enrollment, isWritten } from '../../../main/enrollment/enrollment.ts';
import { enrollmentToPublish } from '../../../main/enrollment/publish.ts';
import { ACCOUNT, Computer } from './enrollment-world.ts';

const open: Computer[] = [];

async function start(): Promise<Computer> {
  const computer = await Computer.start();
  open.push(computer);
  return computer;
}

afterEach(async () => {
  for (const computer of open.splice(0)) await computer.close();
});

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
