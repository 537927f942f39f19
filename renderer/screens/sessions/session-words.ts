/** What is said of a session: who is where, through which hosts, and how it stands. */
import type { SessionView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

type Say = WindowTexts['say'];

/** The device without the user: the user may hold an '@' of its own. */
export function hostOf({ device }: Pick<SessionView, 'device'>): string {
  return device.slice(device.lastIndexOf('@') + 1);
}

/** What its tab is called: the target, with a number where several sessions go there. */
export function tabName(session: SessionView, sessions: readonly SessionView[]): string {
  const same = sessions.filter(({ target }) => target === session.target);
  return same.length === 1 ? session.target : `${session.target} (${same.indexOf(session) + 1})`;
}

/** "a, then b, then c". */
export function wayWords(say: Say, jumps: readonly string[]): string {
  return jumps.reduce((first, second) => (first === '' ? second : say('sessions.and', { first, second })), '');
}

/** "alice on leaf1, through jumper@jump-east". */
export function whoWhere(say: Say, session: SessionView): string {
  const { user, jumps } = session;
  const host = hostOf(session);
  if (jumps.length === 0) return say('sessions.banner', { user, host });
  return say('sessions.banner-through', { user, host, jumps: wayWords(say, jumps) });
}

export function stateWords(say: Say, { state, waitsFor, error }: SessionView): string {
  if (state === 'ended') return say(error === undefined ? 'sessions.state-ended' : 'sessions.state-failed');
  if (waitsFor !== undefined) return say('sessions.state-waits');
  return say(state === 'open' ? 'sessions.state-open' : 'sessions.state-starting');
}

/** Since when it is as it is, or when it ended; with the day where that is not today. */
export function sinceWords(say: Say, { startedAt, openedAt, endedAt }: SessionView, now: number): string {
  const at = new Date(endedAt ?? openedAt ?? startedAt);
  const sameDay = at.toDateString() === new Date(now).toDateString();
  if (endedAt !== undefined) return sameDay ? say('sessions.at', { at }) : say('sessions.at-day', { at });
  return sameDay ? say('sessions.since', { at }) : say('sessions.since-day', { at });
}
