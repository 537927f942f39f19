/** The sessions screen: logins in terminals, what they write and what is typed to them. */
import { basename } from 'node:path';
import type { SessionRecording, SessionState } from '../connect/connect-session.ts';
import type { SessionList } from '../connect/session-list.ts';
import { openSession, reconnectSession, recordSession, type SessionsWorld } from '../glasskey-sessions.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { SessionView } from './contract.ts';
import { crossedError } from './crossed-error.ts';

export interface SessionCallsWorld extends Pick<SessionsWorld, 'glasskey' | 'peopleFor'> {
  readonly sessions: SessionList;
  readonly texts: Pick<Texts, 'say' | 'catalogue'>;
  readonly tell: Tell;
  /** A window closed, crashed or shows another document: what it drew is drawn by nobody, and must not wait for it. */
  readonly onWindowGone: (listener: (windowId: number) => void) => void;
}

type SessionCall =
  | 'sessions.open'
  | 'sessions.list'
  | 'sessions.attach'
  | 'sessions.write'
  | 'sessions.drawn'
  | 'sessions.resize'
  | 'sessions.end'
  | 'sessions.reconnect'
  | 'sessions.record';

export function sessionCalls(world: SessionCallsWorld): Pick<CallHandlers, SessionCall> {
  const { sessions, texts, tell, onWindowGone } = world;
  const views = () => sessions.list().map((state) => sessionView(state, texts));
  /** Which window draws a session, the last that attached. */
  const windowOf = new Map<string, number>();

  sessions.onChange(() => {
    const there = views();
    const ids = new Set(there.map(({ id }) => id));
    for (const id of [...windowOf.keys()]) if (!ids.has(id)) windowOf.delete(id);
    tell('sessions.changed', { sessions: there });
  });
  sessions.onOutput((id, data) => tell('session.output', { id, data }));
  onWindowGone((windowId) => {
    for (const [id, window] of [...windowOf]) {
      if (window !== windowId) continue;
      windowOf.delete(id);
      sessions.detach(id);
    }
  });

  return {
    async 'sessions.open'({ target, way, columns, rows }) {
      return { id: await openSession(world, { target, way }, { columns, rows }) };
    },
    'sessions.list': () => ({ sessions: views() }),
    'sessions.attach'({ id }, { windowId }) {
      const replay = sessions.attach(id);
      windowOf.set(id, windowId);
      return { replay };
    },
    'sessions.write'({ id, text }) {
      sessions.write(id, text);
      return {};
    },
    'sessions.drawn'({ id, bytes }, { windowId }) {
      // What another window drew is not what was sent to this one.
      if (windowOf.get(id) === windowId) sessions.drawn(id, bytes);
      return {};
    },
    'sessions.resize'({ id, columns, rows }) {
      sessions.resize(id, { columns, rows });
      return {};
    },
    'sessions.end'({ id }) {
      sessions.end(id);
      return {};
    },
    async 'sessions.reconnect'({ id }) {
      await reconnectSession(world, id);
      return {};
    },
    async 'sessions.record'({ id, isOn }) {
      await recordSession(world, id, isOn);
      return {};
    },
  };
}

/** As it crosses: errors in words for a window, files by their names. */
export function sessionView(
  { jumps, chosenWay: _, error, recording, ...state }: SessionState,
  texts: Pick<Texts, 'catalogue'>,
): SessionView {
  return {
    ...state,
    jumps: [...jumps],
    ...(error === undefined ? {} : { error: crossedError(error, texts) }),
    ...(recording === undefined ? {} : { recording: recordingOf(recording, texts) }),
  };
}

function recordingOf({ file, state, error }: SessionRecording, texts: Pick<Texts, 'catalogue'>) {
  return { name: basename(file), state, ...(error === undefined ? {} : { error: crossedError(error, texts) }) };
}
