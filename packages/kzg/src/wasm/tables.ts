/**
 * Sums over the Lagrange points: commitments and openings.
 *
 * A table of n points holds all shifts 2^(w i) P and their images under the endomorphism, so that a
 * sum needs one set of buckets and no doublings. It costs as much as a few sums, so it is built when
 * it pays: each power of two is a class of its own, and a class gets its table after as many sums as
 * a table costs and saves. Until then, and with the policy `none`, sums take the general route over
 * the points alone (fma, Node 24, 2.6 GHz: 64 points 1.3 ms, with a table 0.7 after 3 to build it; 256
 * points 3.4, 2.3, 13; 4,096 points 41, 36, 180).
 */
import type { EngineTables } from '../engine.ts';
import { FIELD_ELEMENTS_PER_BLOB } from '../parameters.ts';
import type { Setup } from '../setup.ts';
import type { Pointer } from './kernel-exports.ts';
import { assertOk, BYTES_PER_AFFINE_POINT, type KernelMemory } from './kernel-memory.ts';

/** When tables are built: when they pay, at once, or never. */
export type TablePolicy = 'lazy' | 'eager' | 'none';

/** Digit width of the table for whole blobs; it decides the exported bytes. */
export const BLOB_TABLE_WIDTH = 13;

/** The most sums after which a class gets its table. */
const MAX_SUMS_BEFORE_TABLE = 30;

/** Shortest table: rows of fewer points take this one. */
const SMALLEST_CLASS = 64;

type Table = { readonly pointer: Pointer; readonly size: number; readonly width: number };

type Bytes = Uint8Array<ArrayBuffer>;

export class LagrangeTables implements EngineTables {
  readonly #memory: KernelMemory;
  readonly #setup: Setup;
  readonly #policy: TablePolicy;
  /** The Lagrange points, stored once. */
  #points: Pointer | undefined;
  readonly #tables = new Map<number, Table>(); // by class: at most 7
  readonly #uses = new Map<number, number>();

  constructor(memory: KernelMemory, setup: Setup, policy: TablePolicy) {
    this.#memory = memory;
    this.#setup = setup;
    this.#policy = policy;
    if (policy === 'eager') this.build();
  }

  build(): void {
    this.#blobTable();
  }

  write(): Bytes {
    const { pointer, width } = this.#blobTable();
    const rowBytes = FIELD_ELEMENTS_PER_BLOB * BYTES_PER_AFFINE_POINT;
    const rows = this.#memory.exports.table_steps(width);
    const out = new Uint8Array(rows * rowBytes);
    this.#memory.scoped(() => {
      const row = this.#memory.allocate(rowBytes);
      for (let i = 0; i < rows; i++) {
        this.#memory.exports.table_write(pointer, FIELD_ELEMENTS_PER_BLOB, i, row);
        out.set(this.#memory.read(row, rowBytes), i * rowBytes);
      }
    });
    return out;
  }

  read(bytes: Uint8Array): void {
    if (this.#tables.has(FIELD_ELEMENTS_PER_BLOB)) return; // the same points
    const rowBytes = FIELD_ELEMENTS_PER_BLOB * BYTES_PER_AFFINE_POINT;
    this.#addTable(FIELD_ELEMENTS_PER_BLOB, ({ pointer, size, width }) => {
      for (let i = 0; i * rowBytes < bytes.length; i++) {
        this.#memory.scoped(() => {
          const row = this.#memory.write(bytes.subarray(i * rowBytes, (i + 1) * rowBytes));
          this.#memory.exports.table_read(pointer, size, width, i, row);
        });
      }
    });
  }

  /** sum_i values_i L_i, compressed. */
  commit(values: Uint8Array): Bytes {
    const { exports } = this.#memory;
    const count = values.length / 32;
    const base = this.#baseFor(count);
    return this.#memory.scoped(() => {
      const scalars = this.#memory.write(values);
      const out = this.#memory.allocatePoints(1);
      assertOk(
        base.width === undefined
          ? exports.g1_multiply(base.pointer, count, scalars, out)
          : exports.table_multiply(base.pointer, base.size, base.width, scalars, count, out),
      );
      return this.#memory.compress(out);
    });
  }

  /** The proof that the polynomial has the value y at z, and y. */
  open(values: Uint8Array, z: bigint): { readonly proof: Bytes; readonly y: bigint } {
    const { exports } = this.#memory;
    const count = values.length / 32;
    const base = this.#baseFor(FIELD_ELEMENTS_PER_BLOB);
    return this.#memory.scoped(() => {
      const bytes = this.#memory.write(values);
      const [at, y] = [this.#memory.writeScalars([z]), this.#memory.allocate(32)];
      const proof = this.#memory.allocatePoints(1);
      if (base.width !== undefined) {
        assertOk(exports.open(base.pointer, base.width, bytes, count, at, y, proof));
      } else {
        const quotient = this.#memory.allocate(32 * FIELD_ELEMENTS_PER_BLOB);
        assertOk(exports.quotient(bytes, count, at, y, quotient));
        assertOk(exports.g1_multiply(base.pointer, FIELD_ELEMENTS_PER_BLOB, quotient, proof));
      }
      return { proof: this.#memory.compress(proof), y: this.#memory.readScalars(y, 1)[0]! };
    });
  }

  /** What a sum of `count` points starts from; made before the scope that frees everything else. */
  #baseFor(count: number): Table | { readonly pointer: Pointer; readonly width: undefined } {
    return this.#tableFor(count) ?? { pointer: this.#lagrange(), width: undefined };
  }

  #blobTable(): Table {
    return this.#tables.get(FIELD_ELEMENTS_PER_BLOB) ?? this.#build(FIELD_ELEMENTS_PER_BLOB);
  }

  /** The table for sums of `count` points, if there is one or it is time to build it. */
  #tableFor(count: number): Table | undefined {
    const size = classOf(count);
    const known = this.#tables.get(size);
    if (known !== undefined || this.#policy === 'none') return known;
    const uses = (this.#uses.get(size) ?? 0) + 1;
    this.#uses.set(size, uses);
    return uses > breakEven(size) ? this.#build(size) : undefined;
  }

  #build(size: number): Table {
    const { exports } = this.#memory;
    return this.#addTable(size, ({ pointer, width }) => {
      this.#memory.scoped(() => {
        const row = this.#memory.write(
          this.#setup.lagrange().subarray(0, size * BYTES_PER_AFFINE_POINT),
        );
        exports.g1_read(row, size, 0, pointer);
      });
      for (let step = 0; step < exports.table_steps(width); step++) {
        exports.table_build(pointer, size, width, step);
      }
    });
  }

  #addTable(size: number, fill: (table: Table) => void): Table {
    const width = widthOf(size);
    const table = this.#memory.kept(() => {
      const pointer = this.#memory.allocatePoints(this.#memory.exports.table_points(size, width));
      fill({ pointer, size, width });
      return { pointer, size, width };
    });
    this.#tables.set(size, table);
    return table;
  }

  #lagrange(): Pointer {
    this.#points ??= this.#memory.storePoints(this.#setup.lagrange());
    return this.#points;
  }
}

function classOf(count: number): number {
  let size = SMALLEST_CLASS;
  while (size < count) size *= 2;
  return size;
}

/** After how many sums a table has cost what it saves: 6 of 64 points, 12 of 256, 30 of many. */
function breakEven(size: number): number {
  return Math.min(MAX_SUMS_BEFORE_TABLE, 0.75 * Math.sqrt(size));
}

/** The width that minimises additions: two per digit and point, and about 2^w for the buckets. */
function widthOf(size: number): number {
  if (size === FIELD_ELEMENTS_PER_BLOB) return BLOB_TABLE_WIDTH;
  let best = 4;
  const cost = (width: number): number => 2 * Math.ceil(129 / width) * size + 2 ** width;
  for (let width = 5; width <= 15; width++) if (cost(width) < cost(best)) best = width;
  return best;
}
