/** Which version is being packaged: a release is a tag, everything else says which commit it was made of. */
import { spawnSync } from 'node:child_process';

const RELEASE_TAG = /^v(\d+\.\d+\.\d+)$/;

/** What git said, or undefined where there is no git or no repository. */
export type Git = (...args: readonly string[]) => string | undefined;

export function gitIn(folder: string): Git {
  return (...args) => {
    const { status, stdout } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  };
}

/**
 * `v1.2.3` at HEAD is 1.2.3. Any other commit is `<manifestVersion>-dev-<hash>`, and without git `<manifestVersion>-dev`. A
 * hyphen before the hash, not a dot: of digits alone it would be a number to semver, which may not begin with 0, and Windows'
 * version resource takes numbers at each dot. Throws for a release whose tag package.json does not agree with: the command
 * line says that version.
 */
export function versionToPackage(git: Git, manifestVersion: string): string {
  const hash = git('rev-parse', '--short=7', 'HEAD');
  if (hash === undefined) return `${manifestVersion}-dev`;
  const tags = git('tag', '--points-at', 'HEAD') ?? '';
  const released = tags.split('\n').flatMap((tag) => RELEASE_TAG.exec(tag)?.[1] ?? []);
  const [version] = released;
  if (version === undefined) return `${manifestVersion}-dev-${hash}`;
  if (released.length > 1) throw new Error(`this commit has more than one release tag: v${released.join(', v')}`);
  if (version !== manifestVersion) {
    throw new Error(`this commit is tagged v${version}, but package.json says ${manifestVersion}: make them agree`);
  }
  return version;
}

/** `1.2.3-dev-abc` is 1.2.3: where an operating system takes numbers only. */
export function numericVersion(version: string): string {
  return version.replace(/-.*$/, '');
}
