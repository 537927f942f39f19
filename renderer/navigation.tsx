/** Where the window is. `app.go` (menu, tray, notification, link) and the screens themselves move it. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { EventPayload } from '../main/ipc/contract.ts';
import { call, onEvent } from './contract-client.ts';

export type ScreenName = EventPayload<'app.go'>['screen'];

export interface Place {
  readonly screen: ScreenName;
  /** Of `sessions`: which one to bring to the front. */
  readonly session?: string | undefined;
  /** Of `settings`: which part to bring to the top. */
  readonly part?: EventPayload<'app.go'>['part'];
  /** Of `security-keys`: the one whose page is open, by its `path`. */
  readonly key?: string | undefined;
  /** Of `security-keys`: a guided flow in place of list and page. */
  readonly flow?: 'recover' | 'rotate' | undefined;
  /** Of `devices`: what is rehearsed at once, a saved name or all of them. */
  readonly rehearse?: { readonly target: string | undefined } | undefined;
  /** Of `devices`: the saved name whose host keys are shown. */
  readonly hostKeysOf?: string | undefined;
  /** Of `enroll`: it is to be a backup. */
  readonly backup?: boolean | undefined;
  /** Of `reminders`: the one whose remedy is begun at once. */
  readonly act?: string | undefined;
}

export interface Navigation {
  readonly place: Place;
  /** False until the window has moved for the first time: the first screen does not take the focus. */
  readonly moved: boolean;
  go(place: Place): void;
}

const NavigationContext = createContext<Navigation | undefined>(undefined);

export function NavigationProvider({ children }: { readonly children: ReactNode }) {
  const [{ place, moved }, setState] = useState<{ place: Place; moved: boolean }>({
    place: { screen: 'readiness' },
    moved: false,
  });
  const go = useCallback((to: Place) => setState({ place: to, moved: true }), []);
  useEffect(() => onEvent('app.go', go), [go]);
  const navigation = useMemo(() => ({ place, moved, go }), [place, moved, go]);
  return <NavigationContext value={navigation}>{children}</NavigationContext>;
}

export function useNavigation(): Navigation {
  const navigation = useContext(NavigationContext);
  if (navigation === undefined) throw new Error('useNavigation outside of NavigationProvider');
  return navigation;
}

/** What a terminal is until the screen that shows it has measured it. */
const FIRST_SIZE = { columns: 80, rows: 24 };

/**
 * Opens a session to a target and goes to it. `way`: the number of one of its ways, from 1; without it, those that are taken unasked.
 * Rejects with CallError where the session could not even begin.
 */
export function useConnect(): (target: string, way?: number) => Promise<void> {
  const { go } = useNavigation();
  return useCallback(
    async (target, way) => {
      const { id } = await call('sessions.open', { target, ...(way === undefined ? {} : { way }), ...FIRST_SIZE });
      go({ screen: 'sessions', session: id });
    },
    [go],
  );
}
