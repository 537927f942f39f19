import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyLines, keyObject, pinRuleLine } from '../key-lines.ts';
import { DEVICE_OPTION, keyChoices } from '../key-options.ts';
import { withKeyPeople } from '../open-glasskey.ts';

export const pin: Command = {
  usage: '[status | set | change] [options]',
  about:
    'Says how the PIN of a plugged-in security key stands and what its rules are; set gives it its first PIN, change another one.\n' +
    'A PIN is sent to the key once. It is not asked for where the key would not take it.',
  options: {
    ...DEVICE_OPTION,
    'pin-stdin': {
      summary:
        'Read it from standard input: for set the new PIN, for change the present one and the new one, a line each',
    },
  },
  examples: [
    ['glasskey pin', 'how many tries are left, and whether it must be changed'],
    ['glasskey pin set', 'the first PIN of a new key'],
    ['glasskey pin change', 'another one'],
  ],
  async run(invocation) {
    const { options, positionals, output, signal } = invocation;
    const [verb = 'status', ...more] = positionals;
    if (more.length > 0) throw usageError('pin', `"${more[0]}" is one word too many`);
    if (verb !== 'status' && verb !== 'set' && verb !== 'change') {
      throw usageError('pin', `"${verb}" is neither status nor set nor change`);
    }
    return withKeyPeople(invocation, keyChoices(options, verb !== 'status'), async (keys, people) => {
      const device = options.value('device');
      const work = { status: keys.look, set: keys.setPin, change: keys.changePin }[verb];
      const key = await work(device, people, signal);
      output.settle();
      output.object(keyObject(key));
      for (const line of keyLines(key)) output.line(line);
      if (key.pin !== undefined && key.pin.state !== 'unsupported') output.line(pinRuleLine(key.pin));
      return ExitCode.OK;
    });
  },
};
