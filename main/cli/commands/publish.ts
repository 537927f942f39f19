import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { openGlasskey } from '../open-glasskey.ts';
import { terminalPeople } from '../terminal-people.ts';
import { timeOfDay } from '../times.ts';

export const publish: Command = {
  usage: '[options]',
  about:
    'Puts the public key that was enrolled last on your Entra profile and reads it back. The fabric copies it to the devices\n' +
    'at its next reconciliation, up to four hours later. The profile holds one key: another one there is replaced only if you agree.',
  options: {
    replace: { summary: 'Replace another key on the profile without asking' },
  },
  examples: [['glasskey publish', 'sign in, publish, read back']],
  async run({ options, positionals, world, output, signal }) {
    if (positionals.length > 0) throw usageError('publish', `"${positionals[0]}" is one word too many`);
    const glasskey = openGlasskey(world, output);
    try {
      const people = terminalPeople(world, output, { pinFromStdin: false, replaceProfileKey: options.has('replace') });
      const report = await glasskey.publish(people, signal);
      output.settle();
      output.object(report);
      output.line(`${report.account} now has ${report.fingerprint}.`);
      output.line(
        `Devices take it at their next reconciliation, at the latest by ${timeOfDay(report.reconciledBy, world.clock.now())}.`,
      );
      return ExitCode.OK;
    } finally {
      await glasskey.close();
    }
  },
};
