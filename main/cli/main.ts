/** The `glasskey` command: finds the command, parses its words, runs it, and says what went wrong. */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CliWorld } from './cli-world.ts';
import { type Command, type CommandSummary, parseCommandLine } from './command.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { INTERRUPTS } from './interrupts.ts';
import { dividedWords } from './own-words.ts';
import { VERSION } from './version.ts';

/** Each is loaded only when it is run: `glasskey --version` must not wait for what it does not need. */
const COMMANDS: readonly (CommandSummary & { readonly load: () => Promise<Command> })[] = [
  {
    name: 'enroll',
    summary: 'Make a key on a security key, and publish it on your Entra profile',
    load: async () => (await import('./commands/enroll.ts')).enroll,
  },
  {
    name: 'status',
    summary: 'What is ready for a login, and what to do next',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'publish',
    summary: 'Put the enrolled key on your Entra profile',
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  {
    name: 'rotate',
    summary: 'Replace the key on your profile by a new one, without being locked out',
    load: async () => (await import('./commands/rotate.ts')).rotate,
  },
  {
    name: 'connect',
    summary: 'Log in to a device through a jump host',
    load: async () => (await import('./commands/connect.ts')).connect,
  },
  {
    name: 'drill',
    summary: 'Rehearse logins without a shell, step by step',
    load: async () => (await import('./commands/drill.ts')).drill,
  },
  {
    name: 'reminders',
    summary: 'What is due for your keys and logins, and what comes: list, put off, dismiss',
    load: async () => (await import('./commands/reminders.ts')).reminders,
  },
  {
    name: 'targets',
    summary: 'The saved devices and jump hosts: list, change, import, export, their host keys',
    load: async () => (await import('./commands/targets.ts')).targets,
  },
  {
    name: 'sessions',
    summary: 'The sessions of the app: list, attach, end, reconnect; play recordings',
    load: async () => (await import('./commands/sessions.ts')).sessions,
  },
  {
    name: 'agent',
    summary: 'Serve the enrolled key to every ssh on this computer',
    load: async () => (await import('./commands/agent.ts')).agent,
  },
  {
    name: 'ssh-config',
    summary: 'Make your targets known to ssh, scp, git and editors',
    load: async () => (await import('./commands/ssh-config.ts')).sshConfig,
  },
  {
    name: 'keys',
    summary: 'List the enrolled keys, and the security keys that are plugged in',
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  {
    name: 'recover',
    summary: 'Take in SSH keys that a security key holds, or key files: a new laptop',
    load: async () => (await import('./commands/recover.ts')).recover,
  },
  {
    name: 'pin',
    summary: 'How the PIN of a security key stands; set its first one, change it',
    load: async () => (await import('./commands/pin.ts')).pin,
  },
  {
    name: 'credentials',
    summary: 'List, rename and delete what is on a security key',
    load: async () => (await import('./commands/credentials.ts')).credentials,
  },
  {
    name: 'fingerprints',
    summary: 'List, enroll, rename and remove fingerprints of a security key',
    load: async () => (await import('./commands/fingerprints.ts')).fingerprints,
  },
  {
    name: 'reset',
    summary: 'Delete everything on a security key',
    load: async () => (await import('./commands/reset.ts')).reset,
  },
  {
    name: 'attest',
    summary: 'What the attestation of an enrolled key proves: show, verify, export',
    load: async () => (await import('./commands/attest.ts')).attest,
  },
  {
    name: 'settings',
    summary: 'Show and change the settings, each with its source',
    load: async () => (await import('./commands/settings.ts')).settings,
  },
];

/** Runs one command line (without `node` and the script) and returns the exit code. Never rejects. */
export async function runCli(words: readonly string[], world: CliWorld): Promise<number> {
  const [name, ...rest] = asCommandHelp(words);
  if (name === '--version' || name === '-V') return print(world, `glasskey ${VERSION}`);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const { overview } = await import('./help.ts');
    return print(world, overview(COMMANDS, VERSION));
  }
  const { Output } = await import('./output.ts');
  let output = new Output(world, { json: saysJson(words), verbose: false });
  try {
    const known = COMMANDS.find((command) => command.name === name);
    if (known === undefined) throw unknownCommand(name);
    const command = await known.load();
    const parsed = parseCommandLine(name, rest, command.options);
    if (parsed.options.has('help')) {
      const { commandHelp } = await import('./help.ts');
      return print(world, commandHelp(name, command));
    }
    output = new Output(world, { json: parsed.options.has('json'), verbose: parsed.options.has('verbose') });
    const run = async (signal: AbortSignal) => {
      try {
        return await command.run({ ...parsed, words: dividedWords(words).own, world, output, signal });
      } finally {
        // Before anything is said of it, and while an interrupt does not end this process.
        await world.begunLogin?.end();
      }
    };
    return await withInterrupt(run, world.begunLogin);
  } catch (thrown) {
    const error = asGlasskeyError(thrown);
    output.error(error);
    return exitCodeOf(error);
  } finally {
    await world.begunLogin?.end();
  }
}

/** `glasskey help enroll` is `glasskey enroll --help`. */
function asCommandHelp(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  return first === 'help' && second !== undefined ? [second, '--help'] : words;
}

/** Whether errors in the command line itself are wanted as JSON. */
function saysJson(words: readonly string[]): boolean {
  return dividedWords(words).own.includes('--json');
}

/** Ctrl-C cancels what runs, all the way down to the key; a second one ends the process at once. One may have come since the login began. */
async function withInterrupt(
  run: (signal: AbortSignal) => Promise<number>,
  begun: CliWorld['begunLogin'],
): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(ExitCode.CANCELLED);
    stop.abort();
  };
  for (const signal of INTERRUPTS) process.on(signal, interrupt);
  if (begun?.takeInterrupt()) interrupt();
  try {
    return await run(stop.signal);
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
  }
}

function print(world: CliWorld, text: string): number {
  world.stdout.write(`${text}\n`);
  return ExitCode.OK;
}

function unknownCommand(name: string): GlasskeyError {
  if (name.startsWith('-')) {
    return new GlasskeyError({
      code: 'CLI_USAGE',
      message: `"${name}" stands where the command goes.`,
      remedy: 'Put the command first, and its options behind it; glasskey --help lists all.',
    });
  }
  const close = COMMANDS.find((command) => command.name.startsWith(name.slice(0, 3)));
  return new GlasskeyError({
    code: 'CLI_USAGE',
    message: `There is no command "${name}".`,
    remedy:
      close === undefined
        ? 'Run glasskey --help for the commands.'
        : `Did you mean glasskey ${close.name}? glasskey --help lists all.`,
  });
}
