import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyLines, keyObject } from '../key-lines.ts';
import { DEVICE_OPTION, keyChoices, PIN_OPTION } from '../key-options.ts';
import { withKeyPeople } from '../open-glasskey.ts';

export const reset: Command = {
  usage: '[options]',
  about:
    'Deletes everything on a security key: its credentials, its PIN, its fingerprints. First it says what is lost, and the word\n' +
    '"reset" is to be typed. Then unplug the key, plug it in again, and touch it: it takes a reset within seconds of that only.\n' +
    'No other key that appears is reset. It is the only way out of a PIN that is blocked or forgotten.',
  options: {
    ...DEVICE_OPTION,
    ...PIN_OPTION,
    confirm: { value: 'WORD', summary: 'The word "reset", typed beforehand' },
  },
  examples: [
    ['glasskey reset', 'with its PIN everything is listed; Enter alone goes on without'],
    ['glasskey reset --json --confirm reset', 'from a script, with a person to replug and touch the key'],
  ],
  async run(invocation) {
    const { options, positionals, output, signal } = invocation;
    if (positionals.length > 0) throw usageError('reset', `"${positionals[0]}" is one word too many`);
    return withKeyPeople(invocation, keyChoices(options, true), async (keys, people) => {
      const key = await keys.reset(options.value('device'), people, signal);
      output.settle();
      output.object(keyObject(key));
      output.step('The key is as it left the factory');
      for (const line of keyLines(key)) output.line(line);
      return ExitCode.OK;
    });
  },
};
