/** The app started by the clock: it tells what is due, without a window, and ends. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedJournal } from '../../main/enrollment/stored-journal.ts';
import { ensureDataFolder } from '../../main/storage/data-folder.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { systemClock } from '../../time/clock.ts';
import { published } from '../unit/enrollment/sample-enrollment.ts';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

const DAY = 86_400_000;

describe.skipIf(!hasChromium)('the app’s own check of reminders', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'gk-check-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const check = (): Promise<LaunchedShell> => launchShell({ home, args: ['--check-reminders'] });

  it('tells once what is due, opens nothing, and ends when nothing is to be told', async () => {
    const data = join(home, 'glasskey');
    ensureDataFolder(data);
    const database = openDatabase(join(data, 'glasskey.db'));
    storedJournal(database, systemClock, () => {}).save(
      published(systemClock.now() - 40 * DAY, systemClock.now() - 40 * DAY),
    );
    database.close();
    {
      await using shell = await check();
      const { urgency, body } = await shell.app.notification('Prove the key');
      expect(urgency).toBe('critical');
      expect(body).toContain('No login with it has been seen yet');
      const { windows, trays } = await shell.app.snapshot();
      expect([windows, trays]).toEqual([[], []]);
      expect(existsSync(join(data, 'agent'))).toBe(false);
    }
    const again = await check();
    await again.app.exited;
    expect(existsSync(join(data, 'agent'))).toBe(false);
  });
});
