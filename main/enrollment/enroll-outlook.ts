/** What the next enrollment would find on this computer, before anybody plugs in or types anything. */
import { isTakenUp, type KeyFileFolder } from './enroll.ts';
import type { EnrollmentJournal, UnfinishedEnrollment } from './enrollment.ts';
import { isUnfinished } from './enrollment.ts';
import { keyFilePair } from './key-files.ts';

export interface FilesOutlook {
  readonly keyFile: string;
  /** What it would go on with. */
  readonly unfinished: UnfinishedEnrollment | undefined;
  /** A file of that name is there that is not the unfinished enrollment's own. */
  readonly keyFileTaken: boolean;
}

export async function enrollOutlook(
  keyFile: string,
  journal: Pick<EnrollmentJournal, 'list'>,
  files: Pick<KeyFileFolder, 'foreign'>,
): Promise<FilesOutlook> {
  const unfinished = journal
    .list()
    .filter(isUnfinished)
    .filter(({ plan }) => plan.replaces === undefined)
    .findLast((one) => isTakenUp(one, { keyFile }));
  const isMade = unfinished !== undefined && unfinished.state !== 'planned' && unfinished.state !== 'requested';
  const foreign = await files.foreign(keyFile, isMade ? keyFilePair(unfinished) : undefined);
  return { keyFile, unfinished, keyFileTaken: foreign.length > 0 };
}
