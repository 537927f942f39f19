/** How the terminal asks and tells while keys are recovered. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import type { GlasskeyRecoveryPeople, RecoverableKey } from '../glasskey-recovery.ts';
import type { CliWorld } from './cli-world.ts';
import { type Output, printable } from './output.ts';
import { readSecretLine } from './secret-on-stdin.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

/** `people` asks for the PIN and tells of the sign-in. */
export function terminalRecoveryPeople(
  people: Pick<GlasskeyPeople, 'requestPin' | 'signInWanted'>,
  world: Pick<CliWorld, 'stdin'>,
  output: Output,
  prompts: TerminalPrompts,
  secretsFromStdin: boolean,
): GlasskeyRecoveryPeople {
  return {
    requestPin: (question, signal) => people.requestPin(question, signal),
    signInWanted: (url) => people.signInWanted(url),

    async requestPassphrase({ keyFile, wasWrong }, signal) {
      if (secretsFromStdin) {
        if (wasWrong) throw wrongOnStdin();
        return readSecretLine(world.stdin.fd, signal);
      }
      output.settle();
      if (wasWrong) output.warn('That passphrase does not open the file.');
      try {
        for (;;) {
          const typed = await prompts.secret(`Passphrase of ${printable(keyFile)}: `, signal);
          if (typed.length > 0) return typed;
        }
      } finally {
        prompts.release();
      }
    },

    async chooseKeys(keys, signal) {
      output.settle();
      if (output.json) throw choiceNeeded();
      output.note('This security key holds several SSH keys:');
      for (const [index, key] of keys.entries()) output.note(`${index + 1}  ${describeKey(key)}`);
      for (;;) {
        const chosen = numbered(keys, await askWhich(prompts, signal));
        if (chosen !== undefined) return chosen.map(({ id }) => id);
        output.warn(`Type numbers from 1 to ${keys.length} with blanks between them, or all.`);
      }
    },

    tell(event) {
      switch (event.kind) {
        case 'key-found':
          output.step(`Found ${printable(event.product)}, firmware ${printable(event.firmware)}`);
          break;
        case 'key-busy':
          output.warn('Another program is using the security key; waiting for it to finish.');
          break;
        case 'keys-listed':
          output.step(event.count === 1 ? 'It holds one SSH key' : `It holds ${event.count} SSH keys`);
          break;
        case 'looking-at-profile':
          output.waiting(`Looking at the profile of ${printable(event.account)}…`);
          break;
        case 'profile-unknown':
          output.warn(`Which key your profile holds is not known: ${printable(event.error.message)}`);
          break;
        case 'files-written':
          output.step(`Wrote ${printable(event.keyFile)}`);
          break;
        default:
          event satisfies never;
      }
    },
  };
}

/** In one line. */
export function describeKey({ fingerprint, algorithm, application, userName, onProfile }: RecoverableKey): string {
  const whose = userName === undefined || userName === 'openssh' ? '' : `, ${printable(userName)}`;
  const profile = onProfile === true ? ', on your profile' : '';
  return `${fingerprint}  ${algorithm}, ${printable(application)}${whose}${profile}`;
}

async function askWhich(prompts: TerminalPrompts, signal: AbortSignal): Promise<string> {
  try {
    return await prompts.line('Which ones?', signal);
  } catch (error) {
    if (!(error instanceof GlasskeyError) || error.code !== 'NO_TERMINAL') throw error;
    throw choiceNeeded(error);
  }
}

function choiceNeeded(cause?: GlasskeyError): GlasskeyError {
  return new GlasskeyError({
    code: 'RECOVER_CHOICE_NEEDED',
    message: 'The security key holds several SSH keys, and nobody is asked here which are wanted.',
    remedy: 'Name them with --credential FINGERPRINT, or take them with --all; --list shows them.',
    cause,
  });
}

/** Undefined: not understood. */
function numbered(keys: readonly RecoverableKey[], text: string): readonly RecoverableKey[] | undefined {
  if (/^all$/i.test(text)) return keys;
  const chosen = text.split(/[\s,]+/).map((word) => (/^\d+$/.test(word) ? keys[Number(word) - 1] : undefined));
  return chosen.every((key) => key !== undefined) ? chosen : undefined;
}

/** A script has one passphrase to give. */
function wrongOnStdin(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_PASSPHRASE_WRONG',
    message: 'The passphrase on standard input does not open the key file.',
    remedy: 'Check it, then repeat the command; if it is lost, take the key from the security key: glasskey recover',
  });
}
