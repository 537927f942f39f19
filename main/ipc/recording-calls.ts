/** Recorded sessions: what there is, for the player, and out of the data folder. */
import { basename } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Cast, CastEvent } from '../connect/asciicast.ts';
import type { SessionList } from '../connect/session-list.ts';
import type { RecordingReport, Recordings } from '../glasskey-recordings.ts';
import type { CallHandlers } from './call-server.ts';
import type { RecordingView } from './contract.ts';

export interface RecordingCallsWorld {
  readonly recordings: Recordings;
  readonly sessions: Pick<SessionList, 'list'>;
  /** Asks for the place of a new file, with a name for it; undefined: declined. Whether to replace what is there was asked too. */
  readonly chooseNewFile: (name: string) => Promise<string | undefined>;
}

type RecordingCall = 'recordings.list' | 'recordings.read' | 'recordings.remove' | 'recordings.export';

/** So much of a recording crosses in one answer. */
const MOST_EVENTS = 5_000;
const MOST_CHARACTERS = 1_000_000;

export function recordingCalls(world: RecordingCallsWorld): Pick<CallHandlers, RecordingCall> {
  const { recordings, sessions, chooseNewFile } = world;
  /** The one that is being read: its parts are asked for one after another. */
  let last: { readonly name: string; readonly cast: Cast } | undefined;
  return {
    'recordings.list': () => ({ recordings: recordings.list().map(recordingView), folder: recordings.folder }),
    'recordings.read'({ name, from }) {
      if (from === 0 || last?.name !== name) last = { name, cast: recordings.read(name) };
      const { header, events, isWhole } = last.cast;
      const part = partFrom(events, from);
      const next = from + part.length;
      // What was read to its end is not kept.
      if (next >= events.length) last = undefined;
      const { subject, ...about } = header;
      return {
        ...about,
        ...(subject === undefined ? {} : { subject: { ...subject, jumps: [...subject.jumps] } }),
        isWhole,
        events: part,
        ...(next < events.length ? { next } : {}),
      };
    },
    'recordings.remove'({ name }) {
      const isRunning = sessions
        .list()
        .some(({ isRecorded, recording }) => isRecorded && basename(recording?.file ?? '') === name);
      if (isRunning) throw running(name);
      return { removed: recordings.remove(name) };
    },
    async 'recordings.export'({ name }) {
      recordings.assertThere(name);
      const file = await chooseNewFile(name);
      if (file === undefined) return {};
      await recordings.exportTo(name, file, true);
      return { file };
    },
  };
}

function partFrom(events: readonly CastEvent[], from: number): CastEvent[] {
  const part: CastEvent[] = [];
  let characters = 0;
  for (let at = from; at < events.length && part.length < MOST_EVENTS && characters < MOST_CHARACTERS; at += 1) {
    const event = events[at];
    if (event === undefined) break;
    part.push(event);
    characters += event.data.length;
  }
  return part;
}

function recordingView({ name, bytes, startedAt, seconds, title, subject }: RecordingReport): RecordingView {
  return {
    name,
    bytes,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(title === undefined ? {} : { title }),
    ...(subject === undefined ? {} : { subject: { ...subject, jumps: [...subject.jumps] } }),
  };
}

function running(name: string): GlasskeyError {
  return new GlasskeyError({
    code: 'RECORDING_RUNNING',
    message: 'That recording is being written, so it was not removed.',
    remedy: 'End it first, or the session that it is of.',
    detail: { name },
  });
}
