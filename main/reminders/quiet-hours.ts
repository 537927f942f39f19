/** Quiet hours: times of day in the zone of this computer, whichever that is at the moment. */

/** In minutes since midnight. `from` after `to`: over midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** How far local time is ahead of UTC at a time, in minutes. */
  readonly offsetAt: (at: number) => number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * The zone of this computer now: it may be set to another one while the program runs. V8 keeps the one that it has read until Node tells
 * it to read anew, which it does when the variable TZ changes hands.
 */
export function localOffset(at: number): number {
  const { TZ } = process.env;
  if (TZ === undefined) Reflect.deleteProperty(process.env, 'TZ');
  else process.env.TZ = TZ;
  return -new Date(at).getTimezoneOffset();
}

/** `22:00`, as the settings have it; undefined where there is no time, and where both are the same, which is never quiet. */
export function quietHours(
  from: string | null,
  to: string | null,
  offsetAt: QuietHours['offsetAt'] = localOffset,
): QuietHours | undefined {
  const [begin, end] = [from, to].map((one) => (one === null ? undefined : minutesOf(one)));
  return begin === undefined || end === undefined || begin === end ? undefined : { from: begin, to: end, offsetAt };
}

/** When they end, where `now` lies in them; undefined else. A change of the clocks in between shifts it: whoever waits looks again then. */
export function quietUntil(now: number, quiet: QuietHours): number | undefined {
  const minute = minuteOfDay(now, quiet);
  const { from, to } = quiet;
  const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) return undefined;
  const minutes = (to - minute + DAY_MINUTES) % DAY_MINUTES;
  return Math.floor(now / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS;
}

function minuteOfDay(at: number, { offsetAt }: QuietHours): number {
  const minutes = Math.floor(at / MINUTE_MS) + offsetAt(at);
  return ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
