/** Recovery and adoption of keys that were made elsewhere, composed for glasskey.ts. */
import { adopt } from './enrollment/adopt.ts';
import { diskKeyFiles } from './enrollment/disk-key-files.ts';
import { readKeyFile } from './enrollment/read-key-file.ts';
import {
  type RecoverChoices,
  type RecoveredKey,
  type RecoverWorld,
  type Recovery,
  recover,
} from './enrollment/recover.ts';
import type { RecoveryPeople } from './enrollment/recovery-people.ts';
import type { UnusableCredential } from './enrollment/resident-keys.ts';
import { keyFilePath } from './glasskey-enrolled-key.ts';
import { profileHolder } from './glasskey-profile.ts';
import { statusReport } from './glasskey-status.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { skFingerprint } from './openssh/fingerprint.ts';
import { parsePublicLine } from './openssh/public-line.ts';

export type { RecoverableKey, RecoveryPeople } from './enrollment/recovery-people.ts';

/** From a plugged-in security key, or (`file`) from key files on this computer. */
export type RecoverRequest =
  | (Omit<RecoverChoices, 'keyFile'> & { readonly file?: undefined })
  | { readonly file: string; readonly looksAtProfile: boolean };

/** Who is asked and told; a look at the profile may need a sign-in. */
export interface GlasskeyRecoveryPeople extends RecoveryPeople {
  signInWanted(url: string | undefined): void;
}

export interface RecoverReport {
  readonly product: string | undefined;
  /** Undefined: nobody has looked. */
  readonly profile:
    | {
        readonly account: string;
        /** Of the key that it holds; undefined where it holds none, or something that is none. */
        readonly fingerprint: string | undefined;
        readonly isEmpty: boolean;
      }
    | undefined;
  readonly keys: readonly RecoveredKey[];
  readonly unusable: readonly UnusableCredential[];
  readonly next: string;
}

/**
 * Takes in keys that were made elsewhere: from the resident credentials of a security key (enrollment/recover.ts), or from key files
 * on this computer (enrollment/adopt.ts).
 */
export async function takeIn(
  request: RecoverRequest,
  people: GlasskeyRecoveryPeople,
  signal: AbortSignal,
  world: OpenWorld,
): Promise<RecoverReport> {
  const { journal, clock } = world;
  const { hid } = await world.keyAccess('recover');
  const recoverWorld: RecoverWorld = {
    journal,
    people,
    clock,
    bus: await hid(),
    channel: await world.channel(),
    files: diskKeyFiles(clock),
    profile: profileHolder(people, world),
    readKeyFile,
  };
  const report = await recoverKeys(request, keyFilePath(request.file, world), recoverWorld, signal);
  return { ...report, next: nextToTakeIn(report.keys) ?? (await statusReport(world)).next };
}

/** `keyFile`: the one of the settings, or the file to take in; absolute. */
export async function recoverKeys(
  request: RecoverRequest,
  keyFile: string,
  world: RecoverWorld,
  signal: AbortSignal,
): Promise<Omit<RecoverReport, 'next'>> {
  const recovery =
    request.file === undefined
      ? await recover({ ...request, keyFile }, world, signal)
      : await adopt({ keyFile, looksAtProfile: request.looksAtProfile }, world, signal);
  const { product, keys, unusable } = recovery;
  return { product, profile: profileOf(recovery), keys, unusable };
}

function profileOf({ profile }: Recovery): RecoverReport['profile'] {
  if (profile === undefined) return undefined;
  const { account, line } = profile;
  return { account, fingerprint: line === undefined ? undefined : fingerprintOf(line), isEmpty: line === undefined };
}

/** Anyone may have written what the profile holds. */
function fingerprintOf(line: string): string | undefined {
  try {
    return skFingerprint(parsePublicLine(line).publicKey);
  } catch {
    return undefined;
  }
}

/** Where they were only listed. Undefined where one is enrolled here. */
function nextToTakeIn(keys: RecoverReport['keys']): string | undefined {
  if (keys.length === 0 || keys.some(({ outcome, enrolled }) => outcome !== 'left' || enrolled)) return undefined;
  return keys.length === 1 ? 'Take it in: glasskey recover' : 'Take in those that you want: glasskey recover';
}
