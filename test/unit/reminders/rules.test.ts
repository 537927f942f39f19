import { describe, expect, it } from 'vitest';
import { DAY_MS, type Facts, type KeyFact, type PolicyAges } from '../../../main/reminders/facts.ts';
import { type Reminder, type Severity, stageAt, stagesFrom } from '../../../main/reminders/reminder.ts';
import { remindersOf } from '../../../main/reminders/rules.ts';
import { sayReminder } from '../../../main/reminders/said.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { AAGUID, AGES, BACKUP, BEGIN, facts, HOUR_MS, keyFact, targetFact } from './sample-facts.ts';

const texts = textsFor(['en-GB'], 'UTC');

/** The reminder of this rule, or undefined. */
function of(rule: string, changes: Partial<Facts>, ages: PolicyAges = AGES): Reminder | undefined {
  return remindersOf(facts(changes), ages).find((one) => one.rule === rule);
}

/** Its severity at a time. */
function at(reminder: Reminder | undefined, time: number): Severity | undefined {
  return reminder && stageAt(reminder, time)?.severity;
}

describe('stages', () => {
  it('are in the order of their weight, and one that a weightier one overtakes is left out', () => {
    expect(stagesFrom({ due: 20, soon: 10 })).toEqual([
      { severity: 'soon', at: 10 },
      { severity: 'due', at: 20 },
    ]);
    expect(stagesFrom({ note: 5, soon: 30, critical: 20 })).toEqual([
      { severity: 'note', at: 5 },
      { severity: 'critical', at: 20 },
    ]);
    expect(stagesFrom({ soon: 7, due: 7 })).toEqual([{ severity: 'due', at: 7 }]);
  });
});

describe('the rules', () => {
  it('remind of nothing that is due while key, backup and target are new and proven', () => {
    const now = BEGIN + 6 * HOUR_MS;
    expect(remindersOf(facts(), AGES).filter((one) => stageAt(one, now) !== undefined)).toEqual([]);
  });

  it('give each reminder an id of its own, a title, a sentence and a command', () => {
    const all = remindersOf(
      facts({ keys: [keyFact({ provenAt: undefined })], targets: [targetFact(), targetFact({ name: 'leaf2' })] }),
      AGES,
    );
    expect(all.map(({ id }) => id)).toEqual([
      'credential-age:key-1',
      'unproven:key-1',
      'drill-age:leaf1',
      'drill-age:leaf2',
      'no-backup',
      'signed-out:alice@contoso.example',
    ]);
    for (const { title, sentence, remedy } of all) {
      expect(sayReminder(texts, title)).toMatch(/^[A-Z].*[^.]$/);
      expect(sayReminder(texts, sentence)).toMatch(/^[A-Z].*\.$/);
      expect(remedy.command[0]).toBe('glasskey');
    }
  });
});

describe('credential-age', () => {
  it('comes two weeks ahead and is due on the day that the policy says', () => {
    const reminder = of('credential-age', {});
    expect(at(reminder, BEGIN + 76 * DAY_MS - 1)).toBeUndefined();
    expect(at(reminder, BEGIN + 76 * DAY_MS)).toBe('soon');
    expect(at(reminder, BEGIN + 90 * DAY_MS)).toBe('due');
    expect(sayReminder(texts, of('credential-age', {})?.sentence as never)).toBe(
      'The key id_ed25519_sk is of 1 September 2026, and a key may become 90 days old. Replace it by 30 November 2026; the old one works until the new one is proven.',
    );
  });

  it('of a key that may become a few days old comes in time, not before it was made', () => {
    const reminder = of('credential-age', {}, { ...AGES, credentialAgeMs: 4 * DAY_MS });
    expect(at(reminder, BEGIN + 3 * DAY_MS - 1)).toBeUndefined();
    expect(at(reminder, BEGIN + 3 * DAY_MS)).toBe('soon');
  });

  it('is not said of a backup, of a key that was replaced, and of the one that leaves in a rotation', () => {
    const gone = keyFact({ replacedAt: BEGIN + DAY_MS });
    expect(of('credential-age', { keys: [gone, BACKUP] })).toBeUndefined();
    const next = keyFact({ id: 'key-3', createdAt: BEGIN + DAY_MS });
    const rotation = {
      old: 'key-1',
      new: 'key-3',
      leaving: 'old',
      stage: 'waiting',
      since: BEGIN,
      reconciledBy: undefined,
      isProven: false,
    } as const;
    expect(of('credential-age', { keys: [keyFact(), next], rotation })?.id).toBe('credential-age:key-3');
    expect(of('credential-age', { keys: [keyFact(), next], rotation: { ...rotation, leaving: 'new' } })?.id).toBe(
      'credential-age:key-1',
    );
  });
});

describe('unproven', () => {
  it('is due when every device has the key, and critical two weeks later', () => {
    const reminder = of('unproven', { keys: [keyFact({ provenAt: undefined }), BACKUP] });
    expect(at(reminder, BEGIN + 4 * HOUR_MS - 1)).toBeUndefined();
    expect(at(reminder, BEGIN + 4 * HOUR_MS)).toBe('due');
    expect(at(reminder, BEGIN + 4 * HOUR_MS + 14 * DAY_MS)).toBe('critical');
    expect(reminder?.remedy.command).toEqual(['glasskey', 'drill', 'leaf1']);
  });

  it('is gone with a login after the publication, and stays with one before it', () => {
    expect(of('unproven', { keys: [keyFact()] })).toBeUndefined();
    const republished = keyFact({ publishedAt: BEGIN + DAY_MS, reconciledBy: BEGIN + 28 * HOUR_MS });
    expect(of('unproven', { keys: [republished] })?.since).toBe(BEGIN + DAY_MS);
    expect(of('unproven', { keys: [{ ...republished, foundOnProfile: true }] })).toBeUndefined();
  });
});

describe('drill-age', () => {
  it('looks at the favourites, and at all targets where there are none', () => {
    const [plain, favourite] = [targetFact(), targetFact({ name: 'leaf2', isFavourite: true })];
    const subjects = (targets: Facts['targets']) =>
      remindersOf(facts({ targets }), AGES)
        .filter(({ rule }) => rule === 'drill-age')
        .map(({ subject }) => subject);
    expect(subjects([plain, favourite])).toEqual(['leaf2']);
    expect(subjects([plain])).toEqual(['leaf1']);
  });

  it('counts from the last login or drill, and of a target that was never proven from when devices had the key', () => {
    expect(at(of('drill-age', {}), BEGIN + 5 * HOUR_MS + 30 * DAY_MS)).toBe('due');
    const never = of('drill-age', { targets: [targetFact({ provenAt: undefined })] });
    expect(at(never, BEGIN + 4 * HOUR_MS + 25 * DAY_MS)).toBe('soon');
    expect(at(never, BEGIN + 4 * HOUR_MS + 30 * DAY_MS)).toBe('due');
    expect(sayReminder(texts, never?.sentence as never)).toContain('was ever proven');
  });

  it('is not said where there is no key to rehearse with', () => {
    expect(of('drill-age', { keys: [] })).toBeUndefined();
  });
});

describe('no-backup', () => {
  it('is a note at once and due after a month, until there is one', () => {
    const reminder = of('no-backup', { keys: [keyFact()] });
    expect(at(reminder, BEGIN)).toBe('note');
    expect(at(reminder, BEGIN + 7 * DAY_MS)).toBe('soon');
    expect(at(reminder, BEGIN + 30 * DAY_MS)).toBe('due');
    expect(of('no-backup', { keys: [keyFact(), BACKUP] })).toBeUndefined();
    expect(of('no-backup', { keys: [keyFact(), { ...BACKUP, isWritten: false }] })).toBeDefined();
  });

  describe('once the backup has taken the place of the first key', () => {
    const first = keyFact({ replacedAt: BEGIN + DAY_MS });
    const used = { ...BACKUP, account: 'a', publishedAt: BEGIN + DAY_MS };

    it('is said from then on: the first is likely to be lost', () => {
      const reminder = of('no-backup', { keys: [first, used] });
      expect(at(reminder, BEGIN + DAY_MS)).toBe('note');
      expect(at(reminder, BEGIN + 31 * DAY_MS)).toBe('due');
      expect(reminder && sayReminder(texts, reminder.sentence)).toMatch(/^Your backup has taken the place/);
    });

    it('is gone with another backup, with a new key beside it, and with the first one back on the profile', () => {
      expect(of('no-backup', { keys: [first, used, { ...BACKUP, id: 'key-3' }] })).toBeUndefined();
      expect(of('no-backup', { keys: [used, keyFact({ id: 'key-3', createdAt: BEGIN + DAY_MS })] })).toBeUndefined();
      expect(of('no-backup', { keys: [keyFact(), { ...used, replacedAt: BEGIN + 2 * DAY_MS }] })).toBeUndefined();
    });

    it('is not gone with the key that replaces it on the same security key', () => {
      const next = keyFact({ id: 'key-3', createdAt: BEGIN + 5 * DAY_MS, account: 'a' });
      const rotation: Facts['rotation'] = {
        old: used.id,
        new: next.id,
        leaving: 'old',
        stage: 'to-retire',
        since: BEGIN + 5 * DAY_MS,
        reconciledBy: undefined,
        isProven: true,
      };
      expect(of('no-backup', { keys: [{ ...used, replacedAt: BEGIN + 5 * DAY_MS }, next], rotation })).toBeDefined();
      expect(of('no-backup', { keys: [used, { ...next, publishedAt: undefined }], rotation })).toBeDefined();
    });
  });
});

describe('profile-drift', () => {
  const account = 'alice@contoso.example';
  const drift = (fingerprint: string | undefined, since = BEGIN + DAY_MS, seenAt = since) =>
    of('profile-drift', { profiles: [{ account, fingerprint, since, seenAt }] });

  it('is due at once and critical once devices have reconciled, where the profile holds another key or none', () => {
    for (const fingerprint of ['SHA256:foreign', undefined]) {
      const reminder = drift(fingerprint);
      expect(at(reminder, BEGIN + DAY_MS)).toBe('due');
      expect(at(reminder, BEGIN + DAY_MS + 4 * HOUR_MS)).toBe('critical');
      expect(reminder?.remedy.command).toEqual(['glasskey', 'publish', '--key', 'SHA256:one']);
    }
  });

  it('is not said where the profile holds that key, or was looked at before the key was published', () => {
    expect(drift('SHA256:one')).toBeUndefined();
    expect(drift('SHA256:foreign', BEGIN - 1)).toBeUndefined();
  });

  it('is told where the key of before the publication is back, though nobody noted what the publication put there', () => {
    const [before, looked] = [BEGIN - DAY_MS, BEGIN + 3 * DAY_MS];
    expect(drift('SHA256:before', before, BEGIN - 1)).toBeUndefined();
    const reminder = drift('SHA256:before', before, looked);
    // Devices may have had it since the publication.
    expect(at(reminder, looked)).toBe('critical');
    expect(reminder && sayReminder(texts, reminder.sentence)).toContain('On 4 September 2026');
    // Another look says nothing new.
    expect(drift('SHA256:before', before, looked + DAY_MS)?.since).toBe(reminder?.since);
  });

  it('is due too where a publication found the key gone and left it so', () => {
    const key = keyFact({ account: undefined, publishedAt: undefined, goneFrom: 'alice@contoso.example' });
    const profile = (fingerprint: string | undefined) => [
      { account: 'alice@contoso.example', fingerprint, since: BEGIN, seenAt: BEGIN },
    ];
    expect(of('profile-drift', { keys: [key], profiles: profile('SHA256:foreign') })).toBeDefined();
    expect(of('profile-drift', { keys: [key], profiles: profile(key.fingerprint) })).toBeUndefined();
    const second = keyFact({ id: 'second', fingerprint: 'SHA256:second' });
    expect(of('profile-drift', { keys: [key, second], profiles: profile('SHA256:second') })).toBeUndefined();
  });
});

describe('pin-tries', () => {
  const pin = (triesLeft: number, state: 'set' | 'blocked' = 'set', aaguid = AAGUID) =>
    of('pin-tries', { pins: [{ key: 'k', product: 'YubiKey 5 NFC', aaguid, state, triesLeft, since: BEGIN }] });

  it('is due with three tries left, critical with one and when the key is blocked', () => {
    expect(pin(8)).toBeUndefined();
    expect(pin(4)).toBeUndefined();
    expect(at(pin(3), BEGIN)).toBe('due');
    expect(at(pin(1), BEGIN)).toBe('critical');
    expect(at(pin(0, 'blocked'), BEGIN)).toBe('critical');
  });

  it('is not said of a security key that holds no key of this computer', () => {
    expect(pin(1, 'set', 'cb69481e-8ff7-4039-93ec-0a2729a154a8')).toBeUndefined();
  });
});

describe('no-free-slot', () => {
  const slots = (free: number, aaguid = AAGUID) =>
    of('no-free-slot', { slots: [{ key: 'k', product: 'YubiKey 5 NFC', aaguid, free, since: BEGIN }] });

  it('is for soon where the security key of a key has no room for the next one', () => {
    expect(slots(1)).toBeUndefined();
    expect(at(slots(0), BEGIN)).toBe('soon');
    expect(slots(0, 'cb69481e-8ff7-4039-93ec-0a2729a154a8')).toBeUndefined();
  });
});

describe('firmware', () => {
  it('is for soon where the advisory is about the kind of key, else a note', () => {
    const advisory = { id: 'YSA-2024-03', title: 'EUCLEAK' };
    const severity = (concernsKey: boolean) =>
      at(of('firmware', { keys: [keyFact({ advisories: [{ ...advisory, concernsKey }] })] }), BEGIN);
    expect(severity(true)).toBe('soon');
    expect(severity(false)).toBe('note');
  });
});

describe('unknown-maker', () => {
  const shown = (attestation: KeyFact['attestation'], more: Partial<KeyFact> = {}) =>
    of('unknown-maker', { keys: [keyFact({ attestation, ...more })] });

  it('is a note of a key that showed nobody whom one knows, in words that say what to do', () => {
    for (const maker of ['unknown-issuer', 'self', 'none'] as const) {
      const reminder = shown({ shown: maker, suffices: true });
      expect(at(reminder, BEGIN + 365 * DAY_MS)).toBe('note');
      const sentence = reminder && sayReminder(texts, reminder.sentence);
      expect(sentence).toMatch(/logs in like any other.*If you know where it is from, dismiss this/);
      expect(reminder?.remedy.command).toEqual(['glasskey', 'attest', 'verify', 'SHA256:one']);
    }
  });

  it('is nothing of a genuine one, one of which nothing was kept, one half made, and one that was replaced', () => {
    expect(shown({ shown: 'genuine', suffices: true })).toBeUndefined();
    expect(shown({ shown: undefined, suffices: true })).toBeUndefined();
    expect(shown({ shown: 'none', suffices: true }, { isWritten: false })).toBeUndefined();
    expect(shown({ shown: 'none', suffices: true }, { replacedAt: BEGIN })).toBeUndefined();
  });

  it('is for soon, and so told by a notification, where the settings ask for more', () => {
    expect(at(shown({ shown: 'self', suffices: false }), BEGIN)).toBe('soon');
    expect(at(shown({ shown: undefined, suffices: false }), BEGIN)).toBe('soon');
  });
});

describe('one-half-left', () => {
  it('says that files are gone, for soon and after a week due', () => {
    const reminder = of('one-half-left', { keys: [keyFact({ filesMissingSince: BEGIN })] });
    expect(at(reminder, BEGIN)).toBe('soon');
    expect(at(reminder, BEGIN + 7 * DAY_MS)).toBe('due');
    expect(reminder?.remedy.command).toEqual(['glasskey', 'recover']);
  });

  it('is critical where the credential is gone: the backup takes its place, or a new key', () => {
    const lost = { id: 'gone', keyFile: '/k/id', account: 'alice@contoso.example', since: BEGIN };
    const withBackup = of('one-half-left', { keys: [BACKUP], lostKeys: [lost] });
    expect(at(withBackup, BEGIN)).toBe('critical');
    expect(withBackup?.remedy.command).toEqual(['glasskey', 'publish', '--key', 'SHA256:two']);
    expect(of('one-half-left', { keys: [], lostKeys: [lost] })?.remedy.action).toEqual({ kind: 'enroll' });
  });
});

describe('host-key-changed', () => {
  it('is due at once, and leads to what is known of that host', () => {
    const of10 = (target: string | undefined) =>
      of('host-key-changed', { changedHostKeys: [{ host: '10.0.0.7', since: BEGIN, target }] });
    expect(at(of10('leaf1'), BEGIN)).toBe('due');
    expect(of10('leaf1')?.remedy.command).toEqual(['glasskey', 'targets', 'host-keys', 'leaf1']);
    expect(of10(undefined)?.remedy.command).toEqual(['glasskey', 'targets']);
  });
});

describe('signed-out', () => {
  it('counts from the last sign-in or publication, and is due after 90 days', () => {
    expect(at(of('signed-out', {}), BEGIN + 45 * DAY_MS)).toBe('note');
    expect(at(of('signed-out', {}), BEGIN + 75 * DAY_MS)).toBe('soon');
    expect(at(of('signed-out', {}), BEGIN + 90 * DAY_MS)).toBe('due');
    const signIns = [{ account: 'alice@contoso.example', at: BEGIN + 50 * DAY_MS }];
    expect(of('signed-out', { signIns })?.since).toBe(BEGIN + 50 * DAY_MS);
  });
});

describe('rotation-left', () => {
  const left = (changes: Partial<NonNullable<Facts['rotation']>>) =>
    of('rotation-left', {
      rotation: {
        old: 'key-1',
        new: 'key-3',
        leaving: 'old',
        stage: 'making',
        since: BEGIN,
        reconciledBy: undefined,
        isProven: false,
        ...changes,
      },
    });

  it('is for soon after a day and due after three while the new key is half made or not published', () => {
    for (const stage of ['making', 'to-publish', 'retiring'] as const) {
      expect(at(left({ stage }), BEGIN + DAY_MS - 1)).toBeUndefined();
      expect(at(left({ stage }), BEGIN + DAY_MS)).toBe('soon');
      expect(at(left({ stage }), BEGIN + 3 * DAY_MS)).toBe('due');
    }
  });

  it('waits for the devices, leaves the proof to another rule, and asks to retire the old key in two weeks', () => {
    const reconciledBy = BEGIN + 4 * HOUR_MS;
    expect(left({ stage: 'waiting', reconciledBy })).toBeUndefined();
    expect(left({ stage: 'to-prove', reconciledBy })).toBeUndefined();
    // Known before it begins: the stage changes with the time alone.
    for (const stage of ['waiting', 'to-retire'] as const) {
      const reminder = left({ stage, reconciledBy, isProven: true });
      expect(at(reminder, reconciledBy + DAY_MS)).toBe('soon');
      expect(at(reminder, reconciledBy + 14 * DAY_MS)).toBe('due');
    }
  });

  it('that was given up goes back', () => {
    expect(left({ leaving: 'new' })?.remedy.command).toEqual(['glasskey', 'rotate', '--abandon']);
  });
});
