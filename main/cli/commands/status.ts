import { howLong, timeOfDay } from '../../../time/shown-times.ts';
import type { EnrollmentReport, Verdict } from '../../enrollment/readiness.ts';
import type { StatusReport } from '../../glasskey.ts';
import type { KeyWay } from '../../glasskey-key-way.ts';
import type { Target } from '../../storage/target-store.ts';
import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyWayLine } from '../key-way-lines.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { type Output, printable, type Style, style } from '../output.ts';

const VERDICTS: Readonly<Record<Verdict, readonly [text: string, color: Style]>> = {
  ready: ['Ready: a login should work now.', 'green'],
  'waiting-for-devices': ['Almost: the key is published, and the devices have yet to take it.', 'yellow'],
  unproven: ['Perhaps: the key was made elsewhere, and nothing here says whether the devices know it yet.', 'yellow'],
  'not-published': ['Not ready: the key is not on your Entra profile yet.', 'yellow'],
  unfinished: ['Not ready: an enrollment was left unfinished.', 'yellow'],
  'files-missing': ['Not ready: the key files are gone.', 'red'],
  'not-enrolled': ['Not ready: no key is enrolled on this computer.', 'yellow'],
};

/** A key that was seen on the profile is better known than one that nobody has looked for. */
function verdictText({ verdict, enrollments }: StatusReport): readonly [text: string, color: Style] {
  const isOnProfile = enrollments.some(({ foundOnProfile, lastProven }) => foundOnProfile && lastProven === undefined);
  return verdict === 'unproven' && isOnProfile
    ? [
        'Perhaps: the key is on your profile; since when, and so whether the devices know it yet, is not known.',
        'yellow',
      ]
    : VERDICTS[verdict];
}

export const status: Command = {
  usage: '[options]',
  about:
    'Says whether a login would work now, and what to do next. Looks at this computer only: no network, no security key.',
  options: {},
  examples: [
    ['glasskey status', 'read it'],
    ['glasskey status --json | jq .verdict', 'for scripts; the exit code is 0 when ready and 3 when not'],
  ],
  async run(invocation) {
    const { positionals, world, output } = invocation;
    if (positionals.length > 0) throw usageError('status', `"${positionals[0]}" is one word too many`);
    const report = await withGlasskey(invocation, (glasskey) => glasskey.status());
    output.object(report);
    const [text, color] = verdictText(report);
    const now = world.clock.now();
    output.line(style(color, text));
    for (const enrollment of report.enrollments) describe(enrollment, now, output);
    if (report.rotation !== undefined) {
      output.line();
      output.line('  A rotation is in progress, and a login offers both keys: glasskey rotate --status says more.');
    }
    if (report.keyWay !== undefined) tellKeyWay(report.keyWay, output);
    listTargets(report.targets, now, output);
    tellDrills(report, now, output);
    output.line();
    output.line(report.next);
    return report.verdict === 'ready' ? ExitCode.OK : ExitCode.NOT_READY;
  },
};

/** On Windows: which way security keys are reached, and what stands against it. */
function tellKeyWay(keyWay: KeyWay, output: Output): void {
  const { obstacle } = keyWay;
  output.line();
  output.line(`  ${keyWayLine(keyWay)}`);
  if (obstacle === undefined) return;
  output.line(style('red', `  ${obstacle.message} [${obstacle.code}]`));
  output.line(`  ${obstacle.remedy}`);
}

/** Each with the very command that logs in to it. */
function listTargets(targets: readonly Target[], now: number, output: Output): void {
  if (targets.length === 0) return;
  output.line();
  output.line('  Saved targets');
  const width = Math.max(...targets.map(({ name }) => name.length));
  for (const { name, device, ways, lastUsedAt } of targets) {
    const { jumps } = ways.find(({ kind }) => kind === 'jump') ?? ways[0];
    const way = jumps.length === 0 ? '' : ` through ${jumps.join(', then ')}`;
    const used = lastUsedAt === null ? '' : `, last used ${timeOfDay(lastUsedAt, now)}`;
    output.line(`    glasskey connect ${printable(name).padEnd(width)}  ${printable(device + way)}${used}`);
  }
}

/** When a login was last rehearsed, and what never was, where there is a key to do it with. */
function tellDrills({ lastDrill, neverProven, verdict }: StatusReport, now: number, output: Output): void {
  const [first, ...more] = neverProven;
  const tellsNever = first !== undefined && verdict === 'ready';
  if (lastDrill === undefined && !tellsNever) return;
  output.line();
  if (lastDrill !== undefined) {
    const said = { passed: 'passed', failed: 'failed', 'not-tried': 'could not be tried' }[lastDrill.verdict];
    output.line(`  Last drill ${printable(lastDrill.target)} ${said}, ${timeOfDay(lastDrill.at, now)}`);
  }
  if (!tellsNever) return;
  const names = `${printable(first)}${more.length === 0 ? '' : ` and ${more.length} more`}`;
  output.line(
    `  Never proven: ${names}. Rehearse without a shell: glasskey drill${more.length === 0 ? ` ${printable(first)}` : ' --all'}`,
  );
}

function describe(enrollment: EnrollmentReport, now: number, output: Output): void {
  const { keyFile, filesPresent, fingerprint, product, createdAt, account, publishedAt, reconciledBy } = enrollment;
  const { replacedAt, foundOnProfile, profileKnown, lastProven } = enrollment;
  output.line();
  const made = fingerprint === undefined ? 'begun' : 'enrolled';
  const since = `${enrollment.origin === 'made' ? made : 'taken in'} ${timeOfDay(createdAt, now)}`;
  const backup = enrollment.backup ? ', your backup' : '';
  output.line(`  Key        ${printable(product ?? 'not made yet')}, ${since}${backup}`);
  if (fingerprint !== undefined) output.line(`             ${fingerprint} (${enrollment.algorithm})`);
  if (fingerprint !== undefined) output.line(`  Files      ${printable(keyFile)}${filesPresent ? '' : '  (gone)'}`);
  if (publishedAt === undefined || reconciledBy === undefined) {
    output.line(`  Profile    ${profileKnown ? 'not published' : 'not known: nobody has looked'}`);
    return;
  }
  if (replacedAt !== undefined) {
    output.line(
      `  Profile    ${printable(account ?? '')}, until another key took its place, ${timeOfDay(replacedAt, now)}`,
    );
    return;
  }
  const seen = foundOnProfile ? 'seen there' : 'since';
  output.line(`  Profile    ${printable(account ?? '')}, ${seen} ${timeOfDay(publishedAt, now)}`);
  const left = reconciledBy - now;
  const when =
    left > 0
      ? `at the latest by ${timeOfDay(reconciledBy, now)} (in ${howLong(left)})`
      : `since ${timeOfDay(reconciledBy, now)} at the latest`;
  output.line(`  Devices    have it ${when}`);
  if (lastProven !== undefined) {
    output.line(`  Proven     by a login to ${printable(lastProven.device)}, ${timeOfDay(lastProven.at, now)}`);
  }
}
