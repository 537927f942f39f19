/**
 * Has xterm.js (6.0) write its styles so that the window's content security policy lets them through.
 *
 * It writes style elements and, for 24-bit colours, style attributes. The policy takes style elements by nonce only, and style
 * attributes never. Its option `documentOverride` does not reach all of them: the scroll bar's style element and the text's spans
 * are made by the window's own document whatever it says (CoreBrowserTerminal.ts, `mainDocument`; DomRenderer.ts, `document`).
 */
import type { Terminal } from '@xterm/xterm';

/** Opens the terminal in `parent`. All its style elements are made here, and get the nonce; their text may change later. */
export function openStyled(terminal: Terminal, parent: HTMLElement, nonce: string): void {
  const { ownerDocument } = parent;
  const createElement = ownerDocument.createElement.bind(ownerDocument);
  const withNonce = (tag: string) => {
    const element = createElement(tag);
    if (tag === 'style') element.nonce = nonce;
    return element;
  };
  Object.defineProperty(ownerDocument, 'createElement', { configurable: true, value: withNonce });
  try {
    terminal.open(parent);
  } finally {
    // What is left is the prototype's.
    Reflect.deleteProperty(ownerDocument, 'createElement');
  }
  const rows = rowFactory(terminal);
  // Without it, text in 24-bit colours would have the usual colour; a test looks.
  if (rows !== undefined) rows._document = { createElement: (tag) => spanStyledByObject(createElement(tag)) };
}

/** What makes the spans of a row, and the only thing it asks of its document. */
interface RowFactory {
  _document: { createElement(tag: string): HTMLElement };
}

/** No public way leads there (as for the addons that xterm.js brings itself). */
function rowFactory(terminal: Terminal): RowFactory | undefined {
  const inner = terminal as unknown as {
    readonly _core?: {
      readonly _renderService?: { readonly _renderer?: { readonly value?: { _rowFactory?: RowFactory } } };
    };
  };
  return inner._core?._renderService?._renderer?.value?._rowFactory;
}

function spanStyledByObject(span: HTMLElement): HTMLElement {
  span.setAttribute = setAttributeOrStyle;
  return span;
}

/** What is set through the style object, no policy holds back. */
function setAttributeOrStyle(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
