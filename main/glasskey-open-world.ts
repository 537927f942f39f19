/** Opens the data folder, and makes of it and of the world what every part is composed over. In the one file that each command loads. */
import { join } from 'node:path';
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { PinSeen } from '../native/ctap2/authenticator.ts';
import { isWritten } from './enrollment/enrollment.ts';
import { storedJournal } from './enrollment/stored-journal.ts';
import type { RunningAgents } from './glasskey-running-agents.ts';
import type { GlasskeyWorld, OpenWorld } from './glasskey-world.ts';
import { dataFolderPath } from './storage/data-folder.ts';
import { openDatabase } from './storage/database.ts';
import { type LogFile, openLogFile } from './storage/log-file.ts';
import { openSettings, type Settings } from './storage/settings.ts';

/** `close` waits for what is being noted, and releases what was opened. */
export interface ClosableWorld extends OpenWorld {
  close(): Promise<void>;
}

/** Throws `DATA_FOLDER_UNUSABLE`, and what opening the database throws. */
export async function openWorld(world: GlasskeyWorld, agents: RunningAgents): Promise<ClosableWorld> {
  const { environment, homeFolder, clock } = world;
  const { platform } = process;
  const dataFolder = dataFolderPath({ platform, env: environment, home: homeFolder });
  if (platform === 'win32') await (await import('./windows-data-folder.ts')).makeWindowsDataFolder(dataFolder);
  const database = openDatabase(join(dataFolder, 'glasskey.db'));
  const logFile = logFileIn(dataFolder, world);
  const log: Log = (...line) => {
    world.log(...line);
    logFile?.log(...line);
  };
  const settingsFile = join(dataFolder, 'settings.json');
  const settings = openSettings(database, settingsFile);
  tellUnusable(settings, settingsFile, { ...world, log });
  const journal = storedJournal(database, clock, log);

  let noting: Promise<unknown> = Promise.resolve();
  /** Nothing waits for it but the end: whoever gave the PIN waits for the key. */
  const pinSeen = (seen: PinSeen) => {
    const noted = notePin(seen, opened).catch((error: unknown) => {
      log('warn', 'observation.not-noted', { kind: 'pin', code: asGlasskeyError(error).code });
    });
    noting = Promise.all([noting, noted]);
  };
  const opened: ClosableWorld = {
    ...world,
    platform,
    log,
    dataFolder,
    database,
    settings,
    journal,
    agents,
    written: () => journal.list().filter(isWritten),
    async keyWay() {
      if (world.windows === undefined) return undefined;
      const { keyWay } = await import('./glasskey-key-way.ts');
      const setting = settings.get('windows.securityKeys').value;
      return keyWay({ windows: await world.windows(), hid: world.hid, setting });
    },
    async keyAccess(what = 'information') {
      const { windows, hid } = world;
      const way = windows && (await opened.keyWay());
      if (windows === undefined || way?.way !== 'windows') return { hid, windowsKey: undefined };
      const { unopenableBus } = await import('./glasskey-key-way.ts');
      return { hid: async () => unopenableBus(what, way.because), windowsKey: async () => (await windows()).open() };
    },
    async channel() {
      const { systemChannelWorld } = await import('../native/ctap2/authenticator.ts');
      return systemChannelWorld({ clock, log, pinSeen });
    },
    async close() {
      await noting;
      database.close();
      logFile?.close();
    },
  };
  return opened;
}

function logFileIn(dataFolder: string, { clock }: GlasskeyWorld): LogFile | undefined {
  try {
    return openLogFile({ path: join(dataFolder, 'glasskey.log'), level: 'info', clock });
  } catch {
    // Without a log, as on a full disk, everything else still works.
    return undefined;
  }
}

function tellUnusable(settings: Settings, settingsFile: string, { log, settingUnusable }: GlasskeyWorld): void {
  for (const { source, what, why } of settings.problems()) {
    log('warn', 'settings.unusable', { source, what, why });
    const where = what === settingsFile ? what : `${what} in ${source === 'file' ? settingsFile : 'the database'}`;
    settingUnusable?.(`${where} is not used: ${why}.`);
  }
}

async function notePin(seen: PinSeen, world: OpenWorld): Promise<void> {
  const [{ seenKey }, { noteSeenKey }] = await Promise.all([
    import('./security-keys/pin-seen.ts'),
    import('./glasskey-observing.ts'),
  ]);
  noteSeenKey(seenKey(seen), world);
}
