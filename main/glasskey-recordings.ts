/** Recordings of sessions, composed for glasskey.ts: the files of the data folder, read as asciicasts. */
import { join } from 'node:path';
import type { Clock } from '../time/clock.ts';
import { type Cast, type CastSubject, lastCastEvent, readCast, readCastHeader } from './connect/asciicast.ts';
import type { StartRecording } from './connect/connect-session.ts';
import { Recording } from './connect/recording.ts';
import { type RecordingStore, recordingStore } from './storage/recording-store.ts';

export interface RecordingReport {
  /** The file's name, by which it is read, removed and exported. */
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** Undefined where the file's beginning says nothing of it. */
  readonly startedAt: number | undefined;
  /** In seconds; undefined where the file does not end as a whole one does. */
  readonly seconds: number | undefined;
  readonly title: string | undefined;
  readonly subject: CastSubject | undefined;
}

export interface Recordings extends Pick<RecordingStore, 'folder' | 'assertThere' | 'remove' | 'exportTo'> {
  /** The newest first. A file that cannot be understood is listed all the same: it takes room, and can be removed. */
  list(): readonly RecordingReport[];
  /** Throws `RECORDING_UNKNOWN`, `RECORDING_MALFORMED`. */
  read(name: string): Cast;
  /** For the sessions of the app. */
  readonly start: StartRecording;
}

/** Enough for a header, and for the marks that an end consists of. */
const ENDS_BYTES = 16 * 1024;

export function recordingsIn(dataFolder: string, clock: Clock): Recordings {
  const store = recordingStore(join(dataFolder, 'recordings'));
  return {
    folder: store.folder,
    assertThere: (name) => store.assertThere(name),
    remove: (name) => store.remove(name),
    exportTo: (...what) => store.exportTo(...what),
    list: () =>
      store.list().flatMap(({ name, bytes }) => {
        try {
          return [{ name, file: join(store.folder, name), bytes, ...detailsOf(store.ends(name, ENDS_BYTES)) }];
        } catch {
          return []; // removed just now
        }
      }),
    read: (name) => readCast(new TextDecoder().decode(store.read(name))),
    start: (route, size, onEnd) =>
      new Recording({ clock, file: store.create(route.target, clock.now()), size, ...aboutRoute(route), onEnd }),
  };
}

/** What a recording's header says of the way. */
export function aboutRoute({ target, device, jumps }: CastSubject): {
  readonly title: string;
  readonly subject: CastSubject;
} {
  return { title: target === device ? device : `${target} (${device})`, subject: { target, device, jumps } };
}

function detailsOf({ head, tail }: { readonly head: string; readonly tail: string }) {
  const seconds = tail.endsWith('\n') ? lastCastEvent(tail)?.at : undefined;
  try {
    const { startedAt, title, subject } = readCastHeader(head.slice(0, Math.max(0, head.indexOf('\n'))));
    return { startedAt, seconds, title, subject };
  } catch {
    return { startedAt: undefined, seconds: undefined, title: undefined, subject: undefined };
  }
}
