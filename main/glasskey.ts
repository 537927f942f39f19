/**
 * Composes the services. It knows neither Electron nor the terminal: the desktop, the command line and the tests all start
 * here. What a call needs is loaded when it is made: `status` must not wait for what only an enrollment needs.
 */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Pin } from '../native/ctap2/pin.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { Clock } from '../time/clock.ts';
import type { EnrolledKey, PinQuestion as SigningPinQuestion } from './agent/authenticator-keyring.ts';
import type { NameHost, RouteTo } from './agent/describe-signing.ts';
import type { HostSpec } from './connect/host-spec.ts';
import type { ConnectPlan, HostKeyPolicy } from './connect/plan.ts';
import type { EnrollChoices } from './enrollment/enroll.ts';
import type { EnrollmentIn, EnrollmentJournal, WrittenEnrollment } from './enrollment/enrollment.ts';
import type { People } from './enrollment/people.ts';
import type { PluggedInKey } from './enrollment/plugged-in-keys.ts';
import type { ProfileKeyHolder } from './enrollment/publish.ts';
import type { EnrollmentReport, ReadinessReport } from './enrollment/readiness.ts';
import type { EntraSession } from './entra/entra-session.ts';
import type { Database } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';

export interface GlasskeyWorld {
  readonly hid: () => Promise<HidBus>;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** `user@computer`: whose key it is, for the name on the security key. */
  readonly owner: string;
}

/** Everyone who is asked or told something: enrollment's people, and those of sign-in and signatures. */
export interface GlasskeyPeople extends People {
  /** The browser has the sign-in page now, or (`url`) could not be started, and a person must open it by hand. */
  signInWanted(url: string | undefined): void;
  /** The PIN for signatures: `purpose` says what for. Undefined: declined. */
  signingPin(question: SigningPinQuestion, signal: AbortSignal): Promise<Pin | undefined>;
  touchWanted(purpose: string): void;
  touchDone(): void;
  remark(text: string): void;
}

export interface EnrollRequest extends Omit<EnrollChoices, 'keyFile' | 'owner'> {
  /** Undefined: the one of the settings. */
  readonly keyFile: string | undefined;
}

export interface EnrollReport {
  readonly id: string;
  readonly state: 'written' | 'published';
  readonly keyFile: string;
  readonly publicLine: string;
  readonly fingerprint: string;
  readonly randomart: string;
  readonly account: string | undefined;
  readonly reconciledBy: number | undefined;
  readonly next: string;
}

export interface PublishReport {
  readonly account: string;
  readonly fingerprint: string;
  readonly publishedAt: number;
  readonly reconciledBy: number;
  /** What the profile held before. */
  readonly previousLine: string | null;
}

export interface ConnectTo {
  /** `USER@HOST[:PORT]`, or a saved name. */
  readonly target: string;
  /** In order; empty for none; undefined for the saved or default ones. */
  readonly jump: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  readonly save: string | undefined;
  readonly hostKeys: HostKeyPolicy;
  readonly forwardAgent: boolean;
}

const SSH_PORT = 22;

interface HostNames {
  readonly nameHost: NameHost;
  readonly routeTo: RouteTo;
}

interface Stored {
  readonly database: Database;
  readonly settings: Settings;
  readonly journal: EnrollmentJournal;
}

export class Glasskey {
  readonly #world: GlasskeyWorld;
  #stored: Promise<Stored> | undefined;

  constructor(world: GlasskeyWorld) {
    this.#world = world;
  }

  /** Releases what was opened. */
  async close(): Promise<void> {
    (await this.#stored?.catch(() => undefined))?.database.close();
    this.#stored = undefined;
  }

  /** Would a login work now? From the disk alone. */
  async status(): Promise<ReadinessReport> {
    const { journal, settings } = await this.#open();
    const [{ readiness }, { existsSync }] = await Promise.all([import('./enrollment/readiness.ts'), import('node:fs')]);
    return readiness({
      enrollments: journal.list(),
      filesPresent: ({ plan }) => existsSync(plan.keyFile) && existsSync(`${plan.keyFile}.pub`),
      now: this.#world.clock.now(),
      reconcileEveryMs: reconcileEveryMs(settings),
    });
  }

  /** Makes a key, or goes on with the one that was left unfinished (enrollment/enroll.ts). */
  async enroll(request: EnrollRequest, people: GlasskeyPeople, signal: AbortSignal): Promise<EnrollReport> {
    const { journal, settings } = await this.#open();
    const [{ enroll }, { diskKeyFiles }, { readPublicFile }] = await Promise.all([
      import('./enrollment/enroll.ts'),
      import('./enrollment/disk-key-files.ts'),
      import('./enrollment/read-public-file.ts'),
    ]);
    const { randomBytes } = await import('node:crypto');
    const { clock, log, owner } = this.#world;
    const choices: EnrollChoices = { ...request, keyFile: this.#keyFile(request.keyFile, settings), owner };
    const enrolled = await enroll(
      choices,
      {
        journal,
        people,
        clock,
        log,
        bus: await this.#world.hid(),
        channel: await this.#channelWorld(),
        random: (length) => new Uint8Array(randomBytes(length)),
        files: diskKeyFiles(clock),
        profile: this.#profileHolder(settings, people),
        readPublicFile,
      },
      signal,
    );
    return this.#enrollReport(enrolled, settings);
  }

  /** Publishes the enrollment whose files were written last. Throws `NOT_ENROLLED`. */
  async publish(people: GlasskeyPeople, signal: AbortSignal): Promise<PublishReport> {
    const { journal, settings } = await this.#open();
    const { publishEnrollment } = await import('./enrollment/publish.ts');
    const { readPublicFile } = await import('./enrollment/read-public-file.ts');
    const { clock } = this.#world;
    const profile = this.#profileHolder(settings, people);
    const enrollment = newest(await this.#written());
    const published = await publishEnrollment(enrollment, { journal, people, clock, profile, readPublicFile }, signal);
    const { account, publishedAt, previousLine } = published.publication;
    return {
      account,
      fingerprint: published.files.fingerprint,
      publishedAt,
      reconciledBy: publishedAt + reconcileEveryMs(settings),
      previousLine,
    };
  }

  /** What is enrolled here, and what is plugged in. Asks the keys for no PIN and no touch. */
  async keys(
    signal: AbortSignal,
  ): Promise<{ enrolled: readonly EnrollmentReport[]; pluggedIn: readonly PluggedInKey[] }> {
    const { enrollments } = await this.status();
    const bus = await this.#world.hid();
    const { describePluggedIn } = await import('./enrollment/plugged-in-keys.ts');
    return { enrolled: enrollments, pluggedIn: await describePluggedIn(bus, await this.#channelWorld(), signal) };
  }

  /** The public lines of all enrollments whose files were written, newest first. */
  async publicLines(): Promise<readonly string[]> {
    return (await this.#written()).toReversed().map(({ files }) => files.publicLine.trimEnd());
  }

  /** Serves the enrolled keys until the signal fires. `listening` gets the path of the socket. */
  async serveAgent(
    socketPath: string | undefined,
    people: GlasskeyPeople,
    signal: AbortSignal,
    listening: (socketPath: string) => void,
  ): Promise<void> {
    const path = socketPath ?? join(this.#dataFolder(), 'agent', 'agent.sock');
    const serving = await this.#startAgent(path, people, 'for-one-signature', await this.#hostNames([]));
    try {
      listening(path);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    } finally {
      await serving.close();
    }
  }

  /** What `connect` would run: pure data. The socket of its agent exists only while it runs. */
  async planConnect(request: ConnectTo): Promise<ConnectPlan> {
    return (await this.#plan(request)).plan;
  }

  /**
   * Logs in: its own agent for just this connect, one PIN, one touch per hop (design, decision 4). Returns ssh's exit code; a
   * failure of ssh itself is thrown with its cause (connect/ssh-outcome.ts). Reaches no Entra, no Graph, no ARM.
   */
  async connect(
    request: ConnectTo,
    people: GlasskeyPeople,
    signal: AbortSignal,
  ): Promise<{ readonly exitCode: number }> {
    const { plan, hops } = await this.#plan(request);
    const [{ runSsh }, { outcomeError }] = await Promise.all([
      import('./connect/run-ssh.ts'),
      import('./connect/ssh-outcome.ts'),
    ]);
    const serving = await this.#startAgent(plan.agentSocket, people, 'until-wiped', await this.#hostNames(hops));
    try {
      await serving.warmUp(signal);
      const { log, environment } = this.#world;
      const run = await runSsh(plan, { signal, log, environment, onWarning: (text) => people.remark(text) });
      const failure = serving.lastFailure() ?? outcomeError(plan, run);
      if (failure !== undefined && run.exit.kind === 'exited' && run.exit.code === 255) throw failure;
      await this.#remember(request);
      return { exitCode: run.exit.kind === 'exited' ? run.exit.code : 128 };
    } finally {
      await serving.close();
    }
  }

  #dataFolderCache: string | undefined;

  #dataFolder(): string {
    if (this.#dataFolderCache === undefined) throw new Error('the data folder is known once the storage is open');
    return this.#dataFolderCache;
  }

  #open(): Promise<Stored> {
    this.#stored ??= this.#openStorage();
    return this.#stored;
  }

  async #openStorage(): Promise<Stored> {
    const [{ dataFolderPath }, { openDatabase }, { openSettings }, { storedJournal }] = await Promise.all([
      import('./storage/data-folder.ts'),
      import('./storage/database.ts'),
      import('./storage/settings.ts'),
      import('./enrollment/stored-journal.ts'),
    ]);
    const { environment, homeFolder, clock, log } = this.#world;
    const folder = dataFolderPath({ platform: process.platform, env: environment, home: homeFolder });
    this.#dataFolderCache = folder;
    const database = openDatabase(join(folder, 'glasskey.db'));
    const settings = openSettings(database, join(folder, 'settings.json'));
    for (const { source, what, why } of settings.problems()) log('warn', 'settings.unusable', { source, what, why });
    return { database, settings, journal: storedJournal(database, clock) };
  }

  async #written(): Promise<readonly WrittenEnrollment[]> {
    const { journal } = await this.#open();
    const { isWritten } = await import('./enrollment/enrollment.ts');
    return journal.list().filter(isWritten);
  }

  #keyFile(chosen: string | undefined, settings: Settings): string {
    const path = chosen ?? settings.get('ssh.keyFile').value;
    if (path.startsWith('~/')) return join(this.#world.homeFolder, path.slice(2));
    return join(path.startsWith('/') ? '/' : process.cwd(), path);
  }

  async #channelWorld() {
    const { systemChannelWorld } = await import('../native/ctap2/authenticator.ts');
    return systemChannelWorld(this.#world);
  }

  async #enrollReport(enrolled: WrittenEnrollment, settings: Settings): Promise<EnrollReport> {
    const [{ skPrivateKey }, { randomart }] = await Promise.all([
      import('./enrollment/key-files.ts'),
      import('./openssh/randomart.ts'),
    ]);
    const { publicLine, fingerprint } = enrolled.files;
    const published: EnrollmentIn<'published'> | undefined = enrolled.state === 'published' ? enrolled : undefined;
    return {
      id: enrolled.id,
      state: enrolled.state,
      keyFile: enrolled.plan.keyFile,
      publicLine,
      fingerprint,
      randomart: randomart(skPrivateKey(enrolled).publicKey),
      account: published?.publication.account,
      reconciledBy: published && published.publication.publishedAt + reconcileEveryMs(settings),
      next: (await this.status()).next,
    };
  }

  /** Signs in when it is first asked something. */
  #profileHolder(settings: Settings, people: GlasskeyPeople): ProfileKeyHolder {
    let session: Promise<EntraSession> | undefined;
    const open = () => {
      session ??= this.#openEntra(settings, people);
      return session;
    };
    return {
      account: async (signal) => (await (await open()).profile.me(signal)).userPrincipalName,
      read: async (signal) => (await (await open()).profile.readProfileKey(signal)).line,
      publish: async (line, options) => {
        await (await open()).profile.publishProfileKey(line, options);
      },
    };
  }

  async #openEntra(settings: Settings, people: GlasskeyPeople): Promise<EntraSession> {
    const [{ openEntraSession }, { parseEntraSettings }, { openSystemBrowser }] = await Promise.all([
      import('./entra/entra-session.ts'),
      import('./entra/cloud.ts'),
      import('./entra/system-browser.ts'),
    ]);
    const { clock, log, environment } = this.#world;
    return openEntraSession({
      settings: parseEntraSettings(settings.get('entra').value),
      clock,
      log,
      openBrowser: async (url, signal) => {
        people.signInWanted(undefined);
        log('info', 'entra.sign-in-page', { url });
        try {
          await openSystemBrowser(url, { env: environment, clock, signal });
        } catch (error) {
          // Without a browser here, a person may still open the page by hand: the sign-in goes on waiting.
          if (!(error instanceof GlasskeyError) || error.code !== 'BROWSER_NOT_STARTED') throw error;
          people.signInWanted(url);
        }
      },
    });
  }

  async #plan(request: ConnectTo): Promise<{ readonly plan: ConnectPlan; readonly hops: readonly HostSpec[] }> {
    const { settings, database } = await this.#open();
    const [{ parseHostSpec }, { planConnect }, { newConfigFile }, { targetStore }] = await Promise.all([
      import('./connect/host-spec.ts'),
      import('./connect/plan.ts'),
      import('./connect/run-ssh.ts'),
      import('./storage/target-store.ts'),
    ]);
    const saved = targetStore(database).get(request.target);
    const fallback = settings.get('connect.defaultJump').value;
    const jumpTexts = request.jump ?? saved?.jumps ?? (fallback === null ? [] : [fallback]);
    const device = parseHostSpec(saved?.device ?? request.target);
    const jump = jumpTexts.map(parseHostSpec);
    const key = newest(await this.#written());
    const plan = planConnect({
      device: await this.#withUser(device, key),
      jump,
      ...(request.command === undefined ? {} : { command: request.command }),
      agentSocket: join(this.#dataFolder(), 'connect', `${process.pid}.sock`),
      publicKeyFile: `${key.plan.keyFile}.pub`,
      knownHostsFiles: [join(this.#dataFolder(), 'known_hosts'), join(this.#world.homeFolder, '.ssh', 'known_hosts')],
      configFile: newConfigFile(),
      hostKeys: request.hostKeys,
      forwardAgent: request.forwardAgent,
    });
    return { plan, hops: [...jump, device] };
  }

  /** On fabric devices the user is named after the Entra user: the part before the '@' unless said otherwise (azure.md 8). */
  async #withUser(device: HostSpec, key: WrittenEnrollment): Promise<HostSpec> {
    if (device.user !== undefined) return device;
    const { parseUserName } = await import('./connect/host-spec.ts');
    const [localPart] = key.state === 'published' ? key.publication.account.split('@') : [];
    return { ...device, user: parseUserName(localPart ?? userInfo().username) };
  }

  async #remember(request: ConnectTo): Promise<void> {
    const { database } = await this.#open();
    const { targetStore } = await import('./storage/target-store.ts');
    const targets = targetStore(database);
    const saved = targets.get(request.target);
    const name = request.save ?? saved?.name;
    if (name === undefined) return;
    if (request.save !== undefined) {
      targets.put({ name, device: saved?.device ?? request.target, jumps: request.jump ?? saved?.jumps ?? [] });
    }
    targets.markUsed(name, this.#world.clock.now());
  }

  /** Names host keys for the notices, from Glasskey's known_hosts and the user's, and the way that a connect takes to them. */
  async #hostNames(hops: readonly HostSpec[]): Promise<HostNames> {
    await this.#open();
    const [{ hostNamesFor, isKeyOf }, { readFileSync }] = await Promise.all([
      import('./connect/known-hosts.ts'),
      import('node:fs'),
    ]);
    const files = [join(this.#dataFolder(), 'known_hosts'), join(this.#world.homeFolder, '.ssh', 'known_hosts')];
    // Read anew each time: ssh adds a host key at first contact, just before it asks for the signature.
    const knownHosts = () => files.map((file) => readIfThere(file, readFileSync)).join('\n');
    return {
      nameHost: (hostKey) => hostNamesFor(knownHosts(), hostKey, hops)[0],
      routeTo(hostKey) {
        const text = knownHosts();
        const at = hops.findIndex(({ host, port }) => isKeyOf(text, host, port ?? SSH_PORT, hostKey));
        return hops.slice(0, Math.max(at, 0)).map(({ host }) => host);
      },
    };
  }

  async #startAgent(
    socketPath: string,
    people: GlasskeyPeople,
    keepPin: 'until-wiped' | 'for-one-signature',
    hostNames: HostNames,
  ) {
    const [{ startAgentServer }, { AuthenticatorKeyring }, { PluggedInAuthenticator }, { HeldPin }] = await Promise.all(
      [
        import('./agent/agent-server.ts'),
        import('./agent/authenticator-keyring.ts'),
        import('./agent/plugged-in-authenticator.ts'),
        import('./agent/held-pin.ts'),
      ],
    );
    const { hid, clock, log } = this.#world;
    const written = await this.#written();
    if (written.length === 0) throw notEnrolled();
    const keys = await Promise.all(written.map((enrollment) => enrolledKey(enrollment)));
    const authenticator = new PluggedInAuthenticator(
      hid,
      await this.#channelWorld(),
      (credentialId) => keys.find(({ key }) => Buffer.compare(key.credentialId, credentialId) === 0)?.aaguid,
      () => people.remark('Another program is using the security key; waiting for it to finish.'),
    );
    const pin = new HeldPin((question, signal) => people.signingPin(question, signal), keepPin);
    let failure: GlasskeyError | undefined;
    const keyring = new AuthenticatorKeyring<Pin>({
      keys: { list: async () => keys.map(({ key }) => key).toReversed() },
      authenticator: {
        pinTriesLeft: (signal) => authenticator.pinTriesLeft(signal),
        assert: async (assertion, signal, onTouchWanted) => {
          try {
            const answer = await authenticator.assert(assertion, signal, onTouchWanted);
            failure = undefined;
            return answer;
          } catch (error) {
            if (error instanceof GlasskeyError) failure = error;
            throw error;
          } finally {
            pin.used();
          }
        },
      },
      pins: pin,
      notices: people,
      ...hostNames,
    });
    const server = await startAgentServer({ socketPath, keyring, clock, log });
    return {
      /** The key opened and its PIN asked for, before ssh has the terminal. Throws where no PIN or key can help. */
      async warmUp(signal: AbortSignal): Promise<void> {
        const first = keys.at(-1);
        if (first === undefined) throw notEnrolled();
        await authenticator.ready(first.key.credentialId, signal);
        const triesLeft = await authenticator.pinTriesLeft(signal);
        const question = { why: 'needed', purpose: 'One PIN for this login, one touch per hop.' } as const;
        await pin.request(triesLeft === undefined ? question : { ...question, triesLeft }, signal);
      },
      /** Why the last signature was not made: ssh only says that the agent refused. */
      lastFailure: () => failure,
      async close(): Promise<void> {
        pin.wipe();
        await server.close();
        await authenticator.close();
      },
    };
  }
}

function readIfThere(file: string, read: (file: string, encoding: 'utf8') => string): string {
  try {
    return read(file, 'utf8');
  } catch {
    return ''; // not there: no names
  }
}

async function enrolledKey(
  enrollment: WrittenEnrollment,
): Promise<{ readonly key: EnrolledKey; readonly aaguid: string }> {
  const [{ skPrivateKey }, { formatSkPublicBlob }] = await Promise.all([
    import('./enrollment/key-files.ts'),
    import('./openssh/sk-key.ts'),
  ]);
  const { publicKey, keyHandle, comment } = skPrivateKey(enrollment);
  return {
    aaguid: enrollment.credential.aaguid,
    key: {
      publicBlob: formatSkPublicBlob(publicKey),
      comment,
      application: enrollment.plan.application,
      credentialId: keyHandle,
      userVerification: true,
    },
  };
}

function newest(written: readonly WrittenEnrollment[]): WrittenEnrollment {
  const last = written.at(-1);
  if (last === undefined) throw notEnrolled();
  return last;
}

function notEnrolled(): GlasskeyError {
  return new GlasskeyError({
    code: 'NOT_ENROLLED',
    message: 'No key is enrolled on this computer.',
    remedy: 'Plug in your security key and run: glasskey enroll',
  });
}

function reconcileEveryMs(settings: Settings): number {
  return settings.get('reconcile.everyMinutes').value * 60_000;
}
