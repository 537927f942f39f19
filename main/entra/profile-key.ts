/**
 * The profile key: the property `publicKey` of the open extension `com.nexusidentity.keys` on the signed-in user
 * (azure.md 1.1). Microsoft.NexusIdentity reads it and the fabric pushes it to devices.
 */
import { z } from 'zod';
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { type Clock, pause } from '../../time/clock.ts';
import type { Graph, GraphAnswer } from './graph.ts';
import { graphError, refusalOf, saysAlreadyExists } from './graph-errors.ts';
import { malformedAnswer } from './network-failure.ts';
import { type PublishedLine, parsePublishedLine } from './published-line.ts';

export const EXTENSION_NAME = 'com.nexusidentity.keys';
const QUALIFIED_NAME = `microsoft.graph.openTypeExtension.${EXTENSION_NAME}`;
/** One open extension (azure.md 1.2). */
const MOST_EXTENSION_BYTES = 2048;
const MOST_PAGES = 20;
const MOST_WRITES = 4;
/** How long to wait before each look at what was written: the directory may answer from a copy a few seconds old. */
const READ_BACK_DELAYS_MS = [0, 500, 1000, 2000, 4000, 8000] as const;
const BEFORE_NEXT_WRITE_MS = 1000;

/** The signed-in user. `mail` is undefined for accounts without a mailbox. */
export interface EntraProfile {
  readonly id: string;
  readonly displayName: string | undefined;
  readonly mail: string | undefined;
  readonly userPrincipalName: string;
}

/** What the profile holds now. */
export interface ProfileKey {
  /** The value of `publicKey`, byte for byte; undefined when there is none. Written by anyone: it may be no line at all. */
  readonly line: string | undefined;
  readonly extensionExists: boolean;
  /** Properties that are not Glasskey's. They are carried over, because PATCH deletes what it does not name. */
  readonly otherProperties: Readonly<Record<string, unknown>>;
}

export interface Publication {
  /** `unchanged`: the profile held this very line already, and nothing was sent. */
  readonly outcome: 'created' | 'replaced' | 'unchanged';
  /** What was there before, for undo. */
  readonly previous: string | undefined;
  /** How many looks it took until the written line was read back. */
  readonly readBacks: number;
}

export interface PublishOptions {
  /**
   * What the caller last saw in the profile (null: nothing). When something else is there now, nothing is written and
   * `PROFILE_KEY_CHANGED` is thrown. Without it, whatever is there is replaced.
   */
  readonly expectedPrevious?: string | null;
  readonly signal?: AbortSignal;
}

export interface ProfileKeys {
  me(signal?: AbortSignal): Promise<EntraProfile>;
  readProfileKey(signal?: AbortSignal): Promise<ProfileKey>;
  /**
   * Writes the line (with its LF) and reads it back until it is there. Errors: `PROFILE_LINE_INVALID`,
   * `PROFILE_KEY_CHANGED`, `PROFILE_KEY_TOO_LARGE`, `PROFILE_READ_BACK_DIFFERS`, those of graph.ts and graph-errors.ts.
   */
  publishProfileKey(line: string, options?: PublishOptions): Promise<Publication>;
  /** Takes the key off the profile, and the extension too when it holds nothing else. Says whether there was one. */
  removeProfileKey(
    options?: PublishOptions,
  ): Promise<{ readonly removed: boolean; readonly previous: string | undefined }>;
}

export interface ProfileKeysOptions {
  readonly graph: Graph;
  /** For errors only. */
  readonly graphHost: string;
  readonly clock: Clock;
  readonly log: Log;
}

export function createProfileKeys(options: ProfileKeysOptions): ProfileKeys {
  return new GraphProfileKeys(options);
}

const meBody = z.object({
  id: z.string().min(1),
  displayName: z.string().nullish(),
  mail: z.string().nullish(),
  userPrincipalName: z.string().min(1),
});

const extensionBody = z.looseObject({ id: z.string(), publicKey: z.unknown().optional() });
type Extension = z.output<typeof extensionBody>;

const extensionPage = z.object({ value: z.array(extensionBody), '@odata.nextLink': z.string().optional() });

class GraphProfileKeys implements ProfileKeys {
  readonly #graph: Graph;
  readonly #graphHost: string;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(options: ProfileKeysOptions) {
    this.#graph = options.graph;
    this.#graphHost = options.graphHost;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  async me(signal?: AbortSignal): Promise<EntraProfile> {
    const path = '/me?$select=id,displayName,mail,userPrincipalName';
    const answer = await this.#graph.call({ method: 'GET', path, ...withSignal(signal) });
    if (answer.status !== 200) throw graphError(answer, 'reading your profile');
    const me = this.#parse(meBody, answer);
    return {
      id: me.id,
      displayName: me.displayName ?? undefined,
      mail: me.mail ?? undefined,
      userPrincipalName: me.userPrincipalName,
    };
  }

  async readProfileKey(signal?: AbortSignal): Promise<ProfileKey> {
    return profileKeyOf(await this.#find(signal));
  }

  async publishProfileKey(text: string, options: PublishOptions = {}): Promise<Publication> {
    const line = parsePublishedLine(text);
    const before = await this.readProfileKey(options.signal);
    if (before.line === line) return { outcome: 'unchanged', previous: line, readBacks: 0 };
    assertExpected(before, options.expectedPrevious);
    await this.#write(line, before, options);
    const readBacks = await this.#readBack(line, options.signal);
    const outcome = before.line === undefined ? 'created' : 'replaced';
    this.#log('info', 'entra.profile-key.published', { outcome, readBacks });
    return { outcome, previous: before.line, readBacks };
  }

  async removeProfileKey(options: PublishOptions = {}) {
    const extension = await this.#find(options.signal);
    const before = profileKeyOf(extension);
    if (extension === undefined || before.line === undefined) return { removed: false, previous: undefined };
    assertExpected(before, options.expectedPrevious);
    const answer = await this.#removeFrom(extension.id, before, options.signal);
    if (answer.status >= 400 && answer.status !== 404) throw graphError(answer, 'removing the key from your profile');
    await this.#readBack(undefined, options.signal);
    this.#log('info', 'entra.profile-key.removed');
    return { removed: true, previous: before.line };
  }

  #removeFrom(id: string, before: ProfileKey, signal: AbortSignal | undefined): Promise<GraphAnswer> {
    const path = extensionPath(id);
    if (Object.keys(before.otherProperties).length === 0) {
      return this.#graph.call({ method: 'DELETE', path, ...withSignal(signal) });
    }
    return this.#graph.call({ method: 'PATCH', path, body: bodyOf(undefined, before), ...withSignal(signal) });
  }

  /**
   * PATCH when the extension is there, POST when not. Each can find that another writer, or a copy of the directory
   * that lags behind, says otherwise: then look again and choose anew, so that unknown properties are never lost.
   */
  async #write(line: PublishedLine, seen: ProfileKey, options: PublishOptions): Promise<void> {
    let current = seen;
    for (let write = 1; ; write++) {
      const answer = await this.#writeOnce(line, current, options.signal);
      if (answer.status < 300) return;
      if (write === MOST_WRITES || !isStaleView(answer, current)) throw graphError(answer, 'publishing the key');
      this.#log('info', 'entra.profile-key.looked-again', { status: answer.status, write });
      await pause(this.#clock, BEFORE_NEXT_WRITE_MS, options.signal);
      assertNotCancelled(options.signal, 'Publishing the key');
      current = profileKeyOf(await this.#findOne(options.signal));
      // A write that was answered 503 and sent again may have been done the first time.
      if (current.line === line) return;
      assertExpected(current, options.expectedPrevious);
    }
  }

  #writeOnce(line: PublishedLine, current: ProfileKey, signal: AbortSignal | undefined): Promise<GraphAnswer> {
    const body = bodyOf(line, current);
    assertSize(body);
    return current.extensionExists
      ? this.#graph.call({ method: 'PATCH', path: extensionPath(EXTENSION_NAME), body, ...withSignal(signal) })
      : this.#graph.call({ method: 'POST', path: '/me/extensions', body, ...withSignal(signal) });
  }

  /** Looks until the profile holds exactly `line`; gives the number of looks. Throws `PROFILE_READ_BACK_DIFFERS`. */
  async #readBack(line: string | undefined, signal: AbortSignal | undefined): Promise<number> {
    let found: string | undefined;
    for (const [index, delay] of READ_BACK_DELAYS_MS.entries()) {
      if (delay > 0) await pause(this.#clock, delay, signal);
      assertNotCancelled(signal, 'Reading the published key back');
      found = profileKeyOf(await this.#findOne(signal)).line;
      if (found === line) return index + 1;
    }
    throw readBackDiffers(line, found);
  }

  /** The extension among all of the user's, whatever form its id has (azure.md 1.1). */
  async #find(signal: AbortSignal | undefined): Promise<Extension | undefined> {
    let path: string | undefined = '/me/extensions';
    for (let page = 0; path !== undefined && page < MOST_PAGES; page++) {
      const answer: GraphAnswer = await this.#graph.call({ method: 'GET', path, ...withSignal(signal) });
      if (answer.status !== 200) throw graphError(answer, 'reading the key on your profile');
      const list = this.#parse(extensionPage, answer);
      const found = list.value.find((extension) => isOurs(extension.id));
      if (found !== undefined) return found;
      path = list['@odata.nextLink'];
    }
    return undefined;
  }

  async #findOne(signal: AbortSignal | undefined): Promise<Extension | undefined> {
    const answer = await this.#graph.call({
      method: 'GET',
      path: extensionPath(EXTENSION_NAME),
      ...withSignal(signal),
    });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw graphError(answer, 'reading the key on your profile');
    return this.#parse(extensionBody, answer);
  }

  #parse<T>(schema: z.ZodType<T>, answer: GraphAnswer): T {
    const parsed = schema.safeParse(answer.json);
    if (parsed.success) return parsed.data;
    throw malformedAnswer(this.#graphHost);
  }
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function extensionPath(id: string): string {
  return `/me/extensions/${encodeURIComponent(id)}`;
}

function isOurs(id: string): boolean {
  const name = id.toLowerCase();
  return name === EXTENSION_NAME || name === QUALIFIED_NAME.toLowerCase();
}

/** Members of the entity itself; the rest of an open extension is its properties. */
function isEntityMember(name: string): boolean {
  return name === 'id' || name === 'extensionName' || name === 'publicKey' || name.startsWith('@');
}

function profileKeyOf(extension: Extension | undefined): ProfileKey {
  if (extension === undefined) return { line: undefined, extensionExists: false, otherProperties: {} };
  const others = Object.entries(extension).filter(([name]) => !isEntityMember(name));
  return {
    line: typeof extension.publicKey === 'string' ? extension.publicKey : undefined,
    extensionExists: true,
    otherProperties: Object.fromEntries(others),
  };
}

/** The whole property bag: PATCH deletes what is not in it. */
function bodyOf(line: PublishedLine | undefined, current: ProfileKey): Readonly<Record<string, unknown>> {
  return {
    '@odata.type': 'microsoft.graph.openTypeExtension',
    extensionName: EXTENSION_NAME,
    ...current.otherProperties,
    ...(line === undefined ? {} : { publicKey: line }),
  };
}

/** Whether a refusal only says that the extension is there after all (POST), or is not (PATCH). */
function isStaleView(answer: GraphAnswer, current: ProfileKey): boolean {
  return current.extensionExists ? answer.status === 404 : saysAlreadyExists(refusalOf(answer));
}

function assertExpected(current: ProfileKey, expected: string | null | undefined): void {
  if (expected === undefined || (current.line ?? null) === expected) return;
  throw new GlasskeyError({
    code: 'PROFILE_KEY_CHANGED',
    message: 'The key on your profile is not the one that was there when this began.',
    remedy: 'Look at the key that is there now, then decide again; nothing was changed.',
  });
}

function assertSize(body: Readonly<Record<string, unknown>>): void {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes <= MOST_EXTENSION_BYTES) return;
  throw new GlasskeyError({
    code: 'PROFILE_KEY_TOO_LARGE',
    message: `With the key, the profile’s extension would have ${bytes} bytes, and Entra allows ${MOST_EXTENSION_BYTES}.`,
    remedy: 'Shorten the key’s comment, or have the other properties of the extension removed; nothing was changed.',
    detail: { bytes, most: MOST_EXTENSION_BYTES },
  });
}

function readBackDiffers(wanted: string | undefined, found: string | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'PROFILE_READ_BACK_DIFFERS',
    message:
      wanted === undefined
        ? 'The key was removed from your profile, but is still there when read back.'
        : 'The key was sent to your profile, but what is read back from it is not the same.',
    remedy: 'Wait a minute and run it again; until then take it that devices do not have this key.',
    detail: { looks: READ_BACK_DELAYS_MS.length, found: found === undefined ? 'nothing' : 'another value' },
  });
}
