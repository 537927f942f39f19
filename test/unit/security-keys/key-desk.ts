/** Lab authenticators plugged into one computer, managed by the real service; people who answer from lists. */
import { randomBytes } from 'node:crypto';
import { silentLog } from '../../../diagnostics/log.ts';
import { type SecurityKeys, type SecurityKeysSources, securityKeys } from '../../../main/glasskey-security-keys.ts';
import type {
  ConsentQuestion,
  KeyPinQuestion,
  NewKeyPinQuestion,
  SecurityKeyEvent,
  SecurityKeyPeople,
} from '../../../main/security-keys/people.ts';
import type { EnrolledCredential } from '../../../main/security-keys/security-keys-world.ts';
import { Authenticator, systemChannelWorld } from '../../../native/ctap2/authenticator.ts';
import { ClientPin, CoseAlgorithm, CtapCommand } from '../../../native/ctap2/constants.ts';
import { CredProtect } from '../../../native/ctap2/make-credential.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import type { HidBus } from '../../../native/hid/transport.ts';
import { type Clock, systemClock } from '../../../time/clock.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../lab/authenticator/lab-authenticator.ts';

export const PIN = '271828';

/** Answers from lists; remembers what it was asked, told and gave away. */
export class ScriptedKeyPeople implements SecurityKeyPeople {
  readonly events: SecurityKeyEvent[] = [];
  readonly pinQuestions: KeyPinQuestion[] = [];
  readonly newPinQuestions: NewKeyPinQuestion[] = [];
  readonly consents: ConsentQuestion[] = [];
  readonly pinsGiven: Pin[] = [];
  hasPinAtHand = true;
  mayTouchToSelect = true;
  /** Typed one after another; the last one again and again. */
  pins: readonly string[] = [PIN];
  newPins: readonly string[] = ['314159'];
  /** False: nobody gives the PIN where it may be left out. */
  offersPin = true;
  agrees = true;
  /** Runs when the question is asked. */
  onConsent: () => void = () => {};
  onPin: () => void = () => {};
  onEvent: (event: SecurityKeyEvent) => void = () => {};

  async requestPin(question: KeyPinQuestion): Promise<Pin> {
    this.onPin();
    const typed = this.pins[Math.min(this.pinQuestions.length, this.pins.length - 1)] ?? '';
    this.pinQuestions.push(question);
    return this.#give(typed);
  }

  async offerPin(question: KeyPinQuestion): Promise<Pin | undefined> {
    return this.offersPin ? this.requestPin(question) : undefined;
  }

  async requestNewPin(question: NewKeyPinQuestion): Promise<Pin> {
    const typed = this.newPins[Math.min(this.newPinQuestions.length, this.newPins.length - 1)] ?? '';
    this.newPinQuestions.push(question);
    return this.#give(typed);
  }

  async agree(question: ConsentQuestion): Promise<boolean> {
    this.consents.push(question);
    this.onConsent();
    return this.agrees;
  }

  tell(event: SecurityKeyEvent): void {
    this.events.push(event);
    this.onEvent(event);
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  #give(typed: string): Pin {
    const pin = new Pin(new TextEncoder().encode(typed));
    this.pinsGiven.push(pin);
    return pin;
  }
}

export interface Desk {
  readonly keys: SecurityKeys;
  readonly people: ScriptedKeyPeople;
  readonly bus: HidBus;
  /** What the log was told had been begun. */
  readonly begun: string[];
  /** Enrollments whose credential is gone. */
  readonly gone: string[];
}

export function desk(
  labs: readonly LabAuthenticator[],
  {
    enrolled = [],
    clock = systemClock,
    usbIds,
    deleting,
  }: {
    enrolled?: readonly EnrolledCredential[];
    clock?: Clock;
    usbIds?: HidBus['usbIds'];
    deleting?: SecurityKeysSources['deleting'];
  } = {},
): Desk {
  const begun: string[] = [];
  const gone: string[] = [];
  const bus = {
    list: async () => (await Promise.all(labs.map((lab) => lab.bus.list()))).flat(),
    ...(usbIds === undefined ? {} : { usbIds }),
  };
  const keys = securityKeys({
    hid: async () => bus,
    channel: systemChannelWorld({ clock, log: silentLog }),
    log: silentLog,
    enrolled: async () => enrolled,
    deleting: deleting ?? ((work) => work((id) => gone.push(id))),
    environment: {},
    seen: () => {},
    logged: (what, work) => {
      begun.push(what);
      return work();
    },
  });
  return { keys, people: new ScriptedKeyPeople(), bus, begun, gone };
}

export function labKey(profile: LabAuthenticatorOptions['profile'], over: Partial<LabAuthenticatorOptions> = {}) {
  return new LabAuthenticator({ profile, pin: PIN, ...over });
}

export const forever = new AbortController().signal;

/** Makes a resident credential on the key, as some program did long ago. Returns its id. */
export async function holdCredential(
  lab: LabAuthenticator,
  { rpId, userName, algorithm }: { rpId: string; userName: string; algorithm?: number },
): Promise<Uint8Array> {
  const [device] = await lab.bus.list();
  if (device === undefined) throw new Error('the key is unplugged');
  const key = await Authenticator.open(device, systemChannelWorld({ clock: systemClock, log: silentLog }));
  try {
    const { extensions } = await key.info();
    const made = await key.makeCredential(
      {
        clientDataHash: new Uint8Array(randomBytes(32)),
        rpId,
        user: { id: new Uint8Array(randomBytes(32)), name: userName },
        algorithm: algorithm ?? CoseAlgorithm.EDDSA,
        residentKey: true,
        ...(extensions.includes('credProtect') ? { credProtect: CredProtect.REQUIRED } : {}),
      },
      new Pin(new TextEncoder().encode(PIN)),
    );
    return made.authData.attested.credentialId;
  } finally {
    await key.close();
    lab.counters.reset();
  }
}

/** Whether anything that holds a PIN reached the key. */
export function pinWasSent(lab: LabAuthenticator): boolean {
  const { pinChecks, commands } = lab.counters.read();
  const withPin: readonly (number | undefined)[] = [
    ClientPin.CHANGE_PIN,
    ClientPin.GET_PIN_TOKEN,
    ClientPin.GET_TOKEN_USING_PIN,
  ];
  return (
    pinChecks > 0 ||
    commands.some(({ command, subCommand }) => command === CtapCommand.CLIENT_PIN && withPin.includes(subCommand))
  );
}

/** How often the key was sent this command. */
export function timesSent(lab: LabAuthenticator, command: number): number {
  return lab.counters.read().commands.filter((one) => one.command === command).length;
}
