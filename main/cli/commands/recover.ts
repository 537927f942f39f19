import type { RecoveredKey } from '../../enrollment/recover.ts';
import type { RecoverReport, RecoverRequest } from '../../glasskey-recovery.ts';
import { type Command, type ParsedOptions, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withPeople } from '../open-glasskey.ts';
import { type Output, printable } from '../output.ts';

export const recover: Command = {
  usage: '[options]',
  about:
    'Takes in keys that were made elsewhere, so that a new computer can log in with them: from a security key, like ssh-keygen -K, or\n' +
    'from key files (--file). Changes nothing on the security key, replaces no file, and says which key your Entra profile holds.',
  options: {
    credential: {
      value: 'ID',
      multiple: true,
      summary: 'Take this key: its fingerprint, or its credential id or the beginning of it; may be repeated',
    },
    all: { summary: 'Take all SSH keys that the security key holds' },
    list: { summary: 'List them, and take none' },
    'no-profile': { summary: 'Do not sign in to see which key your profile holds: works offline' },
    file: { value: 'PATH', short: 'f', summary: 'Take in this private key file, of ssh-keygen or az nexusidentity' },
    application: {
      value: 'NAME',
      multiple: true,
      summary: 'A whole application name (ssh:…) of more than 32 bytes, which security keys cut; may be repeated',
    },
    device: { value: 'PATH', summary: 'Which security key, when several are plugged in (glasskey keys lists them)' },
    'pin-stdin': { summary: 'Read the PIN (with --file the passphrase) from the first line of standard input' },
  },
  examples: [
    ['glasskey recover', 'on a new laptop: PIN, sign in, done'],
    ['glasskey recover --no-profile', 'the same with nothing online'],
    ['glasskey recover --list', 'which SSH keys the security key holds, and which one the profile has'],
    ['glasskey recover --file ~/.ssh/id_ecdsa_sk', 'a key that ssh-keygen made on this computer'],
  ],
  async run(invocation) {
    const { options, positionals, world, output, signal } = invocation;
    if (positionals.length > 0) throw usageError('recover', `"${positionals[0]}" is one word too many`);
    const request = requestOf(options);
    const pinFromStdin = options.has('pin-stdin');
    const choices = { pinFromStdin, replaceProfileKey: false, asksPinAtOnce: request.file === undefined };
    return withPeople(invocation, choices, async (glasskey, people, prompts) => {
      const { terminalRecoveryPeople } = await import('../terminal-recovery-people.ts');
      const recoveryPeople = terminalRecoveryPeople(people, world, output, prompts, pinFromStdin);
      const report = await glasskey.recover(request, recoveryPeople, signal);
      output.settle();
      output.object(report);
      await print(report, output);
      return ExitCode.OK;
    });
  },
};

function requestOf(options: ParsedOptions): RecoverRequest {
  const looksAtProfile = !options.has('no-profile');
  const file = options.value('file');
  const names = options.values('credential');
  const ways = [names.length > 0, options.has('all'), options.has('list'), file !== undefined];
  if (ways.filter((isWanted) => isWanted).length > 1) {
    throw usageError('recover', '--credential, --all, --list and --file exclude each other');
  }
  if (file !== undefined) return { file, looksAtProfile };
  const few = names.length > 0 ? names : 'ask';
  const keys = options.has('all') ? 'all' : options.has('list') ? 'none' : few;
  return { keys, looksAtProfile, device: options.value('device'), applications: options.values('application') };
}

async function print({ keys, unusable, profile, next }: RecoverReport, output: Output): Promise<void> {
  const { describeKey } = await import('../terminal-recovery-people.ts');
  for (const key of keys) {
    output.line(describeKey(key));
    output.line(`    ${outcomeText(key)}`);
    if (key.inTheWay !== undefined)
      output.line(`    ${printable(key.inTheWay)} is of something else: it was left as it is`);
  }
  for (const { application, userName = '', why } of unusable) {
    const reason =
      why === 'algorithm'
        ? 'cannot be used by ssh: neither Ed25519 nor ECDSA'
        : 'the security key has cut its application’s name; give the whole one with --application NAME';
    output.line(`${printable(application)} ${printable(userName)}: ${reason}`);
  }
  output.line();
  output.line(profileText(profile, keys));
  output.line(next);
}

function outcomeText({ outcome, keyFile, enrolled }: RecoveredKey): string {
  const file = keyFile === undefined ? '' : printable(keyFile);
  switch (outcome) {
    case 'recovered':
      return `taken in: ${file}`;
    case 'restored':
      return `its files were gone, and are there again: ${file}`;
    case 'unchanged':
      return `was enrolled on this computer already: ${file}`;
    case 'unfinished':
      return 'its enrollment on this computer was stopped: glasskey enroll finishes it';
    case 'left':
      return enrolled ? `enrolled on this computer: ${file}` : 'not taken';
    default:
      return outcome satisfies never;
  }
}

function profileText(profile: RecoverReport['profile'], keys: RecoverReport['keys']): string {
  if (profile === undefined)
    return 'Which key your profile holds was not looked at; glasskey publish does, and asks before it changes it.';
  const account = printable(profile.account);
  const held = keys.find(({ onProfile }) => onProfile);
  if (held !== undefined) return `The profile of ${account} holds ${held.fingerprint}.`;
  if (profile.isEmpty) return `The profile of ${account} holds no key.`;
  return `The profile of ${account} holds another key: ${profile.fingerprint ?? 'something that is no security key’s'}.`;
}
