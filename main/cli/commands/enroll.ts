import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withPeople } from '../open-glasskey.ts';
import { printable } from '../output.ts';

export const enroll: Command = {
  usage: '[options]',
  about:
    'Makes an SSH key on the security key that is plugged in (resident, PIN required for each use), writes its key files, and\n' +
    'publishes the public key on your Entra profile. Stopped at any point, the next run goes on where it stopped.',
  options: {
    algorithm: {
      value: 'ed25519-sk|ecdsa-sk',
      short: 'a',
      summary: 'ed25519-sk (default) or ecdsa-sk, for a security key that does not know Ed25519',
    },
    file: { value: 'PATH', short: 'f', summary: 'Private key file; the public one is PATH.pub (~/.ssh/id_ed25519_sk)' },
    overwrite: { summary: 'Replace existing key files; the old ones are kept beside' },
    'no-publish': { summary: 'Make the key only; glasskey publish does the rest later' },
    backup: {
      summary: 'A second security key, in case the first is lost: not published; files are PATH_backup',
    },
    replace: { summary: 'Replace another key on the profile without asking' },
    new: { summary: 'Begin anew, whatever an earlier run left unfinished' },
    device: { value: 'PATH', summary: 'Which security key, when several are plugged in (glasskey keys lists them)' },
    'pin-stdin': { summary: 'Read the PIN from the first line of standard input instead of the terminal' },
  },
  examples: [
    ['glasskey enroll', 'the usual way: PIN, touch, sign in, done'],
    ['glasskey enroll --no-publish --file ~/.ssh/id_lab_sk', 'a key for something else than the profile'],
    ['glasskey enroll --backup', 'the same on a second security key; glasskey publish --key switches to it'],
    ['glasskey enroll --algorithm ecdsa-sk', 'for a security key that does not know Ed25519'],
  ],
  async run(invocation) {
    const { options, positionals, output, signal } = invocation;
    if (positionals.length > 0) throw usageError('enroll', `"${positionals[0]}" is one word too many`);
    const request = {
      algorithm: algorithmOf(options.value('algorithm') ?? 'ed25519-sk'),
      keyFile: options.value('file'),
      overwrite: options.has('overwrite'),
      publish: !options.has('no-publish') && !options.has('backup'),
      backup: options.has('backup'),
      fresh: options.has('new'),
      device: options.value('device'),
    };
    const choices = {
      pinFromStdin: options.has('pin-stdin'),
      replaceProfileKey: options.has('replace'),
      asksPinAtOnce: true,
    };
    return withPeople(invocation, choices, async (glasskey, people) => {
      const report = await glasskey.enroll(request, people, signal);
      output.settle();
      output.object(report);
      output.line();
      output.line(report.randomart);
      output.line(`${report.fingerprint}  ${printable(report.keyFile)}`);
      output.line();
      output.line(report.next);
      return ExitCode.OK;
    });
  },
};

function algorithmOf(text: string): 'ed25519-sk' | 'ecdsa-sk' {
  if (text === 'ed25519-sk' || text === 'ecdsa-sk') return text;
  throw usageError('enroll', `There is no algorithm "${text}": choose ed25519-sk or ecdsa-sk`);
}
