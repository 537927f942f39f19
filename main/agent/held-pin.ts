/** A PIN in memory: one buffer, one owner (design, decision 4). For a connect it is asked for once and kept until its end. */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { PinQuestion, PinSource } from './authenticator-keyring.ts';

/** Asks a person. Undefined: declined. */
export type AskPin = (question: PinQuestion, signal: AbortSignal) => Promise<Pin | undefined>;

export class HeldPin implements PinSource<Pin> {
  readonly #ask: AskPin;
  readonly #keep: 'until-wiped' | 'for-one-signature';
  #pin: Pin | undefined;
  /** The model that the PIN was given for. */
  #model: string | undefined;

  constructor(ask: AskPin, keep: 'until-wiped' | 'for-one-signature') {
    this.#ask = ask;
    this.#keep = keep;
  }

  async request(question: PinQuestion, signal: AbortSignal): Promise<Pin | undefined> {
    // Another key has another PIN, and each wrong one costs it a try.
    if (question.why === 'wrong' || question.model !== this.#model) this.wipe();
    this.#pin ??= await this.#ask(question, signal);
    this.#model = question.model;
    return this.#pin;
  }

  /** Takes over a PIN that was asked for already. */
  hold(pin: Pin, model: string): void {
    this.wipe();
    this.#pin = pin;
    this.#model = model;
  }

  /** A signature is over, however it ended. */
  used(): void {
    if (this.#keep === 'for-one-signature') this.wipe();
  }

  wipe(): void {
    this.#pin?.wipe();
    this.#pin = undefined;
  }
}
