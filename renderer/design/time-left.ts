/** A length of time in the words of a countdown. */
export interface TimeLeft {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Whole seconds, rounded up: a countdown is at zero only when nothing is left. Negative lengths are nothing. */
export function timeLeft(ms: number): TimeLeft {
  const all = Math.max(0, Math.ceil(ms / 1000));
  return { hours: Math.floor(all / 3600), minutes: Math.floor((all % 3600) / 60), seconds: all % 60 };
}

/** Whether two times are on one day where this computer is. */
export function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
