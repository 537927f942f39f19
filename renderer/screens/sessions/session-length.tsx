/** How long a session has been open, second by second, or was. Not read out: it changes for ever. */
import { useEffect, useState } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { shownSeconds } from '../recordings/recording-words.ts';

export function SessionLength({ session }: { readonly session: SessionView }) {
  const { say } = useTexts();
  const { openedAt, endedAt } = session;
  const [now, setNow] = useState(() => Date.now());
  const runs = openedAt !== undefined && endedAt === undefined;
  useEffect(() => {
    if (!runs) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [runs]);
  if (openedAt === undefined) return null;
  const length = shownSeconds(Math.max(0, (endedAt ?? now) - openedAt) / 1_000);
  return <>{say(runs ? 'sessions.for' : 'sessions.after', { length })}</>;
}
