/** Linux: a timer of the user's own systemd, and the service that it starts (systemd.timer(5), systemd.service(5)). */
import { isAbsolute, join } from 'node:path';
import { type CheckSchedule, SCHEDULE_MARK, type ScheduleFile } from './check-schedule.ts';
import type { ProgramCall } from './run-program.ts';

export interface SystemdWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** The check: an absolute path, and its words. */
  readonly check: ProgramCall;
  /** What of this process's environment the check must find. */
  readonly kept: Readonly<Record<string, string>>;
}

const NAME = 'glasskey-reminders';
const TIMER = `${NAME}.timer`;
const SYSTEMCTL = '/usr/bin/systemctl';

export function systemdSchedule(world: SystemdWorld): CheckSchedule {
  const folder = unitFolder(world);
  return {
    by: 'systemd',
    files: [fileOf(join(folder, `${NAME}.service`), serviceUnit(world)), fileOf(join(folder, TIMER), TIMER_UNIT)],
    beforeSwitchOn: [],
    switchOn: [
      [SYSTEMCTL, '--user', 'daemon-reload'],
      [SYSTEMCTL, '--user', 'enable', TIMER],
      // A timer that runs already would go on by the times that it was started with.
      [SYSTEMCTL, '--user', 'restart', TIMER],
    ],
    switchOff: [
      [SYSTEMCTL, '--user', 'disable', '--now', TIMER],
      // When it ran last, which systemd keeps for Persistent=.
      [SYSTEMCTL, '--user', 'clean', '--what=state', TIMER],
    ],
    lingersMs: 0,
    afterRemoval: [[SYSTEMCTL, '--user', 'daemon-reload']],
    isOn: [SYSTEMCTL, '--user', 'is-enabled', '--quiet', TIMER],
  };
}

/** systemd.unit(5), "User Unit Search Path". */
function unitFolder({ environment, homeFolder }: SystemdWorld): string {
  const configured = environment.XDG_CONFIG_HOME;
  const folder = configured && isAbsolute(configured) ? configured : join(homeFolder, '.config');
  return join(folder, 'systemd', 'user');
}

/** Restart: right after a login there may be nobody yet who shows notifications. `:` before the program: no word is read as the name of a variable (systemd.service(5), "Command lines"). */
function serviceUnit({ check, kept }: SystemdWorld): string {
  return unit([
    '[Unit]',
    'Description=Glasskey: tell what needs attention',
    'StartLimitIntervalSec=30min',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=oneshot',
    ...Object.entries(kept).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `ExecStart=:${startable(check).map(quoted).join(' ')}`,
    'TimeoutStartSec=2min',
    'Restart=on-failure',
    'RestartSec=1min',
  ]);
}

/** Persistent: what was due while the computer was off is made up for when it is on again. */
const TIMER_UNIT = unit([
  '[Unit]',
  'Description=Glasskey: look every hour what needs attention',
  '',
  '[Timer]',
  'OnCalendar=hourly',
  'Persistent=true',
  '',
  '[Install]',
  'WantedBy=timers.target',
]);

function unit(lines: readonly string[]): string {
  return [`# ${SCHEDULE_MARK}; glasskey reminders schedule remove takes it away.`, ...lines, ''].join('\n');
}

/** systemd refuses a program whose path has quotes, backslashes or control characters; the script is the same whatever the path. */
function startable(check: ProgramCall): readonly string[] {
  return /["'\\\p{Cc}]/u.test(check[0]) ? ['/bin/sh', '-c', 'exec "$@"', 'sh', ...check] : check;
}

/** systemd.syntax(7), "Quoting"; `%` begins a specifier (systemd.unit(5)). */
function quoted(word: string): string {
  const escaped = word
    .replace(/["\\]/g, '\\$&')
    .replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped.replaceAll('%', '%%')}"`;
}

function fileOf(path: string, text: string): ScheduleFile {
  return { path, text, bytes: new TextEncoder().encode(text) };
}
