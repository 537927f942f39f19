/** What the command line leads to on a computer that has no key yet, with a security key that may hold one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labKey, PIN } from '../security-keys/key-desk.ts';
import { runInProcess } from './run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-new-laptop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function computer(name: string, lab = labKey('yubikey-5.7')) {
  return async (...words: string[]) => {
    const { stdout, ...result } = await runInProcess([...words, '--json'], {
      hid: async () => lab.bus,
      environment: { GLASSKEY_HOME: join(folder, name, 'data') },
      homeFolder: join(folder, name),
      stdin: `${PIN}\n`,
    });
    return { ...result, object: JSON.parse(stdout) };
  };
}

describe('on a new laptop', () => {
  it('one is led to recover before enroll, and from the list on to taking it in', async () => {
    const lab = labKey('yubikey-5.7');
    await computer('old', lab)('enroll', '--no-publish', '--pin-stdin');
    const laptop = computer('new', lab);
    const both = expect.stringMatching(/glasskey recover.*glasskey enroll$/);
    expect(await laptop('status')).toMatchObject({ exitCode: 3, object: { next: both } });
    expect(await laptop('publish')).toMatchObject({ object: { error: { code: 'NOT_ENROLLED', remedy: both } } });
    const listed = await laptop('recover', '--list', '--no-profile', '--pin-stdin');
    expect(listed).toMatchObject({
      exitCode: 0,
      object: { keys: [{ outcome: 'left' }], next: 'Take it in: glasskey recover' },
    });
    expect(await laptop('recover', '--no-profile', '--pin-stdin')).toMatchObject({ exitCode: 0 });
    const other = await laptop('enroll', '--no-publish', '--pin-stdin', '--file', join(folder, 'other_sk'));
    // It was made here a second ago: that the recovered one is not proven says nothing of it.
    expect(other.object).toMatchObject({
      next: `It is on no profile; to put it on yours: glasskey publish --key ${other.object.fingerprint}`,
    });
  });

  it('one is told how a login would go, and that a key comes first', async () => {
    const laptop = computer('outlook');
    const toEnroll = expect.stringMatching(/glasskey recover.*glasskey enroll$/);
    const error = async (...words: string[]) => (await laptop(...words)).object.error;
    expect(await error('drill')).toMatchObject({
      code: 'NOT_ENROLLED',
      message: 'No key is enrolled on this computer.',
      remedy: toEnroll,
    });
    await laptop('targets', 'add', 'east', 'ops@192.0.2.10', '--role', 'jump-host');
    const ways = [
      '--way',
      'jump east',
      '--way',
      'forwarded ops@192.0.2.20:2200',
      '--way',
      'password east to telco@10.0.0.7',
    ];
    await laptop('targets', 'add', 'leaf1', 'alice@10.0.0.7', ...ways);
    expect(await error('connect', 'leaf1', '--dry-run')).toEqual({
      code: 'NOT_ENROLLED',
      message:
        'No key is enrolled on this computer. With one, this would log in to alice@10.0.0.7 through ops@192.0.2.10; ' +
        'where that is not reached, go on, with the agent forwarded, to alice@10.0.0.7 through ops@192.0.2.20:2200.',
      remedy: toEnroll,
      detail: {},
    });
    expect(await error('connect', 'bob@10.0.0.8', '--direct', '--dry-run')).toMatchObject({
      message: 'No key is enrolled on this computer. With one, this would log in to bob@10.0.0.8 directly.',
    });
    expect(await error('connect', 'leaf', '--dry-run')).toMatchObject({ code: 'TARGET_UNKNOWN' });
    expect(await error('drill')).toMatchObject({
      code: 'NOT_ENROLLED',
      message: 'No key is enrolled on this computer. With one, this would rehearse the login to east, leaf1.',
      remedy: toEnroll,
    });
    expect(await error('drill', 'leaf')).toMatchObject({ code: 'TARGET_UNKNOWN' });
    expect(await error('drill', '--tag', 'nowhere')).toMatchObject({ code: 'DRILL_NO_TARGET' });
  });

  it('a key that holds none says so also where it was only to be listed', async () => {
    const listed = await computer('new')('recover', '--list', '--no-profile', '--pin-stdin');
    expect(listed).toMatchObject({ exitCode: 1, object: { error: { code: 'NO_RESIDENT_KEYS' } } });
  });
});
