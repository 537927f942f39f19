import { describe, expect, it } from 'vitest';
import {
  among,
  anyMembers,
  asJson,
  list,
  mapped,
  members,
  nonEmptyList,
  nullable,
  number,
  numberFrom,
  only,
  optional,
  otherwise,
  readIfOne,
  type StoredForm,
  tagged,
  text,
  truth,
  wholeNumberFrom,
} from '../../../main/storage/stored-form.ts';

/** Each with what is one, and what is none with the fault that is told. */
const FORMS: readonly (readonly [
  string,
  StoredForm<unknown>,
  readonly unknown[],
  readonly (readonly [unknown, string])[],
])[] = [
  [
    'text',
    text,
    ['', 'a'],
    [
      [1, 'must be text'],
      [null, 'must be text'],
      [undefined, 'must be text'],
    ],
  ],
  [
    'a number',
    number,
    [0, -1.5],
    [
      ['1', 'must be a number'],
      [Number.NaN, 'must be a number'],
      [Infinity, 'must be a number'],
    ],
  ],
  ['true or false', truth, [true, false], [[1, 'must be true or false']]],
  [
    'one of some',
    among(['a', 'b']),
    ['a'],
    [
      ['c', 'must be one of a, b'],
      ['toString', 'must be one of a, b'],
    ],
  ],
  ['one alone', only(true), [true], [[false, 'must be true']]],
  [
    'a range',
    numberFrom(0.1, 2),
    [0.1, 2],
    [
      [0, 'must be a number from 0.1 to 2'],
      [3, 'must be a number from 0.1 to 2'],
    ],
  ],
  ['a whole range', wholeNumberFrom(0, 2), [0, 2], [[0.5, 'must be a whole number from 0 to 2']]],
  ['something or null', nullable(text), [null, 'a'], [[undefined, 'must be text']]],
  [
    'any members',
    anyMembers,
    [{}, { a: 1 }],
    [
      [[], 'must be an object'],
      [null, 'must be an object'],
      [JSON.parse('{"__proto__": {"a": 1}}'), 'must have no member __proto__'],
    ],
  ],
  [
    'a list',
    list(text, 2),
    [[], ['a', 'b']],
    [
      ['a', 'must be a list'],
      [['a', 1], '1: must be text'],
      [['', '', ''], 'must be a list of at most 2'],
    ],
  ],
  ['a list of some', nonEmptyList(text), [['a']], [[[], 'must be a list of at least one']]],
  [
    'members',
    members({ a: text, b: optional(members({ c: number })) }),
    [{ a: '' }, { a: '', b: { c: 1 } }],
    [
      [{}, 'a: must be text'],
      [{ a: '', b: { c: '' } }, 'b: c: must be a number'],
    ],
  ],
  [
    'members by a tag',
    tagged('kind', { a: members({ x: number }), b: members({}) }),
    [{ kind: 'a', x: 1 }, { kind: 'b' }],
    [
      [{ kind: 'a' }, 'x: must be a number'],
      [{}, 'kind: must be one of a, b'],
      [{ kind: 'constructor' }, 'kind: must be one of a, b'],
    ],
  ],
];

describe.each(FORMS)('%s', (_what, form, ones, others) => {
  it.each(ones.map((one) => [one]))('is read from %j, and written as that', (stored) => {
    expect(form.read(stored)).toEqual(stored);
    expect(form.write(form.read(stored))).toEqual(stored);
  });

  it.each(others)('is not read from %j', (stored, fault) => {
    expect(() => form.read(stored)).toThrow(expect.objectContaining({ name: 'StoredFault', message: fault }));
    expect(readIfOne(form, stored)).toBeUndefined();
  });
});

it('leaves members out that it does not know, in reading and in writing', () => {
  const form = members({ a: text });
  expect(form.read({ a: '', b: 1 })).toEqual({ a: '' });
  expect(form.write({ a: '', b: 1 } as { a: string })).toEqual({ a: '' });
  expect(Object.keys(form.read(JSON.parse('{"a":"","__proto__":{"b":1}}')))).toEqual(['a']);
});

it('takes a standard for what was left out, and for nothing else', () => {
  const form = members({ a: otherwise(truth, false) });
  expect(form.read({})).toEqual({ a: false });
  expect(form.write({ a: true })).toEqual({ a: true });
  expect(readIfOne(form, { a: null })).toBeUndefined();
  expect(tagged('kind', { old: members({}) }, 'old').read({})).toEqual({ kind: 'old' });
});

it('keeps another value than the one that is stored', () => {
  const form = mapped(text, { read: (value) => BigInt(value), write: String });
  expect(form.read('7')).toBe(7n);
  expect(form.write(7n)).toBe('7');
  expect(() => list(form).read(['1', 'x'])).toThrow(
    expect.objectContaining({ name: 'StoredFault', message: '1: cannot be read' }),
  );
});

it('reads JSON of a column', () => {
  const form = asJson(list(number));
  expect(form.read('[1,2]')).toEqual([1, 2]);
  expect(form.write([1, 2])).toBe('[1,2]');
  expect(() => form.read('[1,')).toThrow(SyntaxError);
});
