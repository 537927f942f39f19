/** The calendar, read by a parser that is not ours (ical.js), and kept as calendar programs keep it: by UID and SEQUENCE. */
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import {
  type CalendarContent,
  type CalendarEntry,
  calendarContent,
  formatCalendar,
  updateCalendar,
} from '../../../main/reminders/calendar.ts';
import type { Answer } from '../../../main/reminders/delivery.ts';
import { DAY_MS } from '../../../main/reminders/facts.ts';
import { dueAt } from '../../../main/reminders/reminder.ts';
import { remindersOf } from '../../../main/reminders/rules.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { AGES, BEGIN, facts, keyFact, targetFact } from './sample-facts.ts';

const texts = textsFor(['en-GB'], 'UTC');

let uids = 0;
const newUid = () => {
  uids += 1;
  return `uid-${uids}@glasskey`;
};

const content = (changes: Partial<CalendarContent> = {}): CalendarContent => {
  return { start: BEGIN, summary: 'Rehearse', description: 'Line one\nline two', alarms: [BEGIN], ...changes };
};
const contents = (...ids: string[]) => new Map(ids.map((id) => [id, content({ summary: id })]));

/** The events of a file. */
function eventsIn(text: string): readonly ICAL.Event[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  return calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
}

/** What a calendar program does that reads a file again: an event of a known UID takes its place if it is newer, a cancelled one goes. */
class ReadingCalendar {
  readonly #events = new Map<
    string,
    { readonly sequence: number; readonly summary: string; readonly isCancelled: boolean }
  >();

  read(text: string): void {
    for (const event of eventsIn(text)) {
      const { uid, sequence, summary } = event;
      const isCancelled = event.component.getFirstPropertyValue('status') === 'CANCELLED';
      const known = this.#events.get(uid);
      if (known === undefined || sequence > known.sequence) this.#events.set(uid, { sequence, summary, isCancelled });
    }
  }

  get shown(): readonly string[] {
    return [...this.#events.values()].filter(({ isCancelled }) => !isCancelled).map(({ summary }) => summary);
  }
}

describe('a calendar file', () => {
  it('is read by another parser: time, texts and alarms of every reminder', () => {
    const all = remindersOf(facts({ keys: [keyFact({ provenAt: undefined })], targets: [targetFact()] }), AGES);
    const wanted = new Map(
      all.flatMap((one) => {
        const event = calendarContent(one, one.remedy.command.join(' '), texts);
        return event === undefined ? [] : [[one.id, event] as const];
      }),
    );
    expect(wanted.size).toBe(all.length);
    const events = eventsIn(formatCalendar(updateCalendar([], wanted, BEGIN, newUid)));
    expect(events.map(({ startDate }) => startDate.toJSDate().getTime())).toEqual(all.map(dueAt));
    for (const [index, event] of events.entries()) {
      expect([event.summary, event.description]).toEqual([
        [...wanted.values()][index]?.summary,
        [...wanted.values()][index]?.description,
      ]);
      const alarms = event.component.getAllSubcomponents('valarm');
      const times = alarms.map((alarm) => (alarm.getFirstPropertyValue('trigger') as ICAL.Time).toJSDate().getTime());
      expect(times).toEqual([...wanted.values()][index]?.alarms);
    }
  });

  it('has lines of 75 octets at most that end in CRLF, and brings back each character', () => {
    const summary = 'Ünïcode 🔑, a comma; a semicolon \\ and “quotes” '.repeat(8);
    const description = `first line\n\nthird: ${'ä'.repeat(200)}`;
    const text = formatCalendar(updateCalendar([], new Map([['a', content({ summary, description })]]), BEGIN, newUid));
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(eventsIn(text)[0]).toMatchObject({ summary, description });
  });

  it('lets a stranger’s name add no line of its own', () => {
    const summary = 'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\u0000\u0007';
    const text = formatCalendar(updateCalendar([], new Map([['a', content({ summary })]]), BEGIN, newUid));
    expect(eventsIn(text).map((event) => event.summary)).toEqual(['x\nEND:VEVENT\nBEGIN:VEVENT\ufffd\ufffd']);
  });
});

describe('of a reminder that was put off, an event', () => {
  const [reminder] = remindersOf(facts({ keys: [keyFact({ provenAt: undefined })], targets: [] }), AGES).filter(
    ({ rule }) => rule === 'unproven',
  );
  if (reminder === undefined) throw new Error('it is not proven');
  const due = dueAt(reminder);
  const critical = due + 14 * DAY_MS;
  const put = (until: number, changes: Partial<Answer> = {}) => {
    const { id, since } = reminder;
    const answer = { id, since, severity: 'due', at: due, round: 1, kind: 'snoozed', until, ...changes } as Answer;
    const { start, alarms } = calendarContent(reminder, 'glasskey drill', texts, answer) ?? {};
    return { start, alarms };
  };

  it('moves to that time, is silent until then, and keeps what comes after', () => {
    expect(put(due + 3 * DAY_MS)).toEqual({ start: due + 3 * DAY_MS, alarms: [due + 3 * DAY_MS, critical] });
  });

  it('does not wait for it where it becomes critical before, unless it was critical already', () => {
    expect(put(due + 30 * DAY_MS)).toEqual({ start: critical, alarms: [critical] });
    const until = due + 30 * DAY_MS;
    expect(put(until, { severity: 'critical' })).toEqual({ start: until, alarms: [until] });
  });

  it('is not to be done before it is due: one that was put off ahead of that makes itself heard then', () => {
    expect(put(due - DAY_MS)).toEqual({ start: due, alarms: [due - DAY_MS, due, critical] });
  });

  it('is where it was for another occurrence, and when the answer was taken back', () => {
    const asItWas = { start: due, alarms: [due, critical] };
    expect(put(due + 3 * DAY_MS, { since: reminder.since - 1 })).toEqual(asItWas);
    expect(put(due + 3 * DAY_MS, { kind: 'restored' })).toEqual(asItWas);
  });
});

describe('an event', () => {
  it('keeps its UID, and gets a higher SEQUENCE only where it changed', () => {
    const first = updateCalendar([], contents('a', 'b'), BEGIN, newUid);
    expect(updateCalendar(first, contents('a', 'b'), BEGIN + 1, newUid)).toEqual(first);
    const moved = new Map([...contents('b'), ['a', content({ summary: 'a', start: BEGIN + DAY_MS })]]);
    const second = updateCalendar(first, moved, BEGIN + 1, newUid);
    expect(second.map(({ uid }) => uid)).toEqual(first.map(({ uid }) => uid));
    expect(second.map(({ sequence }) => sequence)).toEqual([1, 0]);
  });

  it('that is gone is cancelled, comes back under its UID, and is forgotten after a year', () => {
    const first = updateCalendar([], contents('a'), BEGIN, newUid);
    const gone = updateCalendar(first, new Map(), BEGIN + 1, newUid);
    expect(gone).toMatchObject([{ uid: first[0]?.uid, sequence: 1, isCancelled: true }]);
    expect(updateCalendar(gone, contents('a'), BEGIN + 2, newUid)).toMatchObject([
      { uid: first[0]?.uid, sequence: 2, isCancelled: false },
    ]);
    expect(updateCalendar(gone, new Map(), BEGIN + 366 * DAY_MS, newUid)).toHaveLength(1);
    expect(updateCalendar(gone, new Map(), BEGIN + 368 * DAY_MS, newUid)).toEqual([]);
  });
});

it('A calendar that reads the file again after changes neither doubles nor loses an entry, nor keeps what is gone', () => {
  const reader = new ReadingCalendar();
  let entries: readonly CalendarEntry[] = [];
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const wanted = new Map<string, CalendarContent>();
  for (let round = 0; round < 300; round += 1) {
    const id = `reminder-${Math.floor(random() * 12)}`;
    if (random() < 0.35) wanted.delete(id);
    else wanted.set(id, content({ summary: id, start: BEGIN + Math.floor(random() * 4) * DAY_MS }));
    entries = updateCalendar(entries, wanted, BEGIN + round * 3_600_000, newUid);
    // Now and then it does not look.
    if (random() < 0.3) continue;
    reader.read(formatCalendar(entries));
    expect(reader.shown.toSorted()).toEqual([...wanted.keys()].toSorted());
  }
});
