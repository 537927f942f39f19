/** A PIN in memory: one buffer, one owner (design, decision 4). For a connect it is asked for once and kept until its end. */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { PinQuestion, PinSource } from './authenticator-keyring.ts';

/** Asks a person. Undefined: declined. */
export type AskPin = (question: PinQuestion, signal: AbortSignal) => Promise<Pin | undefined>;

export class HeldPin implements PinSource<Pin> {
  readonly #ask: AskPin;
  readonly #keep: 'until-wiped' | 'for-one-signature';
  #pin: Pin | undefined;

  constructor(ask: AskPin, keep: 'until-wiped' | 'for-one-signature') {
    this.#ask = ask;
    this.#keep = keep;
  }

  async request(question: PinQuestion, signal: AbortSignal): Promise<Pin | undefined> {
    if (question.why === 'wrong') this.wipe();
    this.#pin ??= await this.#ask(question, signal);
    return this.#pin;
  }

  /** Takes over a PIN that was asked for already. */
  hold(pin: Pin): void {
    this.wipe();
    this.#pin = pin;
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
