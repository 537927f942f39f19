import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyLines, keyObject } from '../key-lines.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';
import { timeOfDay } from '../times.ts';

export const keys: Command = {
  usage: '[options]',
  about:
    'Lists the keys that were enrolled on this computer, and the security keys that are plugged in now. Asks for no PIN and no touch.',
  options: {
    public: { summary: 'Print the public lines only, as for authorized_keys' },
  },
  examples: [
    ['glasskey keys', 'what is enrolled, what is plugged in'],
    ['glasskey keys --public', 'the lines for an authorized_keys file'],
  ],
  async run(invocation) {
    const { options, positionals, world, output, signal } = invocation;
    if (positionals.length > 0) throw usageError('keys', `"${positionals[0]}" is one word too many`);
    return withGlasskey(invocation, async (glasskey) => {
      if (options.has('public')) {
        const publicLines = await glasskey.publicLines();
        output.object({ publicLines });
        for (const line of publicLines) output.line(line);
        return ExitCode.OK;
      }
      const { enrolled, pluggedIn } = await glasskey.keys(signal);
      output.object({ enrolled, pluggedIn: pluggedIn.map(keyObject) });
      output.line(enrolled.length === 0 ? 'No key is enrolled on this computer.' : 'Enrolled on this computer:');
      for (const key of enrolled) {
        output.line(
          `  ${key.fingerprint ?? '(unfinished)'}  ${key.algorithm}, ${printable(key.product ?? 'security key')}`,
        );
        output.line(`      ${printable(key.keyFile)}, enrolled ${timeOfDay(key.createdAt, world.clock.now())}`);
      }
      output.line();
      output.line(pluggedIn.length === 0 ? 'No security key is plugged in.' : 'Plugged in:');
      for (const line of pluggedIn.flatMap(keyLines)) output.line(`  ${line}`);
      return ExitCode.OK;
    });
  },
};
