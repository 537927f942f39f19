import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnrollmentIn, WrittenEnrollment } from '../../../main/enrollment/enrollment.ts';
import { isWritten } from '../../../main/enrollment/enrollment.ts';
import { encryptKeyFile, parseKeyFile } from '../../../main/openssh/key-file.ts';
import { expectOneUsableEnrollment } from './enrollment-expectations.ts';
import { ACCOUNT, Computer, OTHER_LINE } from './enrollment-world.ts';

const BOB = 'bob@lab.example';
const open: Computer[] = [];

async function start(): Promise<Computer> {
  const computer = await Computer.start();
  open.push(computer);
  return computer;
}

afterEach(async () => {
  for (const computer of open.splice(0)) await computer.close();
});

/** Enrolled, and not published. */
async function written(): Promise<{ computer: Computer; enrollment: WrittenEnrollment; line: string }> {
  const computer = await start();
  const enrollment = await computer.enroll({ publish: false });
  return { computer, enrollment, line: enrollment.files.publicLine };
}

function only(computer: Computer): WrittenEnrollment {
  const [enrollment, second] = computer.journal.list();
  if (second !== undefined || enrollment === undefined || !isWritten(enrollment))
    throw new Error('not one written one');
  return enrollment;
}

function published(computer: Computer): EnrollmentIn<'published'> {
  const enrollment = only(computer);
  if (enrollment.state !== 'published') throw new Error(`it is ${enrollment.state}`);
  return enrollment;
}

describe('publishing', () => {
  it.each(['read', 'before-write', 'after-write'] as const)(
    'that fails (%s) leaves a written enrollment, which the next enroll publishes',
    async (fault) => {
      const computer = await start();
      computer.people.mayReplace = true;
      computer.profiles.set(ACCOUNT, OTHER_LINE);
      computer.profiles.fault = fault;
      await expect(computer.enroll()).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
      expect(only(computer).state).toBe('written');
      computer.authenticator.counters.reset();
      await computer.enroll();
      expect(computer.authenticator.counters.read().packetsOut).toBe(0); // the key is not needed for it
      expect(published(computer).publication).toMatchObject({ account: ACCOUNT, previousLine: OTHER_LINE });
      await expectOneUsableEnrollment(computer);
    },
  );

  it('whose line reads back differently is not called published', async () => {
    const computer = await start();
    computer.profiles.fault = 'read-back';
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'PROFILE_READ_BACK_DIFFERS' });
    expect(only(computer).state).toBe('written');
    expect(computer.people.told('published')).toEqual([]);
  });

  it('over another key waits for its owner to agree', async () => {
    const computer = await start();
    computer.profiles.set(ACCOUNT, OTHER_LINE);
    const kept = computer.enroll();
    await expect(kept).rejects.toMatchObject({ code: 'PROFILE_KEY_KEPT' });
    // Whichever was enrolled last meanwhile, this one is meant.
    const { id, plan, files } = only(computer) as EnrollmentIn<'written'>;
    const agreeBy = `glasskey publish --key ${files.fingerprint} --replace`;
    await expect(kept).rejects.toMatchObject({ remedy: expect.stringContaining(agreeBy) });
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(OTHER_LINE);
    expect(computer.people.conflicts).toEqual([
      {
        account: ACCOUNT,
        present: OTHER_LINE.trim(),
        fingerprint: expect.stringMatching(/^SHA256:/),
        enrolledHere: false,
        ofRotation: false,
        ours: { id, fingerprint: files.fingerprint, keyFile: plan.keyFile },
        agreeBy,
      },
    ]);
    computer.people.mayReplace = true;
    await computer.publish(only(computer));
    expect(published(computer).publication.previousLine).toBe(OTHER_LINE);
    expect(computer.people.told('published')).toEqual([{ kind: 'published', account: ACCOUNT, replaced: true }]);
    await expectOneUsableEnrollment(computer);
  });

  it('over something that is no key at all asks too, and over an empty value does not', async () => {
    const { computer, enrollment, line } = await written();
    computer.profiles.set(ACCOUNT, 'to be filled in');
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'PROFILE_KEY_KEPT' });
    expect(computer.people.conflicts).toMatchObject([{ fingerprint: undefined }]);
    computer.profiles.set(ACCOUNT, '');
    await computer.publish(enrollment);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(line);
  });

  it('over a key that was enrolled on this computer says so: it may be the one that logins use', async () => {
    const { computer, enrollment } = await written();
    await computer.publish(enrollment);
    const second = await computer.enroll({ fresh: true, keyFile: join(computer.keyFolder, 'second'), publish: false });
    await expect(computer.publish(second)).rejects.toMatchObject({ code: 'PROFILE_KEY_KEPT' });
    expect(computer.people.conflicts).toMatchObject([{ enrolledHere: true }]);
  });

  it('the same key with another comment needs no consent', async () => {
    const { computer, enrollment, line } = await written();
    computer.profiles.set(ACCOUNT, line.replace('NexusIdentitySSHKey', 'az nexusidentity gen-keys'));
    await computer.publish(enrollment);
    expect(computer.people.conflicts).toEqual([]);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(line);
  });

  it('of another writer in between is noticed, and nothing is lost', async () => {
    const { computer, enrollment } = await written();
    computer.people.mayReplaceProfileKey = async () => {
      computer.profiles.set(ACCOUNT, 'the line of a third');
      return true;
    };
    computer.profiles.set(ACCOUNT, OTHER_LINE);
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'PROFILE_KEY_CHANGED' });
    expect(computer.profiles.lines.get(ACCOUNT)).toBe('the line of a third');
    computer.people.mayReplaceProfileKey = async () => true;
    await computer.publish(only(computer));
    expect(published(computer).publication.previousLine).toBe('the line of a third');
  });

  it('while an enrollment runs is refused', async () => {
    const { computer, enrollment } = await written();
    computer.authenticator.setTouch('by-hand');
    const running = computer.enroll({ keyFile: join(computer.keyFolder, 'second'), publish: false });
    await computer.authenticator.touchPad.untilBlinking();
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'ENROLLMENT_RUNNING' });
    computer.authenticator.touch();
    await running;
    expect(computer.profiles.writes).toBe(0);
  });
});

describe('a published key', () => {
  it('keeps the time of its publication when it is published again, and nothing is written', async () => {
    const { computer, enrollment } = await written();
    computer.profiles.set(ACCOUNT, OTHER_LINE);
    computer.people.mayReplace = true;
    const first = await computer.publish(enrollment);
    // From what the caller knew before, as two `glasskey publish` at once would.
    expect(await computer.publish(enrollment)).toEqual(first);
    expect(computer.profiles.writes).toBe(1);
    expect(published(computer)).toEqual(first);
  });

  it('stays published when a look at the profile fails', async () => {
    const { computer, enrollment } = await written();
    const first = await computer.publish(enrollment);
    computer.profiles.fault = 'read';
    await expect(computer.publish(first)).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    expect(published(computer)).toEqual(first);
  });

  it('that another one took the place of is no longer called published', async () => {
    const { computer, enrollment } = await written();
    await computer.publish(enrollment);
    computer.profiles.set(ACCOUNT, OTHER_LINE);
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'PROFILE_KEY_KEPT' });
    expect(only(computer).state).toBe('written');
    computer.people.mayReplace = true;
    await computer.publish(enrollment);
    expect(published(computer).publication.previousLine).toBe(OTHER_LINE);
  });

  it('begun on one account and finished on another forgets the line of neither', async () => {
    const { computer, enrollment } = await written();
    computer.people.mayReplace = true;
    computer.profiles.set(ACCOUNT, OTHER_LINE);
    computer.profiles.set(BOB, 'the line of bob');
    computer.profiles.fault = 'after-write';
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    computer.profiles.signedIn = BOB;
    await computer.publish(enrollment);
    expect(published(computer).publication).toMatchObject({ account: BOB, previousLine: 'the line of bob' });
    computer.profiles.signedIn = ACCOUNT; // where the first run's write is found
    await computer.publish(enrollment);
    expect(published(computer).publication).toMatchObject({ account: ACCOUNT, previousLine: OTHER_LINE });
    expect(published(computer).profilesBefore).toEqual([
      { account: BOB, line: 'the line of bob' },
      { account: ACCOUNT, line: OTHER_LINE },
    ]);
  });

  it('stays published on its account when publishing on another fails', async () => {
    const { computer, enrollment } = await written();
    const first = await computer.publish(enrollment);
    computer.profiles.signedIn = BOB;
    computer.profiles.fault = 'before-write';
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
    expect(published(computer).publication).toEqual(first.publication);
  });
});

describe('a key file that is not the enrolled one', () => {
  it.each([
    ['public, of another key', '.pub', OTHER_LINE],
    ['public, gone', '.pub', undefined],
    ['private, no key at all', '', 'mine'],
    ['private, gone', '', undefined],
  ])('is never published (%s)', async (_what, ending, content) => {
    const { computer, enrollment } = await written();
    const path = `${computer.keyFile}${ending}`;
    if (content === undefined) await rm(path);
    else await writeFile(path, content);
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'KEY_FILE_FOREIGN', detail: { path } });
    expect(computer.profiles.lines.size).toBe(0);
    expect(only(computer).state).toBe('written');
  });

  it('is noticed although it came only during the sign-in', async () => {
    const { computer, enrollment } = await written();
    computer.profiles.onRead = () => writeFile(`${computer.keyFile}.pub`, OTHER_LINE);
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code: 'KEY_FILE_FOREIGN' });
    expect(computer.profiles.lines.size).toBe(0);
  });

  it('is told from one that has a passphrase or another comment now', async () => {
    const { computer, enrollment, line } = await written();
    const key = parseKeyFile(await readFile(computer.keyFile));
    const random = (length: number) => new Uint8Array(length);
    const locked = await encryptKeyFile({ ...key, comment: 'mine' }, new TextEncoder().encode('secret'), random, {
      rounds: 1,
    });
    await writeFile(computer.keyFile, locked);
    await writeFile(`${computer.keyFile}.pub`, line.replace('NexusIdentitySSHKey', 'mine'));
    await computer.publish(enrollment);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(line); // the line that was enrolled, not the file's
  });
});
