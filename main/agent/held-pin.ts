/**
 * A PIN in memory: one buffer, one owner (design, decision 4). For a connect it is asked for once and kept until its end, until the
 * screen is locked (whoever owns this wipes it then), until the computer has slept, or until the key that it was given for is unplugged.
 */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { Clock } from '../../time/clock.ts';
import type { PinQuestion, PinSource } from './authenticator-keyring.ts';

/** Asks a person. Undefined: declined. */
export type AskPin = (question: PinQuestion, signal: AbortSignal) => Promise<Pin | undefined>;

export interface HeldPinWorld {
  readonly clock: Clock;
  /** Whether the key is no longer plugged in. */
  readonly isKeyGone: () => boolean;
}

/** How often it is looked whether the key is still there while a PIN is held. */
export const LOOK_EVERY_MS = 1_000;
/** So much later than it was to be, a look comes after a sleep only, or after the clock was set. */
export const SLEPT_MS = 30_000;

export class HeldPin implements PinSource<Pin> {
  readonly #ask: AskPin;
  readonly #keep: 'until-wiped' | 'for-one-signature';
  readonly #world: HeldPinWorld;
  #pin: Pin | undefined;
  /** The model that the PIN was given for. */
  #model: string | undefined;
  #stopLooking: (() => void) | undefined;

  constructor(ask: AskPin, keep: 'until-wiped' | 'for-one-signature', world: HeldPinWorld) {
    this.#ask = ask;
    this.#keep = keep;
    this.#world = world;
  }

  async request(question: PinQuestion, signal: AbortSignal): Promise<Pin | undefined> {
    // Another key has another PIN, and each wrong one costs it a try.
    if (question.why !== 'needed' || question.model !== this.#model) this.wipe();
    if (this.#pin !== undefined) return this.#pin;
    const given = await this.#ask(question, signal);
    if (given === undefined) return undefined;
    if (signal.aborted) {
      // Its program has gone, or the agent was locked: the next one to ask is not whom it was given for.
      given.wipe();
      return undefined;
    }
    this.hold(given, question.model);
    return given;
  }

  /** Takes over a PIN that was asked for already. */
  hold(pin: Pin, model: string): void {
    this.wipe();
    this.#pin = pin;
    this.#model = model;
    if (this.#keep === 'until-wiped') this.#lookLater();
  }

  /** A signature is over, however it ended. */
  used(): void {
    if (this.#keep === 'for-one-signature') this.wipe();
  }

  wipe(): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    this.#pin?.wipe();
    this.#pin = undefined;
  }

  #lookLater(): void {
    const { clock, isKeyGone } = this.#world;
    const since = clock.now();
    this.#stopLooking = clock.after(LOOK_EVERY_MS, () => {
      if (isKeyGone() || clock.now() - since > LOOK_EVERY_MS + SLEPT_MS) this.wipe();
      else this.#lookLater();
    });
  }
}
