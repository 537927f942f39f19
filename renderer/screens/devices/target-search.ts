/**
 * The search over the saved devices: plain substrings, every word somewhere in the name, the addresses, the jump hosts, the role, the
 * tags or the notes.
 *
 * Ten thousand devices are searched on each keystroke, so all that does not depend on what is typed is done once: the text that
 * is searched is lowered and joined, and the devices are put in the order in which equally good ones stand. A search is then one
 * pass that deals them out, and nothing is sorted.
 */
import type { TargetView } from '../../../main/ipc/contract.ts';

export interface IndexedTarget {
  readonly target: TargetView;
  readonly name: string;
  /** All that is searched, lowered, each on a line of its own: no word can match across two of them. */
  readonly text: string;
}

export type TargetIndex = readonly IndexedTarget[];

/** Favourites, then last used first, then by name: the order in which equally good devices are shown. `roleName`: as people see it. */
export function indexTargets(
  targets: readonly TargetView[],
  roleName: (role: TargetView['role']) => string = (role) => role,
): TargetIndex {
  const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return targets
    .toSorted(
      (a, b) =>
        Number(b.isFavourite) - Number(a.isFavourite) ||
        (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0) ||
        byName.compare(a.name, b.name),
    )
    .map((target) => ({
      target,
      name: target.name.toLowerCase(),
      text: searchedText(target, roleName(target.role)),
    }));
}

function searchedText({ name, device, ways, tags, notes }: TargetView, role: string): string {
  const hosts = ways.flatMap((way) => (way.device === undefined ? way.jumps : [...way.jumps, way.device]));
  return [name, device, ...hosts, role, ...tags, notes].join('\n').toLowerCase();
}

/** What the list is narrowed to besides by words. */
export interface TargetFilter {
  readonly favourites: boolean;
  /** Of these, every one. */
  readonly tags: readonly string[];
}

/** The devices that fit, in the order of the index. */
export function filterTargets(index: TargetIndex, { favourites, tags }: TargetFilter): TargetIndex {
  if (!favourites && tags.length === 0) return index;
  return index.filter(({ target }) => {
    if (favourites && !target.isFavourite) return false;
    return tags.every((tag) => target.tags.some((one) => one.toLowerCase() === tag.toLowerCase()));
  });
}

/** The tags of the devices, the most used first; each once, however it is written. */
export function tagsOf(targets: readonly TargetView[]): string[] {
  const counts = new Map<string, { readonly tag: string; count: number }>();
  for (const { tags } of targets) {
    for (const tag of tags) {
      const known = counts.get(tag.toLowerCase());
      if (known === undefined) counts.set(tag.toLowerCase(), { tag, count: 1 });
      else known.count += 1;
    }
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count || a.tag.localeCompare(b.tag)).map(({ tag }) => tag);
}

/**
 * The devices in which every word of the query occurs. Best first: the whole query is the name, the name begins with it, a part of
 * the name is its first word (`rack4` finds `ce1-rack4` before `ce1-rack42`), the name begins with its first word, the rest.
 */
export function searchTargets(index: TargetIndex, query: string): TargetView[] {
  const whole = query.trim().toLowerCase();
  const words = whole.split(/\s+/);
  const [first = ''] = words;
  if (first === '') return index.map(({ target }) => target);
  const same: TargetView[] = [];
  const begins: TargetView[] = [];
  const isPart: TargetView[] = [];
  const beginsWithWord: TargetView[] = [];
  const rest: TargetView[] = [];
  for (const { target, name, text } of index) {
    if (!words.every((word) => text.includes(word))) continue;
    if (name === whole) same.push(target);
    else if (name.startsWith(whole)) begins.push(target);
    else if (hasPart(name, first)) isPart.push(target);
    else if (name.startsWith(first)) beginsWithWord.push(target);
    else rest.push(target);
  }
  return [...same, ...begins, ...isPart, ...beginsWithWord, ...rest];
}

/** Names are made of parts: `ce1-rack4.lab`. */
function hasPart(name: string, part: string): boolean {
  for (let at = name.indexOf(part); at >= 0; at = name.indexOf(part, at + 1)) {
    if (isEdge(name[at - 1]) && isEdge(name[at + part.length])) return true;
  }
  return false;
}

function isEdge(char: string | undefined): boolean {
  return char === undefined || '-._'.includes(char);
}

/**
 * What was typed, where it is itself a destination (`user@host`, `user@host:port`, `ssh://user@host`) and no saved device is
 * written just so. Whether it can be used is for the main process to say; this only decides whether to offer it.
 */
export function typedDestination(query: string, targets: readonly TargetView[]): string | undefined {
  const typed = query.trim();
  if (!/^(ssh:\/\/)?[^\s@/]+(@[^\s@/]+)*@[^\s@/]+\/?$/i.test(typed)) return undefined;
  return targets.some(({ device }) => device === typed) ? undefined : typed;
}
