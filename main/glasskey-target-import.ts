/** Targets from files and into files, composed for glasskey.ts: what an import would do is told first, and done whole or not at all. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { extname, isAbsolute, join } from 'node:path';
import { asGlasskeyError, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { FindTarget } from './glasskey-target-ways.ts';
import { assertOthersHold, checkedTarget, type DefaultJump } from './glasskey-targets.ts';
import type { OpenWorld } from './glasskey-world.ts';
import {
  TARGET_ROLES,
  type Target,
  type TargetChange,
  type TargetEntry,
  type TargetStore,
  targetStore,
  type Way,
} from './storage/target-store.ts';
import type { FoundTarget, FoundTargets } from './target-files/found-target.ts';
import { type ReadIncluded, readSshConfigHosts, writeSshConfigHosts } from './target-files/ssh-config-hosts.ts';
import { readTargetJson, writeTargetJson } from './target-files/target-json.ts';
import { readTargetTable, writeTargetTable } from './target-files/target-table.ts';

export type TargetFormat = 'csv' | 'json' | 'ssh-config';

/**
 * - `add`, `change`: what would be done,
 * - `same`: it is saved just so,
 * - `clash`: the name stands for something else already, and nobody asked for changes,
 * - `refused`: it cannot be a target.
 */
export type ImportVerdict = 'add' | 'change' | 'same' | 'clash' | 'refused';

const IMPORTED_FIELDS = ['role', 'device', 'ways', 'tags', 'notes', 'isFavourite'] as const;
export type ImportedField = (typeof IMPORTED_FIELDS)[number];

export interface ImportLine {
  /** Where it stands in the file. */
  readonly place: string;
  readonly name: string;
  readonly verdict: ImportVerdict;
  /** Of what is not refused. */
  readonly device?: string;
  /** Why it is refused. */
  readonly reason?: string;
  /** Of `change` and `clash`: which fields are others. */
  readonly fields?: readonly ImportedField[];
}

export interface ImportPlan {
  readonly file: string;
  readonly lines: readonly ImportLine[];
  /** What the file holds beside targets, in sentences. */
  readonly notes: readonly string[];
  readonly changes: readonly TargetChange[];
}

/** The user's own ssh_config is read where no file is named. */
export interface ImportSource {
  readonly file: string | undefined;
  /** Undefined: by the file's ending; everything but .csv, .tsv, .txt and .json is an ssh_config. */
  readonly format: TargetFormat | undefined;
}

/** What taking in the targets of a file would do (`planImport`); nothing is done. Throws `TARGET_FILE_INVALID`, and what `planImport` throws. */
export function lookAtImport(
  source: ImportSource,
  update: boolean,
  { database, settings, dataFolder, homeFolder }: OpenWorld,
): ImportPlan {
  const found = readTargetFile(source, homeFolder, join(dataFolder, 'ssh_config'));
  const saved = targetStore(database).list();
  return { ...planImport(found, saved, update, settings), file: fileOf(source, homeFolder) };
}

export function fileOf({ file }: Pick<ImportSource, 'file'>, homeFolder: string): string {
  return file ?? join(homeFolder, '.ssh', 'config');
}

/** `ownFragment`: the ssh_config that Glasskey wrote itself. Throws `TARGET_FILE_INVALID`. */
export function readTargetFile({ file, format }: ImportSource, homeFolder: string, ownFragment?: string): FoundTargets {
  const sshFolder = join(homeFolder, '.ssh');
  const path = fileOf({ file }, homeFolder);
  const bytes = bytesOf(path);
  const kind = format ?? formatOf(file);
  if (kind === 'csv') return readTargetTable(bytes);
  const text = Buffer.from(bytes).toString('utf8');
  if (kind === 'json') return readTargetJson(text);
  return readSshConfigHosts({ path, text }, includedFrom(sshFolder, homeFolder, ownFragment));
}

/**
 * What taking these targets in would do; nothing is done yet. Names that are saved otherwise are left alone unless `update`, and then
 * keep what the file says nothing of. Throws what assertOthersHold throws.
 */
export function planImport(
  { targets, notes }: FoundTargets,
  saved: readonly Target[],
  update: boolean,
  settings?: DefaultJump,
): Omit<ImportPlan, 'file'> {
  const before = new Map(saved.map((one) => [one.name, one]));
  const twice = faultsOfNames(targets);
  const checked = new Map<FoundTarget, TargetEntry | GlasskeyError>();
  let taken: readonly FoundTarget[] = targets.filter((one) => one.fault === undefined && !twice.has(one));
  if (!update) taken = taken.filter((one) => !before.has(one.name));
  // First what each is by itself, so that the fault of a jump host is not told of those behind it.
  const look = (one: FoundTarget, find: FindTarget, found = one): boolean => {
    const entry = tried(() => checkedEntry(found, before.get(one.name), find));
    checked.set(one, entry);
    return !(entry instanceof GlasskeyError);
  };
  taken = taken.filter((one) => look(one, () => undefined, { ...one, ways: [DIRECT], jumps: undefined }));
  // A jump host that is refused takes along those that go through it: again, until nothing falls out any more.
  let find: FindTarget;
  for (;;) {
    const entries = new Map(taken.map((one) => [one.name, entryOf(one, before.get(one.name))]));
    find = (name) => entries.get(name) ?? before.get(name);
    const held = taken.filter((one) => look(one, find));
    if (held.length === taken.length) break;
    taken = held;
  }
  for (const one of targets) {
    if (one.fault === undefined && !twice.has(one) && !checked.has(one)) look(one, find);
  }
  const lines = targets.map((one) =>
    lineOf(one, one.fault ?? twice.get(one), checked.get(one), before.get(one.name), update),
  );
  const changes = targets.flatMap((one, at): TargetChange[] => {
    const target = checked.get(one);
    if (target === undefined || target instanceof GlasskeyError) return [];
    if (lines[at]?.verdict === 'add') return [{ kind: 'add', target }];
    return lines[at]?.verdict === 'change' ? [{ kind: 'replace', name: one.name, target }] : [];
  });
  assertOthersHold(saved, changes, settings);
  return { lines, notes, changes };
}

/** Does what was planned, whole or not at all. Throws `TARGET_EXISTS` and `TARGET_UNKNOWN` where something else was done meanwhile. */
export function applyImport(store: TargetStore, { changes }: Pick<ImportPlan, 'changes'>): void {
  if (changes.length > 0) store.change(changes);
}

export function targetFileText(targets: readonly Target[], format: TargetFormat): string {
  const sorted = targets.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  if (format === 'csv') return writeTargetTable(sorted);
  return format === 'json' ? writeTargetJson(sorted) : writeSshConfigHosts(sorted);
}

/** By the ending; nothing said: an ssh_config, which has none. */
export function formatOf(file: string | undefined): TargetFormat {
  const ending = extname(file ?? '').toLowerCase();
  if (['.csv', '.tsv', '.txt'].includes(ending)) return 'csv';
  return ending === '.json' ? 'json' : 'ssh-config';
}

const DIRECT: Way = { kind: 'jump', jumps: [] };

function faultsOfNames(targets: readonly FoundTarget[]): ReadonlyMap<FoundTarget, string> {
  const first = new Map<string, FoundTarget>();
  const twice = new Map<FoundTarget, string>();
  for (const one of targets) {
    const earlier = first.get(one.name);
    if (earlier === undefined) first.set(one.name, one);
    else twice.set(one, `The name stands there before, at ${earlier.place}.`);
  }
  return twice;
}

function entryOf(found: FoundTarget, before: Target | undefined): TargetEntry {
  const role = TARGET_ROLES.find((one) => one === found.role) ?? before?.role ?? 'other';
  return {
    name: found.name,
    role,
    device: found.device ?? before?.device ?? '',
    ways: waysOf(found, before),
    tags: found.tags ?? before?.tags ?? [],
    notes: found.notes ?? before?.notes ?? '',
    isFavourite: found.isFavourite ?? before?.isFavourite ?? false,
  };
}

function waysOf({ ways, jumps }: FoundTarget, before: Target | undefined): readonly [Way, ...Way[]] {
  const [first, ...rest] = ways ?? [];
  if (first !== undefined) return [first, ...rest];
  if (jumps === undefined) return before?.ways ?? [{ kind: 'jump', jumps: [] }];
  const [own = { kind: 'jump', jumps } as const, ...others] = before?.ways ?? [];
  if (own.kind === 'jump') return [{ ...own, jumps }, ...others];
  const at = others.findIndex(({ kind }) => kind === 'jump');
  if (at < 0) return [{ kind: 'jump', jumps }, own, ...others];
  return [own, ...others.map((way, place) => (place === at ? { ...way, jumps } : way))];
}

function checkedEntry(found: FoundTarget, before: Target | undefined, find: FindTarget): TargetEntry {
  const { role } = found;
  if (role !== undefined && !TARGET_ROLES.some((one) => one === role)) {
    throw new GlasskeyError({
      code: 'TARGET_INVALID',
      message: `“${role}” is no role.`,
      remedy: `Take one of ${TARGET_ROLES.join(', ')}.`,
      detail: { field: 'role' },
    });
  }
  return checkedTarget(entryOf(found, before), find);
}

function tried(work: () => TargetEntry): TargetEntry | GlasskeyError {
  try {
    return work();
  } catch (error) {
    return asGlasskeyError(error);
  }
}

function lineOf(
  { place, name }: FoundTarget,
  fault: string | undefined,
  checked: TargetEntry | GlasskeyError | undefined,
  before: Target | undefined,
  update: boolean,
): ImportLine {
  if (fault !== undefined) return { place, name, verdict: 'refused', reason: fault };
  if (checked === undefined || checked instanceof GlasskeyError) {
    return {
      place,
      name,
      verdict: 'refused',
      reason: checked === undefined ? '' : `${checked.message} ${checked.remedy}`,
    };
  }
  const { device } = checked;
  if (before === undefined) return { place, name, verdict: 'add', device };
  const fields = IMPORTED_FIELDS.filter((field) => JSON.stringify(checked[field]) !== JSON.stringify(before[field]));
  if (fields.length === 0) return { place, name, verdict: 'same', device };
  return { place, name, verdict: update ? 'change' : 'clash', device, fields };
}

/** A file of 10,000 targets has two. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Throws where it is larger, or, as a device file, without end. */
function boundedFile(path: string): Buffer {
  const stats = statSync(path);
  if (stats.isCharacterDevice() || stats.isBlockDevice()) throw new Error('it is no file');
  if (stats.size > MOST_BYTES) throw new Error('it is larger than 32 MiB');
  return readFileSync(path);
}

function bytesOf(path: string): Uint8Array {
  try {
    return boundedFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const own = error instanceof Error && code === undefined ? `: ${error.message}` : '';
    throw new GlasskeyError({
      code: 'TARGET_FILE_INVALID',
      message: `${path} cannot be read${code === 'ENOENT' ? ': there is no such file' : own}.`,
      remedy: 'Name another file, or make this one readable.',
      detail: { path },
      cause: error,
    });
  }
}

/** ssh_config(5), Include: `~` is the home folder, what is not absolute lies in ~/.ssh, and patterns name all that fit. */
function includedFrom(sshFolder: string, homeFolder: string, ownFragment: string | undefined): ReadIncluded {
  return (word) => {
    const home = word.startsWith('~/') ? join(homeFolder, word.slice(2)) : word;
    const path = isAbsolute(home) ? home : join(sshFolder, home);
    const files = /[*?[]/.test(path) ? globSync(path).toSorted() : [path];
    return files.flatMap((file) => {
      // What Glasskey wrote there of its own targets is no news.
      if (file === ownFragment) return [{ path: file, text: '' }];
      try {
        return [{ path: file, text: boundedFile(file).toString('utf8') }];
      } catch {
        return []; // told by whoever asked
      }
    });
  };
}
