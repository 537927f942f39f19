/** Publishing an enrolled key, composed for glasskey.ts (enrollment/publish.ts). */
import type { FoundCredential } from './enrollment/enrollment.ts';
import { enrollmentToPublish, publishEnrollment } from './enrollment/publish.ts';
import { readKeyFile } from './enrollment/read-key-file.ts';
import { enrolledKey, notEnrolled } from './glasskey-enrolled-key.ts';
import { profileHolder } from './glasskey-profile.ts';
import { reconcileEveryMs } from './glasskey-readiness.ts';
import type { GlasskeyPeople, OpenWorld } from './glasskey-world.ts';

export interface PublishReport {
  readonly account: string;
  readonly fingerprint: string;
  readonly publishedAt: number;
  readonly reconciledBy: number;
  /** What the profile held before. */
  readonly previousLine: string | null;
  /** The profile had the key before this run; it was looked at and nothing was written. */
  readonly alreadyThere: boolean;
}

/**
 * Publishes the enrollment that is meant for the profile (`enrollmentToPublish`), or the one that `key` names: its fingerprint, its id,
 * or its key file. Throws `NOT_ENROLLED`, `ENROLLED_KEY_UNKNOWN`, `ENROLLMENT_UNFINISHED`, and what enrollment/publish.ts says.
 */
export async function publishKey(
  key: string | undefined,
  people: GlasskeyPeople,
  signal: AbortSignal,
  world: OpenWorld,
): Promise<PublishReport> {
  const { journal, settings, clock, homeFolder } = world;
  const enrollment = key === undefined ? enrollmentToPublish(world.written()) : enrolledKey(key, world);
  if (enrollment === undefined) throw notEnrolled();
  const publishedBefore = enrollment.state === 'published' ? enrollment.publication.publishedAt : undefined;
  const scrutiny = {
    // Only of such a key: a policy that cannot be understood must not keep one that was enrolled under it from the profile.
    assertFoundAllowed: async (credential: FoundCredential) => {
      const { keyScrutiny } = await import('./glasskey-key-scrutiny.ts');
      (await keyScrutiny(settings, homeFolder)).assertFoundAllowed(credential);
    },
  };
  const profile = profileHolder(people, world);
  const published = await publishEnrollment(
    enrollment,
    { journal, people, clock, profile, scrutiny, readKeyFile },
    signal,
  );
  const { account, publishedAt, previousLine } = published.publication;
  return {
    account,
    fingerprint: published.files.fingerprint,
    publishedAt,
    reconciledBy: publishedAt + reconcileEveryMs(settings),
    previousLine,
    alreadyThere: publishedAt === publishedBefore,
  };
}
