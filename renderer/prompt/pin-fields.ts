/**
 * The fields for a PIN. What is typed is in the fields until it is read or cleared, and nowhere else: it is read once, straight
 * into bytes, and never shown, kept or logged. (The browser's own copy of a field's text cannot be wiped, only dropped.)
 */
import type { PromptView } from '../../main/ipc/contract.ts';

export type PinField = NonNullable<PromptView['field']>;

/** `bytes` are the caller's to wipe. */
export type Reading = { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly fault: string };

export class PinFields {
  readonly #place: HTMLElement;
  readonly #onInput: () => void;
  #field: PinField | undefined;
  #inputs: HTMLInputElement[] = [];

  /** `onInput`: somebody types. */
  constructor(place: HTMLElement, onInput: () => void) {
    this.#place = place;
    this.#onInput = onInput;
  }

  /** Draws the field, or takes it away. Fields that are there stay, with what is being typed into them. */
  show(field: PinField | undefined): void {
    if (JSON.stringify(field) === JSON.stringify(this.#field)) return;
    this.clear();
    this.#field = field;
    this.#inputs = [];
    this.#place.replaceChildren();
    if (field === undefined) return;
    const labels = field.kind === 'new-pin' ? [field.label, field.repeatLabel ?? field.label] : [field.label];
    this.#inputs = labels.map((text, index) => this.#draw(text, `pin-${index + 1}`));
  }

  #draw(text: string, id: string): HTMLInputElement {
    const label = document.createElement('label');
    label.htmlFor = id;
    label.textContent = text;
    const input = document.createElement('input');
    input.id = id;
    input.type = 'password';
    input.autocomplete = 'off';
    input.spellcheck = false;
    input.setAttribute('autocapitalize', 'off');
    input.setAttribute('aria-describedby', 'problem rules');
    input.addEventListener('input', this.#onInput);
    this.#place.append(label, input);
    return input;
  }

  get areShown(): boolean {
    return this.#inputs.length > 0;
  }

  contain(element: EventTarget | null): boolean {
    return this.#inputs.some((input) => input === element);
  }

  markWrong(isWrong: boolean): void {
    for (const input of this.#inputs) input.setAttribute('aria-invalid', String(isWrong));
  }

  /** The first that is empty, or the first. */
  focus(): void {
    (this.#inputs.find(({ value }) => value === '') ?? this.#inputs[0])?.focus();
  }

  /** True where Enter means: on to the repetition. */
  wantsRepetition(focused: EventTarget | null): boolean {
    const [first, repeat] = this.#inputs;
    return repeat !== undefined && focused === first && first?.value !== '' && repeat.value === '';
  }

  /** What was typed, as UTF-8; the fields are empty then. Or what is wrong with it: it stays, to be mended. */
  read(): Reading {
    const field = this.#field;
    if (field === undefined) return { fault: '' };
    // Normalized as the security key wants it (CTAP 2.1, 6.5.1), so that its bytes are what is counted.
    const typed = this.#inputs.map(({ value }) => new TextEncoder().encode(value.normalize('NFC')));
    const [bytes = new Uint8Array(), ...repeated] = typed;
    const fault = faultOf(field, bytes, repeated);
    for (const each of fault === undefined ? repeated : typed) each.fill(0);
    // Nobody sees which of the two was mistyped.
    if (fault === undefined || fault === field.notTheSame) this.clear();
    return fault === undefined ? { bytes } : { fault };
  }

  clear(): void {
    for (const input of this.#inputs) input.value = '';
  }
}

function faultOf(field: PinField, bytes: Uint8Array, repeated: readonly Uint8Array[]): string | undefined {
  if (codePointsIn(bytes) < field.minLength) return field.tooShort;
  if (bytes.length > field.maxBytes) return field.tooLong;
  return repeated.every((again) => areSame(bytes, again)) ? undefined : field.notTheSame;
}

/** Every byte of UTF-8 but the continuations begins a code point. */
function codePointsIn(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
