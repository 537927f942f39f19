/** What happens to pasted text on its way to the device. */

const MOST_AT_ONCE = 100_000;

/** How many lines it has, whatever ends them; the last one may be ended or not. */
export function lineCount(text: string): number {
  return text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/).length;
}

/**
 * Whether to ask first: a line of it would be run at once, because it is ended and the remote shell does not tell pasted text from
 * typed text.
 */
export function asksBeforePaste(text: string, bracketedPaste: boolean): boolean {
  return !bracketedPaste && /[\r\n]/.test(text);
}

/**
 * Text that cannot end the brackets put round it, nor press keys nobody pressed: without control characters other than
 * tab and ends of lines.
 */
export function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\t\r\n]/gu, '');
}

/** In pieces that one call may carry; a surrogate pair is not torn. */
export function inPieces(text: string, most: number = MOST_AT_ONCE): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + most);
    if (to < text.length && /[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
