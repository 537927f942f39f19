import { describe, expect, it } from 'vitest';
import { handledSquirrelStart, lastingProgram, squirrelAction } from '../../../main/shell/squirrel-start.ts';

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
    expect(started('--squirrel-uninstall', 'linux')).toEqual({ isHandled: false, done: [] });
  });

  it('forgets what Windows starts by itself when the app is removed, and ends when that and Update.exe are done', async () => {
    const { isHandled, done, ended } = started('--squirrel-uninstall');
    expect(isHandled).toBe(true);
    await ended;
    expect(done).toEqual([
      'C:\\Users\\alice\\AppData\\Local\\GlasskeyApp\\Update.exe --removeShortcut=glasskey.exe',
      'forget',
      'forgotten',
      'quit',
    ]);
  });

  it.each(['--squirrel-updated', '--squirrel-obsolete'])('forgets nothing at %s, and ends', async (word) => {
    const { done, ended } = started(word);
    await ended;
    expect(done).not.toContain('forget');
    expect(done.at(-1)).toBe('quit');
  });

  it('ends also where something could not be forgotten', async () => {
    const { done, ended } = started('--squirrel-uninstall', 'win32', async () => {
      throw new Error('no Task Scheduler');
    });
    await ended;
    expect(done.at(-1)).toBe('quit');
  });
});

function started(word: string, platform: NodeJS.Platform = 'win32', forget?: () => Promise<void>) {
  const done: string[] = [];
  const ended = Promise.withResolvers<void>();
  const isHandled = handledSquirrelStart({
    argv: [EXE, word, '1.2.3'],
    platform,
    executable: 'C:\\Users\\alice\\AppData\\Local\\GlasskeyApp\\app-1.2.3\\glasskey.exe',
    quit() {
      done.push('quit');
      ended.resolve();
    },
    forget:
      forget ??
      (async () => {
        done.push('forget');
        await Promise.resolve();
        done.push('forgotten');
      }),
    update: async (program, words) => void done.push([program, ...words].join(' ')),
  });
  return isHandled ? { isHandled, done, ended: ended.promise } : { isHandled, done };
}

describe('the program that Windows starts by itself', () => {
  const OWN = 'C:\\Users\\alice\\AppData\\Local\\glasskey\\app-1.2.3\\glasskey.exe';
  const ABOVE = 'C:\\Users\\alice\\AppData\\Local\\glasskey\\glasskey.exe';

  it('is the one above the folder of a version, which outlives it', () => {
    expect(lastingProgram(OWN, 'win32', (path) => path === ABOVE)).toBe(ABOVE);
  });

  it('is the app itself where Squirrel has not installed it', () => {
    expect(lastingProgram(OWN, 'win32', () => false)).toBe(OWN);
    expect(lastingProgram('D:\\Glasskey\\glasskey.exe', 'win32', () => true)).toBe('D:\\Glasskey\\glasskey.exe');
    expect(lastingProgram('/opt/app-1/glasskey', 'linux', () => true)).toBe('/opt/app-1/glasskey');
  });
});
