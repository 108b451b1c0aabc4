/**
 * The two codes by their definitions, slow and obvious: the oracle of the tests. Nothing here is shared
 * with the fast path: no tables, no logarithms, no interpolation; multiplication is shift-and-add,
 * inversion is search, decoding inverts a k x k matrix by Gauss-Jordan elimination.
 * Definitions: klauspost/reedsolomon `buildMatrix` and `buildMatrixCauchy`; see `../codec.ts`.
 */

/** Rows of field elements. */
export type Matrix = number[][];

/** Product in GF(2^8) mod 0x11D: add `left` shifted by each set bit of `right`, reducing on the way. */
export function multiplySlowly(left: number, right: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    if ((right >> bit) & 1) product ^= left;
    left <<= 1;
    if (left & 0x100) left ^= 0x11d;
  }
  return product;
}

/** The element whose product with `value` is 1, by trying all; throws for 0. */
export function invertSlowly(value: number): number {
  for (let candidate = 1; candidate < 256; candidate++) {
    if (multiplySlowly(value, candidate) === 1) return candidate;
  }
  throw new RangeError('0 has no inverse');
}

/** The product of two matrices. */
export function multiplyMatrices(left: Matrix, right: Matrix): Matrix {
  return left.map((row) =>
    right[0]!.map((_, c) =>
      row.reduce((sum, value, j) => sum ^ multiplySlowly(value, right[j]![c]!), 0),
    ),
  );
}

/** The inverse of a square matrix by Gauss-Jordan elimination; throws if it is singular. */
export function invertMatrix(matrix: Matrix): Matrix {
  const size = matrix.length;
  const work = matrix.map((row, r) => [...row, ...row.map((_, c) => (r === c ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    const pivot = work.findIndex((row, r) => r >= column && row[column] !== 0);
    if (pivot < 0) throw new RangeError('singular matrix');
    [work[column], work[pivot]] = [work[pivot]!, work[column]!];
    const scale = invertSlowly(work[column]![column]!);
    work[column] = work[column]!.map((value) => multiplySlowly(value, scale));
    for (let r = 0; r < size; r++) {
      const factor = work[r]![column]!;
      if (r === column || factor === 0) continue;
      work[r] = work[r]!.map((value, c) => value ^ multiplySlowly(factor, work[column]![c]!));
    }
  }
  return work.map((row) => row.slice(size));
}

/** The (k+m) x k generator matrix; its first k rows are the identity. */
export function generatorMatrix(
  codec: 'gf8-vandermonde' | 'gf8-cauchy',
  shape: { readonly dataShards: number; readonly parityShards: number },
): Matrix {
  const k = shape.dataShards;
  const rows = Array.from({ length: k + shape.parityShards }, (_, r) => r);
  const columns = Array.from({ length: k }, (_, c) => c);
  if (codec === 'gf8-cauchy') {
    return rows.map((r) => columns.map((c) => (r < k ? Number(r === c) : invertSlowly(r ^ c))));
  }
  const power = (base: number, exponent: number): number =>
    Array.from({ length: exponent }, () => base).reduce(multiplySlowly, 1);
  const vandermonde = rows.map((r) => columns.map((c) => power(r, c)));
  return multiplyMatrices(vandermonde, invertMatrix(vandermonde.slice(0, k)));
}

/** Shards = matrix * inputs, position by position. */
export function applyMatrix(matrix: Matrix, inputs: readonly Uint8Array[]): Uint8Array[] {
  return matrix.map((row) =>
    Uint8Array.from(inputs[0]!, (_, i) =>
      row.reduce((sum, value, j) => sum ^ multiplySlowly(value, inputs[j]![i]!), 0),
    ),
  );
}

/** All shards from the first k present ones: invert their rows of the generator, encode again. */
export function reconstructSlowly(
  generator: Matrix,
  shards: readonly (Uint8Array | null)[],
): Uint8Array[] {
  const k = generator[0]!.length;
  const present = shards.flatMap((shard, i) => (shard === null ? [] : [i])).slice(0, k);
  const inverse = invertMatrix(present.map((i) => generator[i]!));
  const data = applyMatrix(
    inverse,
    present.map((i) => shards[i]!),
  );
  return applyMatrix(generator, data);
}
