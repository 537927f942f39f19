/**
 * The hosts of an ssh_config, as ssh would understand them (ssh_config(5)): for each name the first value of a setting counts, patterns
 * that fit included. What depends on the moment (Match) or on a program (ProxyCommand) cannot be taken over, and is told.
 *
 * What ssh_config has no words for stands in a comment of its own, `# Glasskey: {…}`, so that what was exported comes back as it was.
 */
import { z } from 'zod';
import { matchesHostPattern } from '../openssh/host-pattern.ts';
import { type TargetEntry, WAY_KINDS } from '../storage/target-store.ts';
import type { FoundTarget, FoundTargets } from './found-target.ts';

/** Reads an included file, or the files that a pattern names, in order; empty: none. */
export type ReadIncluded = (path: string) => readonly { readonly path: string; readonly text: string }[];

type Condition = { readonly kind: 'host'; readonly patterns: readonly string[] } | { readonly kind: 'match' };

interface Directive {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly conditions: readonly Condition[];
}

interface Reading {
  readonly directives: Directive[];
  readonly names: Map<string, { readonly place: string; remark: string | undefined }>;
  readonly notes: string[];
  readonly include: ReadIncluded;
  /** Of files that are read yet. */
  filesLeft: number;
}

/** The names of the files, and what is set for each. */
interface Settings {
  readonly names: Reading['names'];
  /** In the order of the files. */
  directivesFor(name: string): readonly Directive[];
}

/** ssh's own limit (READCONF_MAX_DEPTH). */
const DEEPEST_INCLUDE = 16;
/** Files that include each other need no more depth to be without end. */
const MOST_FILES = 1000;
const REMARK = /^#\s*Glasskey:\s*(\{.*\})\s*$/;

export function readSshConfigHosts(
  file: { readonly path: string; readonly text: string },
  include: ReadIncluded,
): FoundTargets {
  const reading: Reading = { directives: [], names: new Map(), notes: [], include, filesLeft: MOST_FILES };
  read(file, [], 0, reading);
  if (reading.filesLeft === 0)
    reading.notes.push(`More than ${MOST_FILES} files are included; the others are left out.`);
  const settings = settingsIn(reading);
  const found = [...reading.names.keys()].map((name) => hostTarget(name, settings));
  const asJump = new Set(found.flatMap(({ jumps = [], ways = [] }) => [...jumps, ...ways.flatMap((way) => way.jumps)]));
  return {
    notes: reading.notes,
    targets: found.map((one) => (asJump.has(one.name) ? { ...one, role: 'jump-host' } : one)),
  };
}

export function writeSshConfigHosts(targets: readonly TargetEntry[]): string {
  const blocks = targets.map((target) => {
    const { name, device, ways, role, tags, notes, isFavourite } = target;
    const { user, host, port } = partsOf(device);
    const jumps = ways.find(({ kind }) => kind === 'jump')?.jumps ?? [];
    return [
      `Host ${name}`,
      `    # Glasskey: ${JSON.stringify({ role, ways, tags, notes, isFavourite })}`,
      `    HostName ${host}`,
      ...(user === undefined ? [] : [`    User ${user}`]),
      ...(port === undefined ? [] : [`    Port ${port}`]),
      ...(jumps.length === 0 ? [] : [`    ProxyJump ${jumps.map(asProxyJump).join(',')}`]),
    ].join('\n');
  });
  return `${['# Targets of Glasskey.', ...blocks].join('\n\n')}\n`;
}

function read(
  { path, text }: { readonly path: string; readonly text: string },
  outer: readonly Condition[],
  depth: number,
  reading: Reading,
): void {
  let conditions = outer;
  let current: string[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const place = `${path}:${at + 1}`;
    const remark = REMARK.exec(raw.trim())?.[1];
    for (const name of remark === undefined ? [] : current) {
      const known = reading.names.get(name);
      if (known !== undefined) known.remark ??= remark;
    }
    const [keyword = '', ...words] = wordsOf(raw);
    if (keyword === '') continue;
    if (keyword === 'host') {
      conditions = [...outer, { kind: 'host', patterns: words }];
      current = words.filter((word) => !/[*?!]/.test(word));
      for (const name of current) {
        if (!reading.names.has(name)) reading.names.set(name, { place, remark: undefined });
      }
      const patterns = words.filter((word) => /[*?!]/.test(word) && word !== '*');
      if (patterns.length > 0) {
        reading.notes.push(
          `${place}: ${patterns.join(' ')} is a pattern and no target; what it sets counts for those that fit.`,
        );
      }
    } else if (keyword === 'match') {
      const isAll = words.length === 1 && words[0]?.toLowerCase() === 'all';
      conditions = isAll ? outer : [...outer, { kind: 'match' }];
      current = [];
      if (!isAll) reading.notes.push(`${place}: Match is decided by ssh at each login; what it sets is left out.`);
    } else if (keyword === 'include') {
      for (const word of words) {
        if (reading.filesLeft === 0) continue;
        const files = depth < DEEPEST_INCLUDE ? reading.include(word) : [];
        if (files.length === 0)
          reading.notes.push(`${place}: ${word} is included, and is not there or cannot be read.`);
        for (const file of files.slice(0, reading.filesLeft)) {
          reading.filesLeft = Math.max(0, reading.filesLeft - 1);
          read(file, conditions, depth + 1, reading);
        }
      }
    } else {
      reading.directives.push({ keyword, words, conditions });
    }
  }
}

/** ssh_config(5): the keyword in any case, blanks or one `=` behind it, words in double quotes, comments from `#` on. */
function wordsOf(raw: string): string[] {
  const line = raw.trim();
  if (line.startsWith('#')) return [];
  const [, keyword = '', rest = ''] = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
  const words: string[] = [];
  for (const [whole, quoted] of rest.matchAll(/"([^"]*)"|\S+/g)) {
    if (whole.startsWith('#')) break;
    words.push(quoted ?? whole);
  }
  return keyword === '' ? [] : [keyword.toLowerCase(), ...words];
}

interface HostSettings {
  readonly hostName: string;
  readonly user: string | undefined;
  readonly port: string | undefined;
  readonly proxy: Directive | undefined;
}

/** Files may name thousands of hosts: what is set for one is found without looking at all the others. */
function settingsIn({ names, directives }: Reading): Settings {
  const byCondition = Map.groupBy(directives.entries(), ([, { conditions }]) => conditions.at(-1));
  const hosts = new Set(directives.flatMap(({ conditions }) => conditions.filter(({ kind }) => kind === 'host')));
  const byName = new Map<string, Condition[]>();
  const others: Condition[] = [];
  for (const condition of hosts) {
    if (condition.kind !== 'host') continue;
    if (condition.patterns.some((pattern) => /[*?!]/.test(pattern))) others.push(condition);
    else {
      for (const plain of condition.patterns) {
        const known = byName.get(plain.toLowerCase());
        if (known === undefined) byName.set(plain.toLowerCase(), [condition]);
        else known.push(condition);
      }
    }
  }
  return {
    names,
    directivesFor(name) {
      const plain = byName.get(name.toLowerCase()) ?? [];
      const fitting = new Set<Condition>([...plain, ...others.filter((one) => holds(one, name))]);
      return [undefined, ...fitting]
        .flatMap((one) => byCondition.get(one) ?? [])
        .filter(([, { conditions }]) => conditions.every((one) => fitting.has(one)))
        .toSorted(([a], [b]) => a - b)
        .map(([, directive]) => directive);
    },
  };
}

function settingsOf(name: string, settings: Settings): HostSettings {
  const directives = settings.directivesFor(name);
  const first = (...keywords: string[]) => directives.find(({ keyword }) => keywords.includes(keyword));
  const hostName = first('hostname')?.words[0] ?? name;
  return {
    hostName: hostName.replaceAll(/%(.)/g, (whole, letter) => (letter === 'h' ? name : letter === '%' ? '%' : whole)),
    user: first('user')?.words[0],
    port: first('port')?.words[0],
    proxy: first('proxyjump', 'proxycommand'),
  };
}

function holds(condition: Condition, name: string): boolean {
  if (condition.kind === 'match') return false;
  const { patterns } = condition;
  const fits = (pattern: string) => matchesHostPattern(pattern.toLowerCase(), name.toLowerCase());
  // One negated match outweighs every other.
  if (patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern));
}

function hostTarget(name: string, known: Settings): FoundTarget {
  const { place, remark } = known.names.get(name) ?? { place: '', remark: undefined };
  const settings = settingsOf(name, known);
  const { proxy } = settings;
  const isNone = proxy === undefined || proxy.words[0]?.toLowerCase() === 'none';
  if (!isNone && proxy.keyword === 'proxycommand') {
    return { place, name, fault: 'Its way is a ProxyCommand, which a target has not: write it as ProxyJump.' };
  }
  const jumps = isNone ? [] : jumpsOf(name, proxy.words[0] ?? '', known);
  const said = remark === undefined ? undefined : remarkOf(remark);
  const isSame = said?.ways.find(({ kind }) => kind === 'jump')?.jumps.join(',') === jumps.join(',');
  const { ways, role, ...rest } = said ?? {};
  return {
    place,
    name,
    device: specOf(settings),
    ...rest,
    ...(role === undefined ? {} : { role }),
    ...(isSame && ways !== undefined ? { ways } : { jumps }),
  };
}

/** A name that stands in the file stays one; everything else becomes the host that ssh would go to. */
function jumpsOf(name: string, text: string, known: Settings): string[] {
  const jumps = text.split(',').filter((jump) => jump !== '');
  const resolved = jumps.map((jump) => {
    const { user, host, port } = partsOf(jump.replace(/^ssh:\/\//i, '').replace(/\/$/, ''));
    if (user === undefined && port === undefined && known.names.has(host)) return host;
    const settings = settingsOf(host, known);
    return withoutBareWord(specOf({ ...settings, user: user ?? settings.user, port: port ?? settings.port }));
  });
  // `Host *` with a ProxyJump covers the jump host as well.
  return resolved.includes(name) ? [] : resolved;
}

function specOf({ hostName, user, port }: Pick<HostSettings, 'hostName' | 'user' | 'port'>): string {
  const host = port !== undefined && hostName.includes(':') ? `[${hostName}]` : hostName;
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}

/** A bare word would be the name of a saved jump host. */
function withoutBareWord(spec: string): string {
  return /[@:.]/.test(spec) ? spec : `${spec}:22`;
}

/** `user@host:port`, `user@[v6]:port`, `user@v6`. */
function partsOf(spec: string): { user: string | undefined; host: string; port: string | undefined } {
  const at = spec.lastIndexOf('@');
  const address = spec.slice(at + 1);
  const user = at < 0 ? undefined : spec.slice(0, at);
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(address);
  if (bracketed !== null) return { user, host: bracketed[1] ?? '', port: bracketed[2] };
  const [host = '', port, ...more] = address.split(':');
  return more.length > 0 ? { user, host: address, port: undefined } : { user, host, port };
}

function asProxyJump(jump: string): string {
  const { user, host, port } = partsOf(jump);
  return `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
}

const Remark = z.object({
  role: z.string().optional(),
  ways: z.array(z.object({ kind: z.enum(WAY_KINDS), jumps: z.array(z.string()), device: z.string().optional() })),
  tags: z.array(z.string()),
  notes: z.string(),
  isFavourite: z.boolean(),
});

function remarkOf(text: string): z.output<typeof Remark> | undefined {
  try {
    return Remark.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
