import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withPeople } from '../open-glasskey.ts';

export const agent: Command = {
  usage: '[options]',
  about:
    'Serves the enrolled keys to every ssh, scp and git on this computer that is told of its socket. Runs until Ctrl-C, and asks\n' +
    'for the PIN in this terminal, for each signature.',
  options: {
    socket: { value: 'PATH', summary: 'Where to listen (default: agent/agent.sock in the data folder)' },
  },
  examples: [
    ['glasskey agent', 'then run the line it prints, export SSH_AUTH_SOCK=…, in another terminal'],
    ['ssh-add -l', 'in that other terminal: what it offers'],
    ['ssh -J ops@192.0.2.10 alice@10.0.0.7', 'there too: plain ssh logs in with the security key'],
  ],
  async run(invocation) {
    const { options, positionals, output, signal } = invocation;
    if (positionals.length > 0) throw usageError('agent', `"${positionals[0]}" is one word too many`);
    const choices = { pinFromStdin: false, replaceProfileKey: false, asksPinAtOnce: false };
    return withPeople(invocation, choices, async (glasskey, people) => {
      await glasskey.serveAgent(options.value('socket'), people, signal, (socketPath) => {
        output.object({ socketPath, pid: process.pid });
        output.line(`export SSH_AUTH_SOCK=${shellWord(socketPath)}`);
        output.note('Serving until Ctrl-C. It asks here for the PIN, and says what for.');
      });
      return ExitCode.OK;
    });
  },
};

function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
