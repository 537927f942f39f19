import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { openGlasskey } from '../open-glasskey.ts';
import { terminalPeople } from '../terminal-people.ts';

export const agent: Command = {
  usage: '[options]',
  about:
    'Serves the enrolled keys to every ssh, scp and git on this computer that is told of its socket. Runs until Ctrl-C, and asks\n' +
    'for the PIN in this terminal, for each signature.',
  options: {
    socket: { value: 'PATH', summary: 'Where to listen (default: agent/agent.sock in the data folder)' },
  },
  examples: [
    ['glasskey agent', 'then, in another terminal: export SSH_AUTH_SOCK=… as it prints'],
    ['SSH_AUTH_SOCK=~/.local/share/glasskey/agent/agent.sock ssh-add -l', 'what it offers'],
  ],
  async run({ options, positionals, world, output, signal }) {
    if (positionals.length > 0) throw usageError('agent', `"${positionals[0]}" is one word too many`);
    const glasskey = openGlasskey(world, output);
    try {
      const people = terminalPeople(world, output, { pinFromStdin: false, replaceProfileKey: false });
      await glasskey.serveAgent(options.value('socket'), people, signal, (socketPath) => {
        output.object({ socketPath, pid: process.pid });
        output.line(`export SSH_AUTH_SOCK=${socketPath}`);
        output.waiting('Serving until Ctrl-C.');
      });
      output.settle();
      return ExitCode.OK;
    } finally {
      await glasskey.close();
    }
  },
};
