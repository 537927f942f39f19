/**
 * Reminders as a calendar (RFC 5545): one event for each, which keeps its UID for as long as anybody may remember it. What changes gets
 * a higher SEQUENCE, and what is gone is cancelled and not left out, so that whoever reads the file again neither doubles nor keeps it.
 */

import type { Texts } from '../texts/texts.ts';
import type { Answer } from './delivery.ts';
import { dueAt, type Reminder, rankOf } from './reminder.ts';
import { sayReminder } from './said.ts';

/** What an event says, apart from its history. Times in milliseconds since the Unix epoch. */
export interface CalendarContent {
  readonly start: number;
  readonly summary: string;
  readonly description: string;
  /** When it makes itself heard, in their order. */
  readonly alarms: readonly number[];
}

/** One as it was written last. */
export interface CalendarEntry extends CalendarContent {
  /** The reminder's. */
  readonly id: string;
  readonly uid: string;
  /** RFC 5545, 3.8.7.4: raised with each change. */
  readonly sequence: number;
  readonly changedAt: number;
  readonly isCancelled: boolean;
}

/** A calendar that was not read for so long keeps what has gone. */
const CANCELLED_MS = 366 * 86_400_000;
const EVENT_MS = 15 * 60_000;

/**
 * Undefined of one that is never due: a note is no date. `answer`: what its owner answered to it last. One that was put off is silent
 * until then, when it is told once more, and is not to be done before.
 */
export function calendarContent(
  reminder: Reminder,
  commandLine: string,
  texts: Pick<Texts, 'say'>,
  answer?: Answer,
): CalendarContent | undefined {
  const alarms = reminder.stages.filter(({ severity }) => rankOf(severity) >= rankOf('soon')).map(({ at }) => at);
  if (alarms.length === 0) return undefined;
  const due = dueAt(reminder);
  const putOffTo = putOffUntil(reminder, answer);
  return {
    start: putOffTo === undefined ? due : Math.max(due, putOffTo),
    summary: sayReminder(texts, reminder.title),
    description: `${sayReminder(texts, reminder.sentence)}\n${commandLine}`,
    alarms: putOffTo === undefined ? alarms : [putOffTo, ...alarms.filter((at) => at > putOffTo)],
  };
}

/** A snooze ends when the reminder becomes critical (delivery.ts); it stays where it was put when that has passed. */
function putOffUntil({ since, stages }: Reminder, answer: Answer | undefined): number | undefined {
  if (answer?.kind !== 'snoozed' || answer.since !== since) return undefined;
  const critical = stages.find(({ severity }) => severity === 'critical');
  return critical === undefined || answer.severity === 'critical' ? answer.until : Math.min(answer.until, critical.at);
}

/** The entries after `before`, of what there is now. `newUid`: another one each time. */
export function updateCalendar(
  before: readonly CalendarEntry[],
  wanted: ReadonlyMap<string, CalendarContent>,
  now: number,
  newUid: () => string,
): readonly CalendarEntry[] {
  const known = new Set(before.map(({ id }) => id));
  const kept = before.flatMap((entry): readonly CalendarEntry[] => {
    const content = wanted.get(entry.id);
    if (content !== undefined) {
      const isSame = !entry.isCancelled && isSameContent(entry, content);
      return [isSame ? entry : changed({ ...entry, ...content, isCancelled: false }, now)];
    }
    if (entry.isCancelled) return now - entry.changedAt > CANCELLED_MS ? [] : [entry];
    return [changed({ ...entry, isCancelled: true }, now)];
  });
  const added = [...wanted].filter(([id]) => !known.has(id));
  return [
    ...kept,
    ...added.map(([id, content]) => ({
      id,
      uid: newUid(),
      sequence: 0,
      changedAt: now,
      isCancelled: false,
      ...content,
    })),
  ];
}

function changed(entry: CalendarEntry, now: number): CalendarEntry {
  // A clock that was set back must not make a change look older than the one before it.
  return { ...entry, sequence: entry.sequence + 1, changedAt: Math.max(now, entry.changedAt) };
}

function isSameContent(a: CalendarContent, b: CalendarContent): boolean {
  return (
    a.start === b.start &&
    a.summary === b.summary &&
    a.description === b.description &&
    a.alarms.length === b.alarms.length &&
    a.alarms.every((at, index) => at === b.alarms[index])
  );
}

const PRODUCT = 'PRODID:-//Glasskey//Reminders//EN';

/** Whether a file is one that `formatCalendar` made: its head says who did. */
export function isGlasskeyCalendar(text: string): boolean {
  const [begin, ...head] = text.split('BEGIN:VEVENT', 1)[0]?.split(/\r?\n/) ?? [];
  return begin === 'BEGIN:VCALENDAR' && head.includes(PRODUCT);
}

/** The file: the same bytes for the same entries. */
export function formatCalendar(entries: readonly CalendarEntry[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    PRODUCT,
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'NAME:Glasskey', // RFC 7986, 5.1
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H', // RFC 7986, 5.7
    ...entries.flatMap(eventLines),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join('');
}

function eventLines(entry: CalendarEntry): readonly string[] {
  const { uid, sequence, changedAt, isCancelled, start, summary, description, alarms } = entry;
  const heard = isCancelled ? [] : alarms;
  return [
    'BEGIN:VEVENT',
    `UID:${escapeText(uid)}`,
    `DTSTAMP:${utcTime(changedAt)}`,
    `LAST-MODIFIED:${utcTime(changedAt)}`,
    `SEQUENCE:${sequence}`,
    `STATUS:${isCancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    `DTSTART:${utcTime(start)}`,
    `DTEND:${utcTime(start + EVENT_MS)}`,
    `SUMMARY:${escapeText(summary)}`,
    `DESCRIPTION:${escapeText(description)}`,
    'CATEGORIES:Glasskey',
    'TRANSP:TRANSPARENT',
    ...heard.flatMap((at) => [
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `DESCRIPTION:${escapeText(summary)}`,
      `TRIGGER;VALUE=DATE-TIME:${utcTime(at)}`,
      'END:VALARM',
    ]),
    'END:VEVENT',
  ];
}

/** RFC 5545, 3.3.5, form 2: `20261130T081900Z`. */
function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** RFC 5545, 3.3.11; a control character has no place in it, and a name may be a stranger's. */
function escapeText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll(/\p{Cc}/gu, '\ufffd');
}

const MOST_OCTETS = 75;

/** RFC 5545, 3.1: no line is longer than 75 octets; what follows begins with a space. No character is cut in two. */
function foldLine(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > MOST_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
