import type { EnrollmentReport, Verdict } from '../../enrollment/readiness.ts';
import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { openGlasskey } from '../open-glasskey.ts';
import { type Output, printable, type Style, style } from '../output.ts';
import { howLong, timeOfDay } from '../times.ts';

const VERDICTS: Readonly<Record<Verdict, readonly [text: string, color: Style]>> = {
  ready: ['Ready: a login should work now.', 'green'],
  'waiting-for-devices': ['Almost: the key is published, and the devices have yet to take it.', 'yellow'],
  'not-published': ['Not ready: the key is not on your Entra profile yet.', 'yellow'],
  unfinished: ['Not ready: an enrollment was left unfinished.', 'yellow'],
  'files-missing': ['Not ready: the key files are gone.', 'red'],
  'not-enrolled': ['Not ready: no key is enrolled on this computer.', 'yellow'],
};

export const status: Command = {
  usage: '[options]',
  about:
    'Says whether a login would work now, and what to do next. Looks at this computer only: no network, no security key.',
  options: {},
  examples: [
    ['glasskey status', 'read it'],
    ['glasskey status --json | jq .verdict', 'for scripts; the exit code is 0 when ready and 3 when not'],
  ],
  async run({ positionals, world, output }) {
    if (positionals.length > 0) throw usageError('status', `"${positionals[0]}" is one word too many`);
    const glasskey = openGlasskey(world, output);
    try {
      const report = await glasskey.status();
      output.object(report);
      const [text, color] = VERDICTS[report.verdict];
      output.line(style(color, text));
      for (const enrollment of report.enrollments) describe(enrollment, world.clock.now(), output);
      output.line();
      output.line(report.next);
      return report.verdict === 'ready' ? ExitCode.OK : ExitCode.NOT_READY;
    } finally {
      await glasskey.close();
    }
  },
};

function describe(enrollment: EnrollmentReport, now: number, output: Output): void {
  const { keyFile, filesPresent, fingerprint, product, createdAt, account, publishedAt, reconciledBy } = enrollment;
  output.line();
  output.line(`  Key        ${printable(product ?? 'not made yet')}, enrolled ${timeOfDay(createdAt, now)}`);
  if (fingerprint !== undefined) output.line(`             ${fingerprint} (${enrollment.algorithm})`);
  if (fingerprint !== undefined) output.line(`  Files      ${printable(keyFile)}${filesPresent ? '' : '  (gone)'}`);
  if (publishedAt === undefined || reconciledBy === undefined) {
    output.line('  Profile    not published');
    return;
  }
  output.line(`  Profile    ${printable(account ?? '')}, since ${timeOfDay(publishedAt, now)}`);
  const left = reconciledBy - now;
  const when =
    left > 0
      ? `at the latest by ${timeOfDay(reconciledBy, now)} (in ${howLong(left)})`
      : `since ${timeOfDay(reconciledBy, now)} at the latest`;
  output.line(`  Devices    have it ${when}`);
}
