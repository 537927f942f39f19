/**
 * How long a person waits for the command line, and the memory it takes: `glasskey --version` and `glasskey status`, built and
 * started as installed, beside `ssh-keygen -lf` and `az version`. All take turns, so that whatever else the machine does
 * hits each alike.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, sep } from 'node:path';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import type { Benchmark, FigureName, Figures, Say } from './benchmark.ts';
import { installGlasskey } from './cli/installed-glasskey.ts';
import { watchLoading } from './cli/loaded-modules.ts';
import { type CommandLine, median, peakMib, wallMs } from './cli/process-cost.ts';
import { enrollWithGlasskey } from './packets/enrolled-glasskey.ts';
import { table } from './table.ts';

/** Rounds of the wall time; the memory differs by little between runs. */
const ROUNDS = 15;
const MEMORY_ROUNDS = 3;
/** Issue 2: `status` is to take at most this part of the time of `az version`. */
const GOAL = 0.4;

export const cli: Benchmark = {
  name: 'cli',
  summary: 'wall time and peak memory of glasskey --version and status, beside ssh-keygen -lf and az version',
  async run(say) {
    const folder = await mkdtemp(join(tmpdir(), 'gk-bench-'));
    try {
      return await measure(folder, say);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Cost {
  readonly wallMs: number;
  readonly peakMib: number | undefined;
}

async function measure(folder: string, say: Say): Promise<Figures> {
  const commands = await commandLines(folder);
  if (!commands.has('ssh_keygen')) say('ssh-keygen is not installed here: left out.');
  if (!commands.has('az')) say('az is not installed here: left out, with the ratio of status to it.');

  for (const name of ['version', 'status'] as const) say(`${commandText(name)} loads ${loadedBy(commands.get(name))}`);
  const costs = costOf(commands);
  say(`\nMedian of ${ROUNDS} runs in turns, after one that is not counted; peak resident size.\n`);
  say(
    table([
      ['command', 'wall ms', 'peak MiB'],
      ...[...costs].map(([name, { wallMs, peakMib }]) => [
        commandText(name),
        wallMs.toFixed(1),
        peakMib === undefined ? '-' : peakMib.toFixed(1),
      ]),
    ]),
  );

  const toAz = ratio(costs, 'status', 'az');
  if (toAz !== undefined) {
    say(
      `\nstatus takes ${toAz.toFixed(2)} of az version; the goal is at most ${GOAL}: ${toAz <= GOAL ? 'met' : 'MISSED'}.`,
    );
  }
  return Object.fromEntries([
    ...[...costs].flatMap(([name, cost]) => [
      [`${name}.wall_ms`, cost.wallMs] as const,
      ...(cost.peakMib === undefined ? [] : [[`${name}.peak_mib`, cost.peakMib] as const]),
    ]),
    ...ratioFigure('status_to_bare_node_ratio', ratio(costs, 'status', 'bare_node')),
    ...ratioFigure('status_to_ssh_keygen_ratio', ratio(costs, 'status', 'ssh_keygen')),
    ...ratioFigure('status_to_az_ratio', toAz),
  ]);
}

type CommandName = 'version' | 'status' | 'bare_node' | 'ssh_keygen' | 'az';

function commandText(name: CommandName): string {
  const texts: Readonly<Record<CommandName, string>> = {
    version: 'glasskey --version',
    status: 'glasskey status',
    bare_node: 'node -e 0',
    ssh_keygen: 'ssh-keygen -lf',
    az: 'az version',
  };
  return texts[name];
}

async function commandLines(folder: string): Promise<ReadonlyMap<CommandName, CommandLine>> {
  const { program } = await installGlasskey(join(folder, 'installed'));
  const data = join(folder, 'glasskey');
  // `status` has something to say: a key whose files are written, and which waits to be published (exit code 3).
  const pin = '482915';
  const { bus } = new LabAuthenticator({ profile: 'yubikey-5.7', pin });
  await enrollWithGlasskey({ bus, folder: data, pin });
  const publicFile = join(data, 'home', 'id_ed25519_sk.pub');

  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(data, 'home'),
    GLASSKEY_HOME: join(data, 'data'),
    AZURE_CONFIG_DIR: join(folder, 'azure'),
  };
  const node = process.execPath;
  const sshKeygen = findProgram('ssh-keygen');
  const az = findProgram('az');
  const command = (file: string, words: readonly string[], expected = 0): CommandLine => ({
    file,
    arguments: words,
    environment,
    expected: [expected],
  });
  return new Map<CommandName, CommandLine>([
    ['version', command(node, [program, '--version'])],
    ['status', command(node, [program, 'status'], 3)],
    ['bare_node', command(node, ['-e', '0'])],
    ...(sshKeygen === undefined ? [] : [['ssh_keygen', command(sshKeygen, ['-lf', publicFile])] as const]),
    ...(az === undefined ? [] : [['az', command(az, ['version'])] as const]),
  ]);
}

/** The built files that a command reads, with their sizes. */
function loadedBy(command: CommandLine | undefined): string {
  if (command === undefined) return 'nothing';
  const { loaded } = watchLoading(command.arguments, command.environment);
  const files = loaded.filter((path) => path.includes(`${sep}dist${sep}`));
  return files.map((path) => `${basename(path)} (${(statSync(path).size / 1024).toFixed(0)} KiB)`).join(', ');
}

function costOf(commands: ReadonlyMap<CommandName, CommandLine>): ReadonlyMap<CommandName, Cost> {
  const inTurns = (rounds: number, measureOne: (command: CommandLine) => number | undefined) => {
    const values = new Map<CommandName, number[]>([...commands.keys()].map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, command] of commands) {
        const value = measureOne(command);
        if (value !== undefined) values.get(name)?.push(value);
      }
    }
    return values;
  };
  inTurns(1, wallMs); // fills the disk cache, and the compile caches of those who have one
  const walls = inTurns(ROUNDS, wallMs);
  const peaks = inTurns(MEMORY_ROUNDS, peakMib);
  return new Map(
    [...commands.keys()].map((name) => {
      const peaksOfOne = peaks.get(name) ?? [];
      return [
        name,
        { wallMs: median(walls.get(name) ?? []), peakMib: peaksOfOne.length > 0 ? median(peaksOfOne) : undefined },
      ];
    }),
  );
}

function ratio(costs: ReadonlyMap<CommandName, Cost>, one: CommandName, other: CommandName): number | undefined {
  const [a, b] = [costs.get(one), costs.get(other)];
  return a && b && a.wallMs / b.wallMs;
}

function ratioFigure(name: FigureName, value: number | undefined): readonly (readonly [FigureName, number])[] {
  return value === undefined ? [] : [[name, value]];
}

function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
