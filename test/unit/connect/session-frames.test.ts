import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import {
  bytesFrame,
  MOST_ASKED_BYTES,
  messageFrame,
  type SessionFrame,
  SessionFrameReader,
} from '../../../main/connect/session-frames.ts';
import { parseAsk, parseTell } from '../../../main/connect/session-messages.ts';

const malformed = expect.objectContaining({ code: 'SESSIONS_FRAME_MALFORMED' });

describe('frames', () => {
  it('come out as they went in, wherever the socket divides them', () => {
    const frames = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ kind: 'bytes' as const, bytes })),
        fc.dictionary(fc.string(), fc.string()).map((message) => ({ kind: 'message' as const, message })),
      ),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (all, cuts) => {
        const stream = Buffer.concat(
          all.map((one) => (one.kind === 'bytes' ? bytesFrame(one.bytes) : messageFrame(one.message))),
        );
        const reader = new SessionFrameReader(MOST_ASKED_BYTES);
        const got: SessionFrame[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const cut = cuts[turn % cuts.length] ?? 1;
          got.push(...reader.push(stream.subarray(at, at + cut)));
          at += cut;
        }
        expect(got.map((one) => (one.kind === 'bytes' ? [...one.bytes] : JSON.parse(one.text)))).toEqual(
          all.map((one) => (one.kind === 'bytes' ? [...one.bytes] : JSON.parse(JSON.stringify(one.message)))),
        );
      }),
    );
  });

  it.each([
    ['is longer than may be sent', [0, 1, 0, 2]],
    ['is empty', [0, 0, 0, 0]],
    ['is of another kind', [0, 0, 0, 2, 7, 65]],
    ['is no text', [0, 0, 0, 2, 0, 0xff]],
  ])('are refused where one %s, before it is there', (_what, bytes) => {
    expect(() => new SessionFrameReader(MOST_ASKED_BYTES).push(Uint8Array.from(bytes))).toThrow(malformed);
  });

  it('of any bytes at all are read or refused, and keep no more than one frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const frame of new SessionFrameReader(100).push(bytes)) {
            if (frame.kind === 'message') parseAsk(frame.text);
          }
        } catch (error) {
          expect(error instanceof GlasskeyError && error.code).toBe('SESSIONS_FRAME_MALFORMED');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('messages', () => {
  it.each([
    '',
    '[]',
    '{"ask":"list","more":1}',
    '{"ask":"destroy","id":"x"}',
    '{"ask":"attach","id":"x","columns":1,"rows":1}',
    '{"ask":"attach","id":"x","columns":1e9,"rows":24}',
    '{"ask":"end"}',
    '{"ask":"end","id":""}',
    '{"ask":"list"',
  ])('that are none are refused: %s', (text) => {
    expect(() => parseAsk(text)).toThrow(malformed);
    expect(() => parseTell(text)).toThrow(malformed);
  });
});
