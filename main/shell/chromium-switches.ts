/** The switches with which the installed app runs its Chromium: some that it is given are dropped, and one it gives itself. */
import type { App } from 'electron';
import type { Log } from '../../diagnostics/log.ts';

/**
 * By these whoever starts the app would read and drive its windows, the prompt above all, or run a program
 * of theirs in a renderer's place. Electron's fuses cover Node's (packaging/fuses.ts), not these.
 */
export const FOREIGN_SWITCHES: readonly string[] = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'disable-web-security',
  'js-flags',
];

export interface SwitchedApp {
  readonly isPackaged: boolean;
  readonly commandLine: Pick<App['commandLine'], 'hasSwitch' | 'removeSwitch' | 'appendSwitch'>;
}

/** Before the app is ready, when Chromium has not yet looked at them. A developer's app keeps them. */
export function dropForeignSwitches({ isPackaged, commandLine }: SwitchedApp, log: Log): void {
  if (!isPackaged) return;
  for (const name of FOREIGN_SWITCHES) {
    if (!commandLine.hasSwitch(name)) continue;
    commandLine.removeSwitch(name);
    log('warn', 'app.switch-dropped', { name });
  }
}

/**
 * Before the app is ready. No page of ours has a host to find, so none is found: a CSP's `connect-src` holds neither WebRTC nor a
 * link that only looks a name up, and no request of theirs comes by the guards.
 */
export function findNoHosts({ isPackaged, commandLine }: SwitchedApp): void {
  if (isPackaged) commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}
