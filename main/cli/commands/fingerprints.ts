import type { SecurityKeys } from '../../glasskey-security-keys.ts';
import type { SecurityKeyPeople } from '../../security-keys/people.ts';
import type { FingerprintOnKey } from '../../security-keys/security-key.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyObject } from '../key-lines.ts';
import { DEVICE_OPTION, keyChoices, PIN_OPTION, YES_OPTION } from '../key-options.ts';
import { withKeyPeople } from '../open-glasskey.ts';
import { printable } from '../output.ts';

/** How many words each takes, its own included: at least, at most. */
const WORDS: Readonly<Record<string, readonly [number, number]>> = {
  list: [0, 1],
  enroll: [1, 2],
  rename: [3, 3],
  remove: [2, 2],
};

const DONE: Readonly<Record<string, string>> = { enroll: 'Enrolled', rename: 'Renamed', remove: 'Removed' };

export const fingerprints: Command = {
  usage: '[list | enroll [NAME] | rename ID NAME | remove ID] [options]',
  about:
    'Lists the fingerprints of a security key that has a reader, enrolls one more, renames or removes the one that is named. ID is\n' +
    'what the list gives, or the name. Enrolling wants the finger several times; stopped before the last, nothing stays on the key.',
  options: { ...DEVICE_OPTION, ...PIN_OPTION, ...YES_OPTION },
  examples: [
    ['glasskey fingerprints', 'which are enrolled'],
    ['glasskey fingerprints enroll "left thumb"', 'one more'],
    ['glasskey fingerprints remove "left thumb"', 'that one, after a question'],
  ],
  async run(invocation) {
    const { options, positionals, output, signal } = invocation;
    const [verb = 'list', which, name] = positionals;
    const words = WORDS[verb];
    if (words === undefined) throw usageError('fingerprints', `"${verb}" is none of list, enroll, rename, remove`);
    if (positionals.length < words[0]) throw usageError('fingerprints', `${verb} needs more words`);
    if (positionals.length > words[1]) {
      throw usageError('fingerprints', `"${positionals[words[1]]}" is one word too many`);
    }
    return withKeyPeople(invocation, keyChoices(options, true), async (keys, people) => {
      if (verb === 'list') return list(keys, people, invocation);
      const device = options.value('device');
      const changed = await change(verb, keys, device, which, name, people, signal);
      output.settle();
      output.object(changed);
      output.line(`${DONE[verb]}: ${nameOf(changed)}`);
      return ExitCode.OK;
    });
  },
};

function change(
  verb: string,
  keys: SecurityKeys,
  device: string | undefined,
  which: string | undefined,
  name: string | undefined,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<FingerprintOnKey> {
  if (verb === 'enroll') return keys.enrollFingerprint(device, which, people, signal);
  if (verb === 'rename') return keys.renameFingerprint(device, which ?? '', name ?? '', people, signal);
  return keys.removeFingerprint(device, which ?? '', people, signal);
}

async function list(
  keys: SecurityKeys,
  people: SecurityKeyPeople,
  { options, output, signal }: Invocation,
): Promise<number> {
  const listed = await keys.fingerprints(options.value('device'), people, signal);
  output.settle();
  output.object({ ...listed, key: keyObject(listed.key) });
  const none = listed.fingerprints.length === 0;
  output.line(`${printable(listed.key.model.name)}  ${printable(listed.key.path)}${none ? ': no fingerprint' : ''}`);
  for (const one of listed.fingerprints) output.line(`  ${nameOf(one)}`);
  return ExitCode.OK;
}

function nameOf({ id, name }: FingerprintOnKey): string {
  return `${id}  ${printable(name ?? '(no name)')}`;
}
