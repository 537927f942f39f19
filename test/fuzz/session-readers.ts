/** What reads bytes of the sessions socket and of recordings: a client's frames, the app's, and asciicast files of anybody. */
import { castEventLine, castHeaderLine, readCast } from '../../main/connect/asciicast.ts';
import { HarmlessOutput } from '../../main/connect/harmless-output.ts';
import {
  bytesFrame,
  MOST_ASKED_BYTES,
  MOST_TOLD_BYTES,
  messageFrame,
  SessionFrameReader,
} from '../../main/connect/session-frames.ts';
import { parseAsk, parseTell } from '../../main/connect/session-messages.ts';
import { type FuzzedReader, violated } from './fuzzed-reader.ts';

const text = (words: string) => new TextEncoder().encode(words);
const SESSION = {
  id: 'a',
  target: 'leaf1',
  device: 'alice@10.0.0.7',
  user: 'alice',
  jumps: ['ops@192.0.2.10'],
  state: 'open',
  startedAt: 1,
  reconnects: 0,
  way: 'jump',
  keepAlive: { everySeconds: 15, count: 3 },
  isRecorded: false,
};
const CAST = [
  castHeaderLine({ size: { columns: 80, rows: 24 }, startedAt: 1000, title: 'leaf1' }),
  castEventLine({ at: 0.5, code: 'o', data: '\x1b[1mleaf1>\x1b[0m é' }),
  castEventLine({ at: 1, code: 'r', data: '100x30' }),
  castEventLine({ at: 2, code: 'm', data: 'end' }),
].join('');

export const SESSION_READERS: readonly FuzzedReader[] = [
  {
    name: 'frames from a client of the sessions socket',
    shape: 'bytes',
    seeds: [
      messageFrame({ ask: 'list' }),
      messageFrame({ ask: 'attach', id: 'a', columns: 80, rows: 24 }),
      Buffer.concat([messageFrame({ ask: 'end', id: 'a' }), bytesFrame(text('ls\r'))]),
    ],
    read(bytes) {
      for (const frame of new SessionFrameReader(MOST_ASKED_BYTES).push(bytes)) {
        if (frame.kind === 'message') parseAsk(frame.text);
        else if (frame.bytes.length > MOST_ASKED_BYTES) violated('a frame is longer than may be sent');
      }
    },
  },
  {
    name: 'frames from the app on the sessions socket',
    shape: 'bytes',
    seeds: [
      messageFrame({ tell: 'hello', protocol: 1 }),
      messageFrame({ tell: 'sessions', sessions: [SESSION] }),
      Buffer.concat([messageFrame({ tell: 'attached', session: SESSION }), bytesFrame(text('leaf1>'))]),
    ],
    read(bytes) {
      for (const frame of new SessionFrameReader(MOST_TOLD_BYTES).push(bytes)) {
        if (frame.kind === 'message') parseTell(frame.text);
      }
    },
  },
  {
    name: 'an asciicast file, and what is shown of it',
    shape: 'bytes',
    seeds: [text(CAST), text(CAST.slice(0, -5))],
    read(bytes) {
      const { header, events } = readCast(new TextDecoder().decode(bytes));
      const again = readCast(castHeaderLine(header) + events.map(castEventLine).join(''));
      if (again.events.length !== events.length) violated('what was read is not read again');
      const harmless = new HarmlessOutput();
      const shown = events.map(({ data }) => harmless.take(data)).join('');
      if (new HarmlessOutput().take(shown) !== shown) violated('something harmful was let through');
    },
  },
];
