import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { storedJournal } from '../../../main/enrollment/stored-journal.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { systemClock } from '../../../time/clock.ts';
import { published } from './sample-enrollment.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

it('leaves a damaged row out, says so, and gives the others: one bad entry must not lock its owner out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gk-journal-'));
  folders.push(folder);
  const database = openDatabase(join(folder, 'glasskey.db'));
  const told: unknown[] = [];
  const journal = storedJournal(database, systemClock, (level, event, facts) => told.push([level, event, facts]));
  const good = published(1_000, 2_000);
  journal.save(good);
  journal.save({ ...good, id: 'damaged' });
  database.sqlite.prepare("UPDATE enrollments SET data = '{}' WHERE id = 'damaged'").run();
  expect(journal.list()).toEqual([good]);
  expect(told).toEqual([['error', 'journal.damaged', { id: 'damaged', code: 'JOURNAL_DAMAGED' }]]);
  database.close();
});
