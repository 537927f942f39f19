/** How many tries a PIN has left, as words of a sentence. `left`: at least one. */
export function triesLeftWords(left: number): string {
  return left === 1 ? 'one try is left before the PIN is blocked for good' : `${left} tries left`;
}
