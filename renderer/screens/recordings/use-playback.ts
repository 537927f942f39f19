/** Where a recording is and whether it plays. Time runs by the frames of the window: one that nobody sees does not play on. */
import { useCallback, useEffect, useRef, useState } from 'react';

/** The position is told so often while it plays; more would only have React draw what nobody can follow. */
const TOLD_EVERY_MS = 100;

export interface Playback {
  /** Seconds. */
  readonly position: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  toggle(): void;
  seek(seconds: number): void;
  setSpeed(speed: number): void;
}

/** `duration`: seconds. Played to its end, it stops there; played again, it begins anew. */
export function usePlayback(duration: number): Playback {
  const [position, setPosition] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const exact = useRef(0);

  const seek = useCallback(
    (seconds: number) => {
      exact.current = Math.min(duration, Math.max(0, seconds));
      setPosition(exact.current);
    },
    [duration],
  );
  useEffect(() => {
    // Pauses that are cut short make it shorter.
    if (exact.current > duration) seek(duration);
  }, [duration, seek]);
  useEffect(() => {
    if (!isPlaying) return;
    let last = performance.now();
    let told = last;
    let frame = requestAnimationFrame(step);
    function step(now: number) {
      exact.current = Math.min(duration, exact.current + (Math.max(0, now - last) / 1000) * speed);
      last = now;
      const isOver = exact.current >= duration;
      if (isOver || now - told >= TOLD_EVERY_MS) {
        told = now;
        setPosition(exact.current);
      }
      if (isOver) setPlaying(false);
      else frame = requestAnimationFrame(step);
    }
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed, duration]);

  const toggle = () => {
    if (!isPlaying && exact.current >= duration) seek(0);
    setPlaying(!isPlaying);
  };
  return { position, isPlaying, speed, toggle, seek, setSpeed };
}
