/** The saved devices, from the first answer on kept as they are. */
import { useCallback, useEffect, useState } from 'react';
import type { CallOutput } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';

export type SavedTargets = CallOutput<'targets.list'>;

export interface TargetsState {
  readonly saved: SavedTargets | undefined;
  /** Why they could not be read; what was read before stays. */
  readonly error: unknown;
  /** Reads them again; settles when they are shown or have failed. */
  readonly reload: () => Promise<void>;
}

export function useTargets(): TargetsState {
  const [state, setState] = useState<Omit<TargetsState, 'reload'>>({ saved: undefined, error: undefined });
  const reload = useCallback(async () => {
    try {
      const saved = await call('targets.list', {});
      setState({ saved, error: undefined });
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  }, []);
  useEffect(() => {
    void reload();
    const ends = [onEvent('targets.changed', reload), onEvent('settings.changed', reload)];
    return () => {
      for (const end of ends) end();
    };
  }, [reload]);
  return { ...state, reload };
}
