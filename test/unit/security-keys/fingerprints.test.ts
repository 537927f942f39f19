import { describe, expect, it } from 'vitest';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { desk, forever, labKey, pinWasSent } from './key-desk.ts';

const bio = (over: Parameters<typeof labKey>[1] = {}) => labKey('yubikey-bio', over);

describe('the fingerprints of a key', () => {
  it('are listed with their names', async () => {
    const { keys, people } = desk([bio({ fingers: 2 })]);
    expect(await keys.fingerprints(undefined, people, forever)).toMatchObject({
      fingerprints: [
        { id: expect.stringMatching(/^[0-9a-f]+$/), name: 'finger 1' },
        { id: expect.any(String), name: 'finger 2' },
      ],
      longestName: 15,
    });
    expect(people.pinQuestions).toMatchObject([{ operation: 'list-fingerprints' }]);
  });

  it('are none on a fresh key', async () => {
    const { keys, people } = desk([bio()]);
    expect(await keys.fingerprints(undefined, people, forever)).toMatchObject({ fingerprints: [] });
  });

  it('cannot be managed on a key without a reader, which is said before anybody types the PIN', async () => {
    const lab = labKey('yubikey-5.7');
    const { keys, people } = desk([lab]);
    for (const work of [
      keys.fingerprints(undefined, people, forever),
      keys.enrollFingerprint(undefined, 'thumb', people, forever),
      keys.renameFingerprint(undefined, 'a', 'b', people, forever),
      keys.removeFingerprint(undefined, 'a', people, forever),
    ]) {
      await expect(work).rejects.toMatchObject({ code: 'KEY_NO_FINGERPRINTS' });
    }
    expect(pinWasSent(lab)).toBe(false);
    expect(people.pinQuestions).toEqual([]);
  });
});

describe('a finger', () => {
  it('is enrolled sample by sample, and what was wrong with one is told', async () => {
    const lab = bio();
    lab.faults.set({ sampleStatuses: [0x00, 0x07, 0x0e] });
    const { keys, people } = desk([lab]);
    const enrolled = await keys.enrollFingerprint(undefined, 'left thumb', people, forever);
    expect(enrolled).toEqual({ id: expect.stringMatching(/^[0-9a-f]+$/), name: 'left thumb' });
    const samples = people.events.filter((event) => event.kind === 'sample');
    expect(samples.map(({ feedback, remaining }) => [feedback, remaining])).toEqual([
      ['good', 4],
      ['poor-quality', 4],
      ['not-lifted', 4],
      ['good', 3],
      ['good', 2],
      ['good', 1],
      ['good', 0],
    ]);
    expect(people.kinds[0]).toBe('finger-wanted');
    expect(people.kinds.at(-1)).toBe('sample');
    expect(await keys.fingerprints(undefined, people, forever)).toMatchObject({ fingerprints: [enrolled] });
    expect(await keys.look(undefined, people, forever)).toMatchObject({ fingerprints: { enrolled: true } });
  });

  it('needs no name', async () => {
    const { keys, people } = desk([bio()]);
    expect(await keys.enrollFingerprint(undefined, undefined, people, forever)).toMatchObject({ name: undefined });
  });

  it('gets no name that is longer than the key takes or that terminals obey, which is said before anybody touches it', async () => {
    const lab = bio();
    const { keys, people } = desk([lab]);
    const code = 'FINGERPRINT_NAME';
    await expect(keys.enrollFingerprint(undefined, 'n'.repeat(16), people, forever)).rejects.toMatchObject({ code });
    for (const name of ['', 'thumb\n', '\u001b[2Jthumb', '\u009b2J']) {
      await expect(keys.renameFingerprint(undefined, 'a', name, people, forever)).rejects.toMatchObject({ code });
    }
    expect(people.pinQuestions).toEqual([]);
    expect(lab.counters.read().touches).toBe(0);
  });

  it('is not enrolled where it is cancelled in the middle, and nothing of it stays on the key', async () => {
    const lab = bio({ touch: 'by-hand' });
    const { keys, people } = desk([lab]);
    const stop = new AbortController();
    const enrolling = keys.enrollFingerprint(undefined, 'thumb', people, stop.signal);
    await lab.touchPad.untilBlinking();
    lab.touch();
    await expect.poll(() => people.kinds).toContain('sample');
    await lab.touchPad.untilBlinking();
    stop.abort();
    await expect(enrolling).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(lab.touchPad.blinking).toBe(false);
    expect(await keys.fingerprints(undefined, people, forever)).toMatchObject({ fingerprints: [] });
  });

  it('is not enrolled where it is cancelled after the last sample, before it has its name', async () => {
    const { keys, people } = desk([bio()]);
    const stop = new AbortController();
    people.onEvent = (event) => {
      if (event.kind === 'sample' && event.remaining === 0) stop.abort();
    };
    await expect(keys.enrollFingerprint(undefined, 'thumb', people, stop.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await keys.fingerprints(undefined, people, forever)).toMatchObject({ fingerprints: [] });
  });

  it('is not enrolled where the key is pulled out in the middle', async () => {
    const lab = bio({ touch: 'by-hand' });
    const { keys, people } = desk([lab]);
    const enrolling = keys.enrollFingerprint(undefined, undefined, people, forever);
    await lab.touchPad.untilBlinking();
    await Promise.all([expect(enrolling).rejects.toMatchObject({ code: 'HID_GONE' }), lab.unplug()]);
    await lab.replug();
    expect(await keys.fingerprints(undefined, people, forever)).toMatchObject({ fingerprints: [] });
  });

  it('that nobody lays down ends it', async () => {
    const clock = new ManualClock();
    const lab = bio({ touch: 'never', env: { clock } });
    const { keys, people } = desk([lab], { clock });
    const enrolling = keys.enrollFingerprint(undefined, undefined, people, forever);
    const ended = expect(enrolling).rejects.toMatchObject({ code: 'CTAP_NO_TOUCH' });
    await clock.pass(100_000);
    await ended;
  });

  it('finds no room on a key that is full', async () => {
    const { keys, people } = desk([bio({ fingers: 5 })]);
    await expect(keys.enrollFingerprint(undefined, undefined, people, forever)).rejects.toMatchObject({
      code: 'CTAP_FINGERPRINTS_FULL',
    });
  });

  it('is renamed by its id or its name', async () => {
    const { keys, people } = desk([bio({ fingers: 2 })]);
    const [first] = (await keys.fingerprints(undefined, people, forever)).fingerprints;
    await keys.renameFingerprint(undefined, first?.id ?? '', 'thumb', people, forever);
    await keys.renameFingerprint(undefined, 'finger 2', 'index', people, forever);
    const { fingerprints } = await keys.fingerprints(undefined, people, forever);
    expect(fingerprints.map(({ name }) => name)).toEqual(['thumb', 'index']);
    await expect(keys.renameFingerprint(undefined, 'finger 2', 'x', people, forever)).rejects.toMatchObject({
      code: 'FINGERPRINT_UNKNOWN',
    });
  });

  it('is told apart by its id alone where two have one name', async () => {
    const lab = bio();
    for (let count = 0; count < 2; count += 1) lab.enrollFinger('thumb');
    const { keys, people } = desk([lab]);
    await expect(keys.removeFingerprint(undefined, 'thumb', people, forever)).rejects.toMatchObject({
      code: 'FINGERPRINT_UNKNOWN',
      message: expect.stringContaining('Several'),
    });
    expect(people.consents).toEqual([]);
  });

  it('is removed when people agree, and it alone; of the last one they are told that it is the last', async () => {
    const { keys, people } = desk([bio({ fingers: 2 })]);
    await keys.removeFingerprint(undefined, 'finger 1', people, forever);
    people.agrees = false;
    await expect(keys.removeFingerprint(undefined, 'finger 2', people, forever)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(people.consents).toMatchObject([
      { kind: 'remove-fingerprint', fingerprint: { name: 'finger 1' }, isLast: false },
      { kind: 'remove-fingerprint', fingerprint: { name: 'finger 2' }, isLast: true },
    ]);
    const { fingerprints } = await keys.fingerprints(undefined, people, forever);
    expect(fingerprints.map(({ name }) => name)).toEqual(['finger 2']);
  });
});
