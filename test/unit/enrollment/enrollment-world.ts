/** A computer to enroll on: a lab authenticator in this process, the real journal and the real files in a temporary folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { silentLog } from '../../../diagnostics/log.ts';
import { diskKeyFiles } from '../../../main/enrollment/disk-key-files.ts';
import { type EnrollChoices, type EnrollWorld, enroll, type KeyFileFolder } from '../../../main/enrollment/enroll.ts';
import type { EnrollmentIn, EnrollmentJournal, WrittenEnrollment } from '../../../main/enrollment/enrollment.ts';
import type { KeyScrutiny } from '../../../main/enrollment/key-scrutiny.ts';
import type {
  EnrollmentEvent,
  NewPinQuestion,
  People,
  PinQuestion,
  ProfileKeyConflict,
} from '../../../main/enrollment/people.ts';
import { type ProfileKeyHolder, publishEnrollment } from '../../../main/enrollment/publish.ts';
import { readKeyFile } from '../../../main/enrollment/read-key-file.ts';
import { storedJournal } from '../../../main/enrollment/stored-journal.ts';
import { keyScrutiny } from '../../../main/glasskey-key-scrutiny.ts';
import { type Database, openDatabase } from '../../../main/storage/database.ts';
import { openSettings, type Settings } from '../../../main/storage/settings.ts';
import type { FileSteps } from '../../../main/storage/whole-file.ts';
import { systemChannelWorld } from '../../../native/ctap2/authenticator.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import type { ChannelWorld } from '../../../native/ctaphid/channel.ts';
import type { HidBus } from '../../../native/hid/transport.ts';
import { type Clock, systemClock } from '../../../time/clock.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../lab/authenticator/lab-authenticator.ts';

/** What the settings demand where nobody has set anything. */
const ANY_KEY = await withSettings((settings) => keyScrutiny(settings, tmpdir()));

export const PIN = '271828';
export const ACCOUNT = 'alice@lab.example';
/** A line of somebody else's key, as openssh-portable's regress/unittests/sshkey/testdata/ed25519_sk1.pub has it. */
export const OTHER_LINE =
  'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICFo/k5LU8863u66YC9eUO2170QduohPURkQnbLa/dczAAAABHNzaDo= ED25519-SK test key #1\n';

/** Answers from lists; remembers what it was asked, told and gave away. */
export class ScriptedPeople implements People {
  readonly events: EnrollmentEvent[] = [];
  readonly pinQuestions: PinQuestion[] = [];
  readonly newPinQuestions: NewPinQuestion[] = [];
  readonly conflicts: ProfileKeyConflict[] = [];
  readonly pinsGiven: Pin[] = [];
  /** Typed one after another; the last one again and again. */
  pins: readonly string[] = [PIN];
  newPin = PIN;
  mayReplace = false;
  /** Runs when the key begins to blink. */
  onTouchWanted: () => void = () => {};
  /** Runs before the PIN is given. */
  onPin: () => void = () => {};

  async requestPin(question: PinQuestion): Promise<Pin> {
    this.onPin();
    const typed = this.pins[Math.min(this.pinQuestions.length, this.pins.length - 1)] ?? '';
    this.pinQuestions.push(question);
    return this.#give(typed);
  }

  async requestNewPin(question: NewPinQuestion): Promise<Pin> {
    this.newPinQuestions.push(question);
    return this.#give(this.newPin);
  }

  async mayReplaceProfileKey(conflict: ProfileKeyConflict): Promise<boolean> {
    this.conflicts.push(conflict);
    return this.mayReplace;
  }

  tell(event: EnrollmentEvent): void {
    this.events.push(event);
    if (event.kind === 'touch-wanted') this.onTouchWanted();
  }

  told<K extends EnrollmentEvent['kind']>(kind: K): Extract<EnrollmentEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<EnrollmentEvent, { kind: K }> => event.kind === kind);
  }

  #give(typed: string): Pin {
    const pin = new Pin(new TextEncoder().encode(typed));
    this.pinsGiven.push(pin);
    return pin;
  }
}

export type ProfileFault = 'read' | 'before-write' | 'after-write' | 'read-back';

/** The profiles of a directory, one line each. With a file, they outlive the process. */
export class FakeProfiles implements ProfileKeyHolder {
  readonly lines: Map<string, string>;
  readonly #file: string | undefined;
  signedIn = ACCOUNT;
  writes = 0;
  /** What goes wrong, once. */
  fault: ProfileFault | undefined;
  /** Runs when the profile is read: after the sign-in, before the write. */
  onRead: () => Promise<void> = async () => {};

  constructor(file?: string) {
    this.#file = file;
    const saved = file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
    this.lines = new Map(saved as [string, string][]);
  }

  async account(): Promise<string> {
    return this.signedIn;
  }

  async read(): Promise<string | undefined> {
    this.#fail('read', 'GRAPH_UNREACHABLE');
    await this.onRead();
    return this.lines.get(this.signedIn);
  }

  async publish(line: string, { expectedPrevious }: { readonly expectedPrevious: string | null }): Promise<void> {
    this.#fail('before-write', 'GRAPH_UNREACHABLE');
    const present = this.lines.get(this.signedIn);
    if (present === line) return;
    if ((present ?? null) !== expectedPrevious) throw failure('PROFILE_KEY_CHANGED');
    this.set(this.signedIn, this.fault === 'read-back' ? OTHER_LINE : line);
    this.writes += 1;
    this.#fail('after-write', 'GRAPH_UNREACHABLE');
    this.#fail('read-back', 'PROFILE_READ_BACK_DIFFERS');
  }

  set(account: string, line: string): void {
    this.lines.set(account, line);
    if (this.#file !== undefined) writeFileSync(this.#file, JSON.stringify([...this.lines]));
  }

  #fail(fault: ProfileFault, code: string): void {
    if (this.fault !== fault) return;
    this.fault = undefined;
    throw failure(code);
  }
}

function failure(code: string): GlasskeyError {
  return new GlasskeyError({ code, message: 'The test made this fail.', remedy: 'Run it again.' });
}

export interface ComputerOptions {
  readonly clock?: Clock;
  readonly authenticator?: Partial<LabAuthenticatorOptions>;
  /** The authenticator leaves the factory just now. */
  readonly withoutPin?: boolean;
  /** Wraps what is enrolled with, to fail or to stop in it. */
  readonly journal?: (journal: EnrollmentJournal) => EnrollmentJournal;
  readonly steps?: FileSteps;
  readonly profiles?: (profiles: FakeProfiles) => ProfileKeyHolder;
}

export class Computer {
  readonly folder: string;
  readonly clock: Clock;
  readonly channel: ChannelWorld;
  readonly people = new ScriptedPeople();
  readonly profiles: FakeProfiles;
  readonly database: Database;
  readonly journal: EnrollmentJournal;
  readonly #profile: ProfileKeyHolder;
  files: KeyFileFolder;
  scrutiny: KeyScrutiny = ANY_KEY;
  authenticator: LabAuthenticator;
  bus: HidBus;

  private constructor(folder: string, options: ComputerOptions) {
    this.folder = folder;
    this.clock = options.clock ?? systemClock;
    this.channel = systemChannelWorld({ clock: this.clock, log: silentLog });
    this.database = openDatabase(join(folder, 'data', 'glasskey.db'));
    const journal = storedJournal(this.database, this.clock);
    this.journal = options.journal?.(journal) ?? journal;
    this.files = diskKeyFiles(this.clock, options.steps);
    this.profiles = new FakeProfiles(join(folder, 'profiles.json'));
    this.#profile = options.profiles?.(this.profiles) ?? this.profiles;
    this.authenticator = newAuthenticator(options);
    this.bus = this.authenticator.bus;
  }

  static async start(options: ComputerOptions = {}): Promise<Computer> {
    return new Computer(await mkdtemp(join(tmpdir(), 'gk-enroll-')), options);
  }

  /** The computer in `folder`, as an earlier process left it. */
  static again(folder: string, options: ComputerOptions = {}): Computer {
    return new Computer(folder, options);
  }

  async close(): Promise<void> {
    this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get keyFolder(): string {
    return join(this.folder, 'home', '.ssh');
  }

  get keyFile(): string {
    return join(this.keyFolder, 'id_ed25519_sk');
  }

  plugInAnother(options: ComputerOptions = {}): void {
    this.authenticator = newAuthenticator({ clock: this.clock, ...options });
    this.bus = this.authenticator.bus;
  }

  choices(some: Partial<EnrollChoices> = {}): EnrollChoices {
    return {
      algorithm: 'ed25519-sk',
      keyFile: this.keyFile,
      overwrite: false,
      publish: true,
      owner: 'alice@laptop',
      device: undefined,
      fresh: false,
      ...some,
    };
  }

  get world(): EnrollWorld {
    const { journal, people, clock, bus, channel, files } = this;
    const random = (length: number) => new Uint8Array(randomBytes(length));
    return {
      journal,
      people,
      clock,
      bus,
      channel,
      files,
      scrutiny: this.scrutiny,
      profile: this.#profile,
      log: silentLog,
      random,
      readKeyFile,
    };
  }

  enroll(some: Partial<EnrollChoices> = {}, signal = new AbortController().signal): Promise<WrittenEnrollment> {
    return enroll(this.choices(some), this.world, signal);
  }

  /** As `glasskey publish` does it. */
  publish(enrollment: WrittenEnrollment): Promise<EnrollmentIn<'published'>> {
    return publishEnrollment(enrollment, this.world, new AbortController().signal);
  }

  /** The names in the folder of the key files. */
  async keyFiles(): Promise<string[]> {
    return existsSync(this.keyFolder) ? (await readdir(this.keyFolder)).sort() : [];
  }
}

/** The standard settings, of a database that is gone afterwards. */
async function withSettings<T>(use: (settings: Settings) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'gk-settings-'));
  const database = openDatabase(join(folder, 'glasskey.db'));
  try {
    return await use(openSettings(database, join(folder, 'settings.json')));
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function newAuthenticator({ clock, authenticator, withoutPin = false }: ComputerOptions): LabAuthenticator {
  const env = clock === undefined ? {} : { env: { clock } };
  const pin = withoutPin ? {} : { pin: PIN };
  return new LabAuthenticator({ profile: 'yubikey-5.7', ...pin, ...env, ...authenticator });
}
