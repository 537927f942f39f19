import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import {
  type Enrollment,
  formatEnrollment,
  isUnfinished,
  parseEnrollment,
} from '../../../main/enrollment/enrollment.ts';
import { found, published, written } from './sample-enrollment.ts';

const base = written();
const { id, createdAt, plan, credential, attestation } = base;
const common = { id, createdAt, plan };
const everyState: Enrollment[] = [
  { ...common, state: 'planned' },
  { ...common, state: 'requested', challenge: credential.challenge },
  { ...common, state: 'made', credential },
  { ...common, state: 'attested', credential, attestation: { kind: 'certified', issuer: 'CN=Root' } },
  { ...base, attestation, profilesBefore: [{ account: 'alice@lab.example', line: null }] },
  published(1, 2),
  found(),
  { ...published(1, 2), credential: found().credential, publication: { ...published(1, 2).publication, found: true } },
  { ...common, state: 'abandoned' },
  { ...common, state: 'abandoned', credential },
];

/** A value, or the typed error, and nothing else. */
function readsOrSaysDamaged(row: unknown): void {
  try {
    parseEnrollment(row);
  } catch (error) {
    expect(error).toBeInstanceOf(GlasskeyError);
    expect(error).toMatchObject({ code: 'JOURNAL_DAMAGED', kind: 'expected' });
  }
}

describe('an entry of the journal', () => {
  it.each(everyState)('comes back from JSON as it was: $state', (enrollment) => {
    expect(parseEnrollment(JSON.parse(JSON.stringify(formatEnrollment(enrollment))))).toEqual(enrollment);
  });

  it.each([
    ['a state of a newer Glasskey', { state: 'rotated' }],
    ['another application', { plan: { ...plan, application: 'https://example.org', userId: '' } }],
    ['bytes that are no base64', { credential: { ...credential, authData: '!!', challenge: '', statement: '' } }],
  ])('with %s is called damaged', (_what, change) => {
    const row = { ...formatEnrollment(base), ...change };
    expect(() => parseEnrollment(row)).toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }));
  });

  it('of an older Glasskey, which knew no other origin, is of a credential that was made here', () => {
    const { credential, publication, ...row } = JSON.parse(JSON.stringify(formatEnrollment(published(1, 2))));
    const { origin: _origin, ...older } = credential;
    const { found: _found, ...publishedOnce } = publication;
    expect(parseEnrollment({ ...row, credential: older, publication: publishedOnce })).toEqual(published(1, 2));
  });

  it('with a public key that is none is called damaged', () => {
    const row = formatEnrollment(found());
    const damaged = { ...(row.credential as object), publicKey: 'AAAA' };
    expect(() => parseEnrollment({ ...row, credential: damaged })).toThrow(
      expect.objectContaining({ code: 'JOURNAL_DAMAGED' }),
    );
  });

  it('may be any JSON: it is read or called damaged', () => {
    fc.assert(fc.property(fc.jsonValue(), readsOrSaysDamaged), { numRuns: 300 });
  });

  it('may have any of its members replaced by any JSON, or taken away', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...everyState),
        fc.constantFrom('state', 'plan', 'credential', 'attestation', 'files', 'publication', 'profilesBefore', 'id'),
        fc.option(fc.jsonValue(), { nil: undefined }),
        (enrollment, member, value) => {
          const { [member]: _gone, ...rest } = formatEnrollment(enrollment) as Record<string, unknown>;
          readsOrSaysDamaged(value === undefined ? rest : { ...rest, [member]: value });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an enrollment', () => {
  it('is unfinished until it is published, or written when no more was wanted, or abandoned', () => {
    const unfinished = everyState.filter(isUnfinished).map(({ state }) => state);
    expect(unfinished).toEqual(['planned', 'requested', 'made', 'attested', 'written']);
    expect(isUnfinished({ ...base, plan: { ...plan, publish: false } })).toBe(false);
  });
});
