/**
 * Writes what a session shows as asciicast v2 while it is shown: output, sizes, marks. What is typed is never in it; what a
 * program echoes is output.
 */
import { asGlasskeyError, type GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { type CastSubject, castEventLine, castHeaderLine, castSize } from './asciicast.ts';
import type { TerminalSize } from './pty.ts';

/** Where lines go, each at once and whole. */
export interface RecordingFile {
  readonly path: string;
  /** Throws what keeps it from being written; nothing of the text stands in the file then. */
  append(text: string): void;
  /** Safe to call twice. Throws nothing. */
  close(): void;
}

export interface RecordingStart {
  readonly clock: Clock;
  /** Made anew, and empty. */
  readonly file: RecordingFile;
  readonly size: TerminalSize;
  readonly title: string;
  readonly subject: CastSubject;
  /** Default: MOST_RECORDING_BYTES. */
  readonly mostBytes?: number;
  /** It is over by itself: full, or what keeps it from being written. Told once, and not where `end` was called. */
  readonly onEnd: () => void;
}

/** Hours of a person's work; a device that floods its terminal fills it in minutes. */
export const MOST_RECORDING_BYTES = 64 * 1024 * 1024;
/** For the mark that says why it ends. */
const END_ROOM_BYTES = 256;
const FULL_MARK = 'Glasskey: the recording ends here, because it has reached its largest size.';
const END_MARK = 'Glasskey: end of the recording.';

export type RecordingState = 'running' | 'stopped' | 'full' | 'failed';

export class Recording {
  readonly #clock: Clock;
  readonly #file: RecordingFile;
  readonly #startedAt: number;
  readonly #mostBytes: number;
  readonly #onEnd: () => void;
  /** A character may be divided between two reads. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #bytes = 0;
  /** Never runs backwards, whatever the computer's clock does: readers expect it so. */
  #at = 0;
  #state: RecordingState = 'running';
  #error: GlasskeyError | undefined;

  /** Writes the header. Throws what the file throws; it is closed then. */
  constructor({ clock, file, size, title, subject, mostBytes = MOST_RECORDING_BYTES, onEnd }: RecordingStart) {
    this.#clock = clock;
    this.#file = file;
    this.#startedAt = clock.now();
    this.#mostBytes = mostBytes;
    this.#onEnd = onEnd;
    const header = castHeaderLine({ size, startedAt: this.#startedAt, title, subject });
    try {
      file.append(header);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#bytes = Buffer.byteLength(header);
  }

  get path(): string {
    return this.#file.path;
  }

  get state(): RecordingState {
    return this.#state;
  }

  /** Why it `failed`. */
  get error(): GlasskeyError | undefined {
    return this.#error;
  }

  /** What the terminal is given. */
  output(bytes: Uint8Array): void {
    if (this.#state === 'running') this.#write('o', this.#decoder.decode(bytes, { stream: true }));
  }

  resize(size: TerminalSize): void {
    this.#write('r', castSize(size));
  }

  /** Something that happened, in words: readers show marks beside the recording. */
  mark(text: string): void {
    this.#write('m', text);
  }

  /** Safe to call twice. */
  end(): void {
    if (this.#state !== 'running') return;
    this.#write('o', this.#decoder.decode());
    this.#write('m', END_MARK);
    if (this.#state !== 'running') return;
    this.#state = 'stopped';
    this.#file.close();
  }

  #write(code: string, data: string): void {
    if (this.#state !== 'running' || data === '') return;
    this.#at = Math.max(this.#at, (this.#clock.now() - this.#startedAt) / 1000);
    const line = castEventLine({ at: this.#at, code, data });
    const bytes = Buffer.byteLength(line);
    const isFull = this.#bytes + bytes > this.#mostBytes - END_ROOM_BYTES;
    // The marks of an end fit in any case: that is what the room is for.
    if (isFull && data !== END_MARK) {
      this.#full();
      return;
    }
    try {
      this.#file.append(line);
      this.#bytes += bytes;
    } catch (thrown) {
      this.#over('failed', asGlasskeyError(thrown));
    }
  }

  #full(): void {
    try {
      this.#file.append(castEventLine({ at: this.#at, code: 'm', data: FULL_MARK }));
    } catch {
      // It is full either way.
    }
    this.#over('full', undefined);
  }

  #over(state: RecordingState, error: GlasskeyError | undefined): void {
    this.#state = state;
    this.#error = error;
    this.#file.close();
    this.#onEnd();
  }
}
