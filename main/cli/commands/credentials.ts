import type { SecurityKeys } from '../../glasskey-security-keys.ts';
import type { SecurityKeyPeople } from '../../security-keys/people.ts';
import type { CredentialOnKey, CredentialsOnKey } from '../../security-keys/security-key.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { credentialText } from '../consent-lines.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyObject } from '../key-lines.ts';
import { DEVICE_OPTION, keyChoices, PIN_OPTION, YES_OPTION } from '../key-options.ts';
import { withKeyPeople } from '../open-glasskey.ts';
import { type Output, printable } from '../output.ts';

export const credentials: Command = {
  usage: '[list | rename ID NAME | delete ID] [options]',
  about:
    'Lists the resident credentials of a security key by whom they are for, with the free slots; those of SSH with their fingerprint\n' +
    'and the enrollment of this computer that uses them. ID is what the list gives, or the fingerprint. Only the one that is named is\n' +
    'ever changed, and one that an enrollment uses is deleted for a typed word only.',
  options: {
    ...DEVICE_OPTION,
    ...PIN_OPTION,
    ...YES_OPTION,
    confirm: { value: 'WORD', summary: 'The word "delete", typed beforehand, for one that an enrollment uses' },
  },
  examples: [
    ['glasskey credentials', 'what is on the key, and how much room is left'],
    ['glasskey credentials rename 3f1c0a9be2d47781 "alice, old laptop"', 'another name, on keys that can rename'],
    ['glasskey credentials delete 3f1c0a9be2d47781', 'that one, after a question'],
  ],
  async run(invocation) {
    const { options, positionals, signal, output } = invocation;
    const [verb = 'list', which, name, ...more] = positionals;
    const expected: Readonly<Record<string, number>> = { list: 1, rename: 3, delete: 2 };
    const count = expected[verb];
    if (count === undefined) throw usageError('credentials', `"${verb}" is neither list nor rename nor delete`);
    if (positionals.length > Math.max(count, 1)) {
      throw usageError('credentials', `"${more[0] ?? positionals[count]}" is one word too many`);
    }
    if (positionals.length < count && verb !== 'list') throw usageError('credentials', `${verb} needs more words`);
    return withKeyPeople(invocation, keyChoices(options, true), async (keys, people) => {
      const device = options.value('device');
      if (verb === 'list') return list(keys, people, invocation);
      const changed =
        verb === 'rename'
          ? await keys.renameCredential(device, which ?? '', name ?? '', people, signal)
          : await keys.deleteCredential(device, which ?? '', people, signal);
      output.settle();
      output.object(changed);
      output.line(`${verb === 'rename' ? 'Renamed' : 'Deleted'}: ${credentialText(changed)}`);
      return ExitCode.OK;
    });
  },
};

async function list(
  keys: SecurityKeys,
  people: SecurityKeyPeople,
  { options, output, signal }: Invocation,
): Promise<number> {
  const listed = await keys.credentials(options.value('device'), people, signal);
  output.settle();
  output.object({ ...listed, key: keyObject(listed.key) });
  output.line(headline(listed));
  for (const { rpId, credentials: held } of listed.relyingParties) {
    output.line();
    output.line(printable(rpId));
    for (const one of held) describe(one, output);
  }
  return ExitCode.OK;
}

function headline({ key, used, free }: CredentialsOnKey): string {
  const held = used === 1 ? 'one credential' : `${used} credentials`;
  return `${printable(key.model.name)}  ${printable(key.path)}: ${held}, ${free === 1 ? 'one free slot' : `${free} free slots`}`;
}

function describe(
  { id, userName, userDisplayName, algorithm, credProtect, ssh }: CredentialOnKey,
  output: Output,
): void {
  const who = printable(userName ?? userDisplayName ?? '(no name)');
  output.line(`  ${id}  ${who}  ${algorithm}${credProtect === 3 ? ', always wants the PIN' : ''}`);
  if (ssh?.fingerprint !== undefined) output.line(`      ${ssh.fingerprint}`);
  if (ssh?.enrollment === undefined) return;
  const { keyFile, onProfileOf } = ssh.enrollment;
  const profile = onProfileOf === undefined ? '' : `, on the profile of ${printable(onProfileOf)}`;
  output.line(`      enrolled here as ${printable(keyFile)}${profile}`);
}
