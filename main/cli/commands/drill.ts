import { timeOfDay } from '../../../time/shown-times.ts';
import type { DrillEvent, DrillPeople, DrillRequest } from '../../glasskey-drill.ts';
import type { DrillRecord, DrillStep, DrillStepName, DrillVerdict } from '../../storage/drill-store.ts';
import { WAY_KINDS, type WayKind } from '../../storage/target-store.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey, withPeople } from '../open-glasskey.ts';
import { type Output, printable, type Style, style } from '../output.ts';

export const drill: Command = {
  usage: '[target…] [options]',
  about:
    'Rehearses the login to each target without opening a shell: the security key and its PIN, the agents, and on the way each host, its\n' +
    'host key and the login to it. One PIN for all, and one touch per host; a jump host of several targets is logged in to once. Needs no\n' +
    'Azure, no Entra, no Graph, and accepts no host key. Without a target: the favourites, or all where there are none.\n' +
    'The exit code is 0 where every target passed, 1 where a step failed, and 3 where nothing failed, but a target could not be rehearsed.',
  options: {
    all: { summary: 'All saved targets' },
    favourites: { summary: 'The saved targets that are favourites' },
    tag: { value: 'TAG', summary: 'The saved targets with this tag' },
    way: { value: 'N|KIND', summary: 'This way of each target: its number, or jump, forwarded, console, password' },
    'every-way': { summary: 'Every way of each target; consoles and passwords are skipped' },
    list: { summary: 'Rehearse nothing: show what was rehearsed before, of the targets named or of all' },
    'pin-stdin': { summary: 'Read the PIN from the first line of standard input' },
  },
  examples: [
    ['glasskey drill leaf1', 'would the login to a saved target work?'],
    ['glasskey drill --all', 'and to all of them, with one PIN'],
    ['glasskey drill leaf1 --every-way', 'by each way that it has'],
    ['glasskey drill --list', 'what was rehearsed, and when'],
  ],
  async run(invocation) {
    const { options, rest, signal } = invocation;
    if (rest !== undefined) throw usageError('drill', 'A drill runs no command: nothing stands behind --');
    if (options.has('list')) return list(invocation);
    const request = requestOf(invocation);
    const choices = { pinFromStdin: options.has('pin-stdin'), replaceProfileKey: false, asksPinAtOnce: true };
    return withPeople(invocation, choices, async (glasskey, people) => {
      const telling: DrillPeople = { ...people, tellDrill: (event) => tell(event, invocation.output) };
      const drills = await glasskey.drill(request, telling, signal);
      invocation.output.settle();
      report(drills, invocation);
      return exitCode(drills);
    });
  },
};

function requestOf({ options, positionals }: Invocation): DrillRequest {
  const tag = options.value('tag');
  const chosen = [options.has('all'), options.has('favourites'), tag !== undefined].filter(Boolean);
  if (chosen.length > 1) throw usageError('drill', '--all, --favourites and --tag exclude each other');
  const way = options.value('way');
  if (way !== undefined && options.has('every-way'))
    throw usageError('drill', '--way and --every-way exclude each other');
  return {
    targets: positionals,
    also: options.has('all')
      ? 'all'
      : options.has('favourites')
        ? 'favourites'
        : tag === undefined
          ? undefined
          : { tag },
    way: way === undefined ? undefined : wayOf(way),
    everyWay: options.has('every-way'),
  };
}

function wayOf(text: string): number | WayKind {
  const kind = WAY_KINDS.find((one) => one === text);
  if (kind !== undefined) return kind;
  if (/^[1-9][0-9]?$/.test(text)) return Number(text);
  throw usageError('drill', `--way knows no "${text}": a number, ${WAY_KINDS.join(', ')}`);
}

/** Passed, or nothing failed and another of its ways passed. */
function exitCode(drills: readonly DrillRecord[]): number {
  if (drills.some(({ verdict }) => verdict === 'failed')) return ExitCode.FAILED;
  const passed = new Set(drills.filter(({ verdict }) => verdict === 'passed').map(({ target }) => target));
  return drills.every(({ target }) => passed.has(target)) ? ExitCode.OK : ExitCode.NOT_READY;
}

const STEP_WORDS: Readonly<Record<DrillStepName, string>> = {
  way: 'The way can be rehearsed',
  key: 'The security key is plugged in',
  pin: 'The security key takes the PIN',
  credential: 'The security key signs with the enrolled key',
  profile: 'The profile holds this key',
  agent: 'The agent answers',
  'app-agent': 'The app’s agent answers',
  reach: 'answers',
  'host-key': 'shows the known host key',
  login: 'accepts the login',
};

const DOING_WORDS: Readonly<Partial<Record<DrillStepName, string>>> = {
  key: 'Looking for the security key…',
  credential: 'Asking the security key for the enrolled key…',
};

function stepWords({ step, hop }: Pick<DrillStep, 'step' | 'hop'>): string {
  return hop === undefined ? STEP_WORDS[step] : `${printable(hop)} ${STEP_WORDS[step]}`;
}

function tell(event: DrillEvent, output: Output): void {
  switch (event.kind) {
    case 'target':
      output.note(
        `${printable(event.target)}${event.hops.length === 0 ? '' : `: ${event.hops.map(printable).join(' → ')}`}`,
      );
      break;
    case 'doing': {
      const words = event.hop === undefined ? DOING_WORDS[event.step] : `Logging in to ${printable(event.hop)}…`;
      if (words !== undefined) output.waiting(words);
      break;
    }
    case 'done':
      tellStep(event.step, output);
      break;
    default:
      event satisfies never;
  }
}

function tellStep(step: DrillStep, output: Output): void {
  const words = stepWords(step);
  if (step.state === 'passed')
    output.step(`${words} (${seconds(step.ms)})${step.message === undefined ? '' : `. ${printable(step.message)}`}`);
  else if (step.state === 'skipped') output.note(`Skipped: ${words}. ${printable(step.message ?? '')}`);
  else output.warn(`Failed: ${words} (${seconds(step.ms)}). ${printable(step.message ?? '')}`);
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const VERDICT_WORDS: Readonly<Record<DrillVerdict, readonly [text: string, color: Style]>> = {
  passed: ['passed', 'green'],
  failed: ['failed', 'red'],
  'not-tried': ['not tried', 'yellow'],
};

/** One line for each, and below it what failed, why, and what to do. */
function report(drills: readonly DrillRecord[], { output, world }: Invocation): void {
  output.object({ drills });
  const width = Math.max(...drills.map(({ target }) => printable(target).length));
  for (const one of drills) {
    const [text, color] = VERDICT_WORDS[one.verdict];
    output.line(
      `${printable(one.target).padEnd(width)}  ${style(color, text.padEnd(9))}  ${one.way.kind}  ${summary(one, world.clock.now())}`,
    );
    const failed = one.steps.filter(({ state }) => state === 'failed');
    for (const step of failed) {
      output.line(`  ${stepWords(step)}: no. ${printable(step.message ?? '')} [${step.code ?? ''}]`);
      output.line(`  ${printable(step.remedy ?? '')}`);
    }
    if (one.verdict === 'not-tried') output.line(`  ${printable(whyNotTried(one))}`);
  }
}

/** The device's own step says it, or the way's: those before are of the key and the agents. */
function whyNotTried({ steps }: DrillRecord): string {
  return steps.findLast(({ state }) => state === 'skipped')?.message ?? '';
}

function summary({ at, steps }: DrillRecord, now: number): string {
  const took = steps.reduce((sum, { ms }) => sum + ms, 0);
  return `${timeOfDay(at, now)}, ${seconds(took)}`;
}

const KIND_WIDTH = Math.max(...WAY_KINDS.map(({ length }) => length));

async function list(invocation: Invocation): Promise<number> {
  const { positionals, output, world } = invocation;
  const drills = await withGlasskey(invocation, async (glasskey) => {
    if (positionals.length === 0) return glasskey.drills();
    return (await Promise.all(positionals.map((target) => glasskey.drills(target)))).flat();
  });
  output.object({ drills });
  if (drills.length === 0) {
    output.line('Nothing was rehearsed yet: glasskey drill');
    return ExitCode.OK;
  }
  const width = Math.max(...drills.map(({ target }) => printable(target).length));
  for (const one of drills) {
    const [text, color] = VERDICT_WORDS[one.verdict];
    const [failed] = one.steps.filter(({ state }) => state === 'failed');
    const why = failed === undefined ? '' : `  ${stepWords(failed)}: no [${failed.code ?? ''}]`;
    const when = timeOfDay(one.at, world.clock.now());
    output.line(
      `${printable(one.target).padEnd(width)}  ${style(color, text.padEnd(9))}  ${one.way.kind.padEnd(KIND_WIDTH)}  ${when}${why}`,
    );
  }
  return ExitCode.OK;
}
