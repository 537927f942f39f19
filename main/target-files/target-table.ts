/** Targets as rows of a table. Columns go by the names in the first row, in any order and number; `name` has to be among them. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { TargetEntry, Way } from '../storage/target-store.ts';
import { readCsv, writeCsv } from './csv.ts';
import type { FoundTarget, FoundTargets } from './found-target.ts';
import { formatWay, parseWay, splitJumps } from './way-text.ts';

const WRITTEN = ['name', 'role', 'device', 'ways', 'tags', 'notes', 'favourite'] as const;

/** Columns that are read besides: a plain list of hosts has no more. */
const COLUMNS = [...WRITTEN, 'host', 'user', 'port', 'jump'] as const;
type Column = (typeof COLUMNS)[number];

/** Other names for them, without blanks, dashes and underscores. */
const ALSO: Readonly<Record<string, Column>> = {
  address: 'device',
  target: 'device',
  hostname: 'host',
  ip: 'host',
  username: 'user',
  jumphost: 'jump',
  jumphosts: 'jump',
  jumps: 'jump',
  proxyjump: 'jump',
  way: 'ways',
  tag: 'tags',
  note: 'notes',
  favorite: 'favourite',
};

/** Throws `TARGET_FILE_INVALID`. */
export function readTargetTable(bytes: Uint8Array): FoundTargets {
  const [header, ...rows] = readCsv(bytes);
  const columns = (header?.cells ?? []).map(columnOf);
  if (!columns.includes('name')) {
    throw new GlasskeyError({
      code: 'TARGET_FILE_INVALID',
      message: 'The first row of the table names no column “name”.',
      remedy: `Name the columns there: ${COLUMNS.join(', ')}. glasskey targets export --csv shows the form.`,
    });
  }
  const notes = (header?.cells ?? [])
    .filter((cell, at) => columns[at] === undefined && cell !== '')
    .map((cell) => `The column “${cell}” is not read.`);
  return {
    notes,
    targets: rows.map(({ line, cells }) => {
      const cell = (column: Column): string | undefined => {
        const at = columns.indexOf(column);
        return at < 0 ? undefined : (cells[at] ?? '').trim();
      };
      return rowTarget(`line ${line}`, cell, cells.length > columns.length);
    }),
  };
}

export function writeTargetTable(targets: readonly TargetEntry[]): string {
  const rows = targets.map(({ name, role, device, ways, tags, notes, isFavourite }) => [
    name,
    role,
    device,
    ways.map(formatWay).join(' | '),
    tags.join(' '),
    notes,
    isFavourite ? 'yes' : 'no',
  ]);
  return writeCsv([WRITTEN, ...rows]);
}

function columnOf(name: string): Column | undefined {
  const plain = name.toLowerCase().replaceAll(/[\s_-]/g, '');
  return COLUMNS.find((column) => column === plain) ?? (Object.hasOwn(ALSO, plain) ? ALSO[plain] : undefined);
}

function rowTarget(place: string, cell: (column: Column) => string | undefined, isTooLong: boolean): FoundTarget {
  const name = cell('name') ?? '';
  const refused = (fault: string): FoundTarget => ({ place, name, fault });
  if (isTooLong) return refused('It has more cells than there are columns.');
  const favourite = cell('favourite');
  const isFavourite = favourite === undefined ? undefined : yesOrNo(favourite);
  if (favourite !== undefined && isFavourite === undefined) return refused(`“${favourite}” is neither yes nor no.`);
  const ways = cell('ways');
  const read: (Way | undefined)[] = ways
    ? ways
        .split(/[|\n]/)
        .filter((one) => one.trim() !== '')
        .map(parseWay)
    : [];
  const unread = ways === undefined ? -1 : read.indexOf(undefined);
  if (unread >= 0)
    return refused(`Way ${unread + 1} cannot be read: it is KIND, jump hosts with commas between, “to” and where.`);
  const [role, device, jump, tags, notes] = [cell('role'), deviceOf(cell), cell('jump'), cell('tags'), cell('notes')];
  return {
    place,
    name,
    ...(role ? { role: role.toLowerCase().replaceAll(/[\s_]+/g, '-') } : {}),
    ...(device ? { device } : {}),
    ...(ways ? { ways: read.filter((way) => way !== undefined) } : {}),
    ...(!ways && jump !== undefined ? { jumps: splitJumps(jump.replaceAll(/[\s;]+/g, ',')) } : {}),
    ...(tags === undefined ? {} : { tags: tags.split(/[\s,;]+/).filter((tag) => tag !== '') }),
    ...(notes === undefined ? {} : { notes }),
    ...(isFavourite === undefined ? {} : { isFavourite }),
  };
}

/** The cell `device`, or what host, user and port make together. */
function deviceOf(cell: (column: Column) => string | undefined): string | undefined {
  const device = cell('device');
  const host = cell('host');
  if (device || !host) return device;
  const [user, port] = [cell('user'), cell('port')];
  const address = port && host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${user ? `${user}@` : ''}${address}${port ? `:${port}` : ''}`;
}

function yesOrNo(text: string): boolean | undefined {
  if (/^(yes|y|true|1|x)$/i.test(text)) return true;
  return /^(no|n|false|0|)$/i.test(text) ? false : undefined;
}
