/**
 * The one error class of the package. Byte inputs come from outside and may be hostile: whatever is
 * malformed in them throws `KzgError` with a stable code. Mistakes of the calling program (wrong
 * type, a scalar or a count outside its range) throw `TypeError` or `RangeError` instead.
 */

/** Stable names of everything that can be malformed; the README tabulates them. */
export type KzgErrorCode =
  | 'blob_length'
  | 'row_length'
  | 'cell_length'
  | 'polynomial_length'
  | 'scalar_length'
  | 'point_length'
  | 'scalar_not_canonical'
  | 'point_not_canonical'
  | 'point_not_on_curve'
  | 'point_not_in_subgroup'
  | 'list_length'
  | 'index_range'
  | 'index_order'
  | 'cells_missing'
  | 'cells_inconsistent'
  | 'rows_missing'
  | 'z_in_domain'
  | 'setup_invalid'
  | 'setup_missing'
  | 'tables_invalid'
  | 'backend_unavailable'
  | 'disposed';

/** Malformed input: `code` says what is wrong, `index` which item of a list (undefined if none). */
export class KzgError extends Error {
  override readonly name = 'KzgError';
  readonly code: KzgErrorCode;
  readonly index: number | undefined;

  constructor(code: KzgErrorCode, message: string, index?: number) {
    super(index === undefined ? message : `${message} (item ${index})`);
    this.code = code;
    this.index = index;
  }
}

/** Throws unless `value` is a Uint8Array of exactly `size` bytes (`code` if the size differs). */
export function assertBytes(
  value: Uint8Array,
  expected: { size: number; code: KzgErrorCode; name: string; index?: number },
): void {
  const { size, code, name, index } = expected;
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`${name}: expected Uint8Array, got ${typeof value}`);
  }
  if (value.length !== size) {
    throw new KzgError(code, `${name}: expected ${size} bytes, got ${value.length}`, index);
  }
}

/** Throws unless `value` is an array. */
export function assertArray(value: readonly unknown[], name: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${name}: expected an array, got ${typeof value}`);
}

/** Throws `list_length` unless all lists have the length of the first one. */
export function assertSameLength(lists: Readonly<Record<string, readonly unknown[]>>): void {
  const entries = Object.entries(lists);
  for (const [name, list] of entries) assertArray(list, name);
  const [firstName, first] = entries[0]!;
  for (const [name, list] of entries) {
    if (list.length !== first.length) {
      throw new KzgError(
        'list_length',
        `${name}: expected ${first.length} items as in ${firstName}, got ${list.length}`,
      );
    }
  }
}

/** Throws `index_range` unless `index` is an integer in [0, bound). */
export function assertIndex(
  index: number,
  expected: { bound: number; name: string; at?: number },
): void {
  if (typeof index !== 'number') {
    throw new TypeError(`${expected.name}: expected number, got ${typeof index}`);
  }
  if (!Number.isInteger(index) || index < 0 || index >= expected.bound) {
    throw new KzgError(
      'index_range',
      `${expected.name}: expected an integer in 0..${expected.bound - 1}, got ${index}`,
      expected.at,
    );
  }
}

/** Throws `index_order` unless the indices, each in [0, bound), are strictly ascending. */
export function assertAscending(
  indices: readonly number[],
  expected: { bound: number; name: string },
): void {
  for (let i = 0; i < indices.length; i++) {
    assertIndex(indices[i]!, { ...expected, at: i });
    if (i > 0 && indices[i]! <= indices[i - 1]!) {
      throw new KzgError('index_order', `${expected.name}: expected strictly ascending`, i);
    }
  }
}
