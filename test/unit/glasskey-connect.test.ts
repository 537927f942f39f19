import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { areOnSeveralModels, keysForLogin, planLogin } from '../../main/glasskey-connect.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import { systemClock } from '../../time/clock.ts';
import { found, published, written } from './enrollment/sample-enrollment.ts';

const OTHER_MODEL = 'ee882879-721c-4913-9775-3dfcce97072a';
const ids = (keys: readonly WrittenEnrollment[]) => keys.map(({ id }) => id);
const onAnotherModel = (one: WrittenEnrollment): WrittenEnrollment => ({
  ...one,
  id: `${one.id}-elsewhere`,
  credential: { ...one.credential, aaguid: OTHER_MODEL },
});

describe('the keys that a login offers', () => {
  it('begin with the one published last, and go on with the older ones that devices may still know', () => {
    const [first, second] = [published(1_000, 10_000), published(2_000, 5_000)];
    expect(ids(keysForLogin([first, second]))).toEqual([first.id, second.id]);
  });

  it('end with those that were never published', () => {
    const [known, newer] = [published(1_000, 10_000), written('ed25519-sk', 9_000)];
    expect(ids(keysForLogin([newer, known]))).toEqual([known.id, newer.id]);
  });

  it('are all of one model, because a login has one PIN', () => {
    const [here, elsewhere] = [published(1_000, 10_000), onAnotherModel(published(2_000, 5_000))];
    expect(ids(keysForLogin([elsewhere, here]))).toEqual([here.id]);
  });

  it('are those of the model that is plugged in, also where the other was published last', () => {
    const [main, backup] = [published(1_000, 10_000), onAnotherModel(written('ed25519-sk', 2_000))];
    const MODEL = main.credential.aaguid;
    expect(ids(keysForLogin([main, backup], [OTHER_MODEL]))).toEqual([backup.id]);
    expect(ids(keysForLogin([main, backup], [MODEL]))).toEqual([main.id]);
    // Both: one PIN is given, that of the best.
    expect(ids(keysForLogin([main, backup], [OTHER_MODEL, MODEL]))).toEqual([main.id]);
  });

  it('are both of a rotation, on whichever models they are: devices know one or the other', () => {
    const old = published(1_000, 5_000);
    const elsewhere = onAnotherModel(published(2_000, 10_000));
    const replacement = { ...elsewhere, plan: { ...elsewhere.plan, replaces: old.id } };
    expect(ids(keysForLogin([old, replacement]))).toEqual([replacement.id, old.id]);
    // The one that can sign comes first.
    expect(ids(keysForLogin([old, replacement], [old.credential.aaguid ?? '']))).toEqual([old.id, replacement.id]);
  });

  it('are all of them where none is plugged in yet, for whichever comes', () => {
    const [main, backup] = [published(1_000, 10_000), onAnotherModel(written('ed25519-sk', 2_000))];
    expect(ids(keysForLogin([backup, main], []))).toEqual([main.id, backup.id]);
  });

  it('of which nobody knows the model are offered whatever is plugged in, one at a time', () => {
    const { credential, ...rest } = found(1, 3_000);
    const { aaguid: _unknown, ...unknown } = credential as Extract<typeof credential, { origin: 'found' }>;
    const adopted = { ...rest, credential: unknown };
    expect(ids(keysForLogin([adopted], [OTHER_MODEL]))).toEqual([adopted.id]);
    expect(ids(keysForLogin([adopted, { ...adopted, id: 'another' }]))).toHaveLength(1);
    expect(areOnSeveralModels([adopted, { ...adopted, id: 'another' }])).toBe(true);
    expect(areOnSeveralModels([adopted])).toBe(false);
  });
});

describe('a target', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gk-target-'));
  const database = openDatabase(join(folder, 'glasskey.db'));
  const settings = openSettings(database, join(folder, 'settings.json'));
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  targetStore(database).add(plainTarget('leaf1', 'alice@10.0.0.7', ['ops@192.0.2.10']));

  const plan = (target: string, jump?: readonly string[], windowsAsks = false) =>
    planLogin(
      { target, jump, command: undefined, save: undefined, hostKeys: 'ask', forwardAgent: true },
      {
        settings,
        database,
        dataFolder: folder,
        homeFolder: folder,
        clock: systemClock,
        keys: [published(1_000, 5_000)],
        account: 'alice@lab.example',
        windowsAsks,
      },
    );

  it.each(['leaf2', 'leaf', 'leaf11', 'laf1'])(
    '%s, much like a saved one, is taken for a slip before a PIN is typed',
    (typed) => {
      expect(() => plan(typed)).toThrow(
        expect.objectContaining({ code: 'TARGET_UNKNOWN', remedy: expect.stringContaining('glasskey connect leaf1?') }),
      );
    },
  );

  it.each(['spine7', 'alice@leaf2', 'leaf2.example'])('%s is a host', (typed) => {
    expect(plan(typed).sentence).toContain('directly, without a jump host');
  });

  it('that is saved goes through its jump hosts', () => {
    expect(plan('leaf1').sentence).toBe('Logging in to alice@10.0.0.7 through ops@192.0.2.10: one PIN, 2 touches.');
  });

  it('wants the PIN at each touch where Windows asks for it', () => {
    expect(plan('leaf1', undefined, true).sentence).toMatch(/: 2 times PIN and touch\.$/);
    expect(plan('leaf1', [], true).sentence).toMatch(/: one PIN, one touch\.$/);
  });
});
