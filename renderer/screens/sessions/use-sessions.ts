/** The sessions there are, as the main process tells them. */
import { useCallback, useEffect, useState } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';

export interface SessionsState {
  readonly sessions: readonly SessionView[] | undefined;
  readonly error: unknown;
  readonly reload: () => Promise<void>;
}

export function useSessions(): SessionsState {
  const [state, setState] = useState<Omit<SessionsState, 'reload'>>({ sessions: undefined, error: undefined });
  const reload = useCallback(async () => {
    try {
      const { sessions } = await call('sessions.list', {});
      setState({ sessions, error: undefined });
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  }, []);
  useEffect(() => {
    const end = onEvent('sessions.changed', ({ sessions }) => setState({ sessions, error: undefined }));
    void reload();
    return end;
  }, [reload]);
  return { ...state, reload };
}
