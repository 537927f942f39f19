/** Plays a recording on a terminal, as it was seen: at its pace or faster, and with nothing that could harm the terminal. */
import { type Clock, pause } from '../../time/clock.ts';
import type { Cast } from '../connect/asciicast.ts';
import { HarmlessOutput } from '../connect/harmless-output.ts';
import { RESTORED_TERMINAL } from '../connect/terminal-restore.ts';

export interface PlayWorld {
  readonly stdout: NodeJS.WriteStream;
  readonly clock: Clock;
}

export interface PlayPace {
  /** 2: twice as fast. */
  readonly speed: number;
  /** No rest is longer, in seconds. */
  readonly idleLimit: number;
}

/** Where it is shown on no terminal, it is written without rests. Resolves when it is at its end, or the signal fires. */
export async function playRecording({ events }: Cast, pace: PlayPace, world: PlayWorld, signal: AbortSignal) {
  const { stdout, clock } = world;
  const isWatched = stdout.isTTY === true;
  const harmless = new HarmlessOutput();
  let at = 0;
  try {
    for (const event of events) {
      const rest = Math.min(Math.max(0, event.at - at), pace.idleLimit) / pace.speed;
      at = Math.max(at, event.at);
      if (isWatched && rest > 0) await pause(clock, rest * 1000, signal);
      if (signal.aborted) return;
      if (event.code === 'o') stdout.write(harmless.take(event.data));
    }
  } finally {
    if (isWatched) stdout.write(`${RESTORED_TERMINAL}\r\n`);
  }
}
