/** How the terminal asks and tells: the one implementation of Glasskey's `People` for the command line. */

import { timeOfDay } from '../../time/shown-times.ts';
import type { UnfinishedEnrollment } from '../enrollment/enrollment.ts';
import type { EnrollmentEvent, ProfileKeyConflict } from '../enrollment/people.ts';
import type { RetireQuestion, RotationEvent } from '../enrollment/rotation-people.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import type { RotateKeyPeople } from '../glasskey-rotation.ts';
import { attestationText } from './attestation-text.ts';
import type { CliWorld } from './cli-world.ts';
import { askConsent, type MissingConsent } from './missing-consent.ts';
import { type Output, printable } from './output.ts';
import { TerminalPins } from './terminal-pins.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

export interface TerminalChoices {
  readonly pinFromStdin: boolean;
  readonly replaceProfileKey: boolean;
  /** Whoever typed the command agreed that a key goes. */
  readonly agreesToRetire?: boolean;
}

export type TerminalPeople = GlasskeyPeople & RotateKeyPeople;

export function terminalPeople(
  world: CliWorld,
  output: Output,
  prompts: TerminalPrompts,
  choices: TerminalChoices,
): TerminalPeople {
  const pins = new TerminalPins(world, output, prompts, choices.pinFromStdin);
  return {
    // A script must not hang for half a minute because a second key is plugged in.
    mayTouchToSelect: !output.json,
    requestPin: (question, signal) => pins.present(question, signal),

    requestNewPin({ product, minLength }, signal) {
      if (!choices.pinFromStdin) {
        output.note(
          `${printable(product)} has no PIN yet, and needs one: ${minLength} characters or more; letters are allowed.`,
        );
      }
      return pins.next({ minLength }, signal);
    },

    async mayReplaceProfileKey(conflict, signal) {
      const { account, fingerprint, enrolledHere, ofRotation } = conflict;
      const present = fingerprint ?? 'something that is no security key';
      output.warn(`The profile of ${printable(account)} has room for one key, and holds another: ${present}`);
      if (ofRotation) {
        output.warn(
          'That one belongs to the rotation in progress: glasskey rotate goes on with it, and --abandon back.',
        );
      } else if (enrolledHere) {
        output.warn('That one was enrolled on this computer too: logins may be using it now.');
      }
      if (choices.replaceProfileKey) return true;
      output.note('Devices go on accepting that one until their next reconciliation.');
      return askConsent(output, replaceConsent(conflict), () => prompts.yesNo('Replace it?', signal));
    },

    async mayRetire(question, signal) {
      const [lines, ask] = retireWords(question);
      for (const line of lines) output.warn(line);
      if (choices.agreesToRetire === true) return true;
      return askConsent(output, retireConsent(question, lines), () => prompts.yesNo(ask, signal));
    },

    async mayGiveUp({ fingerprint, putsBack }, signal) {
      output.warn(
        `The new key${fingerprint === undefined ? '' : ` ${fingerprint}`} is to be given up; the old one stays.`,
      );
      if (putsBack) output.note('The old key is put back on your profile where the new one is there now.');
      if (choices.agreesToRetire === true) return true;
      const missing = {
        message: 'Nobody agreed that the rotation is given up: nothing was changed.',
        remedy: 'Where you mean it: glasskey rotate --abandon --yes',
      };
      return askConsent(output, missing, () => prompts.yesNo('Give the rotation up?', signal));
    },

    tellRotation: (event) => tellRotation(event, output),

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
      output.warn('No browser could be started. Open this address in a browser on this computer:', true);
      output.note(printable(url), true);
      output.waiting('Waiting for the sign-in…', true);
    },

    givesPinUnasked: choices.pinFromStdin,
    async signingPin({ why, purpose, product, triesLeft }, signal) {
      if (!choices.pinFromStdin) {
        output.settle();
        if (purpose !== undefined) output.note(printable(purpose));
      }
      const asked = { product, triesLeft, wasWrong: why === 'wrong', wasReplugged: why === 'replugged' };
      return pins.present(asked, signal);
    },
    touchWanted: (purpose, { systemAsks }) => {
      const wanted = systemAsks === true ? 'Windows asks for PIN and touch' : 'Touch the security key';
      output.waiting(`${wanted}: ${printable(purpose)}`, true);
    },
    touchDone: () => output.settle(),
    remark: (text) => output.note(printable(text)),
  };
}

const WINDOWS_ASKS = 'Windows asks for the PIN of the security key, and for its touch: follow its dialog.';

/** Where an enrollment that is gone on with was stopped. */
const GOT_AS_FAR: Readonly<Record<UnfinishedEnrollment['state'], string>> = {
  planned: 'nothing has been made yet',
  requested: 'the security key was asked for a key, and may have made one, which is replaced now',
  made: 'its key is on the security key, and was not checked yet',
  attested: 'its key is on the security key; the key files were not written yet',
  written: 'its key files are written; it was not published yet',
};

function tell(event: EnrollmentEvent, world: CliWorld, output: Output): void {
  switch (event.kind) {
    case 'resumed':
      output.note(
        `Going on with the enrollment that was begun ${timeOfDay(event.createdAt, world.clock.now())}: ${GOT_AS_FAR[event.state]}.`,
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
      output.waiting(
        event.systemAsks === true
          ? WINDOWS_ASKS
          : 'Touch the security key now: it blinks. This makes your new SSH key.',
        true,
      );
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

function replaceConsent({ account, fingerprint, ours, agreeBy }: ProfileKeyConflict): MissingConsent {
  const present = fingerprint ?? 'something that is no security key';
  const made =
    ours === undefined ? '' : ` ${ours.fingerprint} is enrolled (${printable(ours.keyFile)}), and not published.`;
  return {
    message: `The profile of ${printable(account)} holds another key (${present}), and nobody agreed that it is replaced: it was left as it is.${made}`,
    remedy: `Where it is no longer needed: ${agreeBy}`,
    detail: {
      account,
      present: fingerprint ?? null,
      id: ours?.id ?? null,
      fingerprint: ours?.fingerprint ?? null,
      keyFile: ours?.keyFile ?? null,
    },
  };
}

function retireConsent({ which, credential, fingerprint, keyFile }: RetireQuestion, lines: string[]): MissingConsent {
  const options = `${which === 'old' ? '--retire' : '--abandon'}${credential === 'lost' ? ' --lost' : ''} --yes`;
  return {
    message: `${lines.join(' ')} Nobody agreed to it: it is as it was.`,
    remedy: `Where you mean it: glasskey rotate ${options}`,
    detail: { fingerprint: fingerprint ?? null, keyFile },
  };
}

/** What is to go, and what that means; then the question. */
function retireWords({ which, product, fingerprint, keyFile, credential }: RetireQuestion): [string[], string] {
  const name = `${which} key${fingerprint === undefined ? '' : ` ${fingerprint}`}`;
  const file = `Its file: ${printable(keyFile)}`;
  switch (credential) {
    case 'delete':
      return [
        [`The ${name} on ${printable(product)} is to be deleted from it for good, and no other. ${file}`],
        `Delete the ${which} key?`,
      ];
    case 'keep':
      return [
        [
          `The ${name} is to be retired. ${file}`,
          `${printable(product)} cannot delete single credentials: it stays there, and Glasskey no longer offers it.`,
        ],
        `Retire the ${which} key?`,
      ];
    case 'lost':
      return [
        [`The ${name} is to be forgotten, because ${printable(product)}, which holds it, is lost. ${file}`],
        `Forget the ${which} key?`,
      ];
    default:
      return credential satisfies never;
  }
}

function tellRotation(event: RotationEvent, output: Output): void {
  switch (event.kind) {
    case 'replacing':
      output.note(`A new key takes the place of ${event.fingerprint} (${printable(event.keyFile)}).`);
      output.note(
        `Until that is retired, its files are ${printable(event.newKeyFile)} and .pub; both keys are offered.`,
      );
      break;
    case 'files-moved':
      output.step(`The new key's files are now ${printable(event.keyFile)} and .pub`);
      for (const kept of event.keptOld) output.note(`The old file was kept as ${printable(kept)}`);
      break;
    case 'files-set-aside':
      for (const kept of event.kept) output.note(`The new key's file was kept as ${printable(kept)}`);
      break;
    case 'credential-deleted':
      output.step(`Deleted its credential from ${printable(event.product)}`);
      break;
    case 'credential-gone':
      output.step(`Its credential is not on ${printable(event.product)} any more`);
      break;
    case 'retired':
      output.step(`The ${event.which} key is retired`);
      break;
    default:
      event satisfies never;
  }
}
