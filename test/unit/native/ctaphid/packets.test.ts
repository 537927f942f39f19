import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE } from '../../../../native/ctaphid/constants.ts';
import { MessageAssembler, toPackets } from '../../../../native/ctaphid/packets.ts';
import { REPORT_SIZE } from '../../../../native/hid/transport.ts';
import { haveVectors, hex, toHex, vectorJson } from '../../shared-vectors.ts';
import { threadMs } from '../../thread-time.ts';

const CHANNEL = 0x01020304;

function assemble(packets: readonly Uint8Array[], channel = CHANNEL) {
  const assembler = new MessageAssembler(channel);
  return packets.map((packet) => assembler.accept(packet));
}

describe('CTAPHID packets', () => {
  it('carry a short message in one packet, padded with zeros', () => {
    // CTAP 2.1, 11.2.4; the getInfo request of shared/vectors/generated/ctap/ctaphid-frames.json
    const [packet, ...more] = toPackets({ channel: CHANNEL, command: 0x10, payload: Uint8Array.of(4) });
    expect(more).toEqual([]);
    expect(toHex(packet ?? new Uint8Array())).toBe(`01020304900001${'04'.padEnd(114, '0')}`);
  });

  it('number continuation packets from zero', () => {
    const packets = toPackets({ channel: CHANNEL, command: 0x10, payload: new Uint8Array(57 + 59 + 1) });
    expect(packets.map((packet) => packet[4])).toEqual([0x90, 0, 1]);
  });

  it('come back together whatever the length', () => {
    const payloads = fc.uint8Array({ maxLength: MAX_MESSAGE });
    fc.assert(
      fc.property(payloads, fc.integer({ min: 0, max: 0x7f }), (payload, command) => {
        const results = assemble(toPackets({ channel: CHANNEL, command, payload }));
        const last = results.pop();
        expect(last).toEqual({ kind: 'message', message: { channel: CHANNEL, command, payload } });
        expect(results.every(({ kind }) => kind === 'partial')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('refuse a message longer than the format can number', () => {
    const tooLong = { channel: CHANNEL, command: 0x10, payload: new Uint8Array(MAX_MESSAGE + 1) };
    expect(() => toPackets(tooLong)).toThrow(expect.objectContaining({ code: 'CTAPHID_TOO_LONG' }));
  });

  it.runIf(haveVectors('generated/ctap/ctaphid-frames.json'))('equal the known answers, both ways', () => {
    const { cases } = vectorJson<{ cases: FrameCase[] }>('generated/ctap/ctaphid-frames.json');
    expect(cases.length).toBeGreaterThan(5);
    for (const { name, channel, command, payload, frames } of cases) {
      if (payload === undefined) continue; // the longest is given by its digest alone, and round trips above
      const message = { channel: Number.parseInt(channel, 16), command, payload: hex(payload) };
      expect(toPackets(message).map(toHex), name).toEqual(frames);
      expect(assemble(frames.map(hex), message.channel).at(-1), name).toEqual({ kind: 'message', message });
    }
  });
});

interface FrameCase {
  name: string;
  channel: string;
  command: number;
  payload?: string;
  frames: string[];
}

describe('the assembler', () => {
  it("ignores other programs' packets in the middle of a message", () => {
    const ours = toPackets({ channel: CHANNEL, command: 0x10, payload: new Uint8Array(100).fill(7) });
    const theirs = toPackets({ channel: 9, command: 0x10, payload: new Uint8Array(100).fill(8) });
    const mixed = [ours[0], theirs[0], theirs[1], ours[1]].filter((packet) => packet !== undefined);
    const results = assemble(mixed);
    expect(results.map(({ kind }) => kind)).toEqual(['partial', 'foreign', 'foreign', 'message']);
  });

  it('discards a message whose continuation is missing, and takes the next one', () => {
    const long = toPackets({ channel: CHANNEL, command: 0x10, payload: new Uint8Array(300) });
    const short = toPackets({ channel: CHANNEL, command: 0x3b, payload: Uint8Array.of(1) });
    const kinds = assemble([long[0], long[2], long[3], short[0]].filter((p) => p !== undefined)).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['partial', 'broken', 'stray', 'message']);
  });

  it('lets an initialization packet replace a message begun', () => {
    const long = toPackets({ channel: CHANNEL, command: 0x10, payload: new Uint8Array(300) });
    const error = toPackets({ channel: CHANNEL, command: 0x3f, payload: Uint8Array.of(5) });
    const kinds = assemble([long[0], error[0], long[1]].filter((p) => p !== undefined)).map(({ kind }) => kind);
    expect(kinds).toEqual(['partial', 'message', 'stray']);
  });

  it('gives a verdict on any bytes, quickly and in bounded memory', () => {
    const reports = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ minLength: REPORT_SIZE, maxLength: REPORT_SIZE }).map((report) => {
          report.set([1, 2, 3, 4]); // on our channel
          return report;
        }),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(reports, (packets) => {
        const from = threadMs();
        for (const result of assemble(packets)) {
          if (result.kind === 'message') expect(result.message.payload.length).toBeLessThanOrEqual(MAX_MESSAGE);
        }
        expect(threadMs() - from).toBeLessThan(100);
      }),
      { numRuns: 500 },
    );
  });
});
