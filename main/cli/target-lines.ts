/** Saved targets, what an import would do, and host keys, as lines of a terminal. */

import { timeOfDay } from '../../time/shown-times.ts';
import type { HostKeysOfHost, KnownHostKey } from '../glasskey-host-keys.ts';
import type { ImportLine, ImportPlan, ImportVerdict } from '../glasskey-target-import.ts';
import type { Target, TargetRole, Way, WayKind } from '../storage/target-store.ts';
import { type Output, printable } from './output.ts';

export const ROLE_WORDS: Readonly<Record<TargetRole, string>> = {
  'jump-host': 'jump host',
  ce: 'CE router',
  tor: 'top-of-rack switch',
  'management-switch': 'management switch',
  'packet-broker': 'network packet broker',
  'terminal-server': 'terminal server',
  'bare-metal': 'bare metal machine',
  vm: 'virtual machine',
  'aks-node': 'AKS node',
  other: 'other',
};

const KIND_WORDS: Readonly<Record<WayKind, string>> = {
  jump: 'directly',
  forwarded: 'from a jump host, with the agent forwarded',
  console: 'by the console service; this ends a console session that somebody else has',
  password: 'with a shared account’s password: the last resort, never tried by itself',
};

const KIND_NAMES: Readonly<Record<Exclude<WayKind, 'jump'>, string>> = {
  forwarded: 'forwarded',
  console: 'console',
  password: 'by password (last resort)',
};

/** Favourites first; the rest as they come, last used first. */
export function listLines(targets: readonly Target[], now: number): string[] {
  const rows = targets
    .toSorted((a, b) => Number(b.isFavourite) - Number(a.isFavourite))
    .map(({ name, role, device, ways, tags, isFavourite, lastUsedAt }) => [
      isFavourite ? '★' : ' ',
      printable(name),
      role,
      printable(`${device}${waysOf(ways)}`),
      tags.map((tag) => `#${printable(tag)}`).join(' '),
      lastUsedAt === null ? '' : `used ${timeOfDay(lastUsedAt, now)}`,
    ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function targetLines(target: Target, now: number): string[] {
  const { name, role, device, ways, tags, notes, isFavourite, lastUsedAt } = target;
  return [
    `${printable(name)}${isFavourite ? '  ★ favourite' : ''}`,
    `  Role      ${ROLE_WORDS[role]}`,
    `  Device    ${printable(device)}`,
    ...ways.map((way, at) => `  ${at === 0 ? 'Ways in ' : '        '}  ${at + 1}. ${wayLine(way)}`),
    ...(tags.length === 0 ? [] : [`  Tags      ${tags.map(printable).join(' ')}`]),
    ...notes
      .split('\n')
      .flatMap((line, at) => (notes === '' ? [] : [`  ${at === 0 ? 'Notes   ' : '        '}  ${printable(line)}`])),
    `  Used      ${lastUsedAt === null ? 'not yet' : timeOfDay(lastUsedAt, now)}`,
  ];
}

function wayLine({ kind, jumps, device }: Way): string {
  const through = jumps.length === 0 ? '' : `through ${printable(jumps.join(', then '))}`;
  const how =
    kind === 'jump' && through !== '' ? through : [KIND_WORDS[kind], through].filter((word) => word !== '').join('; ');
  return `${kind}: ${how}${device === undefined ? '' : `, to ${printable(device)}`}`;
}

/** The first, and how many there are. */
function waysOf([first, ...more]: Target['ways']): string {
  const kind = first.kind === 'jump' ? '' : `, ${KIND_NAMES[first.kind]}`;
  return `${throughOf(first)}${kind}${more.length === 0 ? '' : `, ${more.length + 1} ways`}`;
}

function throughOf({ jumps }: Way): string {
  return jumps.length === 0 ? '' : ` through ${jumps.join(', then ')}`;
}

const VERDICT_WORDS: Readonly<Record<ImportVerdict, string>> = {
  add: 'add',
  change: 'change',
  same: 'same',
  clash: 'left',
  refused: 'refused',
};

export function tellImport({ lines, notes }: ImportPlan, output: Output): void {
  const width = Math.max(0, ...lines.map(({ name }) => [...name].length));
  for (const line of lines) {
    const words = `${VERDICT_WORDS[line.verdict].padEnd(8)}${printable(line.name).padEnd(width)}`;
    output.line(`  ${words}  ${printable(whyOf(line))}`.trimEnd());
  }
  for (const note of notes) output.note(printable(note));
}

function whyOf({ verdict, device, fields, reason, place }: ImportLine): string {
  if (verdict === 'refused') return `${place}: ${reason}`;
  if (verdict === 'change') return `${device}: ${fieldWords(fields)}`;
  return verdict === 'clash' ? `saved otherwise (${fieldWords(fields)}): --update changes it` : (device ?? '');
}

function fieldWords(fields: readonly string[] = []): string {
  return fields.map((field) => (field === 'isFavourite' ? 'favourite' : field)).join(', ');
}

const ORIGIN_WORDS: Readonly<Record<KnownHostKey['origin'], string>> = {
  pinned: 'pinned in',
  own: 'accepted here, in',
  user: 'in your',
  system: 'in this computer’s',
};

export function tellHostKeys(hosts: readonly HostKeysOfHost[], output: Output): void {
  for (const { address, isPinned, keys } of hosts) {
    output.line(`${printable(address)}${isPinned ? '  (pinned: only these keys count)' : ''}`);
    if (keys.length === 0) output.line('  No key is known: the first login shows its fingerprint, to be compared.');
    for (const { type, fingerprint, origin, file, line, marker } of keys) {
      const counts = isPinned && origin !== 'pinned' ? '  [does not count]' : '';
      output.line(`  ${printable(type)} ${fingerprint}${marker === undefined ? '' : `  @${marker}`}${counts}`);
      output.line(`      ${ORIGIN_WORDS[origin]} ${printable(file)}, line ${line}`);
    }
  }
}
