/** docs/command-line.md says what the commands say of themselves: options, usage, exit codes, settings, environment. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMON_OPTIONS, type Command, type OptionSpecs } from '../../../main/cli/command.ts';
import { ExitCode } from '../../../main/cli/exit-codes.ts';
import { entraSettingsSchema } from '../../../main/entra/cloud.ts';
import { type Database, openDatabase } from '../../../main/storage/database.ts';
import { openSettings, SETTING_KEYS } from '../../../main/storage/settings.ts';
import { cells, codeOf, codeRows, ROOT, readPage, section } from './pages.ts';
import { environmentVariablesIn, productSources } from './product-sources.ts';

const page = readPage('docs/command-line.md');
const NAMES = readdirSync(join(ROOT, 'main/cli/commands')).map((file) => file.replace(/\.ts$/, ''));

async function load(name: string): Promise<Command> {
  const module: Readonly<Record<string, Command>> = await import(`../../../main/cli/commands/${name}.ts`);
  // `ssh-config` is `sshConfig` there.
  const command = module[name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
  if (command === undefined) throw new Error(`main/cli/commands/${name}.ts exports no command "${name}"`);
  return command;
}

/** The cells that the page must have for a table of options, in its order. */
function optionRows(options: OptionSpecs): string[][] {
  return Object.entries(options).map(([name, { value, short, summary }]) => {
    const words = `${short ? `\`-${short}\`, ` : ''}\`--${name}${value ? ` ${value}` : ''}\``;
    return [words, summary].map((cell) => cell.replaceAll('|', '\\|'));
  });
}

describe('docs/command-line.md, the commands', () => {
  it('has a section for each command and for none else', () => {
    const headings = [...page.matchAll(/^## glasskey (\S+)$/gm)].map((match) => match[1] ?? '');
    expect(headings.toSorted()).toEqual(NAMES.toSorted());
  });

  it.each(NAMES)('gives the usage and exactly the options of glasskey %s', async (name) => {
    const command = await load(name);
    const text = section(page, `glasskey ${name}`);
    expect(text).toContain(`\`glasskey ${name} ${command.usage}\``);
    const rows = codeRows(text).filter((row) => row.startsWith('| `-'));
    expect(rows.map(cells)).toEqual(optionRows(command.options));
  });

  it('gives the options that every command has', () => {
    expect(codeRows(section(page, 'Options of every command')).map(cells)).toEqual(optionRows(COMMON_OPTIONS));
  });

  it('sees an option that was changed', () => {
    expect(optionRows({ jump: { value: 'A|B', short: 'J', summary: 'Through' } })).toEqual([
      ['`-J`, `--jump A\\|B`', 'Through'],
    ]);
  });

  it('gives an example of the JSON of each command, all of it JSON', () => {
    for (const name of NAMES) expect(section(page, `glasskey ${name}`), name).toContain('```json');
    const examples = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
    for (const example of examples) expect(() => JSON.parse(example), example).not.toThrow();
  });

  it('is matched by the commands table of README.md', () => {
    const table = codeRows(section(readPage('README.md'), 'Commands')).map((row) => codeOf(cells(row)[0]));
    expect(table.toSorted()).toEqual(NAMES.map((name) => `glasskey ${name}`).toSorted());
  });
});

describe('docs/command-line.md, the rest of the interface', () => {
  let folder: string;
  let database: Database;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gk-docs-'));
    database = openDatabase(join(folder, 'glasskey.db'));
  });
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists the exit codes', () => {
    const listed = codeRows(section(page, 'Exit codes')).map((row) => Number(codeOf(cells(row)[0])));
    expect(listed).toEqual(Object.values(ExitCode));
  });

  it('lists the settings with their defaults', () => {
    const settings = openSettings(database, join(folder, 'settings.json'));
    const expected = SETTING_KEYS.map((key) => [key, shown(settings.get(key).value)]);
    expect(namesAndDefaults('Settings')).toEqual(expected);
  });

  it('lists the members of the setting entra with their defaults', () => {
    const defaults: Readonly<Record<string, unknown>> = entraSettingsSchema.parse({});
    const expected = Object.keys(entraSettingsSchema.shape).map((key) => [`entra.${key}`, shown(defaults[key])]);
    expect(namesAndDefaults('Sign-in settings')).toEqual(expected);
  });

  it('lists the environment variables that the product reads', () => {
    const read = new Set(productSources().flatMap(({ code }) => environmentVariablesIn(code)));
    read.delete('Path'); // Windows's spelling of PATH
    // Those of the app alone stand on its own page.
    const pages = [page, readPage('docs/desktop.md')];
    const listed = pages.flatMap((one) => codeRows(section(one, 'Environment'))).map((row) => codeOf(cells(row)[0]));
    expect([...read].filter((name) => !listed.includes(name))).toEqual([]);
    expect([...read]).toEqual(expect.arrayContaining(['GLASSKEY_HOME', 'NO_COLOR']));
  });

  /** Name and default of each row, the default without its backticks. */
  function namesAndDefaults(heading: string): string[][] {
    return codeRows(section(page, heading)).map((row) => cells(row).slice(0, 2).map(codeOf));
  }

  /** A default as the page writes it: JSON, the home folder as `~`, nothing for one that has none. */
  function shown(value: unknown): string {
    return value === undefined ? '' : JSON.stringify(value).replace(`"${homedir()}/`, '"~/');
  }
});
