/**
 * What a terminal may be given of a recording that comes from anywhere: letters, colours, the cursor's way over the screen. What
 * would do more is taken out: the clipboard, titles and links (OSC), device control strings (DCS, SOS, PM, APC), questions that the
 * terminal answers as if a person typed (DSR, DA, ENQ), reports of mouse, focus and pastes, the size and place of the window. By what
 * is let through, and not by what is not: whatever is not known is left out.
 * (ECMA-48; https://invisible-island.net/xterm/ctlseqs/ctlseqs.html)
 */

/** Final letters of CSI sequences without a private mark that only draw. */
const DRAWING = 'ABCDEFGHIJKLMPSTXZ@`abdefgmrsu';
/** DEC private modes that only draw: cursor keys, origin, wrap, cursor, blinking, alternate screen. */
const DRAWING_MODES = new Set(['1', '6', '7', '12', '25', '47', '1047', '1048', '1049']);
/** Two-letter escapes: save and restore the cursor, line feeds, keypad modes. */
const DRAWING_ESCAPES = '78DEM=>';
const CHARACTER_SETS = '()';
const PLAIN_CONTROLS = '\t\n\r\b\x0b\x0c\x0e\x0f';
/** A sequence that is longer than any terminal's is none. */
const MOST_PARAMETERS = 128;

type State = 'text' | 'escape' | 'character-set' | 'csi' | 'string' | 'string-escape';

/** One stream of text; a sequence may be divided between two pieces. */
export class HarmlessOutput {
  #state: State = 'text';
  #sequence = '';

  /** What may be shown of the next piece. */
  take(text: string): string {
    let shown = '';
    for (const character of text) shown += this.#next(character);
    return shown;
  }

  #next(character: string): string {
    // CAN and SUB end whatever was begun (ECMA-48, 8.3.6).
    if (character === '\x18' || character === '\x1a') return this.#to('text');
    switch (this.#state) {
      case 'text':
        return this.#text(character);
      case 'escape':
        return this.#escape(character);
      case 'character-set':
        this.#state = 'text';
        return /[0AB]/.test(character) ? `${this.#sequence}${character}` : '';
      case 'csi':
        return this.#csi(character);
      case 'string':
        if (character === '\x07') return this.#to('text');
        return character === '\x1b' ? this.#to('string-escape') : '';
      case 'string-escape':
        // ESC \ ends it; any other escape too, in most terminals, and begins what it is.
        return character === '\\' ? this.#to('text') : this.#escape(character);
    }
  }

  #text(character: string): string {
    if (character === '\x1b') return this.#to('escape');
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return PLAIN_CONTROLS.includes(character) ? character : '';
    // DEL, and the C1 controls, which some terminals take for escapes.
    return code >= 0x7f && code < 0xa0 ? '' : character;
  }

  #escape(character: string): string {
    if (character === '\x1b') return this.#to('escape');
    if (character === '[') return this.#begin('csi', '\x1b[');
    if (CHARACTER_SETS.includes(character)) return this.#begin('character-set', `\x1b${character}`);
    if (']PX^_'.includes(character)) return this.#to('string');
    this.#state = 'text';
    return DRAWING_ESCAPES.includes(character) ? `\x1b${character}` : '';
  }

  #csi(character: string): string {
    if (character === '\x1b') return this.#to('escape');
    const code = character.codePointAt(0) ?? 0;
    // Parameters and intermediates (ECMA-48, 5.4).
    if (code >= 0x20 && code < 0x40) {
      if (this.#sequence.length < MOST_PARAMETERS) this.#sequence += character;
      return '';
    }
    this.#state = 'text';
    if (code < 0x40 || code > 0x7e) return '';
    return isDrawing(this.#sequence.slice(2), character) ? `${this.#sequence}${character}` : '';
  }

  #begin(state: State, sequence: string): string {
    this.#sequence = sequence;
    return this.#to(state);
  }

  #to(state: State): string {
    this.#state = state;
    return '';
  }
}

function isDrawing(parameters: string, final: string): boolean {
  if (parameters.length >= MOST_PARAMETERS - 2) return false;
  if (parameters === '!' && final === 'p') return true; // soft reset (DECSTR)
  const [, modes] = /^\?([\d;]+)$/.exec(parameters) ?? [];
  if (modes !== undefined) return 'hl'.includes(final) && modes.split(';').every((mode) => DRAWING_MODES.has(mode));
  return DRAWING.includes(final) && /^[\d;:]*$/.test(parameters);
}
