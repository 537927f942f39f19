import { describe, expect, it } from 'vitest';
import { formatHostSpec } from '../../main/connect/host-spec.ts';
import { type WayChoice, waysToTry } from '../../main/glasskey-login-ways.ts';
import { plainTarget, type Target, type Way } from '../../main/storage/target-store.ts';

const target = (name: string, ...ways: [Way, ...Way[]]): Target => ({
  ...plainTarget(name, 'alice@10.0.0.7', []),
  ways,
  lastUsedAt: null,
});
const LEAF = target(
  'leaf1',
  { kind: 'password', jumps: ['a@h1'], device: 'telco@10.0.0.7' },
  { kind: 'jump', jumps: ['a@h1'] },
  { kind: 'console', jumps: [], device: 'id@h9:2222' },
  { kind: 'forwarded', jumps: ['a@h1', 'b@h2'] },
);

function tried(choice: Partial<WayChoice>, saved: Target | null = LEAF, fallback: string | null = null): string[] {
  const ways = waysToTry(
    { target: 'leaf1', jump: undefined, ...choice },
    saved ?? undefined,
    fallback,
    () => undefined,
  );
  return ways.map(({ kind, jumps, device }) => `${kind} ${[...jumps, device].map(formatHostSpec).join(' > ')}`);
}

const UNSAVED = { target: 'bob@h' };

describe('the ways that a login tries', () => {
  it('are those by jump hosts, in the target’s order, and never a password or a console unasked', () => {
    expect(tried({})).toEqual(['jump a@h1 > alice@10.0.0.7', 'forwarded a@h1 > b@h2 > alice@10.0.0.7']);
  });

  it('are a console where there is nothing else, and none where there is only a password', () => {
    expect(tried({}, target('vm', { kind: 'console', jumps: [] }))).toEqual(['console alice@10.0.0.7']);
    expect(() => tried({}, target('old', { kind: 'password', jumps: [] }))).toThrow(
      expect.objectContaining({ code: 'CONNECT_NO_WAY', remedy: 'It has 1 (password): choose one with --way.' }),
    );
  });

  it.each([
    [1, ['password a@h1 > telco@10.0.0.7']],
    [3, ['console id@h9:2222']],
    ['password', ['password a@h1 > telco@10.0.0.7']],
    ['forwarded', ['forwarded a@h1 > b@h2 > alice@10.0.0.7']],
  ] as const)('are the chosen ones with way %s', (way, expected) => {
    expect(tried({ way })).toEqual(expected);
  });

  it('go over the same jump hosts where the target has none of the kind', () => {
    const plain = target('p', { kind: 'jump', jumps: ['a@h1'] }, { kind: 'jump', jumps: ['b@h2'] });
    expect(tried({ way: 'forwarded' }, plain)).toEqual([
      'forwarded a@h1 > alice@10.0.0.7',
      'forwarded b@h2 > alice@10.0.0.7',
    ]);
    expect(() => tried({ way: 'console' }, plain)).toThrow(expect.objectContaining({ code: 'CONNECT_NO_WAY' }));
    expect(() => tried({ way: 3 }, plain)).toThrow(expect.objectContaining({ code: 'CONNECT_NO_WAY' }));
  });

  it('are one over the jump hosts that were named, or that of the settings, where the target is not saved', () => {
    expect(tried({ ...UNSAVED, jump: ['a@h1'], way: 'forwarded' }, null)).toEqual(['forwarded a@h1 > bob@h']);
    expect(tried(UNSAVED, null, 'd@h3')).toEqual(['jump d@h3 > bob@h']);
    expect(tried({ ...UNSAVED, way: 'console' }, null, 'd@h3')).toEqual(['console bob@h']);
  });

  it('are without one whose jump host is not saved any more', () => {
    const gone = target('g', { kind: 'jump', jumps: ['gone'] }, { kind: 'jump', jumps: ['b@h2'] });
    expect(tried({}, gone)).toEqual(['jump b@h2 > alice@10.0.0.7']);
    expect(() => tried({ way: 1 }, gone)).toThrow(expect.objectContaining({ code: 'TARGET_JUMP_UNKNOWN' }));
  });
});
