/** Saving targets, composed for glasskey.ts: what connect would refuse later is refused now, with the field that it stands in. */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { formatHostSpec, parseHostSpec } from './connect/host-spec.ts';
import { type FindTarget, isBareWord, isSavedJumpHost, resolveWay } from './glasskey-target-ways.ts';
import type { Settings } from './storage/settings.ts';
import type { Target, TargetChange, TargetEntry, TargetRole, TargetStore, Way } from './storage/target-store.ts';

export interface TargetToSave {
  readonly name: string;
  readonly role: TargetRole;
  readonly device: string;
  /** In the order in which they are tried; at least one. */
  readonly ways: readonly Way[];
  readonly tags: readonly string[];
  readonly notes: string;
  /** Undefined: as it was. */
  readonly isFavourite?: boolean;
  /** The present name of the target that is changed; undefined for a new one. */
  readonly replaces: string | undefined;
}

/** Where a fault is. `part`, of a way: which of its jump hosts, from 0, or its `device`. */
export interface TargetField {
  readonly field: 'name' | 'role' | 'device' | 'ways' | 'tags' | 'notes';
  readonly index?: number;
  readonly part?: number | 'device';
}

const MOST_WAYS = 8;
const MOST_TAGS = 16;
const LONGEST_TAG = 32;
const LONGEST_NOTES = 4000;

/** Where the jump host of the hosts that are not saved stands (`connect.defaultJump`). */
export type DefaultJump = Pick<Settings, 'get' | 'set'>;

/**
 * Adds a target, or changes the one that `replaces` names; a jump host that gets a new name keeps it in the ways of others, and in the settings.
 * Throws `TARGET_NAME_INVALID`, `TARGET_INVALID` (both with a TargetField as detail), `TARGET_JUMP_UNKNOWN`, `TARGET_JUMP_LOOP`,
 * `TARGET_IN_USE`, `TARGET_EXISTS`, and `TARGET_UNKNOWN` where the one to change has gone.
 */
export function saveTarget(store: TargetStore, { replaces, ...given }: TargetToSave, settings?: DefaultJump): Target {
  const before = replaces === undefined ? undefined : store.get(replaces);
  const isFavourite = given.isFavourite ?? before?.isFavourite ?? false;
  // The name that it gives up stands for nothing any more.
  const find: FindTarget = (name) => (name === replaces ? undefined : store.get(name));
  const target = checkedTarget({ ...given, isFavourite }, find);
  const change: TargetChange =
    replaces === undefined ? { kind: 'add', target } : { kind: 'replace', name: replaces, target };
  const isOrWasJumpHost = target.role === 'jump-host' || before?.role === 'jump-host';
  const wasDefault = before !== undefined && isDefaultJump(before, settings);
  store.change([change, ...(isOrWasJumpHost ? changesOfOthers(store.list(), before, target, settings) : [])]);
  if (wasDefault && target.name !== before.name) settings?.set('connect.defaultJump', target.name);
  return store.get(target.name) ?? { ...target, lastUsedAt: before?.lastUsedAt ?? null };
}

/**
 * Forgets it. False: there is none of that name. Throws `TARGET_IN_USE` where others go through it, or the settings name it for the hosts
 * that are not saved, unless `evenIfUsed`: these then name a jump host that is not there, which every login says.
 */
export function removeTarget(store: TargetStore, name: string, evenIfUsed: boolean, settings?: DefaultJump): boolean {
  const target = store.get(name);
  if (target === undefined) return false;
  const users = evenIfUsed ? [] : usersOf(target, store.list());
  const isDefault = !evenIfUsed && isDefaultJump(target, settings);
  if (users.length > 0 || isDefault) {
    const remedy = `Change ${usesToChange(users, isDefault)} first, or remove it all the same with --force.`;
    throw inUse(name, users, isDefault, remedy);
  }
  store.change([{ kind: 'remove', name }]);
  return true;
}

/** The targets that go through this one, where it is a jump host. */
export function usersOf<T extends TargetEntry>({ name, role }: TargetEntry, targets: readonly T[]): T[] {
  if (role !== 'jump-host') return [];
  return targets.filter((one) => one.name !== name && one.ways.some(({ jumps }) => jumps.includes(name)));
}

function isDefaultJump({ name, role }: TargetEntry, settings: DefaultJump | undefined): boolean {
  return role === 'jump-host' && settings?.get('connect.defaultJump').value === name;
}

/** Each field as it is kept, or the error that names the field. `find`: the saved ones, for the jump hosts that are named. */
export function checkedTarget(given: TargetEntry | Omit<TargetToSave, 'replaces'>, find: FindTarget): TargetEntry {
  const { name, role, ways, isFavourite = false } = given;
  assertTargetName(name);
  const device = inField({ field: 'device' }, () => formatHostSpec(parseHostSpec(given.device.trim())));
  if (ways.length > MOST_WAYS) {
    throw invalid({ field: 'ways', index: MOST_WAYS }, `${ways.length} ways are more than ${MOST_WAYS}.`, ASK_FEWER);
  }
  const [first, ...others] = ways.map((way, index) => checkedWay(way, index, device, find));
  if (first === undefined) throw invalid({ field: 'ways' }, 'A target needs a way in.', 'Give it one.');
  const target: TargetEntry = {
    name,
    role,
    device,
    ways: [first, ...others],
    tags: checkedTags(given.tags),
    notes: checkedNotes(given.notes),
    isFavourite,
  };
  assertDiffer(target.ways);
  const findAll: FindTarget = (one) => (one === name ? target : find(one));
  for (const [index, way] of target.ways.entries()) {
    inField({ field: 'ways', index }, () => resolveWay(target, way, findAll));
  }
  return target;
}

/** Throws `TARGET_UNKNOWN`. */
export function knownTarget(store: Pick<TargetStore, 'get' | 'list'>, name: string): Target {
  const target = store.get(name);
  if (target !== undefined) return target;
  const close = store.list().find((one) => isLikelyMeant(one.name, name));
  throw new GlasskeyError({
    code: 'TARGET_UNKNOWN',
    message: `There is no saved target ${name}.`,
    remedy: close === undefined ? 'glasskey targets lists those there are.' : `Did you mean ${close.name}?`,
    detail: { name },
  });
}

/** Whether a name was likely meant: one begins with the other, or one character was changed, added or left out; in capitals or not. */
export function isLikelyMeant(name: string, typed: string): boolean {
  const [a, b] = [name.toLowerCase(), typed.toLowerCase()];
  return a.startsWith(b) || b.startsWith(a) || differsInOne(a, b);
}

function differsInOne(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let same = 0;
  while (same < short.length && short[same] === long[same]) same += 1;
  return short.slice(same) === long.slice(same + 1) || short.slice(same + 1) === long.slice(same + 1);
}

/** Throws `TARGET_NAME_INVALID`. */
export function assertTargetName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(name)) return;
  throw new GlasskeyError({
    code: 'TARGET_NAME_INVALID',
    message:
      'A target’s name has letters, digits, dots, dashes and underscores, 64 at most, and begins with a letter or digit.',
    remedy: 'Choose another name for it.',
    detail: { field: 'name' },
  });
}

function checkedWay({ kind, jumps, device: own }: Way, index: number, device: string, find: FindTarget): Way {
  const at = { field: 'ways', index } as const;
  const named = jumps
    .filter((jump) => jump.trim() !== '')
    .map((jump, part) => inField({ ...at, part }, () => checkedJump(jump.trim(), find)));
  const there = own === undefined || own.trim() === '' ? undefined : own.trim();
  const other = there && inField({ ...at, part: 'device' }, () => formatHostSpec(parseHostSpec(there)));
  if (kind === 'forwarded' && named.length === 0) {
    throw invalid(at, 'Logging in from a jump host needs a jump host.', 'Name the one that it goes on from.');
  }
  if ((kind === 'console' || kind === 'password') && parseHostSpec(other ?? device).user === undefined) {
    const whose = kind === 'console' ? 'the virtual machine’s access id' : 'a shared account';
    throw invalid(
      { ...at, part: 'device' },
      `This way logs in as ${whose}, and no user is named.`,
      'Write it as USER@HOST.',
    );
  }
  return { kind, jumps: named, ...(other === undefined || other === device ? {} : { device: other }) };
}

/** A saved name stays one; a host is spelled as connect does it. */
function checkedJump(jump: string, find: FindTarget): string {
  if (isBareWord(jump) || isSavedJumpHost(jump, find)) return jump;
  return formatHostSpec(parseHostSpec(jump));
}

function assertDiffer(ways: readonly Way[]): void {
  const texts = ways.map((way) => JSON.stringify(way));
  const again = texts.findIndex((text, index) => texts.indexOf(text) < index);
  if (again < 0) return;
  throw invalid({ field: 'ways', index: again }, 'This way is there already.', 'Take one of the two out.');
}

function checkedTags(tags: readonly string[]): string[] {
  const given = tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
  const lower = given.map((tag) => tag.toLowerCase());
  const once = given.filter((_, index) => lower.indexOf(lower[index] ?? '') === index);
  const wrong = once.findIndex((tag) => !/^[\p{L}\p{N}][\p{L}\p{N}._:/-]*$/u.test(tag) || tag.length > LONGEST_TAG);
  if (wrong >= 0) {
    throw invalid(
      { field: 'tags', index: wrong },
      `A tag is one word of letters, digits and . _ : / -, ${LONGEST_TAG} at most, and begins with a letter or digit.`,
      'Write it otherwise.',
    );
  }
  if (once.length <= MOST_TAGS) return once;
  throw invalid({ field: 'tags', index: MOST_TAGS }, `${once.length} tags are more than ${MOST_TAGS}.`, ASK_FEWER);
}

/** Without what could forge the lines of a terminal: control characters, and those that turn the direction of writing. */
function checkedNotes(notes: string): string {
  const text = notes.replace(/\r\n?/g, '\n').trim();
  if (text.length > LONGEST_NOTES) {
    throw invalid({ field: 'notes' }, `Notes have ${LONGEST_NOTES} characters at most.`, 'Make them shorter.');
  }
  if (/[\p{Cc}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}]/u.test(text.replace(/[\n\t]/g, ''))) {
    throw invalid({ field: 'notes' }, 'Notes have no control characters.', 'Type them again, as plain text.');
  }
  return text;
}

/**
 * What a change of a jump host means for others: its new name goes into their ways. Throws `TARGET_IN_USE` where it is a jump host no
 * more, and what resolveWay throws of a way of theirs that held until now.
 */
function changesOfOthers(
  saved: readonly Target[],
  before: Target | undefined,
  target: TargetEntry,
  settings: DefaultJump | undefined,
): readonly TargetChange[] {
  const renamed = before?.role === 'jump-host' ? before.name : undefined;
  const users = before === undefined ? [] : usersOf(before, saved);
  assertStaysJumpHost(before, target, users, settings);
  const named = (jump: string) => (jump === renamed ? target.name : jump);
  const replaced = users.map((one): TargetEntry => {
    const [first, ...rest] = one.ways;
    const withName = (way: Way): Way => ({ ...way, jumps: way.jumps.map(named) });
    return { ...one, ways: [withName(first), ...rest.map(withName)] };
  });
  const changes = replaced.map((one): TargetChange => ({ kind: 'replace', name: one.name, target: one }));
  const own: TargetChange =
    before === undefined ? { kind: 'add', target } : { kind: 'replace', name: before.name, target };
  assertOthersHold(saved, [own, ...changes], settings);
  return renamed === target.name ? [] : changes;
}

/**
 * Throws `TARGET_IN_USE` where a jump host would be one no more that others still go through then, or that the settings name; and what
 * resolveWay throws of a way that holds now and would not any more, of a target that the changes leave as it is or only rename in.
 */
export function assertOthersHold(
  saved: readonly Target[],
  changes: readonly TargetChange[],
  settings?: DefaultJump,
): void {
  const old = new Map(saved.map((one) => [one.name, one]));
  const all = new Map<string, TargetEntry>(old);
  for (const change of changes) {
    if (change.kind !== 'add') all.delete(change.name);
    if (change.kind !== 'remove') all.set(change.target.name, change.target);
  }
  for (const change of changes) {
    if (change.kind !== 'replace' || change.target.role === 'jump-host') continue;
    const before = old.get(change.name);
    const users = before === undefined ? [] : usersOf(before, [...all.values()]);
    assertStaysJumpHost(before, change.target, users, settings);
  }
  for (const one of saved) {
    const after = all.get(one.name);
    if (after !== undefined) assertStillHolds(after, one, all, old);
  }
}

/** `users`: those that go through it. */
function assertStaysJumpHost(
  before: TargetEntry | undefined,
  { role }: TargetEntry,
  users: readonly TargetEntry[],
  settings: DefaultJump | undefined,
): void {
  if (before === undefined || role === 'jump-host') return;
  const isDefault = isDefaultJump(before, settings);
  if (users.length === 0 && !isDefault) return;
  throw inUse(
    before.name,
    users,
    isDefault,
    `Leave it a jump host, or change ${usesToChange(users, isDefault)} first.`,
  );
}

type ByName = ReadonlyMap<string, TargetEntry>;

/** What was wrong before, as after a jump host was removed all the same, is not this change's fault. */
function assertStillHolds(one: TargetEntry, before: TargetEntry | undefined, all: ByName, old: ByName): void {
  for (const [index, way] of one.ways.entries()) {
    if (way.jumps.length === 0) continue;
    try {
      resolveWay(one, way, (name) => all.get(name));
    } catch (error) {
      const was = before?.ways[index];
      if (before !== undefined && was !== undefined && holds(before, was, old)) throw error;
    }
  }
}

function holds(target: TargetEntry, way: Way, all: ByName): boolean {
  try {
    resolveWay(target, way, (name) => all.get(name));
    return true;
  } catch {
    return false;
  }
}

/** Throws as `work` does, with the field that it stands in. */
function inField<T>(place: TargetField, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GlasskeyError)) throw error;
    const { code, message, remedy, cause } = error;
    throw new GlasskeyError({ code, message, remedy, cause, detail: { ...error.detail, ...place } });
  }
}

const ASK_FEWER = 'Leave those out that nobody needs.';

function invalid(place: TargetField, message: string, remedy: string): GlasskeyError {
  return new GlasskeyError({ code: 'TARGET_INVALID', message, remedy, detail: { ...place } });
}

/** All of it at once: what is left out would refuse the next try. */
function usesToChange(users: readonly TargetEntry[], isDefault: boolean): string {
  if (users.length === 0) return 'the setting';
  return isDefault ? 'their ways and the setting' : 'their ways';
}

const MOST_NAMED = 5;

function inUse(name: string, users: readonly TargetEntry[], isDefault: boolean, remedy: string): GlasskeyError {
  const names = users.map((user) => user.name);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const saved =
    users.length === 0 ? [] : [`The way to ${names.slice(0, MOST_NAMED).join(', ')}${more} goes through ${name}.`];
  const unsaved = isDefault ? [`The setting connect.defaultJump names ${name} for every host that is not saved.`] : [];
  return new GlasskeyError({
    code: 'TARGET_IN_USE',
    message: [...saved, ...unsaved].join(' '),
    remedy,
    detail: { name, usedBy: names.join(', ') },
  });
}
