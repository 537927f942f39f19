/** What app.getPath answers: the platform's places, with the app's name in them, as Electron has them. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { missing } from '../missing.ts';
import { commandLine } from './command-line.ts';

const XDG_FOLDERS: Readonly<Record<string, string>> = {
  desktop: 'Desktop',
  documents: 'Documents',
  downloads: 'Downloads',
  music: 'Music',
  pictures: 'Pictures',
  videos: 'Videos',
};

const NAMES = new Set([
  ...['home', 'appData', 'userData', 'sessionData', 'temp', 'exe', 'module', 'logs', 'crashDumps'],
  ...Object.keys(XDG_FOLDERS),
]);

export interface PackageFacts {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/** The package.json nearest to the script that was started, which is the app's. */
export function readPackage(entry: string): PackageFacts {
  let folder = dirname(resolve(entry));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) return { folder: dirname(resolve(entry)), name: 'Electron', version: '0.0.0' };
    folder = above;
  }
  const facts: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { productName, name, version } = facts as Record<string, unknown>;
  return { folder, name: String(productName ?? name ?? 'Electron'), version: String(version ?? '0.0.0') };
}

function appDataFolder(): string {
  if (process.platform === 'win32') return process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  const { XDG_CONFIG_HOME: configured } = process.env;
  return configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.config');
}

export class AppPaths {
  private readonly overridden = new Map<string, string>();

  /** `appName` only where a place carries it. Throws for a name Electron does not know. */
  get(name: string, appName: string): string {
    if (!NAMES.has(name))
      throw name === 'recent' || name === 'assets' ? missing(`app.getPath('${name}')`) : unknownName(name);
    const set = this.overridden.get(name);
    if (set !== undefined) return set;
    const inHome = XDG_FOLDERS[name];
    if (inHome !== undefined) return join(homedir(), inHome);
    switch (name) {
      case 'home':
        return homedir();
      case 'appData':
        return appDataFolder();
      case 'temp':
        return tmpdir();
      case 'exe':
      case 'module':
        return process.execPath;
      case 'userData':
        return this.userData(appName);
      case 'sessionData':
        return this.get('userData', appName);
      case 'logs':
        return join(this.get('userData', appName), 'logs');
      default:
        return join(this.get('userData', appName), 'Crashpad');
    }
  }

  /** Chromium's own switch wins, as in Electron. The folder is there when Electron tells of it. */
  private userData(appName: string): string {
    const given = commandLine.getSwitchValue('user-data-dir');
    const folder = given === '' ? join(this.get('appData', appName), appName) : resolve(given);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  set(name: string, path: string): void {
    if (!NAMES.has(name)) throw unknownName(name);
    if (!isAbsolute(path)) throw new Error('Path must be absolute');
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw new Error(`Failed to set '${name}' path to '${path}'`);
    this.overridden.set(name, path);
  }
}

function unknownName(name: string): Error {
  return new Error(`Failed to get '${name}' path`);
}
