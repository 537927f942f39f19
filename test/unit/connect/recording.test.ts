import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { readCast } from '../../../main/connect/asciicast.ts';
import { Recording } from '../../../main/connect/recording.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

function start(mostBytes?: number) {
  const clock = new ManualClock();
  const disk = { text: '', isClosed: false, fails: undefined as Error | undefined };
  let ends = 0;
  const recording = new Recording({
    clock,
    size: { columns: 80, rows: 24 },
    title: 'leaf1',
    subject: { target: 'leaf1', device: 'alice@10.0.0.7', jumps: [] },
    ...(mostBytes === undefined ? {} : { mostBytes }),
    onEnd: () => {
      ends += 1;
    },
    file: {
      path: '/a.cast',
      append(text) {
        if (disk.fails !== undefined) throw disk.fails;
        if (disk.isClosed) throw new Error('closed');
        disk.text += text;
      },
      close() {
        disk.isClosed = true;
      },
    },
  });
  return { clock, disk, recording, cast: () => readCast(disk.text), ends: () => ends };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const shown = (events: readonly { code: string; data: string }[]) =>
  events.flatMap(({ code, data }) => (code === 'o' ? [data] : [])).join('');

describe('a recording', () => {
  it('has each event at its time, and ends with a mark', async () => {
    const { clock, recording, cast, disk, ends } = start();
    recording.output(bytes('one'));
    await clock.pass(1500);
    recording.resize({ columns: 100, rows: 30 });
    await clock.pass(250);
    recording.mark('here');
    recording.end();
    recording.end();
    recording.output(bytes('late'));
    expect(cast().events).toEqual([
      { at: 0, code: 'o', data: 'one' },
      { at: 1.5, code: 'r', data: '100x30' },
      { at: 1.75, code: 'm', data: 'here' },
      { at: 1.75, code: 'm', data: 'Glasskey: end of the recording.' },
    ]);
    expect(recording.state).toBe('stopped');
    expect([disk.isClosed, ends()]).toEqual([true, 0]);
  });

  it('has every character whole, wherever reads divide it, and says where there was none', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 200, maxLength: 200 }), (said, cuts) => {
        const { recording, cast } = start();
        const all = bytes(said);
        let at = 0;
        for (const cut of cuts) {
          recording.output(all.subarray(at, at + cut));
          at += cut;
        }
        recording.output(all.subarray(at));
        recording.end();
        expect(shown(cast().events)).toBe(said);
      }),
    );
    const { recording, cast } = start();
    recording.output(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0xe2, 0x82));
    recording.end();
    expect(shown(cast().events)).toBe('\ufeffa\ufffd\ufffd');
  });

  it('never goes back in time, whatever the clock does', async () => {
    const { clock, recording, cast } = start();
    await clock.pass(2000);
    recording.output(bytes('a'));
    const before = clock.now();
    clock.now = () => before - 3_600_000;
    recording.output(bytes('b'));
    expect(cast().events.map(({ at }) => at)).toEqual([2, 2]);
  });

  it('keeps to its largest size, and its last line says that it did', () => {
    const { recording, cast, disk, ends } = start(5_000);
    for (let turn = 0; turn < 1000; turn += 1) recording.output(bytes(`${turn} `.repeat(10)));
    expect(Buffer.byteLength(disk.text)).toBeLessThanOrEqual(5_000);
    expect(Buffer.byteLength(disk.text)).toBeGreaterThan(4_500);
    expect(cast().events.at(-1)).toMatchObject({ code: 'm', data: expect.stringContaining('largest size') });
    expect([recording.state, disk.isClosed, ends()]).toEqual(['full', true, 1]);
    recording.end();
    expect(recording.state).toBe('full');
  });

  it('ends with its end mark even at the edge of its size', () => {
    const { recording, cast, disk } = start(1_000);
    while (Buffer.byteLength(disk.text) < 1_000 - 256 - 60 && recording.state === 'running')
      recording.output(bytes('x'));
    recording.end();
    expect(recording.state).toBe('stopped');
    expect(cast().events.at(-1)?.data).toBe('Glasskey: end of the recording.');
    expect(Buffer.byteLength(disk.text)).toBeLessThanOrEqual(1_000);
  });

  it('fails once, told once, where the file cannot be written', () => {
    const { recording, cast, disk, ends } = start();
    recording.output(bytes('kept'));
    disk.fails = new GlasskeyError({ code: 'RECORDING_WRITE_FAILED', message: 'Full.', remedy: 'Make room.' });
    recording.output(bytes('lost'));
    recording.output(bytes('lost too'));
    expect([recording.state, recording.error?.code, ends(), disk.isClosed]).toEqual([
      'failed',
      'RECORDING_WRITE_FAILED',
      1,
      true,
    ]);
    expect(shown(cast().events)).toBe('kept');
    const end = start();
    end.disk.fails = disk.fails;
    end.recording.end();
    expect([end.recording.state, end.ends()]).toEqual(['failed', 1]);
  });
});
