import { describe, expect, it } from 'vitest';
import { handledSquirrelStart, squirrelAction } from '../../../main/shell/squirrel-start.ts';

const EXE = 'glasskey.exe';
const act = (word: string, platform: NodeJS.Platform = 'win32') => squirrelAction([EXE, word, '1.2.3'], platform, EXE);

describe('a start by Squirrel', () => {
  it.each(['--squirrel-install', '--squirrel-updated'])('%s makes the shortcuts', (word) => {
    expect(act(word)).toEqual(['--createShortcut=glasskey.exe']);
  });

  it('removes the shortcuts with the app', () => {
    expect(act('--squirrel-uninstall')).toEqual(['--removeShortcut=glasskey.exe']);
  });

  it('of an old version only ends', () => {
    expect(act('--squirrel-obsolete')).toEqual([]);
  });

  it.each(['--squirrel-firstrun', '--hidden', 'glasskey://connect/a'])('is not one with %s', (word) => {
    expect(act(word)).toBeUndefined();
  });

  it('is on Windows alone', () => {
    expect(act('--squirrel-install', 'linux')).toBeUndefined();
    expect(handledSquirrelStart(() => expect.unreachable())).toBe(false);
  });
});
