/** Times as people read them, in the zone of this computer. */

/** `14:05` for today, `2026-11-23 14:05` for any other day. */
export function timeOfDay(at: number, now: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return date.toDateString() === new Date(now).toDateString() ? time : `${day} ${time}`;
}

/** `3 h 40 min`, `12 min`, `less than a minute`. */
export function howLong(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
