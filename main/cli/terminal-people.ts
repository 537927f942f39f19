/** How the terminal asks and tells: the one implementation of Glasskey's `People` for the command line. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { EnrollmentEvent, PinQuestion } from '../enrollment/people.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import type { CliWorld } from './cli-world.ts';
import { type Output, printable } from './output.ts';
import { promptSecret, promptYesNo, readSecretLine } from './secret-prompt.ts';
import { timeOfDay } from './times.ts';

export interface TerminalChoices {
  readonly pinFromStdin: boolean;
  readonly replaceProfileKey: boolean;
}

export function terminalPeople(world: CliWorld, output: Output, choices: TerminalChoices): GlasskeyPeople {
  let stdinUsed = false;
  const readPin = async (prompt: string, signal: AbortSignal): Promise<Pin> => {
    output.settle();
    if (!choices.pinFromStdin) return new Pin(await promptSecret(prompt, signal));
    // A script has one PIN to give: asking it again would spend the key's tries.
    if (stdinUsed) throw wrongOnStdin();
    stdinUsed = true;
    return new Pin(await readSecretLine(world.stdin));
  };

  return {
    async requestPin(question, signal) {
      if (question.wasWrong) output.note(wrongPin(question));
      return readPin(`${pinPrompt(question)}: `, signal);
    },

    async requestNewPin({ product, minLength }, signal) {
      output.note(
        `${printable(product)} has no PIN yet. It needs one: at least ${minLength} characters, at most 63 bytes.`,
      );
      if (choices.pinFromStdin) return readPin('', signal);
      for (;;) {
        const first = await readPin('New PIN: ', signal);
        if (first.codePoints < minLength) {
          first.wipe();
          output.note(`That is shorter than ${minLength} characters.`);
          continue;
        }
        const second = await readPin('The same PIN again: ', signal);
        const same = first.equals(second);
        second.wipe();
        if (same) return first;
        first.wipe();
        output.note('The two were not the same.');
      }
    },

    async mayReplaceProfileKey({ account, fingerprint }, signal) {
      const present = fingerprint ?? 'something that is no security key';
      output.note(`The profile of ${printable(account)} holds another key: ${present}. It has room for one.`);
      if (choices.replaceProfileKey) return true;
      return promptYesNo('Replace it? Devices keep accepting it until their next reconciliation.', signal);
    },

    tell: (event) => tell(event, world, output),

    signInWanted(url) {
      if (url === undefined) {
        output.waiting('Sign in to Entra in your browser…', true);
        return;
      }
      output.note(`No browser could be started. Open this address in a browser on this computer: ${url}`);
      output.waiting('Waiting for the sign-in…', true);
    },

    signingPin: async (question, signal) => {
      output.settle();
      if (question.why === 'wrong') output.note(wrongPin(question));
      output.note(question.purpose);
      const { triesLeft } = question;
      return readPin(`${pinPrompt({ product: 'the security key', wasWrong: false, triesLeft })}: `, signal);
    },
    touchWanted: (purpose) => output.waiting(`Touch the security key: ${purpose}`, true),
    touchDone: () => output.settle(),
    remark: (text) => output.note(text),
  };
}

function pinPrompt({ product, triesLeft }: PinQuestion): string {
  const name = `PIN of ${printable(product)}`;
  if (triesLeft === undefined) return name;
  return triesLeft === 1
    ? `${name} (LAST try before it is blocked for good; Ctrl-C to stop)`
    : `${name} (${triesLeft} tries left)`;
}

function wrongPin({ triesLeft }: { readonly triesLeft?: number | undefined }): string {
  if (triesLeft === undefined) return 'Wrong PIN.';
  return triesLeft === 1
    ? 'Wrong PIN. One try is left before the PIN is blocked for good.'
    : `Wrong PIN. ${triesLeft} tries left.`;
}

function wrongOnStdin(): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_WRONG',
    message: 'The PIN on standard input is wrong.',
    remedy: 'Check it before the next run: each wrong one brings the key nearer to being blocked.',
  });
}

function tell(event: EnrollmentEvent, world: CliWorld, output: Output): void {
  switch (event.kind) {
    case 'resumed':
      output.note(
        `Going on with the enrollment of ${timeOfDay(event.createdAt, world.clock.now())}, which had got as far as "${event.state}".`,
      );
      break;
    case 'key-found':
      output.step(`Found ${printable(event.product)}, firmware ${event.firmware}: it can do what is needed`);
      break;
    case 'key-busy':
      output.note('Another program is using the security key; waiting for it to finish.');
      break;
    case 'pin-set':
      output.step('The key has its PIN');
      break;
    case 'touch-wanted':
      output.waiting('Touch the security key now: it blinks. This makes your new SSH key.', true);
      break;
    case 'touched':
      output.waiting('Touched; the key is making the credential…');
      break;
    case 'credential-made':
      output.step('Made the credential on the key');
      break;
    case 'attestation':
      output.step(attestationText(event.verdict, event.issuer));
      break;
    case 'files-written':
      output.step(`Wrote ${printable(event.keyFile)} and ${printable(event.keyFile)}.pub`);
      for (const kept of event.keptOld) output.note(`The old file was kept as ${printable(kept)}`);
      break;
    case 'publishing':
      output.waiting(`Publishing on the profile of ${printable(event.account)}…`);
      break;
    case 'published':
      output.step(`Published on the profile of ${printable(event.account)}, and read back the same`);
      break;
    default:
      event satisfies never;
  }
}

function attestationText(verdict: 'certified' | 'self' | 'none', issuer: string | undefined): string {
  switch (verdict) {
    case 'certified':
      return `Checked the key's signature over this run's challenge (certificate by ${printable(issuer ?? '')}; issuer not checked)`;
    case 'self':
      return "Checked the credential's own signature over this run's challenge (no certificate: any software could have made it)";
    case 'none':
      return 'The key gives no attestation: nothing to check';
    default:
      return verdict satisfies never;
  }
}
