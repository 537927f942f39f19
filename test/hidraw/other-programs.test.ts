import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PIN, type PluggedInKey, plugIn } from './plugged-in-key.ts';
import { engineerFolder, GLASSKEY, mustRun, mustRunOpenSsh } from './programs.ts';
import { letEngineerIn, settled } from './seat.ts';

describe('a key that another program is using', () => {
  let plugged: PluggedInKey;
  let folder: string;

  before(async () => {
    await letEngineerIn();
    plugged = await plugIn();
    await settled();
    folder = await engineerFolder('two-programs');
  });

  after(() => plugged.pullOut());

  it('is waited for, which is said, and used when ssh-keygen has had its touch', async () => {
    const { touchPad } = plugged.key;
    plugged.key.setTouch('by-hand');
    const kind = ['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required'];
    const theirs = mustRunOpenSsh(['ssh-keygen', ...kind, '-N', '', '-f', `${folder}/theirs`]);
    await touchPad.untilBlinking();

    let isTold = () => {};
    const told = new Promise<void>((resolve) => (isTold = resolve));
    const words = [...GLASSKEY, 'enroll', '--no-publish', '--pin-stdin', '--file', `${folder}/ours`];
    const ours = mustRun(words, {
      input: `${PIN}\n`,
      environment: { GLASSKEY_HOME: `${folder}/data` },
      onOutput: (text) => /another program/i.test(text) && isTold(),
    });
    // Fails, with what Glasskey said, when it ends without having told.
    await Promise.race([told, ours.then(({ transcript }) => assert.fail(`nobody was told:\n${transcript}`))]);
    assert.equal(plugged.key.credentials().length, 0);

    plugged.key.setTouch('at-once');
    touchPad.touch();
    await theirs;
    const { transcript } = await ours;
    assert.equal(plugged.key.credentials().length, 2, transcript);
  });
});
