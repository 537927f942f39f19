/** A rotation as the command line shows it: both keys, and what is next. */

import { howLong, timeOfDay } from '../../time/shown-times.ts';
import type { EnrollmentReport, RotationReport } from '../enrollment/readiness.ts';
import { type Output, printable } from './output.ts';

/** Both keys with their files, where each is, and until when devices may know one of them alone. */
export function listRotation(rotation: RotationReport, now: number, output: Output): void {
  const { old, new: replacement, leaving, reconciledBy, proven } = rotation;
  output.line(
    leaving === 'old'
      ? 'A rotation is in progress: the new key is to take the place of the old one. Both are offered until then.'
      : 'A rotation was given up: the old key stays, and the new one is to go. Both are offered until then.',
  );
  describe('Old key', old, now, output);
  describe('New key', replacement, now, output);
  const stays = leaving === 'old' ? 'new' : 'old';
  if (reconciledBy !== undefined && reconciledBy > now) {
    const left = `${timeOfDay(reconciledBy, now)} (in ${howLong(reconciledBy - now)})`;
    output.line(`  Devices    may know the ${leaving} key alone until ${left}`);
  }
  if (reconciledBy !== undefined && !proven) {
    output.line(`  Proof      no device has accepted the ${stays} key since it was published`);
  }
}

function describe(title: string, key: EnrollmentReport, now: number, output: Output): void {
  const { fingerprint, algorithm, product, keyFile, filesPresent, account, publishedAt, replacedAt, lastProven } = key;
  output.line();
  output.line(`  ${title}    ${fingerprint === undefined ? 'not made yet' : `${fingerprint} (${algorithm})`}`);
  if (product !== undefined) output.line(`             on ${printable(product)}`);
  if (fingerprint !== undefined) output.line(`  Files      ${printable(keyFile)}${filesPresent ? '' : '  (gone)'}`);
  if (key.state === 'retiring') output.line('  State      being retired');
  else if (publishedAt === undefined) output.line('  Profile    not published');
  else if (replacedAt !== undefined)
    output.line(`  Profile    ${printable(account ?? '')}, until ${timeOfDay(replacedAt, now)}`);
  else output.line(`  Profile    ${printable(account ?? '')}, since ${timeOfDay(publishedAt, now)}`);
  if (lastProven !== undefined) {
    output.line(`  Proven     by a login to ${printable(lastProven.device)}, ${timeOfDay(lastProven.at, now)}`);
  }
}
