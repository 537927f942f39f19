/**
 * What was allowed "for this session", and the one PIN that goes with it: kept in memory until the agent locks, the key goes, or
 * nothing used it for a quarter of an hour. Then all of it is forgotten at once, and the PIN is wiped.
 */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { Clock } from '../../time/clock.ts';
import type { SignRequest } from './keyring.ts';

export const KEPT_UNUSED_MS = 15 * 60_000;

/** How often it is looked whether the key is still there while a PIN is kept. */
const LOOK_EVERY_MS = 1_000;

export class SessionGrants {
  readonly #clock: Clock;
  readonly #isKeyGone: () => boolean;
  readonly #grants = new Set<string>();
  #pin: { readonly pin: Pin; readonly model: string } | undefined;
  #usedAt = 0;
  #stopLooking: (() => void) | undefined;

  /** `isKeyGone`: whether the key that the PIN was given for is no longer plugged in. */
  constructor(clock: Clock, isKeyGone: () => boolean) {
    this.#clock = clock;
    this.#isKeyGone = isKeyGone;
  }

  get isEmpty(): boolean {
    return this.#pin === undefined && this.#grants.size === 0;
  }

  has(grant: string | undefined): boolean {
    if (this.#isOver()) this.forget();
    return grant !== undefined && this.#grants.has(grant);
  }

  /** The kept PIN, where it was given for that model. It stays owned here. */
  pinFor(model: string): Pin | undefined {
    if (this.#isOver()) this.forget();
    return this.#pin?.model === model ? this.#pin.pin : undefined;
  }

  /** A signature for `grant` has been made with `pin`, which is owned here from now on. */
  keep(grant: string, pin: Pin, model: string): void {
    if (this.#pin?.pin !== pin) this.#pin?.pin.wipe();
    this.#pin = { pin, model };
    this.#grants.add(grant);
    this.used();
  }

  /** Its time begins anew. */
  used(): void {
    if (this.isEmpty) return;
    this.#usedAt = this.#clock.now();
    this.#stopLooking ??= this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  forget(): void {
    this.#pin?.pin.wipe();
    this.#pin = undefined;
    this.#grants.clear();
    this.#stopLooking?.();
    this.#stopLooking = undefined;
  }

  #isOver(): boolean {
    return !this.isEmpty && (this.#isKeyGone() || this.#clock.now() - this.#usedAt >= KEPT_UNUSED_MS);
  }

  #look(): void {
    this.#stopLooking = undefined;
    if (this.#isOver()) this.forget();
    else if (!this.isEmpty) this.#stopLooking = this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }
}

/**
 * What one "this session" covers: the same program in the same session, the same key, the same purpose. Undefined where it would
 * cover more than the person can see: an unknown session, a login that names no host, and whatever came, or may have come,
 * through another host.
 */
export function grantFor({ client, keyBlob, purpose, ...path }: SignRequest): string | undefined {
  if (client?.session === undefined || client.program === undefined) return undefined;
  if (path.forwardedThrough.length > 0 || path.throughUnverifiedHost) return undefined;
  // ssh itself signs no files: where it seems to, an old one carries the wish of a host that the agent is forwarded to.
  if (purpose.kind === 'sshsig' && client.program === 'ssh') return undefined;
  const about = purposeKey(purpose, path.isPathProven);
  if (about === undefined) return undefined;
  return JSON.stringify([client.session, client.program, client.starter ?? '', hex(keyBlob), ...about]);
}

function purposeKey(purpose: SignRequest['purpose'], isPathProven: boolean): readonly string[] | undefined {
  // ssh-keygen, which signs files, binds no session: there is no path to prove.
  if (purpose.kind === 'sshsig') return ['sshsig', purpose.namespace];
  return purpose.hostKey === undefined || !isPathProven ? undefined : ['login', purpose.user, hex(purpose.hostKey)];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
