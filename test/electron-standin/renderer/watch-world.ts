/**
 * The stand-in's own eyes in every document, in an isolated world of their own with a binding of their own:
 * - a press anywhere focuses the window, as a window system would have it;
 * - a key that the page left alone goes to the application menu's accelerators;
 * - a navigation to what is no web page (blob:, about:, mailto:, the app's own scheme) cannot be held back from outside
 *   (nothing is requested for it), so it is stopped here and reported; the main process then treats it as will-navigate.
 * - the title, which the debugging protocol tells nobody when it changes.
 *
 * It is the first to listen, before any script of the page, so a page cannot stop these events from reaching it.
 */
import { type KeyEvent, type NavigateEventLike, scope } from './browser-scope.ts';

export type Sighting =
  | { readonly saw: 'press' }
  | {
      readonly saw: 'key';
      readonly key: string;
      readonly code: string;
      readonly ctrl: boolean;
      readonly alt: boolean;
      readonly shift: boolean;
      readonly meta: boolean;
    }
  | { readonly saw: 'navigation'; readonly url: string }
  | { readonly saw: 'title'; readonly title: string };

declare const electronStandInSaw: (text: string) => void;

const report = electronStandInSaw;
// No other script of this world could use it, and none shall.
Reflect.deleteProperty(globalThis, 'electronStandInSaw');

function tell(sighting: Sighting): void {
  report(JSON.stringify(sighting));
}

/** Plain typing is nobody's business: a menu's accelerator has a modifier or is a named key. */
function couldBeAccelerator(event: KeyEvent): boolean {
  return event.ctrlKey || event.altKey || event.metaKey || event.key.length > 1;
}

scope.addEventListener('pointerdown', (event: KeyEvent) => event.isTrusted && tell({ saw: 'press' }), {
  capture: true,
});

scope.addEventListener(
  'keydown',
  (event: KeyEvent) => {
    if (!event.isTrusted || !couldBeAccelerator(event)) return;
    const { key, code, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: meta } = event;
    // After every listener of the page: a key that the page took is no accelerator.
    setTimeout(() => {
      if (!event.defaultPrevented) tell({ saw: 'key', key, code, ctrl, alt, shift, meta });
    }, 0);
  },
  { capture: true },
);

scope.navigation.addEventListener('navigate', (event) => {
  const { destination } = event as NavigateEventLike;
  if (destination.sameDocument || /^https?:/.test(destination.url)) return;
  event.preventDefault();
  tell({ saw: 'navigation', url: destination.url });
});

function watchTitle(): void {
  let told = '';
  const look = (): void => {
    const { title } = scope.document;
    if (title === told) return;
    told = title;
    tell({ saw: 'title', title });
  };
  look();
  // The head only: what happens in the body is none of this observer's business, and must not cost the page anything.
  new scope.MutationObserver(look).observe(scope.document.head, {
    childList: true,
    subtree: true,
    characterData: true,
  });
}

if (scope.window === scope.top) scope.addEventListener('DOMContentLoaded', watchTitle, { once: true });
