/** What the next enrollment would find on this computer, before anybody plugs in or types anything. */
import { type EnrollChoices, isTakenUp, type KeyFileFolder } from './enroll.ts';
import type { EnrollmentJournal, UnfinishedEnrollment } from './enrollment.ts';
import { isUnfinished, isWritten } from './enrollment.ts';
import { keyFilePair } from './key-files.ts';

export interface FilesOutlook {
  readonly keyFile: string;
  /** What it would go on with. */
  readonly unfinished: UnfinishedEnrollment | undefined;
  /** A file of that name is there that is not the unfinished enrollment's own. */
  readonly keyFileTaken: boolean;
}

/** What the enrollment of a backup would find. */
export interface BackupOutlook extends FilesOutlook {
  /** One is enrolled here, and is on no profile yet. */
  readonly isPrepared: boolean;
}

export async function enrollOutlook(
  choices: Pick<EnrollChoices, 'keyFile' | 'backup'>,
  journal: Pick<EnrollmentJournal, 'list'>,
  files: Pick<KeyFileFolder, 'foreign'>,
): Promise<FilesOutlook> {
  const { keyFile } = choices;
  const unfinished = journal
    .list()
    .filter(isUnfinished)
    .filter(({ plan }) => plan.replaces === undefined)
    .findLast((one) => isTakenUp(one, choices));
  const isMade = unfinished !== undefined && unfinished.state !== 'planned' && unfinished.state !== 'requested';
  const foreign = await files.foreign(keyFile, isMade ? keyFilePair(unfinished) : undefined);
  return { keyFile, unfinished, keyFileTaken: foreign.length > 0 };
}

/** Undefined where there is nothing yet to have a backup of: no key is on a profile, and no backup was begun. */
export async function backupOutlook(
  keyFile: string,
  journal: Pick<EnrollmentJournal, 'list'>,
  files: Pick<KeyFileFolder, 'foreign'>,
): Promise<BackupOutlook | undefined> {
  const outlook = await enrollOutlook({ keyFile, backup: true }, journal, files);
  const written = journal.list().filter(isWritten);
  const isPrepared = written.some(({ state, plan }) => state === 'written' && plan.backup === true);
  if (outlook.unfinished === undefined && !written.some(({ state }) => state === 'published')) return undefined;
  return { ...outlook, isPrepared };
}
