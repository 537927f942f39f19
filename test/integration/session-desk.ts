/** Whoever sits before the sessions of the desktop app: opens them in this process, types, reads, and is asked for the PIN. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import type { UnplannedQuestion } from '../../main/agent/ruled-keyring.ts';
import type { SessionState } from '../../main/connect/connect-session.ts';
import { spawnPty } from '../../main/connect/pty.ts';
import { SessionList } from '../../main/connect/session-list.ts';
import { Glasskey } from '../../main/glasskey.ts';
import type { SigningPinQuestion } from '../../main/glasskey-agent.ts';
import { type Recordings, recordingsIn } from '../../main/glasskey-recordings.ts';
import { openSession, reconnectSession, type SessionPeople } from '../../main/glasskey-sessions.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import { systemClock } from '../../time/clock.ts';
import type { Lab } from '../lab/world.ts';

export interface SessionDesk {
  readonly glasskey: Glasskey;
  readonly sessions: SessionList;
  readonly recordings: Recordings;
  /** Each question for a PIN, in order. */
  readonly questions: SigningPinQuestion[];
  /** Each question whether to sign what no plan covers, in order; the answer is yes. */
  readonly unplanned: UnplannedQuestion[];
  /** Every state that a session was seen in, in order. */
  readonly states: SessionState[];
  /** What is typed when a PIN is asked for; undefined declines. */
  typesPin(answer: (question: SigningPinQuestion, signal: AbortSignal) => Promise<string | undefined>): void;
  open(target: string): Promise<string>;
  reconnect(id: string): Promise<void>;
  state(id: string): SessionState;
  screen(id: string): string;
  type(id: string, text: string): void;
  /** Waits until the screen shows it. */
  shows(id: string, what: string | RegExp): Promise<void>;
  reaches(id: string, state: SessionState['state']): Promise<SessionState>;
  close(): Promise<void>;
}

const TIMEOUT = { timeout: 20_000, interval: 20 };

export function startSessionDesk(lab: Lab): SessionDesk {
  const glasskey = new Glasskey({
    hid: async () => lab.authenticator.bus,
    clock: systemClock,
    log: silentLog,
    environment: lab.environment,
    homeFolder: join(lab.folder, 'home'),
    owner: 'alice@lab',
  });
  const recordings = recordingsIn(join(lab.folder, 'data'), systemClock);
  const sessions = new SessionList({ clock: systemClock, spawn: spawnPty, record: recordings.start });
  const screens = new Map<string, string>();
  const questions: SigningPinQuestion[] = [];
  const unplanned: UnplannedQuestion[] = [];
  const states: SessionState[] = [];
  let answerPin = async (_question: SigningPinQuestion, _signal: AbortSignal): Promise<string | undefined> => lab.pin;
  sessions.onChange(() => states.push(...sessions.list()));
  sessions.onOutput((id, bytes) => {
    screens.set(id, (screens.get(id) ?? '') + Buffer.from(bytes).toString());
    sessions.drawn(id, bytes.length);
  });
  const unasked = () => Promise.reject(new Error('a session asks for no such thing'));
  const people: SessionPeople = {
    end() {},
    requestPin: unasked,
    requestNewPin: unasked,
    mayReplaceProfileKey: unasked,
    tell() {},
    signInWanted() {},
    async signingPin(question, signal) {
      questions.push(question);
      const typed = await answerPin(question, signal);
      return typed === undefined ? undefined : new Pin(new TextEncoder().encode(typed));
    },
    async approveUnplanned(question) {
      unplanned.push(question);
      return true;
    },
    touchWanted() {},
    touchDone() {},
    remark() {},
  };
  const state = (id: string) => {
    const found = sessions.list().find((one) => one.id === id);
    if (found === undefined) throw new Error('no such session');
    return found;
  };
  const screen = (id: string) => stripVTControlCharacters(screens.get(id) ?? '');
  const world = { glasskey, sessions, texts: textsFor(['en']), peopleFor: () => people };
  return {
    glasskey,
    sessions,
    recordings,
    questions,
    unplanned,
    states,
    state,
    screen,
    typesPin(answer) {
      answerPin = answer;
    },
    async open(target) {
      const id = await openSession(world, { target }, { columns: 100, rows: 30 });
      screens.set(id, Buffer.from(sessions.attach(id)).toString());
      return id;
    },
    reconnect: (id) => reconnectSession(world, id),
    type: (id, text) => sessions.write(id, text),
    async shows(id, what) {
      if (typeof what === 'string') await expect.poll(() => screen(id), TIMEOUT).toContain(what);
      else await expect.poll(() => screen(id), TIMEOUT).toMatch(what);
    },
    async reaches(id, wanted) {
      await expect.poll(() => state(id).state, TIMEOUT).toBe(wanted);
      return state(id);
    },
    async close() {
      await sessions.closeAll();
      await glasskey.close();
    },
  };
}
