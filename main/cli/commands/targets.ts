import { resolve } from 'node:path';
import { powerShellWord, shellWord } from '../../connect/shell-word.ts';
import type { Glasskey } from '../../glasskey.ts';
import type { ImportPlan, TargetFormat } from '../../glasskey-target-import.ts';
import { TARGET_ROLES, type Target, type TargetRole, type Way } from '../../storage/target-store.ts';
import { parseWay, splitJumps } from '../../target-files/way-text.ts';
import { type Command, type Invocation, type ParsedOptions, usageError } from '../command.ts';
import { replacingOnlyWith } from '../existing-file.ts';
import { ExitCode } from '../exit-codes.ts';
import { askConsent } from '../missing-consent.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';
import { listLines, targetLines, tellHostKeys, tellImport } from '../target-lines.ts';

/** What stands behind each verb, as it is named where it is missing, and how many words that may be. */
const VERBS: Readonly<Record<string, { readonly words: string; readonly least: number; readonly most: number }>> = {
  list: { words: '', least: 0, most: 1 },
  show: { words: 'NAME', least: 2, most: 2 },
  add: { words: 'NAME DEVICE', least: 3, most: 3 },
  edit: { words: 'NAME', least: 2, most: 2 },
  remove: { words: 'NAME', least: 2, most: 2 },
  favourite: { words: 'NAME', least: 2, most: 2 },
  import: { words: '[FILE]', least: 1, most: 2 },
  export: { words: '[FILE]', least: 1, most: 2 },
  'host-keys': { words: 'NAME', least: 2, most: 2 },
};

/** Each changes something of a target. */
const EDITS = ['name', 'device', 'role', 'way', 'jump', 'tag', 'notes'] as const;

export const targets: Command = {
  usage:
    '[list | show NAME | add NAME DEVICE | edit NAME | remove NAME | favourite NAME | import [FILE] | export [FILE] | host-keys NAME]',
  about:
    'The devices and jump hosts that connect knows by name, each with its ways in, tried in their order. A way is\n' +
    '"KIND [JUMP,JUMP...] [to DEVICE]"; KIND is jump (ssh -J), forwarded (on from the last jump host), console (the VM console\n' +
    'service) or password (the last resort); JUMP is USER@HOST or the name of a target with the role jump-host.',
  options: {
    search: { value: 'WORDS', summary: 'list: those in which every word occurs' },
    role: { value: 'ROLE', summary: `list: of that role; add, edit: ${TARGET_ROLES.join(', ')}` },
    tag: {
      value: 'TAG',
      multiple: true,
      summary: 'list: with all of these; add, edit: the tags it has; may be given again',
    },
    favourites: { summary: 'list: favourites alone' },
    name: { value: 'NAME', summary: 'edit: its new name' },
    device: { value: 'USER@HOST', summary: 'edit: where it is' },
    way: { value: 'WAY', multiple: true, summary: 'add, edit: a way in; may be given again, in the order to try them' },
    jump: { value: 'JUMP,JUMP', summary: 'add, edit: the jump hosts of its first way by ssh -J' },
    notes: { value: 'TEXT', summary: 'add, edit: lines of text' },
    off: { summary: 'favourite: no more' },
    force: { summary: 'remove: also a jump host that others go through' },
    format: { value: 'FORMAT', summary: 'import, export: csv, json or ssh-config; without it, by the file’s ending' },
    csv: { summary: 'export: the same as --format csv' },
    update: { summary: 'import: change targets that are saved otherwise' },
    overwrite: { summary: 'export: replace the file' },
    forget: { summary: 'host-keys: take them out of Glasskey’s own file' },
    yes: { short: 'y', summary: 'Agree beforehand' },
  },
  examples: [
    ['glasskey targets list --role tor --search "rack4 east"', 'those that fit, favourites first'],
    ['glasskey targets add jump-east ops@192.0.2.10 --role jump-host', 'a jump host that others may name'],
    ['glasskey targets add leaf1 alice@10.0.0.7 --way "jump jump-east" --way "jump ops@192.0.2.20"', 'two ways in'],
    ['glasskey targets import', 'from your ~/.ssh/config, after a question'],
    ['glasskey targets export --csv targets.csv', 'a table for a spreadsheet, and a template'],
    ['glasskey targets host-keys leaf1 --forget', 'when its host key was changed'],
  ],
  async run(invocation) {
    const { positionals } = invocation;
    const [verb = 'list', first = '', second = ''] = positionals;
    const words = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (words === undefined) throw usageError('targets', `"${verb}" is none of ${Object.keys(VERBS).join(', ')}`);
    if (positionals.length < words.least)
      throw usageError('targets', `It is used as: glasskey targets ${verb} ${words.words}`);
    if (positionals.length > Math.max(words.most, 1)) {
      throw usageError('targets', `"${positionals[Math.max(words.most, 1)]}" is one word too many`);
    }
    return withGlasskey(invocation, (glasskey) => {
      if (verb === 'list') return list(glasskey, invocation);
      if (verb === 'show') return show(glasskey, first, invocation);
      if (verb === 'add') return add(glasskey, first, second, invocation);
      if (verb === 'edit') return edit(glasskey, first, invocation);
      if (verb === 'remove') return remove(glasskey, first, invocation);
      if (verb === 'favourite') return favourite(glasskey, first, invocation);
      if (verb === 'import') return importFile(glasskey, positionals[1], invocation);
      if (verb === 'export') return exportFile(glasskey, positionals[1], invocation);
      return hostKeys(glasskey, first, invocation);
    });
  },
};

async function list(glasskey: Glasskey, { options, output, world }: Invocation): Promise<number> {
  const [all, role, tags] = [await glasskey.targets(), roleOf(options), options.values('tag')];
  const words = (options.value('search') ?? '').toLowerCase().split(/\s+/);
  const found = all.filter((target) => {
    const own = target.tags.map((tag) => tag.toLowerCase());
    if (role !== undefined && target.role !== role) return false;
    if (options.has('favourites') && !target.isFavourite) return false;
    return (
      tags.every((tag) => own.includes(tag.toLowerCase())) && words.every((word) => searched(target).includes(word))
    );
  });
  output.object({ targets: found });
  for (const line of listLines(found, world.clock.now())) output.line(line);
  if (found.length === 0) output.line(all.length === 0 ? 'No target is saved yet.' : 'No saved target fits.');
  return ExitCode.OK;
}

function searched({ name, role, device, ways, tags, notes }: Target): string {
  const hosts = ways.flatMap((way) => [...way.jumps, way.device ?? '']);
  return [name, role, device, ...hosts, ...tags, notes].join('\n').toLowerCase();
}

async function show(glasskey: Glasskey, name: string, { output, world }: Invocation): Promise<number> {
  const target = await glasskey.target(name);
  output.object(target);
  for (const line of targetLines(target, world.clock.now())) output.line(line);
  return ExitCode.OK;
}

async function add(glasskey: Glasskey, name: string, device: string, invocation: Invocation): Promise<number> {
  const { options } = invocation;
  const jump = options.value('jump');
  const saved = await glasskey.saveTarget({
    name,
    role: roleOf(options) ?? 'other',
    device,
    ways: waysOf(options) ?? [{ kind: 'jump', jumps: splitJumps(jump ?? '') }],
    tags: options.values('tag'),
    notes: options.value('notes') ?? '',
    replaces: undefined,
  });
  return told(saved, 'Added', invocation);
}

async function edit(glasskey: Glasskey, name: string, invocation: Invocation): Promise<number> {
  const { options } = invocation;
  if (!EDITS.some((option) => options.value(option) !== undefined || options.values(option).length > 0)) {
    const all = EDITS.map((option) => `--${option}`);
    throw usageError(
      'targets',
      `edit changes nothing by itself: say what with ${all.slice(0, -1).join(', ')} or ${all.at(-1)}`,
    );
  }
  const { lastUsedAt: _, ...before } = await glasskey.target(name);
  const jump = options.value('jump');
  const saved = await glasskey.saveTarget({
    ...before,
    name: options.value('name') ?? name,
    role: roleOf(options) ?? before.role,
    device: options.value('device') ?? before.device,
    ways: waysOf(options) ?? (jump === undefined ? before.ways : withJumps(before.ways, splitJumps(jump))),
    tags: options.values('tag').length > 0 ? options.values('tag') : before.tags,
    notes: options.value('notes') ?? before.notes,
    replaces: name,
  });
  return told(saved, 'Changed', invocation);
}

function told(target: Target, what: string, { output, world }: Invocation): number {
  output.object(target);
  output.line(`${what}:`);
  for (const line of targetLines(target, world.clock.now())) output.line(line);
  return ExitCode.OK;
}

async function remove(glasskey: Glasskey, name: string, { options, output }: Invocation): Promise<number> {
  await glasskey.target(name);
  await glasskey.removeTarget(name, options.has('force'));
  output.object({ removed: name });
  output.line(`Removed: ${printable(name)}`);
  return ExitCode.OK;
}

async function favourite(glasskey: Glasskey, name: string, { options, output }: Invocation): Promise<number> {
  await glasskey.target(name);
  const isFavourite = !options.has('off');
  await glasskey.setFavourite(name, isFavourite);
  output.object({ name, isFavourite });
  output.line(`${printable(name)} is ${isFavourite ? 'a favourite' : 'no favourite any more'}.`);
  return ExitCode.OK;
}

async function importFile(glasskey: Glasskey, file: string | undefined, invocation: Invocation): Promise<number> {
  const { options, output } = invocation;
  const source = { file: file === undefined ? undefined : resolve(file), format: formatOf(options) };
  const plan = await glasskey.planImport(source, options.has('update'));
  tellImport(plan, output);
  const { changes, lines } = plan;
  const isDone = changes.length > 0 && (await mayImport(plan, invocation));
  if (isDone) await glasskey.applyImport(plan);
  output.object({ lines, notes: plan.notes, done: isDone });
  output.line(summary(plan, isDone));
  // Whoever runs it unattended hears that not all of the file came over.
  return lines.some(({ verdict }) => verdict === 'refused') ? ExitCode.FAILED : ExitCode.OK;
}

async function mayImport({ changes }: ImportPlan, invocation: Invocation): Promise<boolean> {
  const { options, output } = invocation;
  if (options.has('yes')) return true;
  const missing = {
    message: 'Nothing was taken in: nobody agreed to it.',
    remedy: `Where you mean it: ${importCommand(invocation)}${output.json ? ' (without --json and --yes it shows first what that takes in)' : ''}`,
  };
  return askConsent(output, missing, () => yesNo(`Do this (${targetCount(changes.length)})?`, invocation));
}

/** The whole command with the consent, to be copied. */
function importCommand({ positionals, options }: Invocation): string {
  const format = options.value('format');
  const words = [
    ...positionals,
    ...(format === undefined ? [] : ['--format', format]),
    ...(options.has('update') ? ['--update'] : []),
    '--yes',
  ];
  const quoted = words.map(process.platform === 'win32' ? powerShellWord : shellWord);
  return ['glasskey targets', ...quoted].join(' ');
}

function summary({ lines }: ImportPlan, isDone: boolean): string {
  const count = (verdict: string) => lines.filter((line) => line.verdict === verdict).length;
  const [added, changed] = [count('add'), count('change')];
  if (!isDone) return added + changed === 0 ? 'There is nothing to take in.' : 'Nothing was changed.';
  const left = count('clash') + count('refused');
  return `${added} added, ${changed} changed, ${count('same')} the same, ${left} left out.`;
}

async function exportFile(
  glasskey: Glasskey,
  file: string | undefined,
  { options, output }: Invocation,
): Promise<number> {
  const chosen = options.has('csv') ? 'csv' : formatOf(options);
  const format = chosen ?? (output.json ? 'json' : await formatOfFile(file));
  const text = await glasskey.exportTargets(format);
  if (file === undefined) {
    if (output.json && format !== 'json') output.object({ format, text });
    else output.text(text);
    return ExitCode.OK;
  }
  const { writeWholeFile } = await import('../../storage/whole-file.ts');
  const path = resolve(file);
  const bytes = new TextEncoder().encode(text);
  await replacingOnlyWith('--overwrite', () =>
    writeWholeFile(path, bytes, { mode: 0o600, overwrite: options.has('overwrite') }),
  );
  const count = (await glasskey.targets()).length;
  output.object({ file: path, format, count });
  output.line(`Written: ${targetCount(count)} to ${printable(path)}`);
  return ExitCode.OK;
}

async function hostKeys(glasskey: Glasskey, name: string, invocation: Invocation): Promise<number> {
  const { options, output } = invocation;
  const hosts = await glasskey.hostKeys(name);
  tellHostKeys(hosts, output);
  if (!options.has('forget')) {
    output.object({ name, hosts });
    return ExitCode.OK;
  }
  const own = hosts.flatMap(({ keys }) =>
    keys.filter(({ origin, marker }) => origin === 'own' && marker === undefined),
  );
  const missing = {
    message: 'Nothing was forgotten: nobody agreed to it.',
    remedy: `Once whoever runs the host has confirmed that its key was changed: glasskey targets host-keys ${printable(name)} --forget --yes`,
  };
  const question = 'Only if whoever runs the host says that its key was changed: forget what Glasskey accepted?';
  const mayForget =
    own.length > 0 && (options.has('yes') || (await askConsent(output, missing, () => yesNo(question, invocation))));
  const { lines, backup } = mayForget ? await glasskey.forgetHostKeys(name) : { lines: 0, backup: undefined };
  output.object({ name, hosts, forgotten: lines, backup: backup ?? null });
  if (own.length === 0) output.line('Glasskey’s own file says nothing of it by name.');
  else if (backup === undefined) output.line('Nothing was forgotten.');
  else
    output.line(`Forgotten: ${lines === 1 ? 'one line' : `${lines} lines`}. The file as it was: ${printable(backup)}`);
  return ExitCode.OK;
}

async function yesNo(question: string, { world, signal }: Invocation): Promise<boolean> {
  const { TerminalPrompts } = await import('../terminal-prompts.ts');
  const prompts = new TerminalPrompts(world.clock);
  try {
    return await prompts.yesNo(question, signal);
  } finally {
    await prompts.end(signal);
  }
}

function roleOf(options: ParsedOptions): TargetRole | undefined {
  const given = options.value('role');
  const role = TARGET_ROLES.find((one) => one === given);
  if (given !== undefined && role === undefined) {
    throw usageError('targets', `"${given}" is no role: take one of ${TARGET_ROLES.join(', ')}`);
  }
  return role;
}

function waysOf(options: ParsedOptions): readonly Way[] | undefined {
  const texts = options.values('way');
  if (texts.length === 0) return undefined;
  if (options.value('jump') !== undefined) throw usageError('targets', '--jump says nothing beside --way');
  return texts.map((text) => {
    const way = parseWay(text);
    if (way === undefined) throw usageError('targets', `"${text}" is no way: write "KIND [JUMP,JUMP...] [to DEVICE]"`);
    return way;
  });
}

function withJumps(ways: readonly Way[], jumps: readonly string[]): readonly Way[] {
  const at = ways.findIndex(({ kind }) => kind === 'jump');
  if (at < 0) return [{ kind: 'jump', jumps }, ...ways];
  return ways.map((way, place) => (place === at ? { ...way, jumps } : way));
}

function formatOf(options: ParsedOptions): TargetFormat | undefined {
  const given = options.value('format');
  const format = (['csv', 'json', 'ssh-config'] as const).find((one) => one === given);
  if (given !== undefined && format === undefined) {
    throw usageError('targets', `"${given}" is no format: take csv, json or ssh-config`);
  }
  return format;
}

async function formatOfFile(file: string | undefined): Promise<TargetFormat> {
  if (file === undefined) return 'csv';
  const { formatOf } = await import('../../glasskey-target-import.ts');
  return formatOf(file);
}

function targetCount(count: number): string {
  return count === 1 ? 'one target' : `${count} targets`;
}
