/**
 * One session's terminal: xterm.js with what the window allows it. It lives as long as its session is listed, also while no
 * screen shows it; `element` is moved in and out of the document.
 *
 * What a device writes stays in the terminal: links, the clipboard and the window's title are none of its business, so OSC 8, 52
 * and 0 to 2 are swallowed and nothing makes links of text.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { type ITheme, Terminal } from '@xterm/xterm';
import { call } from '../../contract-client.ts';
import { styleNonce } from '../../style-nonce.ts';
import { keepInside, TERMINAL_OPTIONS } from './device-output.ts';
import { drawnBytes } from './drawn-bytes.ts';
import { inPieces, withoutControls } from './pasted-text.ts';
import { pieceByPiece } from './piece-by-piece.ts';
import { openStyled } from './terminal-styles.ts';
import { matchColours, type TerminalColours, terminalTheme } from './terminal-theme.ts';

export interface TerminalLook {
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly screenReader: boolean;
  readonly colours: TerminalColours;
}

export interface FoundMatches {
  /** From 1; 0 where it is not known which one is shown. */
  readonly index: number;
  readonly count: number;
  /** There are more than `count`. */
  readonly more: boolean;
}

export interface SessionTerminal {
  readonly id: string;
  /** Shows it inside `host`, and gives it the size of `host` from now on; the result takes it out again. */
  mount(host: HTMLElement): () => void;
  look(look: TerminalLook): void;
  /** The colour behind the text, for what is round it. */
  readonly background: string;
  /** What a screen reader calls it. */
  name(text: string, keys: string): void;
  focus(): void;
  readonly selectedText: string;
  readonly bracketedPaste: boolean;
  paste(text: string): void;
  /** Told when text is pasted, instead of it being sent. */
  onPaste: ((text: string) => void) | undefined;
  /** Whether a key is the window's: the terminal leaves it alone then. */
  keepsKey: ((press: KeyboardEvent) => boolean) | undefined;
  find(text: string, direction: 'next' | 'previous', extend: boolean): void;
  endFind(): void;
  onFound: ((found: FoundMatches) => void) | undefined;
  receive(data: Uint8Array, counted: boolean): void;
  /** The session is over: nothing is sent any more, what was written stays. */
  end(): void;
  /** It was begun anew in its place: what is typed goes to the device again, which is told the size anew. */
  resume(): void;
  dispose(): void;
}

const FIRST_SIZE = { cols: 80, rows: 24 };
const MOST_MATCHES = 1000;
/** A window that is being dragged has a new size with each frame; the device hears of the last. */
const RESIZE_PAUSE = 120;

export function sessionTerminal(id: string): SessionTerminal {
  const element = document.createElement('div');
  element.style.height = '100%';
  // With forced colours, the browser would paint over the selection and the cursor; the theme has the system's colours itself.
  element.style.forcedColorAdjust = 'none';
  const terminal = new Terminal({
    ...FIRST_SIZE,
    ...TERMINAL_OPTIONS,
    // For the search addon, which marks what it finds.
    allowProposedApi: true,
  });
  const fit = new FitAddon();
  const search = new SearchAddon({ highlightLimit: MOST_MATCHES });
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  keepInside(terminal);

  let opened = false;
  let ended = false;
  let colours: TerminalColours = 'dark';
  /** Undefined: no search is open. */
  let sought: string | undefined;
  /** Bytes of a replay that are not drawn yet. */
  let replaying = 0;
  let label = { text: '', keys: '' };
  let sizeTold = '';
  let sizeTimer: ReturnType<typeof setTimeout> | undefined;
  // A session that ends while something is sent is told by `sessions.changed`; the call's own error adds nothing.
  const send = (sent: Promise<unknown>) => void sent.catch(() => undefined);
  const drawn = drawnBytes((bytes) => send(call('sessions.drawn', { id, bytes })));
  const pieces = pieceByPiece({
    parse: (piece, parsed) => terminal.write(piece, parsed),
    later: (task) => void scheduler.postTask(task),
    isSeen: () => !document.hidden,
  });

  terminal.onData((text) => {
    // What is replayed has been answered before: a second answer would be typed to whatever runs there now.
    if (ended || replaying > 0) return;
    for (const piece of inPieces(text)) send(call('sessions.write', { id, text: piece }));
  });
  terminal.attachCustomKeyEventHandler((press) => !(self.keepsKey?.(press) ?? false));
  element.addEventListener(
    'paste',
    (event) => {
      event.preventDefault();
      event.stopPropagation();
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text !== '') self.onPaste?.(text);
    },
    { capture: true },
  );
  search.onDidChangeResults(({ resultIndex, resultCount }) =>
    self.onFound?.({ index: resultIndex + 1, count: resultCount, more: resultCount >= MOST_MATCHES }),
  );

  const tellSize = () => {
    clearTimeout(sizeTimer);
    sizeTimer = setTimeout(() => {
      const { cols: columns, rows } = terminal;
      const size = `${columns} ${rows}`;
      if (ended || size === sizeTold) return;
      sizeTold = size;
      send(call('sessions.resize', { id, columns, rows }));
    }, RESIZE_PAUSE);
  };
  const fitNow = () => {
    const size = fit.proposeDimensions();
    if (size === undefined || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return;
    terminal.resize(Math.min(1000, Math.max(2, size.cols)), Math.min(1000, Math.max(1, size.rows)));
    tellSize();
  };
  const themeNow = () => {
    const theme: ITheme = terminalTheme(colours, element);
    const { activeMatchBackground: found } = matchColours(colours);
    // The match that is shown is selected, and a selection is painted over the match's own colour.
    const isPainted = sought !== undefined && colours !== 'system' && found !== undefined;
    terminal.options.theme = isPainted ? { ...theme, selectionInactiveBackground: found } : theme;
  };
  /** Marks what was found once more, in the colours that are now; what is shown stays the same. */
  const mark = (text: string) => {
    search.clearDecorations();
    search.findNext(text, { decorations: matchColours(colours), incremental: true });
  };
  const nameNow = () => {
    terminal.textarea?.setAttribute('aria-label', label.text);
    terminal.textarea?.setAttribute('aria-description', label.keys);
  };

  const self: SessionTerminal = {
    id,
    onPaste: undefined,
    keepsKey: undefined,
    onFound: undefined,
    mount(host) {
      host.append(element);
      if (!opened) {
        opened = true;
        openStyled(terminal, element, styleNonce());
        nameNow();
      }
      const sizes = new ResizeObserver(() => fitNow());
      sizes.observe(host);
      fitNow();
      return () => {
        sizes.disconnect();
        element.remove();
      };
    },
    look(look) {
      colours = look.colours;
      terminal.options.fontFamily = look.fontFamily;
      terminal.options.fontSize = look.fontSize;
      terminal.options.screenReaderMode = look.screenReader;
      themeNow();
      if (sought !== undefined) mark(sought);
      if (element.isConnected) fitNow();
    },
    get background() {
      return terminal.options.theme?.background ?? '';
    },
    name(text, keys) {
      label = { text, keys };
      nameNow();
    },
    focus: () => terminal.focus(),
    get selectedText() {
      return terminal.getSelection();
    },
    get bracketedPaste() {
      return terminal.modes.bracketedPasteMode;
    },
    paste: (text) => terminal.paste(withoutControls(text)),
    find(text, direction, extend) {
      const isFirst = sought === undefined;
      sought = text;
      if (isFirst) themeNow();
      const options = { decorations: matchColours(colours), incremental: extend };
      if (direction === 'next') search.findNext(text, options);
      else search.findPrevious(text, options);
    },
    endFind() {
      sought = undefined;
      themeNow();
      search.clearDecorations();
      terminal.clearSelection();
    },
    receive(data, counted) {
      if (!counted) replaying += data.length;
      pieces.write(data, (bytes) => {
        if (!counted) replaying -= bytes;
        // Also of one that has ended: it may be begun anew, and what was not told would count against it then.
        else drawn.add(bytes);
      });
    },
    end() {
      ended = true;
      terminal.options.disableStdin = true;
      terminal.options.cursorInactiveStyle = 'none';
    },
    resume() {
      if (!ended) return;
      ended = false;
      sizeTold = '';
      terminal.options.disableStdin = false;
      terminal.options.cursorInactiveStyle = 'outline';
      if (element.isConnected) tellSize();
    },
    dispose() {
      self.end();
      drawn.stop();
      clearTimeout(sizeTimer);
      pieces.stop();
      terminal.dispose();
      element.remove();
    },
  };
  return self;
}
