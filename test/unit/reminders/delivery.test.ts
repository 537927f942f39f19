import { describe, expect, it } from 'vitest';
import { dismiss, restore, snooze } from '../../../main/reminders/answer.ts';
import { type Answer, type Delivered, HOUR_MS, planDelivery, type Told } from '../../../main/reminders/delivery.ts';
import { type QuietHours, quietHours, quietUntil } from '../../../main/reminders/quiet-hours.ts';
import { type Reminder, type Severity, stagesFrom } from '../../../main/reminders/reminder.ts';
import { said, title } from '../../../main/reminders/said.ts';

const NOON = Date.UTC(2026, 8, 1, 12);

function reminder(id: string, begins: Partial<Record<Severity, number>>, since = 1): Reminder {
  return {
    id,
    rule: 'no-backup',
    subject: '',
    since,
    stages: stagesFrom(begins),
    title: title('reminder.no-backup.title'),
    sentence: said('reminder.no-backup'),
    remedy: { action: { kind: 'enroll-backup' }, command: ['glasskey'] },
  };
}

const DUE = reminder('a', { due: NOON });

function plan(all: readonly Reminder[], records: Partial<Delivered> = {}, now = NOON, quiet?: QuietHours) {
  const { tell, wakeAt } = planDelivery(all, { told: [], answers: [], lastToldAt: undefined, ...records }, now, quiet);
  return { tell: tell.map(({ critical, reminders }) => [critical, ...reminders.map(({ id }) => id)]), wakeAt };
}

const told = (id: string, severity: Severity, changes: Partial<Told> = {}): Told => {
  return { id, since: 1, severity, round: 0, ...changes };
};

describe('a reminder', () => {
  it('is told when its stage begins, and not again before the next', () => {
    const escalating = reminder('a', { soon: NOON, due: NOON + 10 });
    expect(plan([escalating], {}, NOON - 1)).toEqual({ tell: [], wakeAt: NOON });
    expect(plan([escalating])).toEqual({ tell: [[false, 'a']], wakeAt: NOON + 10 });
    expect(plan([escalating], { told: [told('a', 'soon')] }).tell).toEqual([]);
    expect(plan([escalating], { told: [told('a', 'soon')] }, NOON + 10).tell).toEqual([[false, 'a']]);
  });

  it('that became weightier while nothing ran is told once, as it is now', () => {
    const escalating = reminder('a', { soon: NOON - 20, due: NOON - 10 });
    expect(planDelivery([escalating], { told: [], answers: [], lastToldAt: undefined }, NOON, undefined).tell).toEqual([
      { critical: false, reminders: [{ ...escalating, severity: 'due', round: 0 }] },
    ]);
  });

  it('says nothing new with a lighter stage after the clock was set back', () => {
    const escalating = reminder('a', { soon: NOON, due: NOON + 10 });
    expect(plan([escalating], { told: [told('a', 'due')] }, NOON + 5).tell).toEqual([]);
  });

  it('is told anew on its day where a setting moved that after it was told or dismissed', () => {
    const moved = reminder('a', { soon: NOON + 10, due: NOON + 20 });
    const records = { told: [told('a', 'due', { toldAt: NOON })] };
    expect(plan([moved], records, NOON + 9)).toEqual({ tell: [], wakeAt: NOON + 10 });
    expect(plan([moved], records, NOON + 10).tell).toEqual([[false, 'a']]);
    const again = [...records.told, told('a', 'soon', { toldAt: NOON + 10 })];
    expect(plan([moved], { told: again }, NOON + 11).tell).toEqual([]);
    expect(plan([moved], { told: again }, NOON + 20).tell).toEqual([[false, 'a']]);
    const answer = dismiss({ reminder: DUE, stage: { severity: 'due' }, before: undefined, now: NOON }, 'not now');
    expect(plan([DUE], { answers: [answer] }, NOON + 5).tell).toEqual([]);
    expect(plan([moved], { answers: [answer] }, NOON + 10).tell).toEqual([[false, 'a']]);
  });

  it('is told anew when its cause is another', () => {
    expect(plan([reminder('a', { due: NOON }, 2)], { told: [told('a', 'due')] }).tell).toEqual([[false, 'a']]);
  });

  it('that is a note is never told', () => {
    expect(plan([reminder('a', { note: NOON })]).tell).toEqual([]);
  });
});

describe('notifications', () => {
  it('are one for all that is not critical, and an hour apart', () => {
    const all = [DUE, reminder('b', { soon: NOON })];
    expect(plan(all).tell).toEqual([[false, 'a', 'b']]);
    expect(plan(all, { lastToldAt: NOON - HOUR_MS + 1 })).toEqual({ tell: [], wakeAt: NOON + 1 });
    expect(plan(all, { lastToldAt: NOON - HOUR_MS }).tell).toEqual([[false, 'a', 'b']]);
  });

  it('of what is critical wait for no hour and no quiet', () => {
    const all = [DUE, reminder('c', { critical: NOON })];
    const quiet = quietHours('11:00', '13:00', () => 0);
    expect(plan(all, { lastToldAt: NOON - 1 }).tell).toEqual([[true, 'c']]);
    expect(plan(all, {}, NOON, quiet)).toEqual({ tell: [[true, 'c']], wakeAt: NOON + HOUR_MS });
    expect(plan(all).tell).toEqual([
      [true, 'c'],
      [false, 'a'],
    ]);
  });
});

describe('quiet hours', () => {
  const at = (hours: number, minutes = 0) => Date.UTC(2026, 8, 1, hours, minutes);

  it.each([
    ['22:00', '07:00', at(23), at(31)],
    ['22:00', '07:00', at(6, 59), at(7)],
    ['22:00', '07:00', at(7), undefined],
    ['22:00', '07:00', at(21, 59), undefined],
    ['09:30', '10:15', at(9, 30), at(10, 15)],
    ['09:30', '10:15', at(9, 29), undefined],
  ])('from %s to %s', (from, to, now, end) => {
    expect(quietUntil(now, quietHours(from, to, () => 0) as QuietHours)).toBe(end);
  });

  it('go by the zone of the computer, whichever it is', () => {
    const quiet = (offset: number) => quietHours('22:00', '07:00', () => offset) as QuietHours;
    expect(quietUntil(at(20, 30), quiet(120))).toBe(at(29));
    expect(quietUntil(at(17), quiet(330))).toBe(at(25, 30));
    expect(quietUntil(at(4), quiet(-300))).toBe(at(12));
  });

  it('are none where one of the two times is missing, or both are the same', () => {
    for (const [from, to] of [
      [null, '07:00'],
      ['22:00', null],
      ['22:00', '22:00'],
    ] as const)
      expect(quietHours(from, to)).toBeUndefined();
  });
});

describe('an answer', () => {
  const asked = { reminder: DUE, stage: { severity: 'due' } as const, before: undefined, now: NOON };
  const answered = (answer: Answer, now: number, all = [DUE], earlier: readonly Told[] = [told('a', 'due')]) =>
    plan(all, { answers: [answer], told: earlier }, now);

  it('that snoozes has it told once more when its time has come', () => {
    const snoozed = snooze(asked, NOON + 50);
    expect(answered(snoozed, NOON + 49)).toEqual({ tell: [], wakeAt: NOON + 50 });
    expect(answered(snoozed, NOON + 50).tell).toEqual([[false, 'a']]);
    expect(answered(snoozed, NOON + 50, [DUE], [told('a', 'due', { round: 1 })]).tell).toEqual([]);
    const again = snooze({ ...asked, before: snoozed, now: NOON + 60 }, NOON + 90);
    expect(answered(again, NOON + 90, [DUE], [told('a', 'due', { round: 1 })]).tell).toEqual([[false, 'a']]);
  });

  it('that snoozes does not hold what becomes critical', () => {
    const all = [reminder('a', { due: NOON, critical: NOON + 10 })];
    expect(answered(snooze(asked, NOON + 50), NOON + 10, all).tell).toEqual([[true, 'a']]);
    const critical = snooze({ ...asked, stage: { severity: 'critical' } }, NOON + 50);
    expect(answered(critical, NOON + 10, all).tell).toEqual([]);
  });

  it('that dismisses holds until it becomes more pressing, or its cause is another', () => {
    const dismissed = dismiss({ ...asked, stage: { severity: 'soon' } }, 'not mine');
    const all = [reminder('a', { soon: NOON, due: NOON + 10 })];
    expect(answered(dismissed, NOON + 9, all, []).tell).toEqual([]);
    expect(answered(dismissed, NOON + 10, all, []).tell).toEqual([[false, 'a']]);
    expect(answered(dismissed, NOON, [reminder('a', { soon: NOON }, 2)], []).tell).toEqual([[false, 'a']]);
  });

  it('that was taken back leaves what was told told', () => {
    const snoozed = snooze(asked, NOON + 50);
    expect(answered(restore({ ...asked, before: snoozed, now: NOON + 10 }), NOON + 50).tell).toEqual([]);
    const dismissed = dismiss(asked, 'not mine');
    expect(answered(restore({ ...asked, before: dismissed }), NOON + 50, [DUE], []).tell).toEqual([[false, 'a']]);
  });
});
