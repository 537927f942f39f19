import { timeOfDay } from '../../../time/shown-times.ts';
import type { GlasskeyPeople } from '../../glasskey.ts';
import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withPeople } from '../open-glasskey.ts';
import { printable } from '../output.ts';

export const publish: Command = {
  usage: '[options]',
  about:
    'Puts the public key that was enrolled last on your Entra profile and reads it back. The fabric copies it to the devices\n' +
    'at its next reconciliation, up to four hours later. The profile holds one key: another one there is replaced only if you agree.',
  options: {
    key: { value: 'KEY', short: 'k', summary: 'Publish this enrolled key: its fingerprint, its id or its key file' },
    replace: { summary: 'Replace another key on the profile without asking' },
  },
  examples: [
    ['glasskey publish', 'sign in, publish, read back; done already: only looked at'],
    [
      'glasskey publish --key ~/.ssh/id_ed25519_sk_backup',
      'the first security key is lost: the backup takes its place',
    ],
    ['glasskey publish --replace', 'the same, where the profile holds another key that is no longer needed'],
  ],
  async run(invocation) {
    const { options, positionals, world, output, signal } = invocation;
    if (positionals.length > 0) throw usageError('publish', `"${positionals[0]}" is one word too many`);
    const choices = { pinFromStdin: false, replaceProfileKey: options.has('replace'), asksPinAtOnce: false };
    return withPeople(invocation, choices, async (glasskey, people) => {
      // The result says it, and says more.
      const tell: GlasskeyPeople['tell'] = (event) => event.kind !== 'published' && people.tell(event);
      const report = await glasskey.publish({ ...people, tell }, signal, options.value('key'));
      output.settle();
      output.object(report);
      const { account, fingerprint, publishedAt, reconciledBy, alreadyThere } = report;
      const now = world.clock.now();
      const since = alreadyThere
        ? `has had this key since ${timeOfDay(publishedAt, now)}: nothing was changed`
        : 'now has this key; it was read back the same';
      output.line(fingerprint);
      output.line(`The profile of ${printable(account)} ${since}.`);
      if (reconciledBy > now) {
        output.line(`Devices take it at their next reconciliation, at the latest by ${timeOfDay(reconciledBy, now)}.`);
      }
      return ExitCode.OK;
    });
  },
};
