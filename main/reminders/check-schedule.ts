/**
 * The check while the app is closed: files that have the operating system run it every hour (systemd-timer.ts, launch-agent.ts,
 * scheduled-task.ts say which), and the commands that switch them on and off. Shown before anything is written, whole or not at all, and
 * taken away again without a trace. Only what Glasskey wrote is ever replaced or removed.
 */
import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Clock, pause, systemClock } from '../../time/clock.ts';
import { writeWholeFile } from '../storage/whole-file.ts';
import type { ProgramCall, ProgramResult, RunProgram } from './run-program.ts';

/** What the schedule is made of, as pure data. */
export interface CheckSchedule {
  readonly by: 'systemd' | 'launchd' | 'task-scheduler';
  readonly files: readonly ScheduleFile[];
  /** Once the files are there; one that fails is passed over. */
  readonly beforeSwitchOn: readonly ProgramCall[];
  /** In this order, after that; each must end well. */
  readonly switchOn: readonly ProgramCall[];
  /** In this order, before the files go; one that fails is passed over: it may be off already. */
  readonly switchOff: readonly ProgramCall[];
  /** What was switched off may be there for so long, in milliseconds, and then in the way of what is to take its place. */
  readonly lingersMs: number;
  /** After the files have gone; likewise. */
  readonly afterRemoval: readonly ProgramCall[];
  /** Ends with 0 where it is on. */
  readonly isOn: ProgramCall;
}

export interface ScheduleFile {
  readonly path: string;
  /** To be shown. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** In every file of ours, and by which it is known again. */
export const SCHEDULE_MARK = 'Written by Glasskey';

const LOOK_EVERY_MS = 250;

export type ScheduleFileState = 'absent' | 'current' | 'outdated' | 'foreign';

export interface ScheduleState {
  /** `half`: some of it is there, or it is of another place of the program; installing it again mends that. `foreign`: a file of somebody else has its name. */
  readonly state: 'on' | 'off' | 'half' | 'foreign';
  readonly by: CheckSchedule['by'];
  readonly files: readonly { readonly path: string; readonly text: string; readonly state: ScheduleFileState }[];
  /** What installing runs, for people to read: nothing is run from it. */
  readonly commands: readonly ProgramCall[];
}

/** How it stands; changes nothing. Throws `SCHEDULE_FILE_UNREADABLE`. */
export async function scheduleState(schedule: CheckSchedule, run: RunProgram): Promise<ScheduleState> {
  const files = await Promise.all(
    schedule.files.map(async (file) => ({ path: file.path, text: file.text, state: await fileState(file) })),
  );
  const isOn = (await run(schedule.isOn)).exitCode === 0;
  return { state: stateOf(files, isOn), by: schedule.by, files, commands: schedule.switchOn };
}

function stateOf(files: ScheduleState['files'], isOn: boolean): ScheduleState['state'] {
  if (files.some(({ state }) => state === 'foreign')) return 'foreign';
  if (files.every(({ state }) => state === 'current') && isOn) return 'on';
  return files.every(({ state }) => state === 'absent') && !isOn ? 'off' : 'half';
}

/**
 * Writes the files and switches them on; may be repeated, and then brings what is there up to date. Throws `SCHEDULE_FILE_FOREIGN` and
 * `FILE_WRITE_FAILED`, and `SCHEDULE_NOT_SWITCHED_ON` where the system does not take it: the files are then as they were.
 */
export async function installSchedule(
  schedule: CheckSchedule,
  run: RunProgram,
  clock: Clock = systemClock,
): Promise<ScheduleState> {
  const before = await Promise.all(schedule.files.map(async (file) => ({ file, bytes: await ownBytes(file) })));
  const restore = async () => {
    for (const { file, bytes } of before) {
      await (bytes === undefined ? rm(file.path, { force: true }) : write({ ...file, bytes })).catch(() => {});
    }
  };
  try {
    for (const file of schedule.files) await write(file);
    if (schedule.beforeSwitchOn.length > 0) await off(schedule.beforeSwitchOn, schedule, run, clock);
    for (const call of schedule.switchOn) assertSwitchedOn(call, await run(call));
  } catch (error) {
    await off(schedule.switchOff, schedule, run, clock);
    await restore();
    await runAll(before.every(({ bytes }) => bytes === undefined) ? schedule.afterRemoval : schedule.switchOn, run);
    throw error;
  }
  return scheduleState(schedule, run);
}

/** Switches it off and takes the files away; safe to call twice. Throws `SCHEDULE_FILE_FOREIGN`: nothing was changed then. */
export async function removeSchedule(
  schedule: CheckSchedule,
  run: RunProgram,
  clock: Clock = systemClock,
): Promise<ScheduleState> {
  const present = await Promise.all(schedule.files.map(ownBytes));
  if (present.some((bytes) => bytes !== undefined) || (await run(schedule.isOn)).exitCode === 0) {
    await off(schedule.switchOff, schedule, run, clock);
    for (const { path } of schedule.files) await rm(path, { force: true });
    await runAll(schedule.afterRemoval, run);
  }
  return scheduleState(schedule, run);
}

/** Waits until it has gone, as long as it may linger. */
async function off(
  calls: readonly ProgramCall[],
  { isOn, lingersMs }: CheckSchedule,
  run: RunProgram,
  clock: Clock,
): Promise<void> {
  await runAll(calls, run);
  const until = clock.now() + lingersMs;
  while (clock.now() < until && (await run(isOn)).exitCode === 0) await pause(clock, LOOK_EVERY_MS);
}

async function runAll(calls: readonly ProgramCall[], run: RunProgram): Promise<void> {
  for (const call of calls) await run(call);
}

async function write({ path, bytes }: Pick<ScheduleFile, 'path' | 'bytes'>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeWholeFile(path, bytes, { mode: 0o600, overwrite: true });
}

async function fileState(file: ScheduleFile): Promise<ScheduleFileState> {
  const bytes = await bytesAt(file.path);
  if (bytes === undefined) return 'absent';
  if (bytes === 'no file' || !isOurs(bytes)) return 'foreign';
  return Buffer.compare(bytes, file.bytes) === 0 ? 'current' : 'outdated';
}

async function ownBytes({ path }: ScheduleFile): Promise<Uint8Array | undefined> {
  const bytes = await bytesAt(path);
  if (bytes !== undefined && (bytes === 'no file' || !isOurs(bytes))) throw foreign(path);
  return bytes;
}

/** A link or a folder of that name is nothing that Glasskey made. */
async function bytesAt(path: string): Promise<Uint8Array | 'no file' | undefined> {
  try {
    return (await lstat(path)).isFile() ? await readFile(path) : 'no file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw unreadable(path, error);
  }
}

/** The mark as it stands in UTF-8 and in UTF-16. */
function isOurs(bytes: Uint8Array): boolean {
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return held.includes(SCHEDULE_MARK, 0, 'utf8') || held.includes(SCHEDULE_MARK, 0, 'utf16le');
}

function assertSwitchedOn([program]: ProgramCall, { exitCode, output }: ProgramResult): void {
  if (exitCode === 0) return;
  const said = (output.trim().split('\n')[0] ?? '').replace(/\.$/, '');
  throw new GlasskeyError({
    code: 'SCHEDULE_NOT_SWITCHED_ON',
    message: `The scheduled check could not be switched on: ${said === '' ? `${program} does not run here` : said}.`,
    remedy:
      'Nothing was changed. Run it in a login session of your own desktop; where there is none, let cron run glasskey reminders check.',
    detail: { program, exitCode: exitCode ?? null },
  });
}

function foreign(path: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SCHEDULE_FILE_FOREIGN',
    message: `${path} is there already, and Glasskey did not write it.`,
    remedy: 'Nothing was changed. Move it away if you do not need it, then do this again.',
    detail: { path },
  });
}

function unreadable(path: string, cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'SCHEDULE_FILE_UNREADABLE',
    message: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: 'Make it a file of yours that you may read, or move it away.',
    detail: { path },
    cause,
  });
}
