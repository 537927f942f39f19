/** macOS: a launch agent of the user (launchd.plist(5), launchctl(1)). */
import { join } from 'node:path';
import { type CheckSchedule, SCHEDULE_MARK } from './check-schedule.ts';
import type { ProgramCall } from './run-program.ts';
import { xmlText } from './xml-text.ts';

export interface LaunchdWorld {
  readonly homeFolder: string;
  readonly userId: number;
  /** The check: an absolute path, and its words. */
  readonly check: ProgramCall;
  /** What of this process's environment the check must find. */
  readonly kept: Readonly<Record<string, string>>;
}

/** After the app's bundle identifier (packaging/identity.ts). */
const LABEL = 'com.nexusidentity.glasskey.reminders';
const LAUNCHCTL = '/bin/launchctl';
/**
 * bootout returns before launchd has let go of the job: a check that runs gets SIGTERM, and five seconds to end. Until then bootstrap
 * fails: "5: Input/output error", in launchd's log 37, EALREADY. launchctl(1) says nothing of it; many have met it.
 */
const LINGERS_MS = 15_000;

export function launchdSchedule(world: LaunchdWorld): CheckSchedule {
  const path = join(world.homeFolder, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const text = launchAgent(world);
  const domain = `gui/${world.userId}`;
  const off: ProgramCall = [LAUNCHCTL, 'bootout', `${domain}/${LABEL}`];
  return {
    by: 'launchd',
    files: [{ path, text, bytes: new TextEncoder().encode(text) }],
    // What is loaded is not loaded again (bootstrap fails), and would go on as it was.
    beforeSwitchOn: [off],
    switchOn: [[LAUNCHCTL, 'bootstrap', domain, path]],
    switchOff: [off],
    lingersMs: LINGERS_MS,
    afterRemoval: [],
    isOn: [LAUNCHCTL, 'print', `${domain}/${LABEL}`],
  };
}

/** Every hour: a StartCalendarInterval that a sleep has missed is made up for upon waking, which a StartInterval is not. RunAtLoad: after a start too. */
function launchAgent({ check, kept }: LaunchdWorld): string {
  const variables = Object.entries(kept);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${SCHEDULE_MARK}; glasskey reminders schedule remove takes it away. -->`,
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    `  <string>${LABEL}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...check.map((word) => `    <string>${xmlText(word)}</string>`),
    '  </array>',
    ...(variables.length === 0 ? [] : ['  <key>EnvironmentVariables</key>', '  <dict>']),
    ...variables.flatMap(([name, value]) => [
      `    <key>${xmlText(name)}</key>`,
      `    <string>${xmlText(value)}</string>`,
    ]),
    ...(variables.length === 0 ? [] : ['  </dict>']),
    '  <key>StartCalendarInterval</key>',
    '  <dict>',
    '    <key>Minute</key>',
    '    <integer>0</integer>',
    '  </dict>',
    '  <key>RunAtLoad</key>',
    '  <true/>',
    '  <key>ProcessType</key>',
    '  <string>Background</string>',
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}
