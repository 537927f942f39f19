import { type Command, usageError } from '../command.ts';
import { openGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';
import { terminalPeople } from '../terminal-people.ts';

export const connect: Command = {
  usage: '<target> [options] [-- command]',
  about:
    'Logs in to a device through the jump host: ssh -J, with agent forwarding, one PIN for all of it and one touch per hop. The\n' +
    'target is USER@HOST[:PORT], or a name that was saved before. Needs no Azure, no Entra, no Graph.\n' +
    'The exit code is that of the remote command; 255 means that ssh itself failed.',
  options: {
    jump: {
      value: 'USER@HOST',
      short: 'J',
      summary: 'Jump host; several in order, by commas or by repeating it',
      multiple: true,
    },
    direct: { summary: 'Without a jump host, even where one is set or saved' },
    save: { value: 'NAME', summary: 'Remember this target and its jump hosts under NAME' },
    'host-keys': { value: 'ask|accept-new|yes', summary: 'What to do at a host key not seen before (ask)' },
    'no-forward': { summary: 'Do not forward the agent to the device' },
    'dry-run': { summary: 'Print what would be run, and the ssh_config made for it' },
    'pin-stdin': { summary: 'Read the PIN from the first line of standard input (only with a command)' },
  },
  examples: [
    ['glasskey connect alice@10.0.0.7 --jump ops@192.0.2.10', 'a shell on the device'],
    ['glasskey connect alice@10.0.0.7 -J ops@192.0.2.10 --save leaf1', 'the same, and remember it'],
    ['glasskey connect leaf1 -- show version', 'one command on a saved target'],
  ],
  async run({ options, positionals, rest, world, output, signal }) {
    const [target, extra] = positionals;
    if (target === undefined) throw usageError('connect', 'The target is missing: USER@HOST, or a saved name');
    if (extra !== undefined) throw usageError('connect', `"${extra}" is one word too many; a command stands behind --`);
    if (options.has('pin-stdin') && rest === undefined) {
      throw usageError(
        'connect',
        '--pin-stdin goes with a command only: an interactive session needs standard input itself',
      );
    }
    const hostKeys = options.value('host-keys') ?? 'ask';
    if (hostKeys !== 'ask' && hostKeys !== 'accept-new' && hostKeys !== 'yes') {
      throw usageError('connect', `--host-keys knows no "${hostKeys}": ask, accept-new or yes`);
    }
    const glasskey = openGlasskey(world, output);
    try {
      const people = terminalPeople(world, output, {
        pinFromStdin: options.has('pin-stdin'),
        replaceProfileKey: false,
      });
      const request = {
        target,
        jump: options.has('direct')
          ? []
          : options.values('jump').length > 0
            ? options.values('jump').flatMap((one) => one.split(','))
            : undefined,
        command: rest,
        save: options.value('save'),
        hostKeys,
        forwardAgent: !options.has('no-forward'),
      } as const;
      if (options.has('dry-run')) {
        const plan = await glasskey.planConnect(request);
        output.object(plan);
        output.line([plan.program, ...plan.arguments].map(printable).join(' '));
        output.line();
        output.line(plan.configText);
        return 0;
      }
      const { exitCode } = await glasskey.connect(request, people, signal);
      output.object({ target, exitCode });
      return exitCode;
    } finally {
      await glasskey.close();
    }
  },
};
