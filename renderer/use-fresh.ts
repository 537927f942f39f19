/** What a call tells, asked again when something may have changed: on events, and when the window gets the focus back. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallName, CallOutput, EventName } from '../main/ipc/contract.ts';
import { call, onEvent } from './contract-client.ts';

/** The calls that take nothing. */
type Question =
  | 'readiness.get'
  | 'enroll.look'
  | 'keys.list'
  | 'rotation.get'
  | 'agent.policies'
  | 'ssh-config.get'
  | 'agent.pass-through'
  | 'reminders.list';

export interface Fresh<T> {
  /** The last answer; it stays while a newer one is asked for, and when that fails. */
  readonly value: T | undefined;
  /** Why the last question failed. */
  readonly error: unknown;
  readonly again: () => void;
}

/** `paused`: nothing is asked meanwhile. */
export function useFresh<N extends Question & CallName>(
  name: N,
  events: readonly EventName[],
  paused = false,
): Fresh<CallOutput<N>> {
  const [state, setState] = useState<{ value: CallOutput<N> | undefined; error: unknown }>({
    value: undefined,
    error: undefined,
  });
  const isAsking = useRef(false);
  const isStale = useRef(false);
  const again = useCallback(async () => {
    // One question at a time: what changes while one is under way is asked about after it.
    isStale.current = true;
    if (isAsking.current) return;
    isAsking.current = true;
    while (isStale.current) {
      isStale.current = false;
      await call(name, {} as never).then(
        (value) => setState({ value, error: undefined }),
        (error: unknown) => setState(({ value }) => ({ value, error })),
      );
    }
    isAsking.current = false;
  }, [name]);
  const key = events.join();
  useEffect(() => {
    if (paused) return;
    void again();
    const ends = (key.split(',') as EventName[]).map((event) => onEvent(event, () => void again()));
    const onFocus = () => void again();
    window.addEventListener('focus', onFocus);
    return () => {
      for (const end of ends) end();
      window.removeEventListener('focus', onFocus);
    };
  }, [again, key, paused]);
  return { ...state, again };
}
