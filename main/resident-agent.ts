/**
 * The agent of the app: on one socket from the app's start to its end, with a key enrolled or not, with a window or without.
 * What it signs is approved by a person (agent/approving-keyring.ts), and what the rules refuse is not even asked for. Where another agent has the socket, it waits its turn.
 */
import { lstat } from 'node:fs/promises';
import { asGlasskeyError, type GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Pin } from '../native/ctap2/pin.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { Clock } from '../time/clock.ts';
import type { WrittenActivityLog } from './agent/activity-log.ts';
import { AgentLock } from './agent/agent-lock.ts';
import { isAgentAnswering } from './agent/agent-probe.ts';
import type { PolicyOf } from './agent/agent-rules.ts';
import { type AgentServer, startAgentServer } from './agent/agent-server.ts';
import { type ApprovalPeople, ApprovingKeyring } from './agent/approving-keyring.ts';
import { type ClientOf, loadClientOf } from './agent/asking-program.ts';
import { AuthenticatorKeyring, type EnrolledKey } from './agent/authenticator-keyring.ts';
import type { NameHost } from './agent/describe-signing.ts';
import { KeyRelease } from './agent/key-release.ts';
import { PassThrough, type PassThroughWorld } from './agent/pass-through.ts';
import { SessionGrants } from './agent/session-grants.ts';
import type { SigningAuthenticator } from './agent/signing-authenticator.ts';
import { productOf, type WrittenEnrollment } from './enrollment/enrollment.ts';
import { enrolledKey, type SigningAuthenticatorWorld, signingAuthenticator } from './glasskey-agent.ts';
import { PIPE_PREFIX } from './storage/agent-socket-path.ts';

export interface ResidentAgentWorld {
  readonly socketPath: string;
  /** All that can sign, in the order they are offered. Read anew for each request: enrollments come and go. */
  readonly enrollments: () => Promise<readonly WrittenEnrollment[]>;
  /** Gets `productOf`, to name the security key in its questions. */
  readonly people: (productOf: ProductOf) => ApprovalPeople;
  readonly nameHost: NameHost;
  /** Whether somebody has that key in known_hosts, or pinned it, under whatever name. */
  readonly isKnownHost: (hostKeyBlob: Uint8Array) => boolean;
  readonly policyOf: PolicyOf;
  /** Closed with the agent. */
  readonly activity: WrittenActivityLog;
  /** Keys of the user's other agent are offered too. */
  readonly passThrough: PassThroughWorld;
  readonly hid: () => Promise<HidBus>;
  /** Where keys are reached through Windows. */
  readonly windowsKey?: SigningAuthenticatorWorld['windowsKey'];
  readonly channel: ChannelWorld;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the security key that holds a credential is called. */
export type ProductOf = (credentialId: Uint8Array) => string;

export interface ResidentAgentStatus {
  /**
   * `off`: closed, or not begun. `locked`: by the screen or by `ssh-add -x`. `failed`: not serving, see `error`; it is tried again
   * by itself.
   */
  readonly state: 'off' | 'listening' | 'locked' | 'failed';
  readonly socketPath: string;
  /** How many keys it offers. */
  readonly keys: number;
  readonly error: GlasskeyError | undefined;
}

export interface ResidentAgent {
  status(): ResidentAgentStatus;
  /** Called after each change of `status()`. The returned function ends it. */
  onChange(listener: () => void): () => void;
  /** An enrollment was written, or given up: counts the keys anew. Requests see them without it. */
  refresh(): Promise<void>;
  /** The screen is locked, or the computer goes to sleep: PINs are wiped, what waits ends, nothing is signed. */
  lock(): void;
  unlock(): void;
  /** After a sleep: is the socket still there, and does it answer? If not, it is started again. */
  check(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

const TRY_AGAIN_MS = 5_000;

/** Begins to serve; where it cannot yet, the status says why. Rejects only where the enrollments cannot be read. */
export async function startResidentAgent(world: ResidentAgentWorld): Promise<ResidentAgent> {
  const agent = new Resident(world, await loadClientOf(world.log));
  await agent.refresh();
  await agent.start();
  return agent;
}

class Resident implements ResidentAgent {
  readonly #world: ResidentAgentWorld;
  readonly #clientOf: ClientOf;
  readonly #authenticator: SigningAuthenticator;
  readonly #grants: SessionGrants;
  readonly #release: KeyRelease;
  readonly #keyring: ApprovingKeyring;
  readonly #passThrough: PassThrough;
  /** Of `ssh-add -x`. What is started again is as locked as it was. */
  readonly #lock: AgentLock;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #known: readonly WrittenEnrollment[] = [];
  #server: AgentServer | undefined;
  /** Which file our socket is: another agent may have put its own there since. */
  #inode: number | undefined;
  #error: GlasskeyError | undefined;
  #isScreenLocked = false;
  /** Starts, checks and the end, one after another. */
  #turn: Promise<void> = Promise.resolve();
  #stopWaiting: (() => void) | undefined;

  constructor(world: ResidentAgentWorld, clientOfSocket: ClientOf) {
    this.#world = world;
    this.#clientOf = clientOfSocket;
    const { hid, windowsKey, channel, clock, nameHost, isKnownHost, policyOf, log } = world;
    this.#authenticator = signingAuthenticator({
      hid,
      windowsKey,
      channel,
      aaguidOf: (credentialId) => this.#enrollmentOf(credentialId)?.credential.aaguid,
      onBusy: () => this.#keyring.keyBusy(),
      onLetGo: () => this.#grants.forget(),
    });
    this.#lock = new AgentLock(clock, () => this.#lockedByClient());
    this.#passThrough = new PassThrough(world.passThrough, world.socketPath);
    this.#grants = new SessionGrants(clock, () => this.#authenticator.isGone);
    this.#release = new KeyRelease({
      clock,
      close: () => this.#authenticator.close(),
      // A PIN that is kept goes when its key goes, which only an open key can tell.
      isWanted: () => !this.#grants.isEmpty,
    });
    const keys = () => this.#keys();
    const keyring = new AuthenticatorKeyring<Pin>({
      keys: { list: keys },
      authenticator: this.#authenticator,
      // Each request brings its own (approving-keyring.ts); without one nobody is asked, and nothing is signed.
      pins: { request: async () => undefined },
      notices: { touchWanted() {}, touchDone() {} },
      nameHost,
      clock,
    });
    this.#keyring = new ApprovingKeyring({
      keyring,
      keys,
      grants: this.#grants,
      people: world.people((credentialId) => this.#productOf(credentialId)),
      nameHost,
      isKnownHost,
      policyOf,
      log,
      pinTriesLeft: (signal) => this.#authenticator.pinTriesLeft(signal),
    });
  }

  status(): ResidentAgentStatus {
    return { state: this.#state, socketPath: this.#world.socketPath, keys: this.#known.length, error: this.#error };
  }

  get #state(): ResidentAgentStatus['state'] {
    if (this.#closed.signal.aborted) return 'off';
    if (this.#error !== undefined) return 'failed';
    if (this.#server === undefined) return 'off';
    return this.#isScreenLocked || this.#lock.isLocked ? 'locked' : 'listening';
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async refresh(): Promise<void> {
    await this.#keys();
  }

  lock(): void {
    if (this.#isScreenLocked) return;
    this.#isScreenLocked = true;
    this.#keyring.lock();
    this.#passThrough.lock();
    this.#changed();
  }

  unlock(): void {
    if (!this.#isScreenLocked) return;
    this.#isScreenLocked = false;
    this.#passThrough.unlock();
    if (!this.#lock.isLocked) this.#keyring.unlock();
    this.#changed();
  }

  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  check(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#server !== undefined && !(await this.#isServing())) {
        this.#world.log('warn', 'agent.resident.gone', { socketPath: this.#world.socketPath });
        await this.#stop();
      }
      if (this.#server === undefined) await this.#start();
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#stopWaiting?.();
    this.#keyring.lock();
    this.#lock.close();
    await this.#inTurn(() => this.#stop());
    this.#release.stop();
    await this.#authenticator.close();
    this.#world.activity.close();
    this.#changed();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch((error: unknown) => {
      this.#world.log('error', 'agent.resident.failed', { message: asGlasskeyError(error).message });
    });
    return turn;
  }

  async #start(): Promise<void> {
    const { socketPath, activity, clock, log } = this.#world;
    const { signal } = this.#closed;
    this.#stopWaiting?.();
    if (this.#server !== undefined || signal.aborted) return;
    try {
      this.#server = await startAgentServer({
        socketPath,
        keyring: this.#served,
        activity,
        clock,
        log,
        clientOf: this.#clientOf,
        passThrough: this.#passThrough,
        lock: this.#lock,
        signal,
      });
      this.#inode = await inodeOf(socketPath);
      this.#error = undefined;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asGlasskeyError(thrown);
      if (error.code !== this.#error?.code) log('warn', 'agent.resident.not-serving', { code: error.code });
      this.#error = error;
      this.#stopWaiting = clock.after(TRY_AGAIN_MS, () => void this.start());
    }
    this.#changed();
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  async #isServing(): Promise<boolean> {
    const { socketPath, clock } = this.#world;
    return (await inodeOf(socketPath)) === this.#inode && (await isAgentAnswering(socketPath, clock));
  }

  /** `ssh-add -x` locks like the screen does; the server itself refuses everything then. */
  #lockedByClient(): void {
    if (this.#lock.isLocked) this.#keyring.lock();
    else if (!this.#isScreenLocked) this.#keyring.unlock();
    this.#changed();
  }

  /** The keyring as the server sees it: after the last signature of a while the key is let go. */
  get #served() {
    return {
      identities: () => this.#keyring.identities(),
      sign: (...request: Parameters<ApprovingKeyring['sign']>) =>
        this.#release.during(() => this.#keyring.sign(...request)),
    };
  }

  async #keys(): Promise<readonly EnrolledKey[]> {
    const before = this.#known.length;
    this.#known = await this.#world.enrollments();
    if (this.#known.length !== before) this.#changed();
    return this.#known.map(enrolledKey);
  }

  #enrollmentOf(credentialId: Uint8Array): WrittenEnrollment | undefined {
    return this.#known.find((one) => Buffer.compare(enrolledKey(one).credentialId, credentialId) === 0);
  }

  #productOf(credentialId: Uint8Array): string {
    const enrollment = this.#enrollmentOf(credentialId);
    return enrollment === undefined ? '' : productOf(enrollment);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A pipe of Windows has none, and looking at it would be a connection. */
async function inodeOf(path: string): Promise<number | undefined> {
  if (path.startsWith(PIPE_PREFIX)) return undefined;
  return lstat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}
