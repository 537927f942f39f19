/** The resident credentials of a key: listed, renamed, deleted; only ever the one that was named (CTAP 2.1, 6.8). */
import { createHash } from 'node:crypto';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm, Permission } from '../../native/ctap2/constants.ts';
import {
  assertCredentialManagement,
  assertRenaming,
  credentialsMetadata,
  credentialsOf,
  deleteCredential as deleteOnKey,
  type RelyingParty,
  relyingParties,
  renameCredential as renameOnKey,
  type StoredCredential,
} from '../../native/ctap2/credential-management.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { productName } from '../../native/hid/product-name.ts';
import { describeOpen } from './describe-key.ts';
import type { KeyOperation, SecurityKeyPeople } from './people.ts';
import type { CredentialOnKey, CredentialsOnKey, RelyingPartyOnKey } from './security-key.ts';
import type { SecurityKeysWorld } from './security-keys-world.ts';
import { withToken } from './with-token.ts';

/** How an SSH key's relying party id begins (OpenSSH, PROTOCOL.u2f: the application string), without regard to case. */
const SSH_APPLICATION = /^ssh:/i;

/** Throws `KEY_NO_CREDENTIAL_MANAGEMENT` before anybody is asked for the PIN. */
export async function listCredentials(
  key: Authenticator,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<CredentialsOnKey> {
  return managing('list-credentials', key, people, signal, async (token) => {
    const { existing, remaining } = await credentialsMetadata(key, token, { signal });
    const listed = await readCredentials(key, token, world, signal);
    return { key: await describeOpen(key, signal), relyingParties: listed, used: existing, free: remaining };
  });
}

/** `name` is the user name that credential managers show. Throws `CREDENTIAL_UNKNOWN`, `KEY_NO_RENAMING`, `CREDENTIAL_NAME`. */
export async function renameCredential(
  key: Authenticator,
  which: string,
  name: string,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<CredentialOnKey> {
  assertName(name);
  assertRenaming(await key.info({ signal }));
  return managing('rename-credential', key, people, signal, async (token) => {
    const found = await find(key, token, which, world, signal);
    const { userDisplayName } = found.stored;
    await renameOnKey(key, token, found.stored, { userName: name, userDisplayName }, { signal });
    return { ...found.shown, userName: name };
  });
}

/** Asks people before anything is deleted. Throws `CREDENTIAL_UNKNOWN`, `CANCELLED` where they decline. */
export async function deleteCredential(
  key: Authenticator,
  which: string,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<CredentialOnKey> {
  return managing('delete-credential', key, people, signal, async (token) => {
    const { shown, stored } = await find(key, token, which, world, signal);
    const typed = shown.ssh?.enrollment === undefined ? undefined : 'delete';
    const product = productName(key.device);
    if (!(await people.agree({ kind: 'delete-credential', product, credential: shown, typed }, signal))) {
      throw cancelled('The deletion');
    }
    await deleteOnKey(key, token, stored.credentialId, { signal });
    return shown;
  });
}

/** All of them, by relying party, in the key's order. */
export async function readCredentials(
  key: Authenticator,
  token: PinUvAuthToken,
  world: SecurityKeysWorld,
  signal: AbortSignal,
): Promise<readonly RelyingPartyOnKey[]> {
  const read: RelyingPartyOnKey[] = [];
  for (const rp of await relyingParties(key, token, { signal })) {
    const stored = await credentialsOf(key, token, rp, { signal });
    read.push({ rpId: rp.id, credentials: stored.map((one) => shownCredential(one, rp, world)) });
  }
  return read;
}

async function managing<T>(
  operation: KeyOperation,
  key: Authenticator,
  people: SecurityKeyPeople,
  signal: AbortSignal,
  use: (token: PinUvAuthToken) => Promise<T>,
): Promise<T> {
  assertCredentialManagement(await key.info({ signal }));
  return withToken({ key, people, signal, operation, permissions: Permission.CM }, use);
}

interface Found {
  readonly shown: CredentialOnKey;
  readonly stored: StoredCredential;
}

async function find(
  key: Authenticator,
  token: PinUvAuthToken,
  which: string,
  world: SecurityKeysWorld,
  signal: AbortSignal,
): Promise<Found> {
  for (const rp of await relyingParties(key, token, { signal })) {
    for (const stored of await credentialsOf(key, token, rp, { signal })) {
      const shown = shownCredential(stored, rp, world);
      if (isNamed(shown, which)) return { shown, stored };
    }
  }
  throw new GlasskeyError({
    code: 'CREDENTIAL_UNKNOWN',
    message: 'There is no such credential on this key.',
    remedy: 'List them with glasskey credentials list, and name one by its id or its SHA256 fingerprint.',
  });
}

function isNamed({ id, credentialId, ssh }: CredentialOnKey, which: string): boolean {
  const lower = which.toLowerCase();
  return id === lower || credentialId === lower || ssh?.fingerprint === which;
}

function shownCredential(stored: StoredCredential, rp: RelyingParty, world: SecurityKeysWorld): CredentialOnKey {
  const { credentialId, rpId, userId, userName, userDisplayName, algorithm, credProtect } = stored;
  return {
    id: credentialName(credentialId),
    credentialId: hex(credentialId),
    rpId,
    userId: hex(userId),
    userName,
    userDisplayName,
    algorithm: ALGORITHM_NAMES[algorithm] ?? String(algorithm),
    credProtect,
    ssh: sshCredential(stored, rp, world),
  };
}

/** 16 hexadecimal digits of the SHA-256 of a credential id: short enough to be typed. */
function credentialName(credentialId: Uint8Array): string {
  return createHash('sha256').update(credentialId).digest('hex').slice(0, 16);
}

function sshCredential(
  { credentialId, publicKey }: StoredCredential,
  { id, idIsCut }: RelyingParty,
  world: SecurityKeysWorld,
): CredentialOnKey['ssh'] {
  if (!SSH_APPLICATION.test(id)) return undefined;
  return {
    // It is of the whole application: of one that was cut it would be another key's.
    fingerprint: publicKey === undefined || idIsCut ? undefined : world.sshFingerprint(publicKey, id),
    enrollment: world.enrolled.find((one) => Buffer.compare(one.credentialId, credentialId) === 0)?.enrollment,
  };
}

const ALGORITHM_NAMES: Readonly<Record<number, string>> = {
  [CoseAlgorithm.EDDSA]: 'ed25519',
  [CoseAlgorithm.ES256]: 'es256',
};

/** User names are cut by some keys at 64 bytes (CTAP 2.1, 6.8.6): what is cut would be another name than was asked for. */
const LONGEST_NAME = 64;

function assertName(name: string): void {
  if (name.trim() !== '' && Buffer.byteLength(name, 'utf8') <= LONGEST_NAME && !/\p{C}/u.test(name)) return;
  throw new GlasskeyError({
    code: 'CREDENTIAL_NAME',
    message: `A credential's name has 1 to ${LONGEST_NAME} bytes and no control characters.`,
    remedy: 'Choose another name for it.',
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
