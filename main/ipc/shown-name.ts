/**
 * What any program may have written on the key: without what ends a line or turns round the words beside it (UAX 9), so that a name
 * in a question says nothing but itself.
 */
export function shownName(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
}
