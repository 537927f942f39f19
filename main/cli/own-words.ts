/** Up to `--` the words of a command line are Glasskey's own; behind it stands what is somebody else's, as a remote command. */
export function dividedWords(words: readonly string[]): {
  readonly own: readonly string[];
  /** Undefined where there is no `--`. */
  readonly rest: readonly string[] | undefined;
} {
  const end = words.indexOf('--');
  return end < 0 ? { own: words, rest: undefined } : { own: words.slice(0, end), rest: words.slice(end + 1) };
}
