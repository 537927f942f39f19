import { describe, expect, it } from 'vitest';
import { debianVersion } from '../../../packaging/linux/maker-deb.ts';
import { rpmVersion } from '../../../packaging/linux/maker-rpm.ts';
import { type Git, numericVersion, versionToPackage } from '../../../packaging/version.ts';

/** git with these tags at HEAD. */
function git(hash: string, ...tags: readonly string[]): Git {
  return (command) => (command === 'rev-parse' ? hash : tags.join('\n'));
}

describe('versionToPackage', () => {
  it('is the tag, where HEAD is one', () => {
    expect(versionToPackage(git('1a2b3c4', 'v1.2.3'), '1.2.3')).toBe('1.2.3');
  });

  it('says the commit, where HEAD is no release', () => {
    expect(versionToPackage(git('1a2b3c4'), '1.2.3')).toBe('1.2.3-dev-1a2b3c4');
    expect(versionToPackage(git('1a2b3c4', 'nightly', 'v1.2', 'v1.2.3-rc1'), '1.2.3')).toBe('1.2.3-dev-1a2b3c4');
  });

  it('says dev, where there is no git', () => {
    expect(versionToPackage(() => undefined, '1.2.3')).toBe('1.2.3-dev');
  });

  it('refuses a tag that package.json contradicts, and two releases in one commit', () => {
    expect(() => versionToPackage(git('1a2b3c4', 'v1.2.4'), '1.2.3')).toThrow(
      /v1\.2\.4, but package\.json says 1\.2\.3/,
    );
    expect(() => versionToPackage(git('1a2b3c4', 'v1.2.3', 'v1.2.4'), '1.2.3')).toThrow(/more than one release tag/);
  });

  it('is semver and numbers at each dot also when the hash is all digits', () => {
    const version = versionToPackage(git('0123456'), '1.2.3');
    // A numeric identifier with a leading zero is no semver (semver 2.0, item 9).
    expect(version.split('-').slice(1).join('-').split('.')).not.toContainEqual(expect.stringMatching(/^0\d+$/));
    expect(version.split('.').map((part) => Number.parseInt(part, 10))).toEqual([1, 2, 3]);
  });
});

describe('versions elsewhere', () => {
  it('are older than their release to dpkg and rpm, without a hyphen', () => {
    expect(debianVersion('1.2.3-dev-1a2b3c4')).toBe('1.2.3~dev.1a2b3c4');
    expect(rpmVersion('1.2.3-dev-1a2b3c4')).toBe('1.2.3~dev.1a2b3c4');
    expect(debianVersion('1.2.3')).toBe('1.2.3');
  });

  it('are numbers only where an operating system takes no more', () => {
    expect(numericVersion('1.2.3-dev-1a2b3c4')).toBe('1.2.3');
    expect(numericVersion('1.2.3')).toBe('1.2.3');
  });
});
