/**
 * The functions of `crates/bls12-381` that this package calls. Pointers are addresses in the module's
 * memory; stored points lie where `alloc_points` says; scalars are 32 bytes big-endian. See
 * crates/bls12-381/src/exports.rs, exports_bls.rs.
 */

/** An address in the kernel's memory. */
export type Pointer = number;

/** What functions with a result code answer. */
export const CODE = { ok: 0, notCanonical: 1, memory: 2, point: 3, fault: 4 } as const;

export interface KernelExports {
  readonly memory: WebAssembly.Memory;

  mark(): number;
  release(mark: number): void;
  /** Aligned to 16 bytes; 0 if the memory cannot grow. */
  alloc(bytes: number): Pointer;
  alloc_points(count: number): Pointer;
  point_bytes(): number;
  /** Writes 160 bytes. */
  known_answer(rounds: number, out: Pointer): void;
  sha256(bytes: Pointer, count: number, out: Pointer): void;

  g1_decompress(
    bytes: Pointer,
    count: number,
    subgroup: number,
    points: Pointer,
    statuses: Pointer,
  ): number;
  g1_read(bytes: Pointer, count: number, check: number, points: Pointer): number;
  g1_write(points: Pointer, count: number, bytes: Pointer): void;
  g1_compress(points: Pointer, count: number, bytes: Pointer): void;
  g1_multiply(points: Pointer, count: number, scalars: Pointer, out: Pointer): number;

  g1_multiply_groups(
    points: Pointer,
    scalars: Pointer,
    groups: number,
    size: number,
    out: Pointer,
  ): number;
  g1_multiply_each(points: Pointer, scalars: Pointer, count: number, out: Pointer): number;
  g1_add_each(a: Pointer, b: Pointer, count: number, negate: number, out: Pointer): number;

  table_points(size: number, width: number): number;
  table_steps(width: number): number;
  table_build(table: Pointer, size: number, width: number, step: number): void;
  table_read(table: Pointer, size: number, width: number, row: number, bytes: Pointer): void;
  table_write(table: Pointer, size: number, row: number, bytes: Pointer): void;
  table_multiply(
    table: Pointer,
    size: number,
    width: number,
    scalars: Pointer,
    count: number,
    out: Pointer,
  ): number;

  weights_bytes(count: number): number;
  evaluation_weights(z: Pointer, count: number, weights: Pointer): number;
  evaluate(bytes: Pointer, count: number, weights: Pointer, y: Pointer): number;
  open(
    table: Pointer,
    width: number,
    bytes: Pointer,
    count: number,
    z: Pointer,
    y: Pointer,
    out: Pointer,
  ): number;
  quotient(bytes: Pointer, count: number, z: Pointer, y: Pointer, out: Pointer): number;
  divide(coefficients: Pointer, count: number, z: Pointer, carry: Pointer, out: Pointer): number;

  extend_cells(bytes: Pointer, count: number, out: Pointer): number;
  one_cell(bytes: Pointer, count: number, cell: number, out: Pointer): number;
  prove_cell(monomial: Pointer, bytes: Pointer, count: number, cell: number, out: Pointer): number;
  combine_cells(
    cells: Pointer,
    indices: Pointer,
    weights: Pointer,
    count: number,
    coefficients: Pointer,
    products: Pointer,
  ): number;
  recover_cells(indices: Pointer, given: Pointer, out: Pointer): number;

  extend_rows(data: Pointer, columns: number, log: number, rows: number, out: Pointer): number;
  recover_rows(
    indices: Pointer,
    given: Pointer,
    columns: number,
    log: number,
    rows: number,
    out: Pointer,
  ): number;
  combine_rows(
    rows: Pointer,
    columns: number,
    scalars: Pointer,
    count: number,
    out: Pointer,
  ): number;

  pairing_table_size(): number;
  pairing_prepare(bytes: Pointer, uncompressed: number, check: number, table: Pointer): number;
  pairing_check(p1: Pointer, table1: Pointer, p2: Pointer, table2: Pointer): number;
}
