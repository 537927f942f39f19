/** A second computer, on which keys that were made elsewhere are taken in. */
import { adopt } from '../../../main/enrollment/adopt.ts';
import type { PinQuestion } from '../../../main/enrollment/people.ts';
import { readKeyFile } from '../../../main/enrollment/read-key-file.ts';
import { type RecoverChoices, type RecoverWorld, type Recovery, recover } from '../../../main/enrollment/recover.ts';
import type {
  PassphraseQuestion,
  RecoverableKey,
  RecoveryEvent,
  RecoveryPeople,
} from '../../../main/enrollment/recovery-people.ts';
import { Authenticator } from '../../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';
import { CredProtect, type MakeCredential } from '../../../native/ctap2/make-credential.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { Computer, PIN } from './enrollment-world.ts';

/** Answers from lists; remembers what it was asked, told and gave away. */
export class ScriptedRecoveryPeople implements RecoveryPeople {
  readonly events: RecoveryEvent[] = [];
  readonly pinQuestions: PinQuestion[] = [];
  readonly choices: (readonly RecoverableKey[])[] = [];
  readonly passphraseQuestions: PassphraseQuestion[] = [];
  readonly given: (Pin | Uint8Array)[] = [];
  /** Typed one after another; the last one again and again. */
  pins: readonly string[] = [PIN];
  passphrases: readonly string[] = [];
  /** Which of several are taken. */
  choose: (keys: readonly RecoverableKey[]) => readonly string[] = (keys) => keys.map(({ id }) => id);

  async requestPin(question: PinQuestion): Promise<Pin> {
    const typed = this.pins[Math.min(this.pinQuestions.length, this.pins.length - 1)] ?? '';
    this.pinQuestions.push(question);
    const pin = new Pin(new TextEncoder().encode(typed));
    this.given.push(pin);
    return pin;
  }

  async requestPassphrase(question: PassphraseQuestion): Promise<Uint8Array> {
    const typed = this.passphrases[this.passphraseQuestions.length] ?? '';
    this.passphraseQuestions.push(question);
    const passphrase = new TextEncoder().encode(typed);
    this.given.push(passphrase);
    return passphrase;
  }

  async chooseKeys(keys: readonly RecoverableKey[]): Promise<readonly string[]> {
    this.choices.push(keys);
    return this.choose(keys);
  }

  tell(event: RecoveryEvent): void {
    this.events.push(event);
  }
}

/** Everything of `computer`, and people of its own. */
export function recoveryWorld(computer: Computer, people: RecoveryPeople = new ScriptedRecoveryPeople()): RecoverWorld {
  const { bus, channel, journal, files, profiles, clock } = computer;
  return { bus, channel, journal, files, profile: profiles, people, clock, readKeyFile };
}

export function recoverOn(
  computer: Computer,
  people: RecoveryPeople,
  some: Partial<RecoverChoices> = {},
  signal = new AbortController().signal,
): Promise<Recovery> {
  const choices = { keyFile: computer.keyFile, keys: 'ask', looksAtProfile: true, device: undefined } as const;
  return recover({ ...choices, applications: [], ...some }, recoveryWorld(computer, people), signal);
}

export function adoptOn(
  computer: Computer,
  people: RecoveryPeople,
  keyFile: string,
  looksAtProfile = false,
): Promise<Recovery> {
  return adopt({ keyFile, looksAtProfile }, recoveryWorld(computer, people), new AbortController().signal);
}

/** Another computer, with what is on the same security key and the same profile. */
export async function secondComputer(first: Computer): Promise<Computer> {
  const second = await Computer.start();
  second.authenticator = first.authenticator;
  second.bus = first.bus;
  for (const [account, line] of first.profiles.lines) second.profiles.set(account, line);
  return second;
}

/** As any program makes a resident credential on the key of `computer`; the credential id. */
export async function residentCredential(
  { bus, channel }: Pick<Computer, 'bus' | 'channel'>,
  some: Partial<Omit<MakeCredential, 'user'>> & { readonly user?: string } = {},
): Promise<Uint8Array> {
  const [device] = await bus.list();
  if (device === undefined) throw new Error('no key is plugged in');
  const key = await Authenticator.open(device, channel);
  const { user = '', ...rest } = some;
  const id = new Uint8Array(32);
  new TextEncoder().encodeInto(user, id);
  try {
    const request = {
      clientDataHash: new Uint8Array(32),
      rpId: 'ssh:',
      algorithm: CoseAlgorithm.EDDSA,
      residentKey: true,
      credProtect: CredProtect.REQUIRED,
      ...rest,
      user: { id, name: user === '' ? 'openssh' : user },
    };
    return (await key.makeCredential(request, new Pin(new TextEncoder().encode(PIN)))).authData.attested.credentialId;
  } finally {
    await key.close();
  }
}
