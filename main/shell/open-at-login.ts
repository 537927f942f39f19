/** Starts the app, hidden, when its user logs in to the computer; or no longer. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { LoginItemSettings, Settings } from 'electron';
import { writeWholeFile } from '../storage/whole-file.ts';

export interface LoginWorld {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** The program and its own arguments, by which this app was started. */
  readonly command: readonly [string, ...string[]];
  /** Windows and macOS keep their own list. */
  readonly app: {
    setLoginItemSettings(settings: Settings): void;
    getLoginItemSettings(options?: { path?: string; args?: string[] }): Pick<LoginItemSettings, 'openAtLogin'>;
  };
}

export const HIDDEN = '--hidden';

/** Throws FILE_WRITE_FAILED where the file of the autostart specification cannot be written. */
export async function setOpenAtLogin(wanted: boolean, world: LoginWorld): Promise<void> {
  const [program, ...args] = world.command;
  if (world.platform !== 'linux') {
    const item = { path: program, args: [...args, HIDDEN] };
    // What says so already is left alone: macOS tells the person each time that a login item was added.
    if (world.app.getLoginItemSettings(item).openAtLogin !== wanted) {
      world.app.setLoginItemSettings({ openAtLogin: wanted, ...item });
    }
    return;
  }
  const file = autostartFile(world);
  if (!wanted) return removeOwn(file);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = autostartEntry([program, ...args, HIDDEN]);
  await writeWholeFile(file, new TextEncoder().encode(text), { mode: 0o644, overwrite: true });
}

/** A file of that name that somebody wrote by hand stays. */
async function removeOwn(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.startsWith('[Desktop Entry]\n') && text.includes(` "${HIDDEN}"\n`)) await rm(file, { force: true });
}

/** Desktop Application Autostart Specification 0.5, "Autostart Directories". */
export function autostartFile({ environment, homeFolder }: Pick<LoginWorld, 'environment' | 'homeFolder'>): string {
  const configured = environment.XDG_CONFIG_HOME;
  const folder = configured && isAbsolute(configured) ? configured : join(homeFolder, '.config');
  return join(folder, 'autostart', 'glasskey.desktop');
}

/** Desktop Entry Specification 1.5. */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    'Name=Glasskey',
    'Comment=Security key for network devices',
    `Exec=${command.map(quotedArgument).join(' ')}`,
    'Icon=glasskey',
    'Terminal=false',
    'NoDisplay=true',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** "The Exec key": quoted as a whole, then escaped once more as a value of type string, and `%` begins a field code. A line's end would begin a key. */
function quotedArgument(argument: string): string {
  const quoted = `"${argument.replace(/["`$\\]/g, '\\$&')}"`;
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return escaped.replaceAll('%', '%%');
}
