/**
 * Adoption: key files that ssh-keygen or `az nexusidentity gen-keys` wrote on this computer are enrolled as they are. Neither the files
 * nor the security key change; a public half that is missing is written beside the private one.
 */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidDevice } from '../../native/hid/transport.ts';
import { decryptKeyFile, parseKeyFile, parseKeyFileHead } from '../openssh/key-file.ts';
import { hasControlCharacter, parsePublicLine } from '../openssh/public-line.ts';
import { isSameSkKey, type SkPrivateKey } from '../openssh/sk-key.ts';
import { isWritten } from './enrollment.ts';
import { enrollmentWith, type FoundKey, foundEnrollment, withKnowledge } from './found-enrollment.ts';
import { lookAtProfile, type RecoverWorld, type Recovery, recoverable } from './recover.ts';
import type { RecoveryPeople } from './recovery-people.ts';
import { isSshApplication } from './resident-keys.ts';

export interface AdoptChoices {
  /** The private half; absolute. */
  readonly keyFile: string;
  /** Sign in, and see whether the profile holds it. */
  readonly looksAtProfile: boolean;
}

/**
 * Throws `ENROLLMENT_RUNNING`, `KEY_FILE_MISSING`, `KEY_FILE_FOREIGN_HALF` where the two files are of two keys,
 * `KEY_FILE_NOT_SSH` for one that was made for something else than ssh, and what key-file.ts names. The key need not be plugged in; where
 * it is, and shows itself without a PIN, its model is noted.
 */
export function adopt(choices: AdoptChoices, world: RecoverWorld, signal: AbortSignal): Promise<Recovery> {
  return world.journal.exclusively(() => adoptAlone(choices, world, signal));
}

async function adoptAlone(
  { keyFile, looksAtProfile }: AdoptChoices,
  world: RecoverWorld,
  signal: AbortSignal,
): Promise<Recovery> {
  const { journal, files, people, clock } = world;
  const text = await world.readKeyFile(keyFile);
  if (text === undefined) throw missing(keyFile);
  if (keyFile.endsWith('.pub') && !text.startsWith('-----')) throw publicHalf(keyFile);
  const privateFile = new TextEncoder().encode(text);
  const opened = await openKeyFile(keyFile, privateFile, people, signal);
  if (!isSshApplication(opened.publicKey.application)) throw notForSsh(keyFile, opened.publicKey.application);
  const publicComment = await commentOfPublicHalf(keyFile, opened, world);
  const { publicKey, keyHandle, flags } = opened;
  const holder = await holderOf(opened, world, signal);
  const unknown = { userId: new Uint8Array(), userName: undefined };
  const key: FoundKey = { keyHandle, publicKey, flags, ...unknown, product: holder?.product, aaguid: holder?.aaguid };
  const profile = looksAtProfile ? await lookAtProfile(world, signal) : undefined;
  const shown = recoverable(key, profile, journal);

  const known = enrollmentWith(keyHandle, journal);
  const result = (outcome: 'recovered' | 'unchanged' | 'unfinished', path: string | undefined): Recovery => {
    const keys = [{ ...shown, outcome, keyFile: path, inTheWay: undefined }];
    return { product: holder?.product, profile, keys, unusable: [] };
  };
  if (known !== undefined && !isWritten(known)) return result('unfinished', undefined);
  const fresh = foundEnrollment(key, { keyFile, comment: publicComment ?? plain(opened.comment), now: clock.now() });
  const enrollment = withKnowledge(known ?? fresh, key, profile);
  if (publicComment === undefined) {
    const { publicLine, fingerprint } = fresh.files;
    await files.write(keyFile, { privateFile, publicLine, fingerprint }, false);
    people.tell({ kind: 'files-written', keyFile: `${keyFile}.pub`, fingerprint });
  }
  if (enrollment !== known) journal.save(enrollment);
  return result(known === undefined ? 'recovered' : 'unchanged', enrollment.plan.keyFile);
}

/** Its passphrase is asked for where it has one, until it opens the file, and wiped. */
async function openKeyFile(
  keyFile: string,
  privateFile: Uint8Array,
  people: RecoveryPeople,
  signal: AbortSignal,
): Promise<SkPrivateKey> {
  if (!parseKeyFileHead(privateFile).encrypted) return parseKeyFile(privateFile);
  for (let wasWrong = false; ; wasWrong = true) {
    const passphrase = await people.requestPassphrase({ keyFile, wasWrong }, signal);
    try {
      return await decryptKeyFile(privateFile, passphrase, { signal });
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.code !== 'KEY_FILE_PASSPHRASE_WRONG') throw error;
    } finally {
      passphrase.fill(0);
    }
  }
}

/** Undefined where there is no public half. */
async function commentOfPublicHalf(
  keyFile: string,
  { publicKey }: SkPrivateKey,
  { readKeyFile }: RecoverWorld,
): Promise<string | undefined> {
  const text = await readKeyFile(`${keyFile}.pub`);
  if (text === undefined) return undefined;
  const line = parsePublicLine(text);
  if (!isSameSkKey(line.publicKey, publicKey)) throw twoKeys(keyFile);
  return line.comment;
}

/** A public line takes no control characters, and a private half may hold any. */
function plain(comment: string): string {
  return hasControlCharacter(comment) ? '' : comment;
}

/** Which plugged-in security key shows that it has the credential. No PIN is tried: on another key it would cost a try. */
async function holderOf(
  key: SkPrivateKey,
  { bus, channel }: RecoverWorld,
  signal: AbortSignal,
): Promise<{ readonly product: string; readonly aaguid: string } | undefined> {
  const look = async (device: HidDevice) => {
    const authenticator = await Authenticator.open(device, channel, signal);
    try {
      if (!(await authenticator.hasCredential(key.publicKey.application, key.keyHandle, { signal }))) return undefined;
      const { aaguid } = await authenticator.info({ signal });
      return { product: productName(device), aaguid: formatAaguid(aaguid) };
    } finally {
      await authenticator.close();
    }
  };
  try {
    for (const device of await bus.list()) {
      const holder = await look(device);
      if (holder !== undefined) return holder;
    }
  } catch (thrown) {
    // Which model it is on is good to know, and nothing more.
    if (asGlasskeyError(thrown).kind !== 'expected') throw thrown;
  }
  return undefined;
}

function missing(keyFile: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_MISSING',
    message: `There is no key file ${keyFile}.`,
    remedy: 'Give the private half, the one without .pub; a resident key needs no files: glasskey recover',
    detail: { path: keyFile },
  });
}

function publicHalf(keyFile: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_MISSING',
    message: `${keyFile} is no private half: it is named as a public one, and holds none.`,
    remedy: 'Give the private half, the one without .pub; a resident key needs no files: glasskey recover',
    detail: { path: keyFile },
  });
}

function twoKeys(keyFile: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_FOREIGN_HALF',
    message: `${keyFile} and ${keyFile}.pub are of two different keys.`,
    remedy: `Move ${keyFile}.pub away, then repeat the command: it is written anew from the private half.`,
    detail: { path: keyFile },
  });
}

function notForSsh(keyFile: string, application: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_NOT_SSH',
    message: `${keyFile} is of a key for the application ${application}, and Glasskey takes only those for ssh:.`,
    remedy: 'Give the file of a key that was made for ssh.',
    detail: { path: keyFile },
  });
}
