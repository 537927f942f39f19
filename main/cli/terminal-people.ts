/** How the terminal asks and tells: the one implementation of Glasskey's `People` for the command line. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { EnrollmentEvent } from '../enrollment/people.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import { attestationText } from './attestation-text.ts';
import type { CliWorld } from './cli-world.ts';
import { type Output, printable } from './output.ts';
import { readSecretLine } from './secret-on-stdin.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';
import { timeOfDay } from './times.ts';

export interface TerminalChoices {
  readonly pinFromStdin: boolean;
  readonly replaceProfileKey: boolean;
}

export function terminalPeople(
  world: CliWorld,
  output: Output,
  prompts: TerminalPrompts,
  choices: TerminalChoices,
): GlasskeyPeople {
  const typed = async (prompt: string, signal: AbortSignal): Promise<Pin> => {
    output.settle();
    return new Pin(await prompts.secret(`${prompt}: `, signal));
  };
  /** Asks again where what was typed can be no PIN: the key is not bothered with it. */
  const typedPin = async (prompt: string, signal: AbortSignal): Promise<Pin> => {
    for (;;) {
      try {
        return await typed(prompt, signal);
      } catch (error) {
        if (!(error instanceof GlasskeyError) || error.code !== 'PIN_FORM') throw error;
        output.warn(printable(error.message));
      }
    }
  };
  let stdinUsed = false;
  const pinOnStdin = async (triesLeft: number | undefined, signal: AbortSignal): Promise<Pin> => {
    // A script has one PIN to give: asking it again would spend the key's tries.
    if (stdinUsed) throw wrongOnStdin(triesLeft);
    stdinUsed = true;
    return new Pin(await readSecretLine(world.stdin.fd, signal));
  };
  const typedOnce = async (prompt: string, signal: AbortSignal): Promise<Pin> => {
    try {
      return await typedPin(prompt, signal);
    } finally {
      prompts.release();
    }
  };

  return {
    requestPin(question, signal) {
      if (choices.pinFromStdin) return pinOnStdin(question.triesLeft, signal);
      if (question.wasWrong) output.warn(wrongPin(question));
      return typedOnce(pinPrompt(question), signal);
    },

    async requestNewPin({ product, minLength }, signal) {
      if (choices.pinFromStdin) return pinOnStdin(undefined, signal);
      output.note(
        `${printable(product)} has no PIN yet, and needs one: ${minLength} characters or more; letters are allowed.`,
      );
      try {
        return await newPin(minLength, (prompt) => typedPin(prompt, signal), output);
      } finally {
        prompts.release();
      }
    },

    async mayReplaceProfileKey({ account, fingerprint, enrolledHere }, signal) {
      const present = fingerprint ?? 'something that is no security key';
      output.warn(`The profile of ${printable(account)} has room for one key, and holds another: ${present}`);
      if (enrolledHere) output.warn('That one was enrolled on this computer too: logins may be using it now.');
      if (choices.replaceProfileKey) return true;
      output.note('Devices go on accepting that one until their next reconciliation.');
      return prompts.yesNo('Replace it?', signal);
    },

    tell(event) {
      if (event.kind === 'touch-wanted') prompts.release();
      tell(event, world, output);
    },

    signInWanted(url) {
      prompts.release();
      if (url === undefined) {
        output.waiting('Sign in to Entra in your browser…', true);
        return;
      }
      output.warn('No browser could be started. Open this address in a browser on this computer:');
      output.note(printable(url));
      output.waiting('Waiting for the sign-in…', true);
    },

    async signingPin(question, signal) {
      if (choices.pinFromStdin) return pinOnStdin(question.triesLeft, signal);
      output.settle();
      if (question.why === 'wrong') output.warn(wrongPin(question));
      if (question.purpose !== undefined) output.note(printable(question.purpose));
      return typedOnce(pinPrompt(question), signal);
    },
    touchWanted: (purpose) => output.waiting(`Touch the security key: ${printable(purpose)}`, true),
    touchDone: () => output.settle(),
    remark: (text) => output.note(printable(text)),
  };
}

/** Typed twice alike. */
async function newPin(minLength: number, ask: (prompt: string) => Promise<Pin>, output: Output): Promise<Pin> {
  for (;;) {
    const first = await ask('New PIN');
    if (first.codePoints < minLength) {
      first.wipe();
      output.warn(`That is shorter than ${minLength} characters.`);
      continue;
    }
    const second = await ask('The same PIN again').catch((error: unknown) => {
      first.wipe();
      throw error;
    });
    const same = first.equals(second);
    second.wipe();
    if (same) return first;
    first.wipe();
    output.warn('The two were not the same.');
  }
}

function pinPrompt({
  product,
  triesLeft,
}: {
  readonly product: string;
  readonly triesLeft?: number | undefined;
}): string {
  const name = `PIN of ${printable(product)}`;
  if (triesLeft === undefined) return name;
  return triesLeft === 1
    ? `${name} (LAST try before it is blocked for good; Ctrl-C to stop)`
    : `${name} (${triesLeft} tries left)`;
}

function wrongPin({ triesLeft }: { readonly triesLeft?: number | undefined }): string {
  if (triesLeft === undefined) return 'Wrong PIN.';
  const left = tries(triesLeft);
  return `Wrong PIN. ${left.charAt(0).toUpperCase()}${left.slice(1)}.`;
}

function wrongOnStdin(triesLeft: number | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_WRONG',
    message: `The PIN on standard input is wrong${triesLeft === undefined ? '' : `; ${tries(triesLeft)}`}.`,
    remedy: 'Check it before the next run: each wrong one brings the key nearer to being blocked.',
  });
}

function tries(left: number): string {
  return left === 1 ? 'one try is left before the PIN is blocked for good' : `${left} tries left`;
}

function tell(event: EnrollmentEvent, world: CliWorld, output: Output): void {
  switch (event.kind) {
    case 'resumed':
      output.note(
        `Going on with the enrollment of ${timeOfDay(event.createdAt, world.clock.now())}, which had got as far as "${event.state}".`,
      );
      break;
    case 'key-found':
      output.step(
        `Found ${printable(event.product)}${event.model === undefined ? '' : ` (${event.model})`}, firmware ${printable(event.firmware)}: it can do what is needed`,
      );
      break;
    case 'key-notice':
      output.warn(`${event.id} concerns this key. ${event.title}.`);
      for (const line of [event.meaning, event.remedy, event.url]) output.note(line);
      break;
    case 'key-busy':
      output.warn('Another program is using the security key; waiting for it to finish.');
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
      output.step(attestationText(event));
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
