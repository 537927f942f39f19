/** The time that is left, second by second. Not a live region: it would be read out without end. */
import { useEffect, useState } from 'react';
import { useTexts } from '../texts.tsx';
import { timeLeft } from './time-left.ts';

export interface CountdownProps {
  readonly until: number;
  /** The main process's clock minus this one's, where they differ (a lab's clock). */
  readonly clockAhead?: number;
  /** Called once when nothing is left. */
  readonly onEnd?: () => void;
}

export function Countdown({ until, clockAhead = 0, onEnd }: CountdownProps) {
  const { say } = useTexts();
  const now = useNow() + clockAhead;
  const isOver = now >= until;
  useEffect(() => {
    if (isOver) onEnd?.();
  }, [isOver, onEnd]);
  const { hours, minutes, seconds } = timeLeft(until - now);
  const text =
    hours > 0 ? say('frame.time-hours', { hours, minutes }) : say('frame.time-minutes', { minutes, seconds });
  return <span role="timer">{text}</span>;
}

/** This computer's time, each second anew. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
