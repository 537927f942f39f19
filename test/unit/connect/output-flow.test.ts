import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GATHER_MS, LEFT_BEHIND_MS, MOST_CHUNK_BYTES, MOST_UNDRAWN_BYTES } from '../../../main/connect/output-flow.ts';
import { type OutputView, SessionOutput } from '../../../main/connect/session-output.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

/** A window that counts, and a pty that says whether it is read. */
function start() {
  const clock = new ManualClock();
  const sent: Uint8Array[] = [];
  const world = { isPaused: false, undrawn: 0, mostUndrawn: 0, pauses: 0 };
  const send = (bytes: Uint8Array) => {
    sent.push(bytes);
    world.undrawn += bytes.length;
    world.mostUndrawn = Math.max(world.mostUndrawn, world.undrawn);
  };
  const output = new SessionOutput({
    clock,
    pause() {
      expect(world.isPaused).toBe(false);
      world.isPaused = true;
      world.pauses += 1;
    },
    resume() {
      expect(world.isPaused).toBe(true);
      world.isPaused = false;
    },
  });
  let view: OutputView | undefined;
  const flow = {
    push: (bytes: Uint8Array) => output.push(bytes),
    attach() {
      view?.close();
      view = output.view(send);
      return view.replay;
    },
    detach: () => view?.close(),
    drawn: (bytes: number) => view?.drawn(bytes),
  };
  const draw = (bytes: number) => {
    world.undrawn -= bytes;
    flow.drawn(bytes);
  };
  return { clock, flow, sent, world, draw };
}

const PERIOD = 251;
const PATTERN = Uint8Array.from({ length: 16 * 1024 * 1024 }, (_, index) => index % PERIOD);

/** Each byte tells its place: one that is lost, doubled or out of order shows. */
function numbered(from: number, length: number): Uint8Array {
  return PATTERN.subarray(from % PERIOD, (from % PERIOD) + length);
}

const text = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString();
const bytes = (words: string) => new TextEncoder().encode(words);

describe('output that goes to a window', () => {
  it('goes at once after a rest, as a typed character’s echo must', () => {
    const { flow, sent } = start();
    flow.attach();
    flow.push(bytes('a'));
    expect(text(sent)).toBe('a');
  });

  it('is gathered while more comes, and sent in one message', async () => {
    const { flow, sent, clock } = start();
    flow.attach();
    flow.push(bytes('a'));
    for (const one of 'bcdef') flow.push(bytes(one));
    await clock.pass(GATHER_MS - 1);
    expect(sent).toHaveLength(1);
    await clock.pass(1);
    expect(sent.map((piece) => text([piece]))).toEqual(['a', 'bcdef']);
  });

  it('does not wait once a message is full', () => {
    const { flow, sent } = start();
    flow.attach();
    flow.push(bytes('a'));
    flow.push(numbered(0, MOST_CHUNK_BYTES));
    expect(sent.map(({ length }) => length)).toEqual([1, MOST_CHUNK_BYTES]);
  });

  it('is sent in a buffer of its own, because the whole of a shared one would go along', () => {
    const { flow, sent } = start();
    flow.attach();
    flow.push(new Uint8Array(1_000_000).subarray(5, 15));
    expect(sent[0]?.buffer.byteLength).toBe(10);
  });

  it('is held back while too much is not drawn, and the pty is not read until half of it is', async () => {
    const { flow, world, draw, clock } = start();
    flow.attach();
    flow.push(numbered(0, MOST_UNDRAWN_BYTES));
    await clock.pass(GATHER_MS);
    expect(world).toMatchObject({ undrawn: MOST_UNDRAWN_BYTES, isPaused: true });
    // What the system had read already still comes.
    flow.push(numbered(MOST_UNDRAWN_BYTES, 1000));
    await clock.pass(1000);
    expect(world.undrawn).toBe(MOST_UNDRAWN_BYTES);
    draw(MOST_UNDRAWN_BYTES / 2);
    expect(world).toMatchObject({ undrawn: MOST_UNDRAWN_BYTES / 2 + 1000, isPaused: true });
    draw(1000);
    expect(world.isPaused).toBe(false);
  });

  it('gives no credit to a window that says it has drawn more than it was sent', async () => {
    const { flow, world, clock } = start();
    flow.attach();
    flow.drawn(1e12);
    flow.push(numbered(0, 2 * MOST_UNDRAWN_BYTES));
    await clock.pass(1000);
    expect(world.mostUndrawn).toBe(MOST_UNDRAWN_BYTES);
    expect(world.isPaused).toBe(true);
  });

  it('begins anew with a window that attaches: a replay, and nothing of it twice', async () => {
    const { flow, sent, world, clock } = start();
    flow.attach();
    flow.push(bytes('first '));
    flow.push(bytes('second '));
    // A window that was reloaded: it draws nothing of what the one before was sent.
    expect(text([flow.attach()])).toBe('first second ');
    await clock.pass(1000);
    flow.push(bytes('third'));
    expect(text(sent)).toBe('first third');
    expect(world.isPaused).toBe(false);
  });

  it('reads on without a window, however much comes', async () => {
    const { flow, sent, world, clock } = start();
    flow.push(numbered(0, 3 * MOST_UNDRAWN_BYTES));
    flow.attach();
    flow.push(numbered(0, 2 * MOST_UNDRAWN_BYTES));
    await clock.pass(1000);
    expect(world.isPaused).toBe(true);
    const before = sent.length;
    flow.detach();
    expect(world.isPaused).toBe(false);
    flow.push(numbered(0, 2 * MOST_UNDRAWN_BYTES));
    await clock.pass(1000);
    expect(world.isPaused).toBe(false);
    expect(sent).toHaveLength(before);
  });
});

describe('somebody who draws nothing', () => {
  it('holds the session up for a while, is left behind, and is caught up when it draws again', async () => {
    const { flow, sent, world, draw, clock } = start();
    flow.attach();
    flow.push(numbered(0, MOST_UNDRAWN_BYTES));
    await clock.pass(LEFT_BEHIND_MS - 1);
    expect(world.isPaused).toBe(true);
    await clock.pass(1);
    expect(world.isPaused).toBe(false);
    for (let line = 0; line < 100_000; line += 1) flow.push(bytes(`line ${line}\r\n`));
    expect(world.undrawn).toBe(MOST_UNDRAWN_BYTES);
    const before = sent.length;
    draw(MOST_UNDRAWN_BYTES);
    await clock.pass(GATHER_MS);
    const caught = text(sent.slice(before));
    const [note = '', ...lines] = caught.replace('\x18\x1b[0m\r\n', '').split('\r\n');
    const leftOut = Number(/; (\d+) bytes are left out here/.exec(note)?.[1]);
    expect(lines[0]).toMatch(/^line \d+$/);
    expect(lines.slice(-2)).toEqual(['line 99999', '']);
    const whole = Array.from({ length: 100_000 }, (_, line) => `line ${line}\r\n`).join('');
    expect(leftOut + lines.join('\r\n').length).toBe(whole.length);
    draw(world.undrawn);
    flow.push(bytes('and on'));
    await clock.pass(GATHER_MS);
    expect(text(sent).endsWith('and on')).toBe(true);
  });

  it('is not left behind while it draws a little, however slowly', async () => {
    const { flow, world, draw, clock } = start();
    flow.attach();
    flow.push(numbered(0, 2 * MOST_UNDRAWN_BYTES));
    for (let turn = 0; turn < 20; turn += 1) {
      await clock.pass(LEFT_BEHIND_MS - 1);
      expect(world.isPaused).toBe(true);
      draw(1);
    }
  });

  it('has missed nothing that it was not told of, where little came meanwhile', async () => {
    const { flow, sent, draw, clock } = start();
    flow.attach();
    flow.push(numbered(0, MOST_UNDRAWN_BYTES));
    await clock.pass(LEFT_BEHIND_MS);
    flow.push(bytes('\nshort'));
    draw(MOST_UNDRAWN_BYTES);
    await clock.pass(GATHER_MS);
    // In full, and without a note. The line feed is where it may begin.
    expect(text(sent.slice(-1))).toMatch(/short$/);
  });
});

describe('a producer of 50 MB', () => {
  it('has never more than the limit undrawn, and every byte arrives once, in order', async () => {
    const { flow, sent, world, draw, clock } = start();
    flow.attach();
    const total = 50 * 1024 * 1024;
    const piece = numbered(0, PERIOD * 256);
    let produced = 0;
    while (produced < total || world.undrawn > 0) {
      // A pty that is paused gives one more read at most.
      if (produced < total && !world.isPaused) {
        flow.push(piece);
        produced += piece.length;
      }
      if (world.isPaused || produced >= total) draw(Math.min(world.undrawn, 100_000));
      if (sent.length % 64 === 0) await clock.pass(GATHER_MS);
    }
    await clock.pass(GATHER_MS);
    expect(world.mostUndrawn).toBeLessThanOrEqual(MOST_UNDRAWN_BYTES);
    expect(world.pauses).toBeGreaterThan(10);
    let at = 0;
    for (const chunk of sent) {
      expect(chunk.length).toBeLessThanOrEqual(MOST_CHUNK_BYTES);
      const expected = numbered(at, chunk.length);
      if (Buffer.compare(chunk, expected) !== 0) throw new Error(`wrong bytes at ${at}`);
      at += chunk.length;
    }
    expect(at).toBe(produced);
  });

  it('whatever the order of reads, pauses and drawing', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('push'), size: fc.integer({ min: 0, max: 200_000 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('draw'), size: fc.integer({ min: 0, max: 300_000 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), size: fc.integer({ min: 0, max: 20 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { flow, sent, world, draw, clock } = start();
        flow.attach();
        let produced = 0;
        for (const { do: what, size } of steps) {
          if (what === 'push') {
            flow.push(numbered(produced, size));
            produced += size;
          } else if (what === 'draw') draw(Math.min(size, world.undrawn));
          else await clock.pass(size);
          expect(world.undrawn).toBeLessThanOrEqual(MOST_UNDRAWN_BYTES);
          // Nobody may wait for the other: a pty that is paused has something to be drawn.
          if (world.isPaused) expect(world.undrawn).toBeGreaterThan(0);
        }
        while (world.undrawn > 0) draw(world.undrawn);
        await clock.pass(GATHER_MS);
        while (world.undrawn > 0) draw(world.undrawn);
        expect(Buffer.compare(Buffer.concat(sent), numbered(0, produced))).toBe(0);
        expect(world.isPaused).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
