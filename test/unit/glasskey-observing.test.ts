import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { keyFilePair } from '../../main/enrollment/key-files.ts';
import {
  noteAttestation,
  noteDrilledHosts,
  noteHostKeys,
  noteSecurityKeys,
  noteSeenKey,
  type ObservingWorld,
  observedProfile,
} from '../../main/glasskey-observing.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { observationStore } from '../../main/storage/observation-store.ts';
import { published } from './enrollment/sample-enrollment.ts';
import { sampleKey } from './security-keys/sample-key.ts';

let folder: string;
let database: Database;
let now = 0;
let world: ObservingWorld;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-seen-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  now = 1_000;
  world = { database, clock: { now: () => now, after: () => () => {} }, log: silentLog };
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const seen = <K extends 'profile' | 'sign-in' | 'pin' | 'host-key'>(kind: K) => observationStore(database).list(kind);

describe('what is seen', () => {
  it('of a profile is whose key it holds and when somebody signed in, since when it is so', async () => {
    const { publicLine, fingerprint } = keyFilePair(published(1, 1));
    let line: string | undefined = publicLine;
    const holder = observedProfile(
      { account: async () => 'alice@contoso.example', read: async () => line, publish: async () => {} },
      world,
    );
    const signal = new AbortController().signal;
    await holder.account(signal);
    await holder.read(signal);
    now = 2_000;
    await holder.account(signal);
    await holder.read(signal);
    const subject = 'alice@contoso.example';
    expect(seen('profile')).toEqual([{ subject, value: { fingerprint }, since: 1_000, seenAt: 2_000 }]);
    expect(seen('sign-in')).toMatchObject([{ subject, seenAt: 2_000 }]);
    now = 3_000;
    line = 'no key at all';
    await holder.read(signal);
    expect(seen('profile')).toEqual([{ subject, value: { fingerprint: null }, since: 3_000, seenAt: 3_000 }]);
    await holder.publish(publicLine, { expectedPrevious: null, signal });
    expect(seen('profile')[0]?.value).toEqual({ fingerprint });
  });

  it('of security keys is how their PINs stand, by model and firmware', () => {
    const key = sampleKey();
    noteSecurityKeys([key, { ...key, pin: undefined }], world);
    expect(seen('pin')).toEqual([
      {
        subject: `${key.aaguid} ${key.firmware}`,
        value: { product: key.product, aaguid: key.aaguid, state: key.pin?.state, triesLeft: key.pin?.triesLeft },
        since: 1_000,
        seenAt: 1_000,
      },
    ]);
  });

  it('of security keys that say it is how much room they have', () => {
    const key = sampleKey();
    noteSecurityKeys(
      [
        { ...key, freeSlots: 0 },
        { ...key, firmware: '5.4.3', freeSlots: undefined },
      ],
      world,
    );
    expect(observationStore(database).list('slots')).toMatchObject([
      { subject: `${key.aaguid} ${key.firmware}`, value: { product: key.product, free: 0 }, since: 1_000 },
    ]);
  });

  it('of a security key that is used is written down only where it says something new', () => {
    const key = sampleKey();
    noteSeenKey(key, world);
    now = 2_000;
    noteSeenKey(key, world);
    expect(seen('pin')).toMatchObject([{ since: 1_000, seenAt: 1_000 }]);
    now = 3_000;
    noteSeenKey({ ...key, pin: { state: 'set', triesLeft: 2 } }, world);
    expect(seen('pin')).toMatchObject([{ value: { triesLeft: 2 }, since: 3_000, seenAt: 3_000 }]);
  });

  it('of hosts is whether they showed the known key, whoever logs in there, until they show it again', () => {
    noteHostKeys(['alice@Leaf1.example:22', 'ops@[2001:db8::1]:2222'], false, world);
    expect(seen('host-key').map(({ subject, value }) => [subject, value.isKnown])).toEqual([
      ['[2001:db8::1]:2222', false],
      ['leaf1.example', false],
    ]);
    noteDrilledHosts(
      [
        {
          id: 1,
          target: 'leaf1',
          device: 'alice@leaf1.example',
          way: { kind: 'jump', hops: [] },
          at: 1,
          verdict: 'failed',
          steps: [
            { step: 'host-key', hop: 'bob@leaf1.example', state: 'passed', ms: 1 },
            { step: 'host-key', hop: 'ops@jump', state: 'failed', ms: 1, code: 'CONNECT_HOST_KEY_CHANGED' },
            { step: 'host-key', hop: 'ops@new', state: 'failed', ms: 1, code: 'CONNECT_HOST_KEY_UNKNOWN' },
          ],
        },
      ],
      world,
    );
    expect(seen('host-key').filter(({ value }) => !value.isKnown)).toMatchObject([
      { subject: '[2001:db8::1]:2222' },
      { subject: 'jump' },
    ]);
  });

  it('of an attestation is what it proved, where it is kept and says something new', () => {
    noteAttestation('key-1', 'not-kept', world);
    noteAttestation('key-2', 'self', world);
    now = 2_000;
    noteAttestation('key-2', 'self', world);
    const kept = () => observationStore(database).list('attestation');
    expect(kept()).toEqual([{ subject: 'key-2', value: { kind: 'self' }, since: 1_000, seenAt: 1_000 }]);
    noteAttestation('key-2', 'genuine', world);
    expect(kept()).toMatchObject([{ value: { kind: 'genuine' }, since: 2_000 }]);
    now = 3_000;
    noteAttestation('key-2', 'unknown-issuer', world); // Its certificate has expired since.
    expect(kept()).toMatchObject([{ value: { kind: 'genuine' }, since: 2_000 }]);
  });

  it('is left out, and logged, where the database cannot be read', () => {
    database.sqlite.exec('DROP TABLE observations');
    const logged: string[] = [];
    const unreadable = { ...world, log: (_: unknown, event: string) => logged.push(event) };
    noteAttestation('key-1', 'self', unreadable);
    noteSeenKey({ ...sampleKey(), pin: { state: 'set', triesLeft: 8 } }, unreadable);
    expect(new Set(logged)).toEqual(new Set(['observation.not-read', 'observation.not-noted']));
  });
});
