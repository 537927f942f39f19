import { Writable } from 'node:stream';
import type { ConnectTo, Glasskey, GlasskeyPeople } from '../../glasskey.ts';
import { WAY_KINDS } from '../../storage/target-store.ts';
import { type Command, type Invocation, type ParsedOptions, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey, withPeople } from '../open-glasskey.ts';
import { printable, printableLines } from '../output.ts';

export const connect: Command = {
  usage: '<target> [options] [-- command]',
  about:
    'Logs in to a device through the jump host, as ssh -J does, with agent forwarding, one PIN for all of it and one touch per hop. The\n' +
    'target is USER@HOST[:PORT], or a name that was saved before. Needs no Azure, no Entra, no Graph.\n' +
    'The exit code is that of the remote command, or 1 where ssh itself failed: then Glasskey says why.',
  options: {
    jump: {
      value: 'USER@HOST',
      short: 'J',
      summary: 'Jump host; several in order, by commas or by repeating it',
      multiple: true,
    },
    way: { value: 'WAY', summary: 'The Nth saved way, or one by kind: jump, forwarded, console, password' },
    direct: { summary: 'Without a jump host, even where one is set or saved' },
    save: { value: 'NAME', summary: 'Remember this target and its jump hosts under NAME' },
    'host-keys': { value: 'ask|accept-new|yes', summary: 'What to do at a host key not seen before (ask)' },
    'no-forward': { summary: 'Do not forward the agent to the device' },
    onward: {
      value: 'USER@HOST',
      summary: 'Host or saved name that the forwarded agent may log in to from the device; repeatable',
      multiple: true,
    },
    'dry-run': { summary: 'Print what would be run, and the ssh_config made for it' },
    record: { value: 'FILE', summary: 'Record what the terminal shows, as an asciicast, and not what is typed' },
    'pin-stdin': { summary: 'Read the PIN from the first line of standard input (only with a command)' },
  },
  examples: [
    ['glasskey connect alice@10.0.0.7 --jump ops@192.0.2.10', 'a shell on the device'],
    ['glasskey connect alice@10.0.0.7 -J ops@192.0.2.10 --save leaf1', 'the same, and remember it'],
    ['glasskey connect leaf1', 'a shell on a saved target'],
    ['glasskey connect leaf1 --way forwarded', 'with the ssh of the jump host, which gets the agent'],
    ['glasskey connect leaf1 -- show version', 'one command there'],
    ['glasskey connect leaf1 --record leaf1.cast', 'a shell, and a file of what it showed'],
  ],
  async run(invocation) {
    const { options } = invocation;
    const request = requestOf(invocation);
    if (options.has('dry-run')) return withGlasskey(invocation, (glasskey) => showPlan(glasskey, request, invocation));
    const choices = { pinFromStdin: options.has('pin-stdin'), replaceProfileKey: false, asksPinAtOnce: true };
    return withPeople(invocation, choices, async (glasskey, people, prompts) => {
      const file = options.value('record');
      if (file !== undefined) {
        const { recordedConnect } = await import('../recorded-connect.ts');
        return recordedConnect(glasskey, { request, people, prompts, file }, invocation);
      }
      if (options.has('json')) return captured(glasskey, request, people, invocation);
      const { words, world, signal } = invocation;
      const place = { words, headStart: world.begunLogin?.headStart };
      return (await glasskey.connect(request, people, signal, place)).exitCode;
    });
  },
};

function requestOf({ options, positionals, rest }: Invocation): ConnectTo {
  const [target, extra] = positionals;
  if (target === undefined) throw usageError('connect', 'The target is missing: USER@HOST, or a saved name');
  if (extra !== undefined) throw usageError('connect', `"${extra}" is one word too many; a command stands behind --`);
  const withoutCommand = rest === undefined || rest.length === 0;
  if (options.has('pin-stdin') && withoutCommand) {
    throw usageError(
      'connect',
      '--pin-stdin goes with a command only: an interactive session needs standard input itself',
    );
  }
  if (options.has('json') && withoutCommand && !options.has('dry-run')) {
    throw usageError('connect', '--json goes with a command or with --dry-run: an interactive session is no JSON');
  }
  if (options.value('record') !== undefined && (options.has('pin-stdin') || options.has('json'))) {
    throw usageError('connect', '--record goes with neither --pin-stdin nor --json: it needs this terminal');
  }
  if (options.has('no-forward') && options.values('onward').length > 0) {
    throw usageError('connect', '--onward and --no-forward exclude each other');
  }
  if (options.has('direct') && options.values('jump').length > 0) {
    throw usageError('connect', '--direct and --jump exclude each other');
  }
  return {
    target,
    jump: jumpHosts(options),
    way: wayOf(options),
    command: withoutCommand ? undefined : rest,
    save: options.value('save'),
    hostKeys: hostKeyPolicy(options.value('host-keys') ?? 'ask'),
    forwardAgent: !options.has('no-forward'),
    onward: options.values('onward'),
  };
}

/** Undefined: those that are taken unasked. */
function wayOf(options: ParsedOptions): ConnectTo['way'] {
  const text = options.value('way');
  if (text === undefined) return undefined;
  if (/^[1-9]\d?$/.test(text)) {
    if (options.has('direct') || options.values('jump').length > 0) {
      throw usageError('connect', 'A saved way by its number has its own jump hosts: leave --jump and --direct out');
    }
    return Number(text);
  }
  const kind = WAY_KINDS.find((one) => one === text);
  if (kind === undefined) throw usageError('connect', `--way knows no "${text}": a number, ${WAY_KINDS.join(', ')}`);
  return kind;
}

/** Undefined: those that are saved or set. */
function jumpHosts(options: ParsedOptions): readonly string[] | undefined {
  if (options.has('direct')) return [];
  const named = options.values('jump').flatMap((one) => one.split(','));
  return named.length > 0 ? named : undefined;
}

function hostKeyPolicy(text: string): ConnectTo['hostKeys'] {
  if (text === 'ask' || text === 'accept-new' || text === 'yes') return text;
  throw usageError('connect', `--host-keys knows no "${text}": ask, accept-new or yes`);
}

async function showPlan(glasskey: Glasskey, request: ConnectTo, { output }: Invocation): Promise<number> {
  const plan = await glasskey.planConnect(request);
  output.object(plan);
  if (plan.way === 'password') {
    output.warn(
      'This way is the last resort (Method D v1.5): the device asks for the password of an account that others share.',
    );
  }
  output.line([plan.program, ...plan.arguments].map(printable).join(' '));
  output.line();
  output.line(printableLines(plan.configText.trimEnd()));
  return ExitCode.OK;
}

/** The command's output becomes a member of the one JSON object; what it writes to standard error goes there. */
async function captured(
  glasskey: Glasskey,
  request: ConnectTo,
  people: GlasskeyPeople,
  { world, output, signal }: Invocation,
): Promise<number> {
  const pieces: Buffer[] = [];
  const stdout = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  const { exitCode } = await glasskey.connect(request, people, signal, { streams: { stdout, stderr: world.stderr } });
  output.object({ target: request.target, exitCode, stdout: Buffer.concat(pieces).toString('utf8') });
  return exitCode;
}
