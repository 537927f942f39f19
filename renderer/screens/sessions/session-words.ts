/** What is said of a session: who is where, through which hosts, and how it stands. */
import type { SessionView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

type Say = WindowTexts['say'];

/** The device without the user: the user may hold an '@' of its own. */
function hostOf({ device }: Pick<SessionView, 'device'>): string {
  return device.slice(device.lastIndexOf('@') + 1);
}

/** What to call the place in a sentence: its saved name, or the host. */
export function placeOf(session: Pick<SessionView, 'name' | 'device'>): string {
  return session.name ?? hostOf(session);
}

/** The hosts that are logged in to, in order; the device, last, by its saved name. */
export function hostsOf(session: Pick<SessionView, 'name' | 'device' | 'jumps'>): readonly string[] {
  return [...session.jumps.map((device) => hostOf({ device })), placeOf(session)];
}

/** What its tab is called: the target, with a number where several sessions go there. */
export function tabName(session: SessionView, sessions: readonly SessionView[]): string {
  const same = sessions.filter(({ target }) => target === session.target);
  return same.length === 1 ? session.target : `${session.target} (${same.indexOf(session) + 1})`;
}

/** What is read out of its tab. */
export function tabLabel(say: Say, session: SessionView, sessions: readonly SessionView[]): string {
  const { isRecorded, terminals } = session;
  const plain = say('sessions.tab', { target: tabName(session, sessions), state: stateWords(say, session) });
  const tab = isRecorded ? say('sessions.tab-recorded', { tab: plain }) : plain;
  return terminals > 0 ? say('sessions.tab-in-terminal', { tab }) : tab;
}

/** "a, then b, then c". */
export function wayWords(say: Say, jumps: readonly string[]): string {
  return jumps.reduce((first, second) => (first === '' ? second : say('sessions.and', { first, second })), '');
}

/** "alice on leaf1, through jumper@jump-east", or "leaf1 (alice@198.51.100.7), through jumper@jump-east" of a saved name. */
export function whoWhere(say: Say, session: SessionView): string {
  const { name, user, device, jumps } = session;
  const who =
    name === undefined
      ? say('sessions.banner', { user, host: hostOf(session) })
      : say('sessions.banner-named', { name, device });
  return jumps.length === 0 ? who : say('sessions.banner-through', { who, jumps: wayWords(say, jumps) });
}

export function stateWords(say: Say, { state, waitsFor, error, lost }: SessionView): string {
  if (lost !== undefined) return say('sessions.state-lost');
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
