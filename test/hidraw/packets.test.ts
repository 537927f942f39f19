import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { askedRatio, inOrder } from '../bench/packets/tally.ts';
import { type Ceremonies, measureCeremonies } from './ceremonies.ts';

describe('the packets of Glasskey, beside those of OpenSSH and libfido2 on an equal key', () => {
  let ceremonies: Ceremonies;

  before(async () => {
    ceremonies = await measureCeremonies();
  });

  const assertAtMost = (name: keyof Ceremonies, most: number) => {
    const { glasskey, openssh } = ceremonies[name];
    const ratio = askedRatio(glasskey.exchanges, openssh.exchanges);
    const both = `glasskey: ${inOrder(glasskey.exchanges)}\nopenssh: ${inOrder(openssh.exchanges)}`;
    assert.ok(ratio <= most, `${name}: ${ratio.toFixed(3)} is above ${most}\n${both}`);
  };

  it('are at most 0.55 of theirs for an enrollment, with the tries left read before the PIN', () => {
    assert.ok(ceremonies.enroll.glasskey.exchanges.some(({ name }) => name === 'getPINRetries'));
    assertAtMost('enroll', 0.55);
  });

  it('are at most 0.45 of theirs for a login through the agent that runs: a token and the signature', () => {
    const names = ceremonies.sign.glasskey.exchanges.map(({ name }) => name);
    assert.deepEqual(names, ['getToken', 'getAssertion']);
    assertAtMost('sign', 0.45);
  });

  it('are at most 0.6 of theirs for a recovery, with the tries left read before the PIN', () => {
    assert.ok(ceremonies.recover.glasskey.exchanges.some(({ name }) => name === 'getPINRetries'));
    assertAtMost('recover', 0.6);
  });
});
