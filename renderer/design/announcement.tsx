/** One polite live region for the whole window: what happens by itself is read out there, in the order it happens. */
import { makeStyles } from '@fluentui/react-components';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const AnnounceContext = createContext<(text: string) => void>(() => undefined);

const useStyles = makeStyles({
  // Seen by screen readers alone.
  region: {
    // Fixed, so that it makes no page longer than the window.
    position: 'fixed',
    top: 0,
    insetInlineStart: 0,
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

/** How many are kept: a reader has read the older ones, and the region is not to grow for ever. */
const KEPT = 5;

export function AnnouncementProvider({ children }: { readonly children: ReactNode }) {
  const styles = useStyles();
  const [said, setSaid] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  const announce = useCallback((text: string) => {
    setSaid((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, text }].slice(-KEPT));
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className={styles.region} role="log" aria-live="polite" aria-relevant="additions">
        {said.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </AnnounceContext>
  );
}

/** A function that has a sentence read out. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}
