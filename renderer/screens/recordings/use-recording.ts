/** One recording, read to its end, part by part. */
import { useEffect, useState } from 'react';
import type { CallOutput } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import type { RecordedEvent } from './timeline.ts';

/** More than Glasskey ever records; of what another program wrote, the rest is left out. */
const MOST_CHARACTERS = 96 * 1024 * 1024;

export interface ReadRecording extends Pick<CallOutput<'recordings.read'>, 'size' | 'title' | 'subject'> {
  readonly events: readonly RecordedEvent[];
  /** Its end is here. */
  readonly isWhole: boolean;
}

export function useRecording(name: string): { recording: ReadRecording | undefined; error: unknown } {
  const [state, setState] = useState<{ recording: ReadRecording | undefined; error: unknown }>({
    recording: undefined,
    error: undefined,
  });
  useEffect(() => {
    let wanted = true;
    readWhole(name, () => wanted).then(
      (recording) => wanted && setState({ recording, error: undefined }),
      (error) => wanted && setState({ recording: undefined, error }),
    );
    return () => {
      wanted = false;
    };
  }, [name]);
  return state;
}

async function readWhole(name: string, isWanted: () => boolean): Promise<ReadRecording> {
  const first = await call('recordings.read', { name, from: 0 });
  const events = [...first.events];
  let characters = 0;
  let { next } = first;
  while (next !== undefined && characters < MOST_CHARACTERS && isWanted()) {
    const part = await call('recordings.read', { name, from: next });
    for (const event of part.events) {
      events.push(event);
      characters += event.data.length;
    }
    next = part.next;
  }
  const { size, title, subject, isWhole } = first;
  return {
    size,
    ...(title === undefined ? {} : { title }),
    ...(subject === undefined ? {} : { subject }),
    events,
    isWhole: isWhole && next === undefined,
  };
}
