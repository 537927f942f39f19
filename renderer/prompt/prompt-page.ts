/** Draws the first prompt of the queue and takes its answer. Every sentence comes with the prompt; here are only rules of the hand. */
import type { PromptAnswer, PromptQueueView, PromptView } from '../../main/ipc/contract.ts';
import { AnswerPause } from './answer-pause.ts';
import { DenialCountdown } from './denial-countdown.ts';
import { PinFields } from './pin-fields.ts';

type Button = PromptView['buttons'][number];

export interface PromptPageWorld {
  /** Must have copied the answer when it returns: the PIN is wiped then. Resolves when it was taken, rejects when refused. */
  readonly answer: (id: string, answer: PromptAnswer) => Promise<unknown>;
  /** The document's height, upon each change. */
  readonly fit: (height: number) => void;
}

export class PromptPage {
  readonly #world: PromptPageWorld;
  readonly #page = element('prompt');
  readonly #title = element('title');
  readonly #problem = element('problem');
  readonly #buttonPlace = element('buttons');
  readonly #fields: PinFields;
  readonly #pause: AnswerPause;
  readonly #countdown: DenialCountdown;
  readonly #buttons = new Map<Button, HTMLButtonElement>();
  #prompt: PromptView | undefined;
  /** What this document itself found wrong with what was typed. */
  #fault: string | undefined;
  /** An answer is on its way. */
  #isSending = false;
  #height = 0;

  constructor(world: PromptPageWorld) {
    this.#world = world;
    this.#fields = new PinFields(element('fields'), () => this.#setFault(undefined));
    this.#pause = new AnswerPause(() => this.#permit());
    this.#countdown = new DenialCountdown((seconds) => this.#showSeconds(seconds));
    document.addEventListener('keydown', (event) => this.#onKey(event));
    // Its size changes with the window's zoom and the system's fonts, too.
    new ResizeObserver(() => this.#fit()).observe(this.#page);
  }

  /** Draws what is new and leaves the rest as it is: a prompt that queues up behind disturbs no typing. */
  show(queue: PromptQueueView): void {
    const prompt = queue.prompts[0];
    const before = this.#prompt;
    this.#prompt = prompt;
    this.#pause.keepOnly(queue.prompts.map(({ id }) => id));
    this.#page.hidden = prompt === undefined;
    if (prompt === undefined || prompt.id !== before?.id) this.#forget();
    if (prompt === undefined) return;

    document.documentElement.lang = queue.language;
    document.title = prompt.title;
    this.#page.dataset.state = prompt.state;
    setText(this.#title, prompt.title);
    setText(element('position'), queue.position);
    element('position').hidden = queue.position === '';
    setText(element('status'), prompt.status);
    setChildren(element('sentences'), 'p', prompt.sentences);
    this.#showChain(prompt.chain);
    const isAsking = prompt.state === 'asking';
    setChildren(element('rules'), 'li', isAsking ? prompt.rules : []);
    this.#fields.show(isAsking ? prompt.field : undefined);
    if (prompt.problem !== before?.problem) this.#fault = undefined;
    this.#showProblem();
    this.#showButtons(prompt.buttons);
    this.#permit();
    this.#countdown.start(isAsking ? prompt.deniedInMs : undefined);
    this.#placeFocus(prompt.id !== before?.id || prompt.problem !== before?.problem);
    this.#fit();
  }

  /** Drops what was typed. */
  clear(): void {
    this.#fields.clear();
  }

  #forget(): void {
    this.#fields.show(undefined);
    this.#fault = undefined;
    this.#isSending = false;
    this.#countdown.start(undefined);
    if (this.#prompt !== undefined) return;
    document.title = '';
    for (const place of [this.#title, this.#problem, element('status')]) place.textContent = '';
    for (const place of [element('sentences'), element('chain'), element('rules'), this.#buttonPlace]) {
      place.replaceChildren();
    }
    this.#buttons.clear();
  }

  /** Into the field, or onto the heading: no button has the focus unless somebody goes there. */
  #placeFocus(isNew: boolean): void {
    const { activeElement } = document;
    const isLost = activeElement === null || activeElement === document.body;
    if (this.#fields.areShown ? isLost || (isNew && !this.#fields.contain(activeElement)) : isLost || isNew) {
      if (this.#fields.areShown) this.#fields.focus();
      else this.#title.focus();
    }
  }

  /** From this computer on, one below the other: a name, and what is to be known of it. */
  #showChain(chain: PromptView['chain']): void {
    const place = element('chain');
    place.hidden = chain === undefined;
    const drawn = JSON.stringify(chain ?? null);
    if (place.dataset.drawn === drawn) return;
    place.dataset.drawn = drawn;
    if (chain === undefined) place.removeAttribute('aria-label');
    else place.setAttribute('aria-label', chain.label);
    place.replaceChildren(...(chain?.links ?? []).map(drawLink));
  }

  // Problems.

  #setFault(fault: string | undefined): void {
    this.#fault = fault;
    this.#showProblem();
    this.#fit();
  }

  #showProblem(): void {
    const text = this.#fault ?? this.#prompt?.problem ?? '';
    setText(this.#problem, text);
    this.#fields.markWrong(text !== '');
  }

  // Buttons.

  #showButtons(buttons: readonly Button[]): void {
    if (JSON.stringify(buttons) === JSON.stringify([...this.#buttons.keys()])) return;
    const focused = [...this.#buttons].find(([, drawn]) => drawn === document.activeElement)?.[0].answer;
    this.#buttons.clear();
    for (const button of buttons) this.#buttons.set(button, this.#drawButton(button));
    this.#buttonPlace.replaceChildren(...this.#buttons.values());
    // Back to the same button, where it is still there: never from one to another.
    for (const [{ answer }, drawn] of this.#buttons) if (answer === focused) drawn.focus();
  }

  #drawButton(button: Button): HTMLButtonElement {
    const drawn = document.createElement('button');
    drawn.type = 'button';
    drawn.dataset.answer = button.answer;
    drawn.dataset.needsField = String(button.needsField);
    drawn.textContent = button.label;
    drawn.addEventListener('click', ({ detail }) => {
      // The second click of a double click may have landed on the next prompt.
      if (detail <= 1) this.#press(button);
    });
    return drawn;
  }

  /** Allowing buttons can be pressed after the pause, and once. */
  #permit(): void {
    const prompt = this.#prompt;
    if (prompt === undefined) return;
    const mayAllow = this.#pause.isOver(prompt) && !this.#isSending;
    for (const [button, drawn] of this.#buttons) drawn.disabled = isAllowing(button) && !mayAllow;
  }

  /** On the button that says the same. For eyes only: read out each second, it would drown everything else. */
  #showSeconds(seconds: number | undefined): void {
    for (const [{ answer, label }, drawn] of this.#buttons) {
      if (answer !== 'deny') continue;
      const counter = document.createElement('span');
      counter.ariaHidden = 'true';
      counter.className = 'seconds';
      counter.textContent = String(seconds);
      drawn.replaceChildren(label, ...(seconds === undefined ? [] : [counter]));
    }
  }

  // Answers.

  #onKey(event: KeyboardEvent): void {
    // A key that is held down was meant for what was there before.
    if (event.repeat || event.isComposing) return;
    const buttons = [...this.#buttons.keys()];
    if (event.key === 'Escape') {
      const no = buttons.find(({ answer }) => answer === 'deny') ?? buttons.find(({ answer }) => answer === 'cancel');
      if (no !== undefined) this.#press(no);
    } else if (event.key === 'Enter' && this.#fields.contain(event.target)) {
      event.preventDefault();
      const yes = buttons.find(isAllowing);
      if (this.#fields.wantsRepetition(event.target)) this.#fields.focus();
      else if (yes !== undefined) this.#press(yes);
    }
  }

  #press(button: Button): void {
    const prompt = this.#prompt;
    if (prompt === undefined) return;
    if (!isAllowing(button)) {
      this.#fields.clear();
      this.#send(prompt.id, { kind: button.answer === 'cancel' ? 'cancel' : 'deny' });
      return;
    }
    if (this.#isSending || !this.#pause.isOver(prompt)) return;
    if (!button.needsField) {
      this.#fields.clear();
      this.#send(prompt.id, { kind: 'allow', keep: button.answer });
      return;
    }
    const reading = this.#fields.read();
    if ('fault' in reading) {
      this.#setFault(reading.fault);
      this.#fields.focus();
      return;
    }
    this.#send(prompt.id, { kind: 'allow', keep: button.answer, pin: reading.bytes });
  }

  #send(id: string, answer: PromptAnswer): void {
    this.#isSending = true;
    this.#permit();
    const sent = () => {
      if (this.#prompt?.id !== id) return;
      this.#isSending = false;
      this.#permit();
      this.#placeFocus(false);
    };
    try {
      // Refused or not, the truth about the prompt comes as the next view.
      this.#world.answer(id, answer).then(sent, sent);
    } finally {
      if (answer.kind === 'allow') answer.pin?.fill(0);
    }
  }

  #fit(): void {
    const height = Math.ceil(this.#page.getBoundingClientRect().height);
    if (height === 0 || height === this.#height) return;
    this.#height = height;
    this.#world.fit(height);
  }
}

function drawLink({ name, detail }: NonNullable<PromptView['chain']>['links'][number]): HTMLLIElement {
  const link = document.createElement('li');
  const names = document.createElement('strong');
  names.textContent = name;
  const details = document.createElement('span');
  details.textContent = detail;
  link.append(names, ' ', details);
  return link;
}

function isAllowing(button: Button): button is Button & { readonly answer: 'once' | 'session' } {
  return button.answer === 'once' || button.answer === 'session';
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the document has no #${id}`);
  return found;
}

/** Only upon a change, so that a live region is read out once. */
function setText(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

function setChildren(place: HTMLElement, tag: 'p' | 'li', texts: readonly string[]): void {
  place.hidden = texts.length === 0;
  if ([...place.children].map(({ textContent }) => textContent).join('\n') === texts.join('\n')) return;
  place.replaceChildren(
    ...texts.map((text) => {
      const child = document.createElement(tag);
      child.textContent = text;
      return child;
    }),
  );
}
