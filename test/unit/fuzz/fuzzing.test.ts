import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { CTAP_READERS } from '../../fuzz/ctap-readers.ts';
import type { FuzzedReader } from '../../fuzz/fuzzed-reader.ts';
import { execute, type FuzzTime, fuzz, inputOf } from '../../fuzz/fuzzing.ts';
import { OPENSSH_READERS } from '../../fuzz/openssh-readers.ts';

const READERS = [...CTAP_READERS, ...OPENSSH_READERS];
/** Each look at the clock is a millisecond; nothing takes processor time. */
function countedTime(): FuzzTime {
  let ms = 0;
  return { now: () => ms++, cpu: () => 0 };
}

/** Refuses what begins with a zero in words, and falls over a five. */
const planted: FuzzedReader = {
  name: 'planted',
  shape: 'bytes',
  seeds: [Uint8Array.of(1, 2, 3, 4)],
  read: ([first]) => {
    if (first === 0) throw new GlasskeyError({ code: 'SSH_MALFORMED', message: 'No.', remedy: 'No.' });
    if (first === 5) throw new RangeError('planted');
  },
};

describe('the fuzzer', () => {
  it('makes the same inputs of the same seed, and others of another', () => {
    for (const reader of READERS) {
      const inputs = (seed: number) => Array.from({ length: 20 }, (_, execution) => inputOf(seed, reader, execution));
      expect(inputs(7)).toEqual(inputs(7));
      expect(inputs(7)).not.toEqual(inputs(8));
    }
  });

  it('finds a reader that falls over, tells the input, and repeats it', async () => {
    const report = await fuzz(1, [planted], 20_000, countedTime());
    const [finding] = report.findings;
    expect(finding).toMatchObject({ reader: 'planted', what: expect.stringContaining('RangeError: planted') });
    expect(finding?.input[0]).toBe(5);
    const again = await execute(1, planted, finding?.execution ?? -1, countedTime());
    expect(again.finding?.input).toEqual(finding?.input);
    expect(report.findings.length).toBeLessThanOrEqual(5);
    expect(report.accepted.get('planted')).toBeGreaterThan(0);
  });

  it('takes a refusal in words for none, and a bug in words, a long time and another throw for one', async () => {
    const one = async (read: FuzzedReader['read'], cpu = () => 0) =>
      (await execute(1, { ...planted, read }, 0, { now: () => 0, cpu })).finding?.what;
    const refusal = (kind: 'expected' | 'bug') => () => {
      throw new GlasskeyError({ code: 'SSH_MALFORMED', message: 'No.', remedy: 'No.', kind });
    };
    let computed = 0;
    expect(await one(refusal('expected'))).toBeUndefined();
    expect(await one(refusal('bug'))).toBe('SSH_MALFORMED of kind bug: No.');
    expect(
      await one(
        () => {},
        () => (computed += 300),
      ),
    ).toBe('it took 300 ms of processor time');
    expect(await one(() => Promise.reject('text'))).toBe('it threw text');
  });

  it.each(READERS)(
    'has recorded inputs for $name, each of which the reader takes or refuses in words',
    async (reader) => {
      expect(reader.seeds.length).toBeGreaterThan(0);
      let taken = 0;
      for (const seed of reader.seeds) {
        try {
          await reader.read(Uint8Array.from(seed));
          taken += 1;
        } catch (error) {
          expect(error).toMatchObject({ name: 'GlasskeyError', kind: 'expected' });
        }
      }
      // A recorded attestation is of another challenge.
      if (reader.name !== 'attestation') expect(taken).toBeGreaterThan(0);
    },
  );
});
