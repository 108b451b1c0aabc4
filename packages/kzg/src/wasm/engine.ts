/**
 * The backend on the WebAssembly kernel. Everything that lasts (line tables, setup points, tables of
 * shifts) is allocated at the bottom of the instance's memory; each call allocates above it and
 * frees everything at its end. Decoded points are kept on the JavaScript side as the bytes of their
 * stored form, so that nothing has to be freed singly.
 */

import {
  BASE_FIELD_MODULUS,
  BYTES_PER_COORDINATE,
  readCoordinate,
  writeCoordinate,
} from '../base-field.ts';
import type { Engine, PointList, PointSum, Weights } from '../engine.ts';
import { KzgError } from '../errors.ts';
import type { Kernel } from '../kernel/load.ts';
import { preferNative } from '../native-hash.ts';
import { once } from '../once.ts';
import { FIELD_ELEMENTS_PER_BLOB, FIELD_ELEMENTS_PER_CELL } from '../parameters.ts';
import type { OpenSetup } from '../setup.ts';
import { allCellProofs, prepareFk20 } from './fk20.ts';
import { CODE, type KernelExports, type Pointer } from './kernel-exports.ts';
import { assertOk, BYTES_PER_AFFINE_POINT, KernelMemory } from './kernel-memory.ts';
import { combineRows, extendRows, recoverRows } from './rows.ts';
import { LagrangeTables, type TablePolicy } from './tables.ts';

/** Points brought into the stored form at once; bounds the copy of their bytes to 1.5 MB. */
const POINTS_READ_AT_ONCE = 1 << 14;

/** Bytes of a point of G2 in a setup. */
const BYTES_PER_G2_POINT = 192;

/** Stored points as bytes. */
class StoredPoints implements PointList {
  readonly bytes: Uint8Array;
  readonly count: number;

  constructor(bytes: Uint8Array, count: number) {
    this.bytes = bytes;
    this.count = count;
  }
}

class StoredWeights implements Weights {
  readonly bytes: Uint8Array;
  readonly count: number;

  constructor(bytes: Uint8Array, count: number) {
    this.bytes = bytes;
    this.count = count;
  }
}

/** An engine with its own memory. */
export function createWasmEngine(
  kernel: Kernel,
  options: { readonly openSetup: OpenSetup; readonly tables: TablePolicy },
): Engine {
  const instance = new WebAssembly.Instance(kernel.module);
  const memory = new KernelMemory(instance.exports as unknown as KernelExports);
  const { exports, pointBytes } = memory;

  const hash = preferNative((parts) =>
    memory.scoped(() => {
      const bytes = memory.writeAll(parts);
      const out = memory.allocate(32);
      exports.sha256(
        bytes,
        parts.reduce((size, part) => size + part.length, 0),
        out,
      );
      return memory.read(out, 32);
    }),
  );
  const decodePoints = (
    encodings: readonly Uint8Array[],
  ): { points: StoredPoints; statuses: Uint8Array } => {
    const count = encodings.length;
    return memory.scoped(() => {
      const bytes = memory.writeAll(encodings);
      const points = memory.allocatePoints(count);
      const statuses = memory.allocate(count);
      exports.g1_decompress(bytes, count, 1, points, statuses);
      return {
        points: new StoredPoints(memory.read(points, count * pointBytes), count),
        statuses: memory.read(statuses, count),
      };
    });
  };
  const setup = options.openSetup({ hash, decodePoints });
  const lines = prepareLines(memory, setup.g2);
  const firstPowers = memory.storePoints(setup.firstPowers);
  const monomial = once(() => memory.storePoints(setup.monomial()));
  const fk20 = once(() => prepareFk20(memory, setup));
  const tables = new LagrangeTables(memory, setup, options.tables);

  /** Writes the sum; call inside `scoped`. */
  const sumOf = (sums: readonly PointSum[], powers: readonly bigint[] = []): Pointer => {
    const stored = sums.map(({ points }) => (points as StoredPoints).bytes);
    const first = memory.bytes.slice(firstPowers, firstPowers + powers.length * pointBytes);
    const scalars = [...sums.flatMap((sum) => sum.scalars), ...powers];
    const points = memory.writePoints([...stored, first]);
    const out = memory.allocatePoints(1);
    assertOk(exports.g1_multiply(points, scalars.length, memory.writeScalars(scalars), out));
    return out;
  };

  return {
    name: kernel.name,
    reason: kernel.reason,
    setup,
    hash,
    tables,

    decodePoints,
    joinPoints(lists) {
      const count = lists.reduce((sum, list) => sum + list.count, 0);
      const bytes = new Uint8Array(count * pointBytes);
      let offset = 0;
      for (const list of lists as readonly StoredPoints[]) {
        bytes.set(list.bytes, offset);
        offset += list.bytes.length;
      }
      return new StoredPoints(bytes, count);
    },
    slicePoints(points, from, to) {
      const { bytes } = points as StoredPoints;
      return new StoredPoints(bytes.slice(from * pointBytes, to * pointBytes), to - from);
    },
    sumPoints: (sums) => memory.scoped(() => memory.compress(sumOf(sums))),
    pairingHolds({ left, monomial: coefficients, right, second }) {
      // e(left, -[1]) e(right, [tau]) = 1
      return memory.scoped(() => {
        const leftSum = sumOf(left, coefficients);
        const rightSum = sumOf(right);
        return exports.pairing_check(leftSum, lines.minusOne, rightSum, lines[second]) === 1;
      });
    },

    commit: (values) => tables.commit(values),
    open: (values, z) => tables.open(values, z),
    evaluate(values, z) {
      const count = values.length / 32;
      return memory.scoped(() => {
        const weights = memory.allocate(exports.weights_bytes(count));
        assertOk(exports.evaluation_weights(memory.writeScalars([z]), count, weights));
        return evaluateWith(values, weights);
      });
    },
    weights(z, count) {
      return memory.scoped(() => {
        const size = exports.weights_bytes(count);
        const weights = memory.allocate(size);
        assertOk(exports.evaluation_weights(memory.writeScalars([z]), count, weights));
        return new StoredWeights(memory.read(weights, size), count);
      });
    },
    innerProduct: (values, weights) =>
      memory.scoped(() => evaluateWith(values, memory.write((weights as StoredWeights).bytes))),

    extendBlob(values) {
      return memory.scoped(() => {
        const bytes = memory.write(values);
        const out = memory.allocate(32 * FIELD_ELEMENTS_PER_BLOB);
        assertOk(exports.extend_cells(bytes, values.length / 32, out));
        return memory.read(out, 32 * FIELD_ELEMENTS_PER_BLOB);
      });
    },
    cell(values, cellIndex) {
      return memory.scoped(() => {
        const bytes = memory.write(values);
        const out = memory.allocate(32 * FIELD_ELEMENTS_PER_CELL);
        assertOk(exports.one_cell(bytes, values.length / 32, cellIndex, out));
        return memory.read(out, 32 * FIELD_ELEMENTS_PER_CELL);
      });
    },
    cellProof(values, cellIndex) {
      const powers = monomial();
      return memory.scoped(() => {
        const bytes = memory.write(values);
        const out = memory.allocatePoints(1);
        assertOk(exports.prove_cell(powers, bytes, values.length / 32, cellIndex, out));
        return memory.compress(out);
      });
    },
    allCellProofs: (values) => allCellProofs(memory, { points: fk20(), values }),
    recoverBlob(indices, cells) {
      return memory.scoped(() => {
        const [numbers, bytes] = [memory.writeNumbers(indices), memory.writeAll(cells)];
        const out = memory.allocate(32 * FIELD_ELEMENTS_PER_BLOB);
        assertOk(exports.recover_cells(numbers, bytes, out));
        return memory.read(out, 32 * FIELD_ELEMENTS_PER_BLOB);
      });
    },
    sumCells({ indices, cells, weights }) {
      return memory.scoped(() => {
        const bytes = memory.writeAll(cells);
        const [numbers, factors] = [memory.writeNumbers(indices), memory.writeScalars(weights)];
        const out = memory.allocate(32 * FIELD_ELEMENTS_PER_CELL);
        const products = memory.allocate(32 * cells.length);
        const count = cells.length;
        assertOk(exports.combine_cells(bytes, numbers, factors, count, out, products));
        return memory.readScalars(out, FIELD_ELEMENTS_PER_CELL);
      });
    },

    areAffine(points) {
      return memory.scoped(() => {
        const count = points.length / BYTES_PER_AFFINE_POINT;
        const stored = memory.allocatePoints(count);
        const valid = exports.g1_read(memory.write(points), count, 1, stored) === CODE.ok;
        // Infinity is all zeros, in both forms.
        return valid && !hasZeroPoint(points);
      });
    },
    sumAffine(points, scalars) {
      return memory.scoped(() => {
        const count = scalars.length / 32;
        const stored = memory.allocatePoints(count);
        for (let at = 0; at < count; at += POINTS_READ_AT_ONCE) {
          const end = Math.min(count, at + POINTS_READ_AT_ONCE);
          memory.scoped(() => {
            const bytes = points.subarray(
              at * BYTES_PER_AFFINE_POINT,
              end * BYTES_PER_AFFINE_POINT,
            );
            exports.g1_read(memory.write(bytes), end - at, 0, stored + at * pointBytes);
          });
        }
        const out = memory.allocatePoints(1);
        assertOk(exports.g1_multiply(stored, count, memory.write(scalars), out));
        return memory.compress(out);
      });
    },
    divide(coefficients, { z, carry }) {
      return memory.scoped(() => {
        const [at, rest] = [memory.writeScalars([z]), memory.writeScalars([carry])];
        const bytes = memory.write(coefficients);
        const out = memory.allocate(coefficients.length);
        assertOk(exports.divide(bytes, coefficients.length / 32, at, rest, out));
        const quotient = memory.read(out, coefficients.length);
        return { quotient, carry: memory.readScalars(rest, 1)[0]! };
      });
    },

    extendRows: (rows, rowCount) => extendRows(memory, rows, rowCount),
    recoverRows: (indices, rows, rowCount) => recoverRows(memory, { indices, rows }, rowCount),
    combineRows: (rows, scalars) => combineRows(memory, rows, scalars),
  };

  function evaluateWith(values: Uint8Array, weights: Pointer): bigint {
    const [bytes, y] = [memory.write(values), memory.allocate(32)];
    assertOk(exports.evaluate(bytes, values.length / 32, weights, y));
    return memory.readScalars(y, 1)[0]!;
  }
}

/** Whether some 96 bytes are all zero. */
function hasZeroPoint(points: Uint8Array): boolean {
  for (let at = 0; at < points.length; at += BYTES_PER_AFFINE_POINT) {
    let i = 0;
    while (i < BYTES_PER_AFFINE_POINT && points[at + i] === 0) i++;
    if (i === BYTES_PER_AFFINE_POINT) return true;
  }
  return false;
}

/** Line tables of -[1], [tau] and [tau^64]. */
function prepareLines(
  memory: KernelMemory,
  g2: Uint8Array,
): { readonly minusOne: Pointer; readonly tau: Pointer; readonly tau64: Pointer } {
  const prepare = (bytes: Uint8Array): Pointer => {
    const table = memory.allocate(memory.exports.pairing_table_size());
    const status = memory.scoped(() =>
      memory.exports.pairing_prepare(memory.write(bytes), 1, 0, table),
    );
    if (status !== 0) {
      throw new KzgError('setup_invalid', `setup: a point of G2 has status ${status}`);
    }
    return table;
  };
  const point = (i: number): Uint8Array =>
    g2.slice(i * BYTES_PER_G2_POINT, (i + 1) * BYTES_PER_G2_POINT);
  return { minusOne: prepare(negated(point(0))), tau: prepare(point(1)), tau64: prepare(point(2)) };
}

/** -Q: both parts of y, which are not zero together, become p - y (or stay 0). */
function negated(point: Uint8Array): Uint8Array {
  const out = new Uint8Array(point);
  const view = new DataView(out.buffer);
  for (const part of [2, 3]) {
    const value = readCoordinate(view, part * BYTES_PER_COORDINATE);
    const negative = value === 0n ? 0n : BASE_FIELD_MODULUS - value;
    writeCoordinate(view, part * BYTES_PER_COORDINATE, negative);
  }
  return out;
}
