/** `glasskey reminders` as scripts, shell prompts and people run it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Output, type OutputWorld } from '../../../../main/cli/output.ts';
import { listReminders } from '../../../../main/cli/reminder-lines.ts';
import { storedJournal } from '../../../../main/enrollment/stored-journal.ts';
import { openDatabase } from '../../../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../../../main/storage/target-store.ts';
import { systemClock } from '../../../../time/clock.ts';
import { published } from '../../enrollment/sample-enrollment.ts';
import { CollectedStream, type InProcessResult, runInProcess } from '../run-in-process.ts';

const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-reminders-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...words: string[]): Promise<InProcessResult> =>
  runInProcess(['reminders', ...words], { environment: { GLASSKEY_HOME: join(folder, 'data') }, homeFolder: folder });

/** A key that was published some days ago and never proven, and a saved target. */
function enroll(daysAgo: number): string {
  const database = openDatabase(join(folder, 'data', 'glasskey.db'));
  const at = Date.now() - daysAgo * DAY_MS;
  const made = published(at, at);
  const keyFile = join(folder, 'id_ed25519_sk');
  for (const file of [keyFile, `${keyFile}.pub`]) writeFileSync(file, '');
  const enrollment = { ...made, plan: { ...made.plan, keyFile } };
  storedJournal(database, systemClock).save(enrollment);
  targetStore(database).add(plainTarget('leaf 1', 'alice@leaf1', []));
  database.close();
  return enrollment.id;
}

it('says that nothing is to be done where nothing is', () => {
  const stdout = new CollectedStream();
  const streams = { stdout, stderr: stdout } as unknown as Pick<OutputWorld, 'stdout' | 'stderr'>;
  const output = new Output({ ...streams, environment: {} }, { json: false, verbose: false });
  listReminders({ now: 0, open: [], coming: [], done: [] }, { toEnroll: undefined, calendarFault: undefined }, output);
  expect(stdout.text).toBe('Nothing is to be done.\n');
});

it('exits with 0, and is silent in a shell prompt, where there are but notes', async () => {
  enroll(0);
  expect(await run('--short')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect((await run()).stdout).toMatch(/^note .*\n\nComing\n/s);
});

it('says that a file is no calendar of Glasskey’s, which is to be kept as one, and leaves a shell prompt alone', async () => {
  const file = join(folder, 'thesis.txt');
  writeFileSync(file, 'my thesis');
  await runInProcess(['settings', 'set', 'reminders.calendarFile', file], {
    environment: { GLASSKEY_HOME: join(folder, 'data') },
    homeFolder: folder,
  });
  const { stderr } = await run();
  expect(stderr).toContain(`${file} is no calendar of Glasskey’s, so it is left alone`);
  expect(stderr).toContain('[CALENDAR_FILE_FOREIGN]');
  expect(JSON.parse((await run('--json')).stdout).calendarFault).toMatchObject({ code: 'CALENDAR_FILE_FOREIGN' });
  expect(await run('--short')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  rmSync(file);
  expect((await run('calendar', file)).exitCode).toBe(0);
  expect((await run()).stderr).toBe('');
});

it('says what to do first where no key is enrolled', async () => {
  const { exitCode, stdout } = await run();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^No key is enrolled on this computer\. .*glasskey enroll\n$/);
  expect(await run('--short')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

it('lists what is due with the command that does it, and what comes, and exits with 3', async () => {
  const id = enroll(5);
  const { stdout, exitCode } = await run();
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^due {7}Prove the key id_ed25519_sk\n/);
  expect(stdout).toContain("\n          glasskey drill 'leaf 1'\n");
  expect(stdout).toContain(`\n          ID unproven:${id}\n`);
  expect(stdout).toMatch(/\n\nComing\n.*soon {6}Prepare a backup key\n/);
});

it('has one line for a shell prompt, and only an exit code for a script', async () => {
  enroll(20);
  expect(await run('--short')).toEqual({ exitCode: 3, stdout: '1 critical, 1 soon\n', stderr: '' });
  expect(await run('-q')).toEqual({ exitCode: 3, stdout: '', stderr: '' });
  expect((await run('--short', '--quiet')).exitCode).toBe(2);
});

it('puts off, dismisses and takes back; what is put aside is not due for the exit code', async () => {
  const id = enroll(5);
  const snoozed = await run('snooze', `unproven:${id}`, '3d', '--json');
  const { reminder } = JSON.parse(snoozed.stdout);
  expect(reminder.snoozedUntil - Date.now()).toBeGreaterThan(3 * DAY_MS - 60_000);
  expect((await run()).exitCode).toBe(0);
  expect((await run('restore', `unproven:${id}`)).exitCode).toBe(0);
  expect((await run()).exitCode).toBe(3);
  expect((await run('dismiss', `unproven:${id}`)).stderr).toContain('--because');
  const dismissed = await run('dismiss', `unproven:${id}`, '--because', 'Not mine to prove.');
  expect(dismissed.stdout).toContain('Dismissed: Not mine to prove.');
  expect(JSON.parse((await run('--json')).stdout).open.at(-1)).toMatchObject({
    rule: 'unproven',
    severity: 'due',
    title: 'Prove the key id_ed25519_sk',
    command: ['glasskey', 'drill', 'leaf 1'],
    dismissed: { because: 'Not mine to prove.' },
  });
});

it.each([
  [['snooze', 'no-backup', 'tomorrow'], 'no time such as'],
  [['snooze', 'no-backup', '99w'], 'a year at most'],
  [['snooze', 'no-such', '3d'], 'There is no such reminder now.'],
  [['snooze', 'no-backup'], 'glasskey reminders snooze ID TIME'],
  [['list', 'more'], 'one word too many'],
  [['forget', 'x'], 'is none of list'],
])('refuses %j', async (words, said) => {
  enroll(5);
  const { exitCode, stderr } = await run(...words);
  expect(exitCode).toBeGreaterThan(0);
  expect(stderr).toContain(said);
});

it('writes a calendar, replaces one of its own, and any other file only with --overwrite', async () => {
  const id = enroll(5);
  const file = join(folder, 'due.ics');
  expect(await run('calendar', file)).toEqual({ exitCode: 0, stdout: `Written: ${file}\n`, stderr: '' });
  const written = readFileSync(file, 'utf8');
  await run('snooze', `unproven:${id}`, '3d');
  expect((await run('calendar', file)).exitCode).toBe(0);
  // What was put off has moved.
  expect(written).not.toContain('SEQUENCE:1\r');
  expect(readFileSync(file, 'utf8').match(/SEQUENCE:1\r/g)).toHaveLength(1);
  const others = ['my thesis\n', written.replace('Glasskey//Reminders', 'Contoso//Holidays'), `note\r\n${written}`, ''];
  for (const text of others) {
    writeFileSync(file, text);
    const { exitCode, stderr } = await run('calendar', file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('add --overwrite');
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  expect((await run('calendar', folder, '--json')).stdout).toContain('FILE_EXISTS');
  expect((await run('calendar', file, '--overwrite')).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^BEGIN:VCALENDAR\r\n/);
});
