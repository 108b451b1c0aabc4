/**
 * All 128 cell proofs on the kernel: the algorithm of `js/fk20.ts`, step by step, with the points in
 * their stored form. A list of points is a byte array on this side; the kernel adds and multiplies
 * whole layers of a transform at once.
 */
import { rootOfUnity } from '../domain.ts';
import { transformOffsets } from '../fk20-columns.ts';
import { coefficientsOf } from '../js/cells.ts';
import { CELLS_PER_EXT_BLOB, FIELD_ELEMENTS_PER_CELL } from '../parameters.ts';
import { invert, powersOf } from '../scalar.ts';
import type { Setup } from '../setup.ts';
import type { Pointer } from './kernel-exports.ts';
import { assertOk, BYTES_PER_AFFINE_POINT, type KernelMemory } from './kernel-memory.ts';

const SIZE = CELLS_PER_EXT_BLOB;
const STRIDE = FIELD_ELEMENTS_PER_CELL;
const LAST = SIZE / 2 - 1; // H_0..H_62

type Bytes = Uint8Array<ArrayBuffer>;

/** The points of step 3, stored for good: decoded from the setup, or derived (two seconds). */
export function prepareFk20(memory: KernelMemory, setup: Setup): Pointer {
  const published = setup.fk20();
  // Deriving grows the memory, so it comes before anything that is kept.
  if (published === undefined) return memory.writePoints([derivePoints(memory, setup.monomial())]);
  return memory.kept(() => {
    const points = memory.allocatePoints(SIZE * STRIDE);
    memory.scoped(() => {
      const bytes = memory.write(published);
      const statuses = memory.allocate(SIZE * STRIDE);
      assertOk(memory.exports.g1_decompress(bytes, SIZE * STRIDE, 0, points, statuses));
    });
    return points;
  });
}

/** The proofs of cells 0..127 of a blob's polynomial, compressed. */
export function allCellProofs(
  memory: KernelMemory,
  { points, values }: { readonly points: Pointer; readonly values: Uint8Array },
): Bytes[] {
  const columns = transformOffsets(coefficientsOf(values));
  const sums = memory.scoped(() => {
    const scalars = memory.writeScalars(columns.flat());
    const out = memory.allocatePoints(SIZE);
    assertOk(memory.exports.g1_multiply_groups(points, scalars, SIZE, STRIDE, out));
    return memory.read(out, SIZE * memory.pointBytes);
  });
  const h = interpolateUnscaled(memory, sums);
  h.fill(0, LAST * memory.pointBytes); // infinity is all zeros
  const proofs = evaluate(memory, h);
  return memory.scoped(() => {
    const out = memory.allocate(48 * SIZE);
    memory.exports.g1_compress(memory.writePoints([proofs]), SIZE, out);
    const bytes = memory.read(out, 48 * SIZE);
    return Array.from({ length: SIZE }, (_, j) => bytes.slice(48 * j, 48 * (j + 1)));
  });
}

/** The transforms of S' for all 64 offsets, entry (v, c) at 64 v + c. */
function derivePoints(memory: KernelMemory, monomial: Uint8Array): Bytes {
  const { pointBytes } = memory;
  const stored = memory.scoped(() =>
    memory.read(
      memory.storePoints(monomial),
      (monomial.length / BYTES_PER_AFFINE_POINT) * pointBytes,
    ),
  );
  const pointOf = (list: Uint8Array, i: number): Uint8Array =>
    list.subarray(i * pointBytes, (i + 1) * pointBytes);
  const reversed = new Uint8Array(SIZE * STRIDE * pointBytes);
  for (let c = 0; c < STRIDE; c++) {
    for (let u = 0; u < LAST; u++) {
      const from = pointOf(stored, c + STRIDE * (LAST - 1 - u));
      reversed.set(from, (c * SIZE + u) * pointBytes);
    }
  }
  const transformed = evaluate(memory, reversed);
  const out = new Uint8Array(reversed.length);
  for (let c = 0; c < STRIDE; c++) {
    for (let v = 0; v < SIZE; v++) {
      out.set(pointOf(transformed, c * SIZE + v), (v * STRIDE + c) * pointBytes);
    }
  }
  return out;
}

/** The transform of `domain.ts` on each run of 128 points: natural order to bit-reversed. */
function evaluate(memory: KernelMemory, points: Bytes): Bytes {
  const values = points.slice();
  const roots = powersOf(rootOfUnity(SIZE), SIZE / 2);
  for (let half = SIZE / 2; half >= 1; half /= 2) {
    const { low, high, twiddles } = butterflies(memory, { values, half, roots });
    const lows = gather(memory, values, low);
    const highs = gather(memory, values, high);
    const sums = addEach(memory, [lows, highs], { negate: false });
    const products = scaleEach(memory, addEach(memory, [lows, highs], { negate: true }), twiddles);
    scatter(memory, values, { indices: low, points: sums });
    scatter(memory, values, { indices: high, points: products });
  }
  return values;
}

/** Its inverse times 128: bit-reversed order to natural. */
function interpolateUnscaled(memory: KernelMemory, points: Bytes): Bytes {
  const values = points.slice();
  const roots = powersOf(invert(rootOfUnity(SIZE)), SIZE / 2);
  for (let half = 1; half < SIZE; half *= 2) {
    const { low, high, twiddles } = butterflies(memory, { values, half, roots });
    const lows = gather(memory, values, low);
    const products = scaleEach(memory, gather(memory, values, high), twiddles);
    scatter(memory, values, {
      indices: low,
      points: addEach(memory, [lows, products], { negate: false }),
    });
    scatter(memory, values, {
      indices: high,
      points: addEach(memory, [lows, products], { negate: true }),
    });
  }
  return values;
}

/** Lower and upper positions and twiddle factors of a layer, over all runs of 128. */
function butterflies(
  memory: KernelMemory,
  layer: { readonly values: Bytes; readonly half: number; readonly roots: readonly bigint[] },
): { low: number[]; high: number[]; twiddles: bigint[] } {
  const { values, half, roots } = layer;
  const low: number[] = [];
  const count = values.length / memory.pointBytes;
  for (let i = 0; i < count; i++) if (Math.floor(i / half) % 2 === 0) low.push(i);
  const step = SIZE / (2 * half);
  return {
    low,
    high: low.map((i) => i + half),
    twiddles: low.map((i) => roots[(i % half) * step]!),
  };
}

function addEach(
  memory: KernelMemory,
  [left, right]: readonly [Bytes, Bytes],
  { negate }: { readonly negate: boolean },
): Bytes {
  return memory.scoped(() => {
    const [a, b] = [memory.writePoints([left]), memory.writePoints([right])];
    const count = left.length / memory.pointBytes;
    assertOk(memory.exports.g1_add_each(a, b, count, negate ? 1 : 0, a));
    return memory.read(a, left.length);
  });
}

/** scalars_i * points_i; multiplications by 1 are left out. */
function scaleEach(memory: KernelMemory, points: Bytes, scalars: readonly bigint[]): Bytes {
  const hard = [...scalars.keys()].filter((i) => scalars[i] !== 1n);
  if (hard.length === 0) return points;
  const out = points.slice();
  const products = memory.scoped(() => {
    const stored = memory.writePoints([gather(memory, points, hard)]);
    const factors = memory.writeScalars(hard.map((i) => scalars[i]!));
    assertOk(memory.exports.g1_multiply_each(stored, factors, hard.length, stored));
    return memory.read(stored, hard.length * memory.pointBytes);
  });
  scatter(memory, out, { indices: hard, points: products });
  return out;
}

function gather({ pointBytes }: KernelMemory, points: Bytes, indices: readonly number[]): Bytes {
  const out = new Uint8Array(indices.length * pointBytes);
  indices.forEach((i, at) => {
    out.set(points.subarray(i * pointBytes, (i + 1) * pointBytes), at * pointBytes);
  });
  return out;
}

function scatter(
  { pointBytes }: KernelMemory,
  into: Bytes,
  { indices, points }: { readonly indices: readonly number[]; readonly points: Bytes },
): void {
  indices.forEach((i, at) => {
    into.set(points.subarray(at * pointBytes, (at + 1) * pointBytes), i * pointBytes);
  });
}
