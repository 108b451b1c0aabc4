/**
 * The codes by their definitions, slow and obvious: the oracle of the tests. A code is the matrix
 * of its parity; decoding inverts a k x k matrix by Gauss-Jordan elimination. Nothing is shared
 * with the fast path. Definitions: klauspost/reedsolomon `buildMatrix`, `buildMatrixCauchy`,
 * `buildMatrixJerasure`; catid/leopard README, reed-solomon-simd `algorithm.md`: see
 * `../evaluation-code.ts`.
 */
import type { Codec } from '../engine.ts';
import { CANTOR8, CANTOR16, GF8, type SlowField } from './slow-field.ts';

/** Rows of field elements. */
export type Matrix = number[][];

interface Shape {
  readonly dataShards: number;
  readonly parityShards: number;
}

/** The field of a codec. */
export function slowFieldOf(codec: Codec): SlowField {
  if (codec === 'leopard-ff8') return CANTOR8;
  return codec.startsWith('leopard') ? CANTOR16 : GF8;
}

/** The (k+m) x k generator matrix; its first k rows are the identity. */
export function generatorMatrix(codec: Codec, shape: Shape): Matrix {
  const { dataShards: k, parityShards: m } = shape;
  switch (codec) {
    case 'gf8-vandermonde':
      return vandermondeGenerator(k, m);
    case 'gf8-cauchy':
      return [...identity(k), ...rows(m, k, (r, c) => GF8.invert((k + r) ^ c))];
    case 'gf8-jerasure':
      return jerasureGenerator(k, m);
    case 'leopard-ff8':
      return [...identity(k), ...highRateParity(CANTOR8, shape)];
    case 'leopard-ff16':
      return [...identity(k), ...highRateParity(CANTOR16, shape)];
    case 'leopard-ff16-low':
      return [...identity(k), ...lowRateParity(CANTOR16, shape)];
  }
}

/** The product of two matrices. */
export function multiplyMatrices(field: SlowField, left: Matrix, right: Matrix): Matrix {
  return left.map((row) =>
    right[0]!.map((_, c) =>
      row.reduce((sum, value, j) => sum ^ field.multiply(value, right[j]![c]!), 0),
    ),
  );
}

/** The inverse of a square matrix by Gauss-Jordan elimination; throws if it is singular. */
export function invertMatrix(field: SlowField, matrix: Matrix): Matrix {
  const size = matrix.length;
  const work = matrix.map((row, r) => [...row, ...identity(size)[r]!]);
  for (let column = 0; column < size; column++) {
    const pivot = work.findIndex((row, r) => r >= column && row[column] !== 0);
    if (pivot < 0) throw new RangeError('singular matrix');
    [work[column], work[pivot]] = [work[pivot]!, work[column]!];
    const scale = field.invert(work[column]![column]!);
    work[column] = work[column]!.map((value) => field.multiply(value, scale));
    for (let r = 0; r < size; r++) {
      const factor = work[r]![column]!;
      if (r === column || factor === 0) continue;
      work[r] = work[r]!.map((value, c) => value ^ field.multiply(factor, work[column]![c]!));
    }
  }
  return work.map((row) => row.slice(size));
}

/** The parity shards of data shards of any one length. */
export function encodeSlowly(
  codec: Codec,
  data: readonly Uint8Array[],
  parityShards: number,
): Uint8Array[] {
  const shape = { dataShards: data.length, parityShards };
  const parity = generatorMatrix(codec, shape).slice(data.length);
  const field = slowFieldOf(codec);
  const symbols = data.map((shard) => symbolsOf(field, shard));
  return parity.map((row) => {
    const sums = symbols[0]!.map((_, i) =>
      row.reduce((sum, value, c) => sum ^ field.multiply(value, symbols[c]![i]!), 0),
    );
    return bytesOf(field, sums);
  });
}

/**
 * The symbols of a shard. 16 bits: within each stretch of up to 64 bytes the first half are low
 * bytes, the second half high bytes; an odd shard counts with a zero byte at its end.
 */
export function symbolsOf(field: SlowField, shard: Uint8Array): number[] {
  if (field.bits === 8) return [...shard];
  const bytes = shard.length % 2 === 0 ? [...shard] : [...shard, 0];
  const symbols: number[] = [];
  for (let start = 0; start < bytes.length; start += 64) {
    const block = bytes.slice(start, start + 64);
    const half = block.length / 2;
    for (let i = 0; i < half; i++) symbols.push(block[i]! + 256 * block[half + i]!);
  }
  return symbols;
}

function bytesOf(field: SlowField, symbols: readonly number[]): Uint8Array {
  if (field.bits === 8) return Uint8Array.from(symbols);
  const bytes: number[] = [];
  for (let start = 0; start < symbols.length; start += 32) {
    const block = symbols.slice(start, start + 32);
    bytes.push(...block.map((symbol) => symbol % 256), ...block.map((symbol) => symbol >> 8));
  }
  return Uint8Array.from(bytes);
}

function rows(count: number, width: number, entry: (r: number, c: number) => number): Matrix {
  return Array.from({ length: count }, (_, r) =>
    Array.from({ length: width }, (__, c) => entry(r, c)),
  );
}

function identity(size: number): Matrix {
  return rows(size, size, (r, c) => Number(r === c));
}

/** base^exponent, with 0^0 = 1. */
function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product = GF8.multiply(product, base);
  return product;
}

function vandermondeGenerator(k: number, m: number): Matrix {
  const vandermonde = rows(k + m, k, power);
  return multiplyMatrices(GF8, vandermonde, invertMatrix(GF8, vandermonde.slice(0, k)));
}

/**
 * Vandermonde with a last row 0..01, made systematic; then ones in the first parity row and column.
 */
function jerasureGenerator(k: number, m: number): Matrix {
  const start = rows(k + m, k, power);
  start[k + m - 1] = identity(k)[k - 1]!;
  const matrix = multiplyMatrices(GF8, start, invertMatrix(GF8, start.slice(0, k)));
  const parity = matrix.slice(k);
  const columnScales = parity[0]!.map(GF8.invert);
  const byColumn = parity.map((row) =>
    row.map((value, c) => GF8.multiply(value, columnScales[c]!)),
  );
  const byRow = byColumn.map((row) => {
    const scale = GF8.invert(row[0]!);
    return row.map((value) => GF8.multiply(value, scale));
  });
  return [...identity(k), ...byRow];
}

/**
 * Data c stands at M + c, parity j at j, M = nextPow2(m). The polynomial through each block of M
 * data values (zeros where there are none), summed over the blocks, gives the parity.
 */
function highRateParity(field: SlowField, { dataShards, parityShards }: Shape): Matrix {
  let size = 1;
  while (size < parityShards) size *= 2;
  return rows(parityShards, dataShards, (j, c) => {
    const place = size + c;
    return lagrange(field, { first: place - (place % size), size, place, at: j });
  });
}

/**
 * Data c stands at c, zeros up to K = nextPow2(k), parity j at K + j, all on one polynomial of
 * degree below K.
 */
function lowRateParity(field: SlowField, { dataShards, parityShards }: Shape): Matrix {
  let size = 1;
  while (size < dataShards) size *= 2;
  return rows(parityShards, dataShards, (j, c) =>
    lagrange(field, { first: 0, size, place: c, at: size + j }),
  );
}

/**
 * At `at`, the polynomial that is 1 at `place` and 0 at the other points of first..first+size-1.
 */
function lagrange(
  field: SlowField,
  points: {
    readonly first: number;
    readonly size: number;
    readonly place: number;
    readonly at: number;
  },
): number {
  const { first, size, place, at } = points;
  let value = 1;
  for (let z = first; z < first + size; z++) {
    if (z === place) continue;
    value = field.multiply(value, field.multiply(at ^ z, field.invert(place ^ z)));
  }
  return value;
}
