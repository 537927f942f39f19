/** What is said of a recording: of what, how long, how large. */
import type { RecordingView } from '../../../main/ipc/contract.ts';

/** What it is of: the target, or what a recording of another program says of itself. */
export function recordingOf({ subject, title, name }: Pick<RecordingView, 'subject' | 'title' | 'name'>): string {
  return subject?.target ?? title ?? name;
}

/** `3:05`, `1:00:00`. */
export function shownSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (count: number) => String(count).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function shownBytes(bytes: number, language: string): string {
  const [unit, size] = bytes < 1_000_000 ? (['kilobyte', 1_000] as const) : (['megabyte', 1_000_000] as const);
  const amount = Math.max(0.1, bytes / size);
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: amount < 10 ? 1 : 0 }).format(
    amount,
  );
}
