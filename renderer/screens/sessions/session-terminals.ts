/**
 * The terminals of all sessions, kept while other screens are shown: what was written, the selection and the place scrolled to
 * are there again when the sessions screen is. A terminal begins when its session is first shown and goes with it.
 */
import type { SessionView } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';
import { type SessionTerminal, sessionTerminal } from './session-terminal.ts';

export interface SessionTerminals {
  /** The terminal of a session, made and attached when it is first asked for. */
  of(id: string): SessionTerminal;
  /** Ends the terminals of sessions that have ended, resumes those of sessions begun anew, and drops those that are listed no more. */
  keep(sessions: readonly SessionView[]): void;
}

function sessionTerminals(): SessionTerminals {
  const terminals = new Map<string, SessionTerminal>();
  /** Output that came before the answer to `sessions.attach`: it belongs behind what the answer brings. */
  const early = new Map<string, Uint8Array[]>();

  onEvent('session.output', ({ id, data }) => {
    const waiting = early.get(id);
    if (waiting !== undefined) waiting.push(data);
    else terminals.get(id)?.receive(data, true);
  });

  async function attach(terminal: SessionTerminal): Promise<void> {
    const { id } = terminal;
    early.set(id, []);
    try {
      const { replay } = await call('sessions.attach', { id });
      terminal.receive(replay, false);
    } catch {
      // It is listed no more; `sessions.changed` says so.
    }
    const waiting = early.get(id) ?? [];
    early.delete(id);
    for (const data of waiting) terminal.receive(data, true);
  }

  return {
    of(id) {
      const known = terminals.get(id);
      if (known !== undefined) return known;
      const terminal = sessionTerminal(id);
      terminals.set(id, terminal);
      void attach(terminal);
      return terminal;
    },
    keep(sessions) {
      const states = new Map(sessions.map(({ id, state }) => [id, state]));
      for (const [id, terminal] of terminals) {
        const state = states.get(id);
        if (state === 'ended') terminal.end();
        else if (state !== undefined) terminal.resume();
        if (state !== undefined) continue;
        terminals.delete(id);
        terminal.dispose();
      }
    },
  };
}

let all: SessionTerminals | undefined;

/** Of this window; begun when the sessions screen is first shown. */
export function windowTerminals(): SessionTerminals {
  all ??= sessionTerminals();
  return all;
}
