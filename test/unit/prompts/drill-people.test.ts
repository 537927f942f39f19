/** The one prompt of a drill, before a person: whether Glasskey asks for the PIN, or Windows does. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { SigningFacts } from '../../../main/agent/describe-signing.ts';
import { type DesktopDrillPeople, drillPeople } from '../../../main/prompts/drill-people.ts';
import { Person, texts } from './person.ts';

const LOGIN: SigningFacts = {
  purpose: { kind: 'login', user: 'alice', host: { name: 'jump-east', fingerprint: 'SHA256:abc' } },
  through: [],
  way: 'known',
};

describe('people in a drill', () => {
  let person: Person;
  let people: DesktopDrillPeople;
  beforeEach(() => {
    person = new Person();
    people = drillPeople(person.desk, texts, { tell: () => {}, cancel: () => {} });
  });

  it('see who, where and through which hop where Windows asks, and in between how often it will', () => {
    people.touchWanted('', { ...LOGIN, systemAsks: true });
    expect(person.sees).toMatchObject({
      title: 'Rehearse a login',
      sentences: ['Log in as alice on jump-east (SHA256:abc).'],
      state: 'touch',
      status: 'Windows asks for PIN and touch: follow its dialog.',
    });
    expect(person.sees.field).toBeUndefined();
    people.touchDone('signed');
    expect(person.sees).toMatchObject({
      state: 'waiting',
      status: 'Going on…',
      sentences: [
        'The logins are tried up to the shell, and none is opened. Windows asks for PIN and touch at each host.',
      ],
    });
    expect(person.sees.field).toBeUndefined();
    people.end();
    expect(person.seesNothing).toBe(true);
  });

  it('are asked once for the PIN where Glasskey opens the key itself', async () => {
    const given = people.signingPin({ why: 'needed', product: 'YubiKey 5' }, new AbortController().signal);
    expect(person.sees).toMatchObject({
      sentences: [
        'The logins are tried up to the shell, and none is opened. One PIN for all of them, one touch for each host.',
      ],
      field: { kind: 'pin' },
    });
    await person.press('once', '123456');
    (await given)?.wipe();
    people.touchWanted('', LOGIN);
    expect(person.sees).toMatchObject({ state: 'touch', sentences: ['Log in as alice on jump-east (SHA256:abc).'] });
    expect(person.sees.status).not.toContain('Windows');
  });
});
