/** Which enrolled key somebody means, and where its files are; composed for glasskey.ts. */
import { join, resolve } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import {
  type Enrollment,
  isUnfinished,
  isWritten,
  type UnfinishedEnrollment,
  type WrittenEnrollment,
} from './enrollment/enrollment.ts';
import type { OpenWorld } from './glasskey-world.ts';

/**
 * The enrollment that `name` means: its fingerprint, its id, or the path of its key file; without a name the newest. Throws
 * `NOT_ENROLLED`, `ENROLLED_KEY_UNKNOWN`, `ENROLLMENT_UNFINISHED`.
 */
export function enrolledKey(name: string | undefined, { journal }: Pick<OpenWorld, 'journal'>): WrittenEnrollment {
  const enrollments = journal.list();
  const hasOne = enrollments.some((one) => isWritten(one) || (name !== undefined && isUnfinished(one)));
  if (!hasOne) throw notEnrolled();
  return enrollmentNamed(enrollments, name, (path) => resolve(path));
}

/** The same among `enrollments`. Throws `ENROLLED_KEY_UNKNOWN`, and `ENROLLMENT_UNFINISHED` where the name is that of one without key files yet. */
export function enrollmentNamed(
  enrollments: readonly Enrollment[],
  name: string | undefined,
  keyFile: (path: string) => string,
): WrittenEnrollment {
  const isCalled = ({ id, plan }: Enrollment) => name !== undefined && (id === name || plan.keyFile === keyFile(name));
  const found = enrollments
    .filter(isWritten)
    .findLast((one) => name === undefined || one.files.fingerprint === name || isCalled(one));
  if (found !== undefined) return found;
  const begun = enrollments.filter(isUnfinished).findLast(isCalled);
  if (begun !== undefined) throw notFinished(begun);
  throw new GlasskeyError({
    code: 'ENROLLED_KEY_UNKNOWN',
    message: 'No key that is enrolled here is called that.',
    remedy: 'Name one by its fingerprint or its key file; glasskey keys lists them.',
  });
}

/** `would`: what was asked for, as it goes on from "With one, this would". */
export function notEnrolled(would?: string): GlasskeyError {
  const outlook = would === undefined ? '' : ` With one, this would ${would}.`;
  return new GlasskeyError({
    code: 'NOT_ENROLLED',
    message: `No key is enrolled on this computer.${outlook}`,
    remedy:
      'Plug in your security key. If it holds your key already, made on another computer: glasskey recover. For a new one: glasskey enroll',
  });
}

/** The path of a private half: the one that was chosen, or that of the settings. */
export function keyFilePath(chosen: string | undefined, { settings, homeFolder }: OpenWorld): string {
  const path = chosen ?? settings.get('ssh.keyFile').value;
  return path.startsWith('~/') ? join(homeFolder, path.slice(2)) : resolve(path);
}

function notFinished({ plan }: UnfinishedEnrollment): GlasskeyError {
  const way = plan.replaces === undefined ? `enroll${plan.backup === true ? ' --backup' : ''}` : 'rotate';
  return new GlasskeyError({
    code: 'ENROLLMENT_UNFINISHED',
    message: `The enrollment of ${plan.keyFile} was begun and is not finished: it has no key files yet.`,
    remedy: `Go on with it: glasskey ${way}`,
  });
}
