/** The settings, from the first answer on kept as they are. */
import { useCallback, useEffect, useState } from 'react';
import type { CallOutput, SettingView } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';

export interface SettingsState {
  readonly listed: CallOutput<'settings.list'> | undefined;
  readonly error: unknown;
  readonly reload: () => Promise<void>;
  /** Puts one in its place, as a call answered it. */
  readonly replace: (setting: SettingView) => void;
}

export function useSettings(): SettingsState {
  const [state, setState] = useState<Pick<SettingsState, 'listed' | 'error'>>({ listed: undefined, error: undefined });
  const reload = useCallback(async () => {
    try {
      const listed = await call('settings.list', {});
      setState({ listed, error: undefined });
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  }, []);
  const replace = useCallback((setting: SettingView) => {
    setState(({ listed, error }) => ({
      listed: listed && {
        ...listed,
        settings: listed.settings.map((one) => (one.key === setting.key ? setting : one)),
      },
      error,
    }));
  }, []);
  useEffect(() => {
    void reload();
    return onEvent('settings.changed', reload);
  }, [reload]);
  return { ...state, reload, replace };
}
