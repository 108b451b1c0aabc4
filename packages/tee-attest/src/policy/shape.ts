/**
 * Reads JSON values into typed, frozen ones by a description of their shape: what each member must
 * be, its bounds, and what stands for it when it is absent. Members that the shape does not name are
 * refused, because in a policy a misspelt name would be a check that is not made.
 */

/** A value is not what the shape says. `path` names the place (`snp.maxVmpl`). */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly path: string;
  readonly expected: string;

  constructor(path: string, expected: string) {
    super(`${path === '' ? 'policy' : path}: expected ${expected}`);
    this.path = path;
    this.expected = expected;
  }
}

/** How one value is read. `absent` is called when it is not there. */
export interface Field<T> {
  readonly read: (value: unknown, path: string) => T;
  readonly absent: (path: string) => T | undefined;
}

/** One field per member of `T`. */
export type Shape<T> = {
  readonly [Name in keyof T]-?: Field<Exclude<T[Name], undefined>>;
};

/** Longest list of any kind. */
export const MAX_LIST = 4096;

const HEX = /^(?:[0-9a-f]{2})*$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** An object with exactly the members of `shape`; an absent one is read as an empty one. */
export function object<T extends object>(shape: Shape<T>): Field<T> {
  const fields = Object.entries(shape) as [string, Field<unknown>][];
  const read = (value: unknown, path: string): T => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ShapeError(path, 'an object');
    const given = new Map<string, unknown>(Object.entries(value));
    const result: Record<string, unknown> = {};
    for (const [name, field] of fields) {
      const at = path === '' ? name : `${path}.${name}`;
      const member = given.get(name);
      const found = member === undefined ? field.absent(at) : field.read(member, at);
      if (found !== undefined) result[name] = found;
      given.delete(name);
    }
    const [unknown] = given.keys();
    if (unknown !== undefined)
      throw new ShapeError(path, `no member ${JSON.stringify(unknown.slice(0, 40))}`);
    return Object.freeze(result) as T;
  };
  return { read, absent: (path) => read({}, path) };
}

/** The field, or `fallback` where it is absent. */
export function withDefault<T>(field: Omit<Field<T>, 'absent'>, fallback: T): Field<T> {
  const frozen = Object.freeze(fallback);
  return { read: field.read, absent: () => frozen };
}

/** The field, which may be absent. */
export function optional<T>(field: Omit<Field<T>, 'absent'>): Field<T> {
  return { read: field.read, absent: () => undefined };
}

/** Exactly this value, which must be there. */
export function literal<T extends string | number>(expected: T): Field<T> {
  const fail = (path: string): never => {
    throw new ShapeError(path, JSON.stringify(expected));
  };
  return { read: (value, path) => (value === expected ? expected : fail(path)), absent: fail };
}

export const boolean: Omit<Field<boolean>, 'absent'> = {
  read(value, path) {
    if (typeof value !== 'boolean') throw new ShapeError(path, 'true or false');
    return value;
  },
};

/** An integer from `least` to `most`. */
export function integer(range: { least: number; most: number }): Omit<Field<number>, 'absent'> {
  return {
    read(value, path) {
      const { least, most } = range;
      const fits = typeof value === 'number' && Number.isInteger(value);
      if (!fits || value < least || value > most)
        throw new ShapeError(path, `an integer from ${least} to ${most}`);
      return value;
    },
  };
}

/** Text that matches `pattern`, described by `expected`. */
export function text(pattern: RegExp, expected: string): Omit<Field<string>, 'absent'> {
  return {
    read(value, path) {
      if (typeof value !== 'string' || !pattern.test(value)) throw new ShapeError(path, expected);
      return value;
    },
  };
}

/** Lower-case hexadecimal of so many bytes. */
export function hex(bytes: { least: number; most: number }): Omit<Field<string>, 'absent'> {
  const { least, most } = bytes;
  const size = least === most ? `${least}` : `${least} to ${most}`;
  return {
    read(value, path) {
      const fits = typeof value === 'string' && HEX.test(value);
      if (!fits || value.length < 2 * least || value.length > 2 * most)
        throw new ShapeError(path, `${size} bytes in lower-case hexadecimal`);
      return value;
    },
  };
}

/** A day of the calendar, `2026-11-21`; its midnight UTC is meant. */
export const day: Omit<Field<string>, 'absent'> = {
  read(value, path) {
    const time = typeof value === 'string' && DAY.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value)
      throw new ShapeError(path, 'a date such as 2026-11-21');
    return value as string;
  },
};

/** One of the given words. */
export function oneOf<T extends string>(words: readonly T[]): Omit<Field<T>, 'absent'> {
  return {
    read(value, path) {
      const word = words.find((each) => each === value);
      if (word === undefined) throw new ShapeError(path, `one of ${words.join(', ')}`);
      return word;
    },
  };
}

/** A list whose order says nothing: kept sorted, so that equal sets have one text. */
export function setOf<T extends string>(
  item: Omit<Field<T>, 'absent'>,
): Omit<Field<readonly T[]>, 'absent'> {
  return {
    read(value, path) {
      if (!Array.isArray(value) || value.length > MAX_LIST)
        throw new ShapeError(path, `a list of at most ${MAX_LIST}`);
      const items = value.map((each, i) => item.read(each, `${path}[${i}]`)).sort();
      if (items.some((each, i) => each === items[i - 1]))
        throw new ShapeError(path, 'a list without repetitions');
      return Object.freeze(items);
    },
  };
}
