/** Enrolling a key, composed for glasskey.ts (enrollment/enroll.ts): what it would find, and making the key. */
import { randomBytes } from 'node:crypto';
import { asGlasskeyError, type GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { SelectByTouch } from './enrollment/choose-authenticator.ts';
import { diskKeyFiles } from './enrollment/disk-key-files.ts';
import { type EnrollChoices, enroll } from './enrollment/enroll.ts';
import { type BackupOutlook, backupOutlook, enrollOutlook, type FilesOutlook } from './enrollment/enroll-outlook.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { skPrivateKey } from './enrollment/key-files.ts';
import { readKeyFile } from './enrollment/read-key-file.ts';
import { keyFilePath } from './glasskey-enrolled-key.ts';
import { keyScrutiny } from './glasskey-key-scrutiny.ts';
import { assertCanSignIn, profileHolder } from './glasskey-profile.ts';
import { reconcileEveryMs } from './glasskey-readiness.ts';
import { statusReport } from './glasskey-status.ts';
import type { GlasskeyPeople, OpenWorld } from './glasskey-world.ts';
import { randomart } from './openssh/randomart.ts';
import { touchedDevice } from './security-keys/choose-key.ts';
import type { SecurityKeyPeople } from './security-keys/people.ts';

export interface EnrollRequest extends Omit<EnrollChoices, 'keyFile' | 'owner'> {
  /** Undefined: the one of the settings. */
  readonly keyFile: string | undefined;
}

export interface EnrollReport {
  readonly id: string;
  readonly state: 'written' | 'published';
  readonly keyFile: string;
  readonly publicLine: string;
  readonly fingerprint: string;
  readonly randomart: string;
  readonly account: string | undefined;
  readonly reconciledBy: number | undefined;
  readonly next: string;
}

/** What `enroll` without a file, and not `fresh`, would go on with and meet. */
export interface EnrollOutlook extends FilesOutlook {
  /** The same of a backup (`backup`); undefined where no key is on a profile yet. */
  readonly backup: BackupOutlook | undefined;
  /** Why nothing can be published yet. */
  readonly publishObstacle: GlasskeyError | undefined;
}

/** Makes a key, or goes on with the one that was left unfinished. Throws `ENTRA_NOT_CONFIGURED`, and what enrollment/enroll.ts says. */
export async function enrollKey(
  request: EnrollRequest,
  people: GlasskeyPeople,
  signal: AbortSignal,
  world: OpenWorld,
): Promise<EnrollReport> {
  const { journal, settings, clock, log, owner, homeFolder } = world;
  if (request.publish) assertCanSignIn(settings);
  const keyFile = keyFilePath(request.keyFile, world);
  const isBackup = request.backup === true && request.keyFile === undefined;
  const choices: EnrollChoices = { ...request, keyFile: isBackup ? backupKeyFile(keyFile) : keyFile, owner };
  const { hid, windowsKey } = await world.keyAccess();
  const enrolled = await enroll(
    choices,
    {
      journal,
      people,
      clock,
      log,
      bus: await hid(),
      windowsKey,
      selectByTouch: selectByTouch(people, world),
      channel: await world.channel(),
      random: (length) => new Uint8Array(randomBytes(length)),
      files: diskKeyFiles(clock),
      scrutiny: await keyScrutiny(settings, homeFolder),
      profile: profileHolder(people, world),
      readKeyFile,
    },
    signal,
  );
  return enrollReport(enrolled, world);
}

/** What an enrollment would find: from the disk alone. */
export async function lookAtEnrollment(world: OpenWorld): Promise<EnrollOutlook> {
  const { journal, clock } = world;
  const files = diskKeyFiles(clock);
  const keyFile = keyFilePath(undefined, world);
  const [outlook, backup] = await Promise.all([
    enrollOutlook({ keyFile }, journal, files),
    backupOutlook(backupKeyFile(keyFile), journal, files),
  ]);
  return { ...outlook, backup, publishObstacle: publishObstacle(world) };
}

function publishObstacle({ settings }: OpenWorld): GlasskeyError | undefined {
  try {
    assertCanSignIn(settings);
    return undefined;
  } catch (thrown) {
    return asGlasskeyError(thrown);
  }
}

async function enrollReport(enrolled: WrittenEnrollment, world: OpenWorld): Promise<EnrollReport> {
  const { publicLine, fingerprint } = enrolled.files;
  const published = enrolled.state === 'published' ? enrolled.publication : undefined;
  return {
    id: enrolled.id,
    state: enrolled.state,
    keyFile: enrolled.plan.keyFile,
    publicLine,
    fingerprint,
    randomart: randomart(skPrivateKey(enrolled).publicKey),
    account: published?.account,
    reconciledBy: published && published.publishedAt + reconcileEveryMs(world.settings),
    next: nextOfUnpublished(enrolled) ?? (await statusReport(world)).next,
  };
}

/** Where the files of a backup go, beside those of the key that it is a backup of. */
function backupKeyFile(keyFile: string): string {
  return `${keyFile}_backup`;
}

/** Of a key that is for something else than the profile, what is next for the others says nothing. */
function nextOfUnpublished({ state, plan, files }: WrittenEnrollment): string | undefined {
  if (state !== 'written' || plan.publish || plan.backup === true) return undefined;
  return `It is on no profile; to put it on yours: glasskey publish --key ${files.fingerprint}`;
}

/** Undefined where nobody is there to touch one. */
function selectByTouch(people: GlasskeyPeople, world: OpenWorld): SelectByTouch | undefined {
  if (people.mayTouchToSelect !== true) return undefined;
  return async (devices, signal) => {
    const tell: SecurityKeyPeople['tell'] = (event) => {
      if (event.kind === 'selection-wanted') {
        people.remark(`${event.products.length} security keys blink: touch the one that is meant.`);
      }
      if (event.kind === 'key-busy') people.tell({ kind: 'key-busy' });
    };
    const [bus, channel] = [await world.hid(), await world.channel()];
    return touchedDevice(devices, { bus, channel, people: { tell, mayTouchToSelect: true } }, signal);
  };
}
