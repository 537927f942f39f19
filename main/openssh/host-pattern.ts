/** Host patterns, as ssh_config(5) and known_hosts have them (ssh_config(5), PATTERNS). */

/**
 * Whether a name is covered by one pattern: `*` stands for any characters and `?` for one. As they are: who wants no regard to case gives
 * both in lower case. No backtracking beyond the last star, so no pattern takes long.
 */
export function matchesHostPattern(pattern: string, name: string): boolean {
  let inPattern = 0;
  let inName = 0;
  let star = -1;
  let resumeAt = 0;
  while (inName < name.length) {
    const expected = pattern[inPattern];
    if (expected === '*') {
      star = inPattern;
      inPattern += 1;
      resumeAt = inName;
    } else if (expected === '?' || expected === name[inName]) {
      inPattern += 1;
      inName += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      resumeAt += 1;
      inName = resumeAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
