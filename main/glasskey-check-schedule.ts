/** The check while the app is closed, composed for glasskey.ts: which schedule this platform has, and what it runs. */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import {
  type CheckSchedule,
  installSchedule,
  removeSchedule,
  type ScheduleState,
  scheduleState,
} from './reminders/check-schedule.ts';
import { launchdSchedule } from './reminders/launch-agent.ts';
import { type ProgramCall, type RunProgram, runProgram } from './reminders/run-program.ts';
import { taskSchedule } from './reminders/scheduled-task.ts';
import { systemdSchedule } from './reminders/systemd-timer.ts';
import { dataFolderPath } from './storage/data-folder.ts';

export interface CheckScheduleWorld {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly dataFolder: string;
  /** What looks once and tells what is due: an absolute path, and its words. */
  readonly check?: ProgramCall | undefined;
}

export type CheckScheduleStep = 'look' | 'install' | 'remove';

const STEPS = { look: scheduleState, install: installSchedule, remove: removeSchedule } as const;

/** Throws `SCHEDULE_UNSUPPORTED`, and what main/reminders/check-schedule.ts says of each step. */
export function checkScheduleStep(step: CheckScheduleStep, world: CheckScheduleWorld): Promise<ScheduleState> {
  return STEPS[step](scheduleOf(world), runProgram);
}

/**
 * Before the app is removed from this computer: nothing starts it by the clock any more. Whoever switched the check on; a file of somebody
 * else keeps its place.
 */
export async function forgetCheckSchedule(
  { platform, environment, homeFolder, check }: Omit<CheckScheduleWorld, 'dataFolder'>,
  run: RunProgram = runProgram,
): Promise<void> {
  const dataFolder = dataFolderPath({ platform, env: environment, home: homeFolder });
  await removeSchedule(scheduleOf({ platform, environment, homeFolder, check, dataFolder }), run);
}

export function scheduleOf(world: CheckScheduleWorld): CheckSchedule {
  const { platform, environment, homeFolder, dataFolder, check } = world;
  if (check === undefined) throw unsupported('this program cannot be started by itself');
  // Whoever starts the check hands it no environment of a shell: another data folder than the usual one must be named. A task of Windows
  // cannot say it, and has the account's own environment (docs/reminders.md).
  const usual = dataFolderPath({ platform, env: { LOCALAPPDATA: environment.LOCALAPPDATA }, home: homeFolder });
  const kept: Readonly<Record<string, string>> = dataFolder === usual ? {} : { GLASSKEY_HOME: dataFolder };
  if (platform === 'linux') return systemdSchedule({ environment, homeFolder, check, kept });
  if (platform === 'darwin') return launchdSchedule({ homeFolder, userId: process.getuid?.() ?? 0, check, kept });
  if (platform === 'win32') return taskSchedule({ dataFolder, environment, check });
  throw unsupported(`nothing is known here of a scheduler of ${platform}`);
}

function unsupported(why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SCHEDULE_UNSUPPORTED',
    message: `The check cannot be scheduled: ${why}.`,
    remedy: 'Let cron, or whatever runs programs by the clock here, run glasskey reminders check every hour.',
  });
}
