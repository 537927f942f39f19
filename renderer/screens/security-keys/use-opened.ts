/** Which dialog is open; when it closes, the focus goes back to what opened it. */
import { useCallback, useRef, useState } from 'react';

export interface Opened<T> {
  readonly opened: T | undefined;
  readonly open: (what: T) => void;
  readonly close: () => void;
}

export function useOpened<T>(): Opened<T> {
  const [opened, setOpened] = useState<T>();
  const opener = useRef<HTMLElement>(undefined);
  const open = useCallback((what: T) => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    setOpened(() => what);
  }, []);
  const close = useCallback(() => {
    setOpened(undefined);
    // At once: while the focus is nowhere, Fluent keeps all that was behind the dialog from screen readers.
    opener.current?.focus();
  }, []);
  return { opened, open, close };
}
