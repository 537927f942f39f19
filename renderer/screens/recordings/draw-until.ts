/**
 * Brings a terminal to what a recording shows at a moment: on from where it stands, or from the beginning anew where the moment is
 * before. One piece at a time, so that the window answers meanwhile and the terminal's own buffer, which throws away what is too
 * much, never fills; a moment asked for while another is drawn takes its place.
 */
import { recordedSize, type Timeline } from './timeline.ts';

/** What a terminal parses without a pause that is felt. */
const PIECE_CHARACTERS = 64 * 1024;

export interface DrawnTerminal {
  /** As it was at the start. */
  reset(): void;
  resize(size: { readonly columns: number; readonly rows: number }): void;
  write(text: string, parsed: () => void): void;
}

export interface DrawUntil {
  /** The timeline's first `count` events. */
  until(timeline: Timeline, count: number): void;
  stop(): void;
}

export function drawUntil(terminal: DrawnTerminal): DrawUntil {
  let wanted: { readonly events: Timeline['events']; readonly count: number } = { events: [], count: 0 };
  let drawn = 0;
  let isDrawing = false;
  let isStopped = false;

  const goOn = () => {
    if (isStopped || isDrawing) return;
    const { events, count } = wanted;
    if (count < drawn) {
      terminal.reset();
      drawn = 0;
    }
    let piece = '';
    while (drawn < count && piece.length < PIECE_CHARACTERS) {
      const event = events[drawn];
      if (event === undefined) break;
      if (event.code === 'o') piece += event.data;
      else if (piece !== '') break;
      else resize(event.data);
      drawn += 1;
    }
    if (piece === '') return;
    isDrawing = true;
    terminal.write(piece, () => {
      isDrawing = false;
      goOn();
    });
  };
  const resize = (data: string) => {
    const size = recordedSize(data);
    if (size !== undefined) terminal.resize(size);
  };

  return {
    until(timeline, count) {
      wanted = { events: timeline.events, count };
      goOn();
    },
    stop() {
      isStopped = true;
    },
  };
}
