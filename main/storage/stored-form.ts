/**
 * How values are stored, as JSON or as the columns of a row: a form reads what lies there into a value, and writes a value as it lies there.
 * Not zod's schemas: to load zod and build them took a login, and `status`, longer than all that they read (decision 0036). What others
 * send is read with zod as ever.
 */

export interface StoredForm<T> {
  /** Throws `StoredFault` where it is something else. */
  read(stored: unknown): T;
  write(value: T): unknown;
}

/** What a form's values are. */
export type Stored<F> = F extends StoredForm<infer T> ? T : never;

/** What is stored is not what it must be. Neither text says the value. */
export class StoredFault extends Error {
  override readonly name = 'StoredFault';
  /** What is wrong of the innermost part: "must be text". */
  readonly fault: string;
  /** The members and places that lead to that part. */
  readonly where: readonly string[];

  constructor(fault: string, where: readonly string[] = [], cause?: unknown) {
    super([...where, fault].join(': '), cause === undefined ? undefined : { cause });
    this.fault = fault;
    this.where = where;
  }
}

/** Undefined where something else is stored: for what is then left out. */
export function readIfOne<T>({ read }: StoredForm<T>, stored: unknown): T | undefined {
  try {
    return read(stored);
  } catch (error) {
    if (error instanceof StoredFault) return undefined;
    throw error;
  }
}

/** A value that is stored as it is. */
function plain<T>(isOne: (stored: unknown) => stored is T, fault: string): StoredForm<T> {
  return {
    read(stored) {
      if (!isOne(stored)) throw new StoredFault(fault);
      return stored;
    },
    write: (value) => value,
  };
}

export const text: StoredForm<string> = plain((stored) => typeof stored === 'string', 'must be text');

export const number: StoredForm<number> = plain(
  (stored): stored is number => typeof stored === 'number' && Number.isFinite(stored),
  'must be a number',
);

export const truth: StoredForm<boolean> = plain((stored) => typeof stored === 'boolean', 'must be true or false');

export type StoredObject = Readonly<Record<string, unknown>>;

const object: StoredForm<StoredObject> = plain(
  (stored): stored is StoredObject => typeof stored === 'object' && stored !== null && !Array.isArray(stored),
  'must be an object',
);

/** Members of any names and values, but for `__proto__`: whoever copies them would copy what it holds as if inherited. */
export const anyMembers: StoredForm<StoredObject> = checked(
  object,
  (stored) => !Object.hasOwn(stored, '__proto__'),
  'must have no member __proto__',
);

/** One of these texts. */
export function among<const T extends string>(values: readonly T[]): StoredForm<T> {
  return plain(
    (stored): stored is T => values.some((value) => value === stored),
    `must be one of ${values.join(', ')}`,
  );
}

/** That value and no other. */
export function only<const T extends string | number | boolean>(value: T): StoredForm<T> {
  return plain((stored): stored is T => stored === value, `must be ${value}`);
}

/** A value that must be more than of its kind. `fault`: what it must be. */
export function checked<T>({ read, write }: StoredForm<T>, isOne: (value: T) => boolean, fault: string): StoredForm<T> {
  return {
    read(stored) {
      const value = read(stored);
      if (!isOne(value)) throw new StoredFault(fault);
      return value;
    },
    write,
  };
}

/** `least` and `most` are of them. */
export function numberFrom(least: number, most: number): StoredForm<number> {
  const isOne = (value: number) => value >= least && value <= most;
  return checked(number, isOne, `must be a number from ${least} to ${most}`);
}

export function wholeNumberFrom(least: number, most: number): StoredForm<number> {
  const isOne = (value: number) => Number.isSafeInteger(value) && value >= least && value <= most;
  return checked(number, isOne, `must be a whole number from ${least} to ${most}`);
}

/** A member that may be left out. */
export function optional<T>({ read, write }: StoredForm<T>): StoredForm<T | undefined> {
  return {
    read: (stored) => (stored === undefined ? undefined : read(stored)),
    write: (value) => (value === undefined ? undefined : write(value)),
  };
}

/** A member that was left out in what was stored before there was one. */
export function otherwise<T>({ read, write }: StoredForm<T>, standard: T): StoredForm<T> {
  return { read: (stored) => (stored === undefined ? standard : read(stored)), write };
}

export function nullable<T>({ read, write }: StoredForm<T>): StoredForm<T | null> {
  return {
    read: (stored) => (stored === null ? null : read(stored)),
    write: (value) => (value === null ? null : write(value)),
  };
}

/** At most `most` items. */
export function list<T>({ read, write }: StoredForm<T>, most = Number.POSITIVE_INFINITY): StoredForm<T[]> {
  return {
    read(stored) {
      if (!Array.isArray(stored)) throw new StoredFault('must be a list');
      if (stored.length > most) throw new StoredFault(`must be a list of at most ${most}`);
      return stored.map((item: unknown, place) => within(String(place), () => read(item)));
    },
    write: (value) => value.map(write),
  };
}

/** A list with a first item. */
export function nonEmptyList<T>(form: StoredForm<T>): StoredForm<[T, ...T[]]> {
  const { read, write } = list(form);
  return {
    read(stored) {
      const [first, ...others] = read(stored);
      if (first === undefined) throw new StoredFault('must be a list of at least one');
      return [first, ...others];
    },
    write,
  };
}

/** Another value than the one that is stored. What `read` throws is a fault too. */
export function mapped<S, T>(
  form: StoredForm<S>,
  { read, write }: { read(value: S): T; write(value: T): S },
): StoredForm<T> {
  return {
    read(stored) {
      const value = form.read(stored);
      try {
        return read(value);
      } catch (cause) {
        throw cause instanceof StoredFault ? cause : new StoredFault('cannot be read', [], cause);
      }
    },
    write: (value) => form.write(write(value)),
  };
}

/** A column that holds JSON. */
export function asJson<T>(form: StoredForm<T>): StoredForm<T> {
  return {
    read: (stored) => form.read(JSON.parse(text.read(stored))),
    write: (value) => JSON.stringify(form.write(value)),
  };
}

type Forms = Readonly<Record<string, StoredForm<unknown>>>;
type Flat<T> = { [K in keyof T]: T[K] };
type OptionalOf<F extends Forms> = { [K in keyof F]: undefined extends Stored<F[K]> ? K : never }[keyof F];
/** Members whose value may be undefined may be left out. */
type MembersOf<F extends Forms> = Flat<
  { [K in Exclude<keyof F, OptionalOf<F>>]: Stored<F[K]> } & { [K in OptionalOf<F>]?: Stored<F[K]> }
>;

/** An object of these members; others that it has are left out. */
export function members<F extends Forms>(forms: F): StoredForm<MembersOf<F>> {
  const named = Object.entries<StoredForm<unknown>>(forms);
  return {
    read(stored) {
      const found = object.read(stored);
      const value: Record<string, unknown> = {};
      for (const [name, { read }] of named) {
        const member = within(name, () => read(found[name]));
        if (member !== undefined) value[name] = member;
      }
      return value as MembersOf<F>;
    },
    write(value) {
      const stored: Record<string, unknown> = {};
      for (const [name, { write }] of named) {
        const member = (value as StoredObject)[name];
        if (member !== undefined) stored[name] = write(member);
      }
      return stored;
    },
  };
}

type TaggedOf<T extends string, F extends Forms> = {
  [K in keyof F]: Flat<{ [N in T]: K } & Stored<F[K]>>;
}[keyof F];

/** Objects of several forms: the member `tag` says of which. `standard`: where it was left out. */
export function tagged<const T extends string, F extends Forms>(
  tag: T,
  forms: F,
  standard?: keyof F,
): StoredForm<TaggedOf<T, F>> {
  const formOf = (name: unknown): StoredForm<object> => {
    if (typeof name !== 'string' || !Object.hasOwn(forms, name)) {
      throw new StoredFault(`must be one of ${Object.keys(forms).join(', ')}`, [tag]);
    }
    return forms[name] as unknown as StoredForm<object>;
  };
  return {
    read(stored) {
      const name = object.read(stored)[tag] ?? standard;
      return { [tag]: name, ...formOf(name).read(stored) } as TaggedOf<T, F>;
    },
    write(value) {
      const name = (value as StoredObject)[tag];
      return { [tag]: name, ...(formOf(name).write(value as object) as object) };
    },
  };
}

function within<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StoredFault)) throw error;
    throw new StoredFault(error.fault, [name, ...error.where], error.cause);
  }
}
