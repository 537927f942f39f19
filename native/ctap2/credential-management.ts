/** authenticatorCredentialManagement (CTAP 2.1, 6.8; ctap.md section 11): the resident credentials of a key. */
import { createHash } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { CtapCommand, Status } from './constants.ts';
import type { CredentialPublicKey } from './cose-key.ts';
import { credentialAlgorithm, parseKnownCredentialPublicKey } from './cose-key.ts';
import type { Call, CtapCommands, Operation } from './ctap-commands.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { credentialDescriptor } from './make-credential.ts';
import { MemberReader } from './member-reader.ts';
import type { PinUvAuthToken } from './pin-uv-auth-token.ts';
import { underToken } from './pin-uv-auth-token.ts';
import { statusOf } from './status.ts';
import type { SubCommandForm } from './subcommand-request.ts';
import { subCommandRequest } from './subcommand-request.ts';

const SubCommand = {
  GET_CREDS_METADATA: 0x01,
  ENUMERATE_RPS_BEGIN: 0x02,
  ENUMERATE_RPS_NEXT: 0x03,
  ENUMERATE_CREDENTIALS_BEGIN: 0x04,
  ENUMERATE_CREDENTIALS_NEXT: 0x05,
  DELETE_CREDENTIAL: 0x06,
  UPDATE_USER_INFORMATION: 0x07,
} as const;

const Param = { RP_ID_HASH: 1, CREDENTIAL_ID: 2, USER: 3 } as const;

const Reply = {
  EXISTING: 0x01,
  REMAINING: 0x02,
  RP: 0x03,
  RP_ID_HASH: 0x04,
  TOTAL_RPS: 0x05,
  USER: 0x06,
  CREDENTIAL_ID: 0x07,
  PUBLIC_KEY: 0x08,
  TOTAL_CREDENTIALS: 0x09,
  CRED_PROTECT: 0x0a,
} as const;

export const CREDENTIAL_MANAGEMENT_FORM: SubCommandForm = {
  member: { subCommand: 1, params: 2, protocol: 3, param: 4 },
  always: [],
  messagePrefix: new Uint8Array(),
};

/** More than any key holds: a count beyond it is a fault, and following it would take for ever. */
const MOST_ENTRIES = 10_000;

export interface CredentialsMetadata {
  readonly existing: number;
  /** The key's own estimate: how much fits depends on what is stored. */
  readonly remaining: number;
}

export interface RelyingParty {
  /** As the key tells it: keys cut what is longer than 32 bytes (6.8.7). */
  readonly id: string;
  /** True when `id` is not all of it. */
  readonly idIsCut: boolean;
  readonly name: string | undefined;
  /** SHA-256 of the whole id, 32 bytes: what its credentials are asked for by. */
  readonly idHash: Uint8Array;
}

export interface StoredCredential {
  /** Of its relying party, perhaps cut (`RelyingParty.idIsCut`). */
  readonly rpId: string;
  /** 32 bytes. */
  readonly rpIdHash: Uint8Array;
  /** 1 to 64 bytes. */
  readonly userId: Uint8Array;
  /** Keys may cut names to 64 bytes or less. */
  readonly userName: string | undefined;
  readonly userDisplayName: string | undefined;
  readonly credentialId: Uint8Array;
  /** COSE number. */
  readonly algorithm: number;
  /** Undefined for an algorithm that Glasskey does not use: passkeys of web sites share the key. */
  readonly publicKey: CredentialPublicKey | undefined;
  /** Level of credProtect, 1 to 3; undefined where the key does not say. */
  readonly credProtect: number | undefined;
}

/** Whether the key can list, delete (and, unless it is a preview key, rename) its resident credentials. */
export type CredentialManagementSupport = 'full' | 'preview' | 'none';

export function credentialManagementSupport(info: AuthenticatorInfo): CredentialManagementSupport {
  if (info.options.get('credMgmt') === true) return 'full';
  return info.options.get('credentialMgmtPreview') === true ? 'preview' : 'none';
}

/** Before a person is asked for the PIN. Throws `KEY_NO_CREDENTIAL_MANAGEMENT` where the key has neither form of the command. */
export function assertCredentialManagement(info: AuthenticatorInfo): 'full' | 'preview' {
  const support = credentialManagementSupport(info);
  if (support !== 'none') return support;
  throw new GlasskeyError({
    code: 'KEY_NO_CREDENTIAL_MANAGEMENT',
    message: 'This key cannot list or delete single credentials.',
    remedy:
      'Use a key with newer firmware (YubiKey 5.2.3 or later); on this one only a reset deletes, and it deletes everything.',
  });
}

/** The same for renaming. Throws `KEY_NO_RENAMING` on a preview key. */
export function assertRenaming(info: AuthenticatorInfo): void {
  if (assertCredentialManagement(info) === 'full') return;
  throw new GlasskeyError({
    code: 'KEY_NO_RENAMING',
    message: 'This key cannot change the names of a credential that it holds.',
    remedy: 'Use a key with newer firmware (YubiKey 5.7 or later) where names must change.',
  });
}

/** How many resident credentials there are, and how many more fit. Throws `KEY_NO_CREDENTIAL_MANAGEMENT`, `PIN_TOKEN_EXPIRED`. */
export async function credentialsMetadata(
  key: CtapCommands,
  token: PinUvAuthToken,
  operation: Operation = {},
): Promise<CredentialsMetadata> {
  const { command } = await managing(key, operation);
  const request = subCommandRequest(CREDENTIAL_MANAGEMENT_FORM, SubCommand.GET_CREDS_METADATA, undefined, token);
  return parseCredentialsMetadata(
    await underToken(() => key.call(command, request, operation, 'Counting the credentials')),
  );
}

/**
 * The relying parties that have a credential on the key, in the key's order. None: an empty list. Throws
 * `KEY_NO_CREDENTIAL_MANAGEMENT`, `PIN_TOKEN_EXPIRED`, and `CREDENTIAL_LIST_INTERRUPTED` when another program came between
 * twice.
 */
export async function relyingParties(
  key: CtapCommands,
  token: PinUvAuthToken,
  operation: Operation = {},
): Promise<readonly RelyingParty[]> {
  const { command } = await managing(key, operation);
  return enumerate(key, {
    command,
    begin: () => subCommandRequest(CREDENTIAL_MANAGEMENT_FORM, SubCommand.ENUMERATE_RPS_BEGIN, undefined, token),
    next: SubCommand.ENUMERATE_RPS_NEXT,
    parse: parseRelyingPartyReply,
    operation,
    what: 'Listing the relying parties',
  });
}

/**
 * The credentials of one relying party, in the key's order; an empty list where there is none any more. Throws like
 * `relyingParties`.
 */
export async function credentialsOf(
  key: CtapCommands,
  token: PinUvAuthToken,
  rp: Pick<RelyingParty, 'id' | 'idHash'>,
  operation: Operation = {},
): Promise<readonly StoredCredential[]> {
  const { command } = await managing(key, operation);
  const params = cborMap([[Param.RP_ID_HASH, rp.idHash]]);
  return enumerate(key, {
    command,
    begin: () => subCommandRequest(CREDENTIAL_MANAGEMENT_FORM, SubCommand.ENUMERATE_CREDENTIALS_BEGIN, params, token),
    next: SubCommand.ENUMERATE_CREDENTIALS_NEXT,
    parse: (reply) => parseCredentialReply(reply, rp),
    operation,
    what: 'Listing the credentials',
  });
}

/** All resident credentials. Throws like `relyingParties`. */
export async function allCredentials(
  key: CtapCommands,
  token: PinUvAuthToken,
  operation: Operation = {},
): Promise<readonly StoredCredential[]> {
  const found: StoredCredential[] = [];
  for (const rp of await relyingParties(key, token, operation)) {
    found.push(...(await credentialsOf(key, token, rp, operation)));
  }
  return found;
}

/**
 * Deletes the one credential of this id, without a touch on most keys: whoever calls has asked its owner. Throws
 * `CTAP_NO_CREDENTIALS` when it is not there, `KEY_NO_CREDENTIAL_MANAGEMENT`, `PIN_TOKEN_EXPIRED`.
 */
export async function deleteCredential(
  key: CtapCommands,
  token: PinUvAuthToken,
  credentialId: Uint8Array,
  operation: Operation = {},
): Promise<void> {
  const { command } = await managing(key, operation);
  const params = cborMap([[Param.CREDENTIAL_ID, credentialDescriptor(credentialId)]]);
  const request = subCommandRequest(CREDENTIAL_MANAGEMENT_FORM, SubCommand.DELETE_CREDENTIAL, params, token);
  await underToken(() => key.call(command, request, operation, 'Deleting the credential'));
  key.forgetInfo(); // it counts the free slots
}

/**
 * Gives the credential's user other names; an absent one is removed. The user's id stays (6.8.6 wants it repeated). Throws
 * `KEY_NO_RENAMING` on a preview key, else like `deleteCredential`.
 */
export async function renameCredential(
  key: CtapCommands,
  token: PinUvAuthToken,
  credential: Pick<StoredCredential, 'credentialId' | 'userId'>,
  names: { readonly userName?: string | undefined; readonly userDisplayName?: string | undefined },
  operation: Operation = {},
): Promise<void> {
  assertRenaming(await key.info(operation));
  const { command } = await managing(key, operation);
  const user = cborMap([
    ['id', credential.userId],
    ['name', names.userName],
    ['displayName', names.userDisplayName],
  ]);
  const params = cborMap([
    [Param.CREDENTIAL_ID, credentialDescriptor(credential.credentialId)],
    [Param.USER, user],
  ]);
  const request = subCommandRequest(CREDENTIAL_MANAGEMENT_FORM, SubCommand.UPDATE_USER_INFORMATION, params, token);
  await underToken(() => key.call(command, request, operation, 'Renaming the credential'));
}

export function parseCredentialsMetadata(reply: CborValue): CredentialsMetadata {
  const members = new MemberReader(reply, 'a credentials metadata reply');
  return { existing: members.integer(Reply.EXISTING), remaining: members.integer(Reply.REMAINING) };
}

/** One reply of an enumeration. `total` stands in the first only; preview keys may leave it out when it is 0 or 1. */
export interface Entry<T> {
  readonly entry: T | undefined;
  readonly total: number | undefined;
}

/** Undefined entry: a preview key that holds nothing says so by a total of 0, or by an empty map. */
export function parseRelyingPartyReply(reply: CborValue): Entry<RelyingParty> {
  const members = new MemberReader(reply, 'a relying party reply');
  const total = members.optionalInteger(Reply.TOTAL_RPS);
  const rp = members.optionalMap(Reply.RP, 'a relying party');
  if (total === 0 || (rp === undefined && members.entries().length === 0)) return { entry: undefined, total: 0 };
  const idHash = members.bytes(Reply.RP_ID_HASH, 32);
  const id = members.map(Reply.RP, 'a relying party').text('id');
  const idIsCut = !createHash('sha256').update(id, 'utf8').digest().equals(idHash);
  return { entry: { id, idIsCut, name: rp?.optionalText('name'), idHash }, total };
}

export function parseCredentialReply(
  reply: CborValue,
  rp: Pick<RelyingParty, 'id' | 'idHash'>,
): Entry<StoredCredential> {
  const members = new MemberReader(reply, 'a stored credential reply');
  const total = members.optionalInteger(Reply.TOTAL_CREDENTIALS);
  if (total === 0 || members.entries().length === 0) return { entry: undefined, total: 0 };
  const user = members.map(Reply.USER, 'a user entity');
  const publicKey = members.value(Reply.PUBLIC_KEY);
  const entry = {
    rpId: rp.id,
    rpIdHash: rp.idHash,
    userId: user.bytes('id'),
    userName: user.optionalText('name'),
    userDisplayName: user.optionalText('displayName'),
    credentialId: members.map(Reply.CREDENTIAL_ID, 'a credential descriptor').bytes('id'),
    algorithm: credentialAlgorithm(publicKey),
    publicKey: parseKnownCredentialPublicKey(publicKey),
    credProtect: members.optionalInteger(Reply.CRED_PROTECT),
  };
  return { entry, total };
}

async function managing(key: CtapCommands, operation: Operation): Promise<{ readonly command: number }> {
  const isFull = assertCredentialManagement(await key.info(operation)) === 'full';
  return { command: isFull ? CtapCommand.CREDENTIAL_MANAGEMENT : CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW };
}

interface Enumeration<T> {
  readonly command: number;
  /** Made anew for each attempt. */
  readonly begin: () => CborMap;
  readonly next: number;
  readonly parse: (reply: CborValue) => Entry<T>;
  readonly operation: Operation;
  readonly what: string;
}

/** Begin and its nexts as one sequence. Where another program came between, it is begun again, once: no PIN is sent for it. */
async function enumerate<T>(key: CtapCommands, enumeration: Enumeration<T>): Promise<readonly T[]> {
  const attempt = () => key.uninterrupted((call) => underToken(() => sequence(call, enumeration)));
  try {
    return await attempt();
  } catch (error) {
    if (statusOf(error) !== Status.NOT_ALLOWED) throw error;
  }
  try {
    return await attempt();
  } catch (error) {
    if (statusOf(error) !== Status.NOT_ALLOWED) throw error;
    throw new GlasskeyError({
      code: 'CREDENTIAL_LIST_INTERRUPTED',
      message: 'Another program used the key while its credentials were being listed.',
      remedy: 'Finish or close it, then repeat the command.',
      cause: error,
    });
  }
}

async function sequence<T>(call: Call, enumeration: Enumeration<T>): Promise<readonly T[]> {
  const { command, begin, next, parse, operation, what } = enumeration;
  let first: Entry<T>;
  try {
    first = parse(await call(command, begin(), operation, what));
  } catch (error) {
    if (statusOf(error) === Status.NO_CREDENTIALS) return [];
    throw error;
  }
  if (first.entry === undefined) return [];
  const total = first.total ?? 1;
  if (total > MOST_ENTRIES) throw tooMany(total);
  const entries = [first.entry];
  while (entries.length < total) {
    const { entry } = parse(
      await call(command, subCommandRequest(CREDENTIAL_MANAGEMENT_FORM, next, undefined, undefined), operation, what),
    );
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries;
}

function tooMany(total: number): GlasskeyError {
  return new GlasskeyError({
    code: 'CTAP_MALFORMED',
    message: `The security key says that it holds ${total} entries, more than any key can.`,
    remedy: 'Repeat the command; if it happens again, try another key and report this one.',
  });
}
