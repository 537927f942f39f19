/**
 * Everything behind the windows, composed: what each call does, the prompts, the sessions, the agent. Knows no Electron: the shell
 * gives it the clipboard and carries its events, a test may start it without any window.
 */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import { silentLog } from '../../diagnostics/log.ts';
import { spawnPty } from '../connect/pty.ts';
import { SessionList } from '../connect/session-list.ts';
import type { TokenCacheStore } from '../entra/token-cache.ts';
import { Glasskey } from '../glasskey.ts';
import type { NotifyReminders, RemindersRunning } from '../glasskey-reminder-telling.ts';
import { type PeopleFor, reconnectSession } from '../glasskey-sessions.ts';
import type { GlasskeyWorld } from '../glasskey-world.ts';
import { agentRequestPrompts } from '../prompts/agent-request-prompts.ts';
import { desktopPeople } from '../prompts/desktop-people.ts';
import { PromptDesk } from '../prompts/prompt-desk.ts';
import { sshConfigPrompt } from '../prompts/ssh-config-prompt.ts';
import { watchKeys } from '../security-keys/key-watch.ts';
import type { Texts } from '../texts/texts.ts';
import { agentCalls, type RefusedRequestView, refusedRequestView } from './agent-calls.ts';
import { appCalls } from './app-calls.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import { drillCalls } from './drill-calls.ts';
import { enrollCalls } from './enroll-calls.ts';
import { promptCalls } from './prompt-calls.ts';
import { readinessCalls } from './readiness-calls.ts';
import { recordingCalls } from './recording-calls.ts';
import { recoveryCalls } from './recovery-calls.ts';
import { reminderCalls } from './reminder-calls.ts';
import { rotationCalls } from './rotation-calls.ts';
import { securityKeyCalls } from './security-key-calls.ts';
import { sessionCalls } from './session-calls.ts';
import { settingsCalls } from './settings-calls.ts';
import { sshConfigCalls } from './ssh-config-calls.ts';
import { targetCalls } from './target-calls.ts';

export interface DesktopWorld
  extends Pick<GlasskeyWorld, 'hid' | 'windows' | 'clock' | 'log' | 'environment' | 'homeFolder' | 'owner'> {
  readonly texts: Texts;
  readonly version: string;
  /** What looks once and tells what is due, started by itself while the app is closed. */
  readonly check: readonly [string, ...string[]];
  readonly platform: string;
  readonly tokens: TokenCacheStore;
  /** To the clipboard. */
  readonly copy: (text: string) => void | Promise<void>;
  /** Asks for the place of a new file, with a name for it; undefined: declined. Whether to replace what is there was asked too. */
  readonly chooseNewFile: (name: string) => Promise<string | undefined>;
  /** Asks for a file that is there, of one of these endings; undefined: declined. */
  readonly chooseFile: (endings: readonly string[]) => Promise<string | undefined>;
  /** Windows Settings, at its page for security keys. Throws `KEY_SETTINGS_NOT_OPENED`. */
  readonly openKeySettings: () => Promise<void>;
  /** The height that the prompt's document needs, in CSS pixels. */
  readonly fitPrompt: (height: number) => void;
}

export interface Desktop {
  readonly handlers: CallHandlers;
  readonly prompts: PromptDesk;
  readonly agent: {
    /** The screen is locked, or the computer goes to sleep: PINs are wiped, nothing is signed, prompts wait. */
    lock(): void;
    unlock(): void;
    /** After a sleep: starts the agent again where its socket has gone. */
    check(): Promise<void>;
  };
  /** Every request for a signature that an agent of the app refuses by itself, from now on. */
  onRequestRefused(tell: (request: RefusedRequestView) => void): void;
  readonly reminders: {
    /** Tells what is due, from now on until all is closed. */
    start(notify: NotifyReminders): Promise<void>;
    /** After a sleep or an unlock: the clock may have gone anywhere. */
    look(): void;
  };
  /** Every event for the windows, from now on. */
  onEvent(tell: Tell): void;
  /** Whether somebody looks: plugged-in keys are watched only then. */
  setWatched(isWatched: boolean): void;
  /** A window closed, crashed or shows another document. */
  windowGone(windowId: number): void;
  /** Ends the sessions and the agent, wipes the PINs, closes the database. Safe to call twice. */
  close(): Promise<void>;
}

/** Opens the data folder and starts the agent. Throws what opening the database throws. */
export async function startDesktop(world: DesktopWorld): Promise<Desktop> {
  const { hid, windows, clock, log, environment, homeFolder, owner, texts, tokens, check } = world;
  const tellers = new Set<Tell>();
  const tell: Tell = (name, payload) => {
    for (const one of tellers) one(name, payload);
  };
  const refusalTellers = new Set<(request: RefusedRequestView) => void>();
  const glasskey = new Glasskey({
    hid,
    windows,
    clock,
    // It keeps the log file of the data folder itself, where ours goes too.
    log: silentLog,
    environment,
    homeFolder,
    owner,
    tokens,
    requestRefused(record) {
      for (const one of refusalTellers) one(refusedRequestView(record));
    },
    check,
    settingUnusable: (sentence) => log('warn', 'settings.told', { sentence }),
  });
  const desk = new PromptDesk({ clock, texts, log });
  const agent = await glasskey.startResidentAgent((productOf) => agentRequestPrompts(desk, texts, productOf));
  const recordings = await glasskey.recordings();
  const sessions = new SessionList({ clock, spawn: spawnPty, record: recordings.start });
  tellLogins(sessions, tell);

  const peopleFor: PeopleFor = ({ name, device, jumps }, { cancel }) =>
    desktopPeople(desk, texts, { kind: 'session', name, device, jumps, cancel });
  const windowGoneListeners: ((windowId: number) => void)[] = [];
  const now = () => clock.now();
  const handlers: CallHandlers = {
    ...appCalls(world),
    ...readinessCalls({ glasskey, now }),
    ...enrollCalls({ glasskey, desk, texts, tell, enrolled: () => void agent.refresh() }),
    ...recoveryCalls({ glasskey, desk, texts, tell, enrolled: () => void agent.refresh() }),
    ...rotationCalls({ glasskey, desk, texts, tell, enrolled: () => void agent.refresh(), now }),
    ...drillCalls({ glasskey, desk, texts, tell, now }),
    ...securityKeyCalls({ glasskey, desk, texts, tell, openKeySettings: world.openKeySettings }),
    ...targetCalls({
      glasskey,
      tell,
      agentSocket: () => agent.status().socketPath,
      chooseFile: world.chooseFile,
      chooseNewFile: world.chooseNewFile,
    }),
    ...sessionCalls({
      glasskey,
      peopleFor,
      sessions,
      texts,
      tell,
      onWindowGone: (listener) => windowGoneListeners.push(listener),
    }),
    ...recordingCalls({ recordings, sessions, chooseNewFile: world.chooseNewFile }),
    ...reminderCalls({ glasskey, texts, tell, now, chooseNewFile: world.chooseNewFile }),
    ...settingsCalls({ glasskey, tell }),
    ...agentCalls({ glasskey, agent, texts, tell }),
    ...sshConfigCalls({ glasskey, prompt: sshConfigPrompt(desk, texts), tell }),
    ...promptCalls({ desk, tell, fit: world.fitPrompt }),
  };

  const sessionsSocket = await glasskey.serveSessions({
    sessions,
    reconnect: (id) => reconnectSession({ glasskey, sessions, texts, peopleFor }, id),
  });

  let watching: AbortController | undefined;
  const setWatched = (isWatched: boolean) => {
    if (isWatched === (watching !== undefined)) return;
    watching?.abort(cancelled('Watching the keys'));
    watching = isWatched ? new AbortController() : undefined;
    if (watching === undefined) return;
    const changed = () => {
      tell('keys.changed', {});
      tell('readiness.changed', {});
    };
    void watchKeys({ pluggedIn: () => glasskey.pluggedIn(), clock, log, changed }, watching.signal);
  };

  let reminders: RemindersRunning | undefined;

  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    setWatched(false);
    desk.denyAll();
    await reminders?.close();
    await Promise.allSettled([sessions.closeAll(), agent.close()]);
    await sessionsSocket.close();
    await glasskey.close();
  };
  return {
    handlers,
    prompts: desk,
    agent: {
      lock() {
        agent.lock();
        glasskey.lockKeys();
      },
      unlock() {
        agent.unlock();
        glasskey.unlockKeys();
      },
      check: () => agent.check(),
    },
    onRequestRefused: (given) => void refusalTellers.add(given),
    reminders: {
      async start(notify) {
        reminders = await glasskey.startReminders({ notify, changed: () => tell('reminders.changed', {}) });
      },
      look: () => void reminders?.look(),
    },
    onEvent: (given) => void tellers.add(given),
    setWatched,
    windowGone(windowId) {
      for (const listener of windowGoneListeners) listener(windowId);
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** A login that has succeeded proves the chain to its end, and is the last use of its target. */
function tellLogins(sessions: SessionList, tell: Tell): void {
  const opened = new Map<string, number>();
  sessions.onChange(() => {
    for (const { id, openedAt } of sessions.list()) {
      // One that was begun anew is opened anew.
      if (openedAt === undefined || opened.get(id) === openedAt) continue;
      opened.set(id, openedAt);
      tell('targets.changed', {});
      tell('readiness.changed', {});
    }
  });
}
