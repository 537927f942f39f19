/** The little of a document's global scope that the scripts in this folder use; the project's types are Node's. */

export interface KeyFacts {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

interface TrustedEvent extends Event {
  readonly isTrusted: boolean;
}

export interface KeyEvent extends TrustedEvent, KeyFacts {
  readonly repeat: boolean;
}

export interface NavigateEventLike extends Event {
  readonly destination: { readonly url: string; readonly sameDocument: boolean };
}

export interface HandoverEvent extends Event {
  readonly relatedTarget: EventTarget | null;
}

export interface BrowserScope {
  readonly window: BrowserScope;
  readonly top: BrowserScope | null;
  readonly document: { readonly title: string; readonly head: object };
  readonly MutationObserver: new (look: () => void) => { observe(node: object, options: object): void };
  readonly navigation: EventTarget;
  readonly FocusEvent: new (type: string, init: { relatedTarget: EventTarget }) => Event;
  addEventListener(type: string, listener: (event: never) => void, options?: object): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
  dispatchEvent(event: Event): boolean;
}

export const scope = globalThis as unknown as BrowserScope;
